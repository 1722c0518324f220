/** What the page of pools says of spares, decided purely. All of it follows from the lifecycle table. */
import type { Cluster, ClusterSpec } from '../../../shared/documents/cluster.ts';
import { shapeOf } from '../../../shared/documents/shape.ts';
import { costAt } from '../../../shared/lifecycle/cost.ts';
import { commandEdge, leadsToWarm } from '../../../shared/lifecycle/derive.ts';
import type { State } from '../../../shared/lifecycle/table.ts';

/** `ready`: somebody could claim it now; `making`: so it will be, if all goes well; `leaving`: it will not. */
type SpareStanding = 'ready' | 'making' | 'leaving';

export function standingOf(state: State): SpareStanding {
  if (commandEdge(state, 'claim') !== undefined) return 'ready';
  return leadsToWarm(state) ? 'making' : 'leaving';
}

/** Ready ones first, then by how far they are. */
export function sortSpares(spares: readonly Cluster[]): readonly Cluster[] {
  const order: readonly SpareStanding[] = ['ready', 'making', 'leaving'];
  const worth = ({ state, progress }: Cluster): number => order.indexOf(standingOf(state)) * 2 - progress;
  return spares.toSorted((a, b) => worth(a) - worth(b));
}

interface HitRate {
  claimed: number;
  of: number;
}

/** Of how many clusters the newest ones tell. */
const LATELY = 100;

/** How many of those that lately became ready with this shape had been a spare before. */
export function hitRateOf(spec: ClusterSpec, recent: readonly Cluster[]): HitRate {
  const shape = shapeOf(spec);
  const ready = recent
    .filter((cluster) => cluster.shape === shape && cluster.owner !== undefined && cluster.readyAt)
    .slice(0, LATELY);
  return { claimed: ready.filter(({ claimedFrom }) => claimedFrom !== undefined).length, of: ready.length };
}

interface IdleCost {
  /** What it costs an hour to keep the spares that there are. */
  hourlyMicros: number;
  /** What those have cost so far, */
  waitingMicros: number;
  /** and what those did that ended without ever having had an owner. */
  unclaimedMicros: number;
  unclaimed: number;
}

/**
 * @param spares those that there are
 * @param recent deleted ones among them
 * @param elapsed cloud time since an instant
 */
export function idleCostOf(
  pool: string,
  spares: readonly Cluster[],
  recent: readonly Cluster[],
  elapsed: (sinceMs: number) => number,
): IdleCost {
  const there = new Set(spares.map(({ id }) => id));
  const ended = recent.filter((cluster) => cluster.pool === pool && !there.has(cluster.id));
  const spent = (clusters: readonly Cluster[]): number =>
    clusters.reduce((sum, { cost }) => sum + costAt(cost, elapsed), 0);
  return {
    hourlyMicros: spares.reduce((sum, { cost }) => sum + (cost?.since ? cost.hourlyMicros : 0), 0),
    waitingMicros: spent(spares),
    unclaimedMicros: spent(ended),
    unclaimed: ended.length,
  };
}
