/** When a cluster that stands was last seen, and since when it could not be. Pure. */
import type { Cluster } from '../../shared/documents/cluster.ts';
import { minutes } from '../../shared/units.ts';

/** Cloud time since an instant. */
export type Elapsed = (sinceMs: number) => number;

/**
 * Of two looks that find the same wrong, the second proves it if it comes that much later. A zonal control plane does not answer for a
 * quarter of an hour while Google upgrades it, and a node that is replaced takes its parts with it for some minutes.
 */
export const APART_MS = minutes(30);

/** A state that rests is entered by a step that was inside a moment before. */
export const lastSeenMs = ({ seenAt, since }: Pick<Cluster, 'seenAt' | 'since'>): number =>
  Math.max(seenAt?.getTime() ?? 0, since.getTime());

/** For its owner. */
export const notSeenSince = (missedAt: Date): string =>
  `Hub has not been able to look at it since ${missedAt.toISOString().slice(0, 16).replace('T', ' at ')} UTC.`;
