/**
 * A pool has as many spares as it wants and no more (S9), all of them in the end (L5), and no more in existence than it can say (S21), those
 * included that nobody can take away. A spare is nobody's until it is claimed (S9), and whoever claims one can use it, as far as is known (S22).
 */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { type Pool, poolPath } from '../../../shared/documents/pool.ts';
import { isFinal } from '../../../shared/lifecycle/derive.ts';
import { rowOf, type State } from '../../../shared/lifecycle/table.ts';
import { hours } from '../../../shared/units.ts';
import type { World } from '../world.ts';
import type { Census } from './census.ts';

export type Pools = ReturnType<typeof watchPools>;

export function watchPools({ hub, weather, clock, pools, violate, markers }: World, { known }: Census) {
  function checkBorn(now: Cluster): void {
    if (now.pool === undefined) {
      if (pools.size > 0 && now.spec.product === 'hello') markers.add('no spare was left');
      return;
    }
    const pool = hub.documents.peek<Pool>(poolPath(now.pool))?.data;
    const live = [...known.values()].filter(
      (other) => other.pool === now.pool && other.shape === now.shape && isOnItsWay(other),
    ).length;
    // Several are born in one commit, and are looked at one after the other.
    if (live + 1 > (pool?.wanted ?? 0))
      violate('S9', `${live + 1} spares of ${now.pool}, which wants ${pool?.wanted}`);
    const there = [...known.values()].filter((other) => isThere(other, now.pool)).length;
    if (there + 1 > mostOf(pool?.wanted ?? 0))
      violate('S21', `${there + 1} spares of ${now.pool} are in existence, and it wants ${pool?.wanted}`);
  }

  /** @param before as the spare was when it became somebody's */
  function checkClaimed(before: Cluster, now: Cluster): void {
    if (before.owner !== undefined || now.owner === undefined) return;
    const { id, conditions, since, seenAt = since, missedAt } = before;
    const bad = conditions.filter(({ type, status }) => !status && type !== 'UpToDate');
    if (bad.length > 0)
      violate('S22', `the spare ${id} is handed out: ${bad.map(({ message }) => message).join(' ')}`);
    if (missedAt) violate('S22', `the spare ${id} is handed out, and the last look could not see it`);
    const unseenMs = clock.now() - Math.max(seenAt.getTime(), since.getTime());
    if (unseenMs > UNSEEN_MS)
      violate('S22', `the spare ${id} is handed out, seen ${Math.round(unseenMs / 60_000)} min ago`);
  }

  function checkUnclaimed({ id, pool, owner, members }: Cluster): void {
    if (pool !== undefined && (owner !== undefined || Object.keys(members).length > 0))
      violate('S9', `the spare ${id} has an owner or members`);
  }

  function checkFilled(): void {
    for (const path of pools) {
      const pool = hub.documents.peek<Pool>(path)?.data;
      const spares = [...known.values()].filter(
        (cluster) => cluster.pool === path.split('/')[1] && cluster.state === 'warm',
      ).length;
      const there = [...known.values()].filter((one) => isThere(one, path.split('/')[1])).length;
      // What nobody can take away keeps the place of what would be made.
      if (pool && there >= mostOf(pool.wanted)) continue;
      if (pool && spares !== pool.wanted && !isFull())
        violate('L5', `${path} has ${spares} spares and wants ${pool.wanted}`);
    }
  }

  const isFull = (): boolean => weather.cellClusters < 1000;

  return { checkBorn, checkClaimed, checkUnclaimed, checkFilled };
}

/** Twice as many as are wanted, or two more: all may be replaced at once. */
const mostOf = (wanted: number): number => wanted + Math.max(2, wanted);

/** More than the three hours that the pool goes by: clocks differ, and a commit may be under way for minutes. */
const UNSEEN_MS = hours(3.5);

const isThere = (cluster: Cluster, pool: string | undefined): boolean =>
  cluster.pool === pool && !isFinal(cluster.state);

/** Will be a spare, or is one. */
function isOnItsWay({ state }: Cluster): boolean {
  const seen = new Set<State>();
  for (let at = state; !seen.has(at); ) {
    if (at === 'warm') return true;
    seen.add(at);
    const row = rowOf(at);
    if (row.step === undefined) return false;
    at = row.successOfSpare ?? row.success;
  }
  return false;
}
