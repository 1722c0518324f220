/** What a pool needs, decided purely: how many spares to make and which to give up, each with its reason. */
import { type Cluster, shapeOf } from '../../shared/documents/cluster.ts';
import type { Pool } from '../../shared/documents/pool.ts';
import { rowOf } from '../../shared/lifecycle/table.ts';

/** Why a spare goes, worst first. */
type Reason =
  | 'failed'
  | 'another shape is wanted'
  | 'its version is not offered any more'
  | 'more than wanted';

export interface PoolPlan {
  warm: number;
  inTheMaking: number;
  /** Spares to make. */
  create: number;
  giveUp: readonly { id: string; reason: Reason }[];
}

/** Whether a spare in this state becomes warm if all goes well. */
export function leadsToWarm(state: Cluster['state']): boolean {
  const seen = new Set<string>();
  for (let at: string = state; !seen.has(at); ) {
    if (at === 'warm') return true;
    seen.add(at);
    const row = rowOf(at as Cluster['state']);
    if (row.step === undefined) return false;
    at = row.successOfSpare ?? row.success;
  }
  return false;
}

/**
 * @param spares every cluster of this pool that is not deleted
 * @param isOffered whether anybody could have one, for a licence may be gone
 */
export function planPool(pool: Pool, spares: readonly Cluster[], isOffered = true): PoolPlan {
  const shape = shapeOf(pool.spec);
  const wanted = isOffered ? pool.wanted : 0;
  const tooMany = isOffered ? 'more than wanted' : 'its version is not offered any more';
  const failed = spares.filter(({ state }) => state === 'failed');
  const live = spares.filter(({ state }) => leadsToWarm(state));
  const fitting = live.filter((spare) => spare.shape === shape);
  const misfits = live.filter((spare) => spare.shape !== shape);
  // The least finished go first, the oldest last: a warm spare is worth most.
  const byWorth = [...fitting].sort(
    (a, b) => worth(a) - worth(b) || b.createdAt.getTime() - a.createdAt.getTime(),
  );
  const surplus = byWorth.slice(0, Math.max(0, fitting.length - wanted));
  return {
    warm: fitting.filter(({ state }) => state === 'warm').length,
    inTheMaking: fitting.filter(({ state }) => state !== 'warm').length,
    create: Math.max(0, wanted - fitting.length),
    giveUp: [
      ...failed.map(({ id }) => ({ id, reason: 'failed' as const })),
      ...misfits.map(({ id }) => ({ id, reason: 'another shape is wanted' as const })),
      ...surplus.map(({ id }) => ({ id, reason: tooMany as Reason })),
    ],
  };
}

const worth = (spare: Cluster): number => (spare.state === 'warm' ? 1 : spare.progress);
