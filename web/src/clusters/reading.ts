/** Facts about a cluster in words. */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { progressOf } from '../../../shared/lifecycle/derive.ts';
import { expectedInWords } from '../duration.ts';
import { useHub } from '../hub.ts';
import { useNow } from '../time.ts';
import { isUsable } from './lifecycle.ts';
import { nearEndMs } from './lifetimes.ts';

/** Of cloud time: in that long most things cost less than a cent, so who shows money is drawn anew no more often. */
export const CENT_MS = 60_000;

/** Cloud time since an instant. On a laptop the cloud is quicker than the clock. */
export const useCloudElapsed = (everyMs = 1000): ((sinceMs: number) => number) => {
  const speed = useHub().config.hub?.cloudSpeed ?? 1;
  const now = useNow(everyMs / speed);
  return (sinceMs) => Math.max(0, now - sinceMs) * speed;
};

/** `about 3 min left`, or that it takes longer than it usually does. */
export function useLeft({ etaAt }: Pick<Cluster, 'etaAt'>): string | undefined {
  const speed = useHub().config.hub?.cloudSpeed ?? 1;
  const now = useNow();
  if (!etaAt) return undefined;
  return expectedInWords((etaAt.getTime() - now) * speed);
}

/**
 * Cloud time until the end of a lifetime, once that is near; below 0 while Hub is about to come for it. Undefined as long as it is far, or of a cluster
 * that has none, or is nobody's to use any more.
 */
export function useNearEnd({
  state,
  expiresAt,
  spec: { ttlHours = 1 },
}: Pick<Cluster, 'state' | 'expiresAt' | 'spec'>): number | undefined {
  const speed = useHub().config.hub?.cloudSpeed ?? 1;
  const now = useNow();
  if (!expiresAt || !isUsable(state)) return undefined;
  const leftMs = (expiresAt.getTime() - now) * speed;
  return leftMs < nearEndMs(ttlHours) ? leftMs : undefined;
}

/** How far it is, 0 to 1: what Hub last wrote, or further by the time that has passed since. It never goes back. */
export function useProgress({
  state,
  progress,
  since,
}: Pick<Cluster, 'state' | 'progress' | 'since'>): number {
  const elapsed = useCloudElapsed();
  return Math.max(progress, progressOf(state, elapsed(since.getTime())));
}
