/** A pool has as many spares as it wants and no more (S9), all of them in the end (L5), and a spare is nobody's until it is claimed (S9). */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { type Pool, poolPath } from '../../../shared/documents/pool.ts';
import { rowOf, type State } from '../../../shared/lifecycle/table.ts';
import type { World } from '../world.ts';
import type { Census } from './census.ts';

export type Pools = ReturnType<typeof watchPools>;

export function watchPools({ hub, weather, pools, violate, markers }: World, { known }: Census) {
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
      if (pool && spares !== pool.wanted && !isFull())
        violate('L5', `${path} has ${spares} spares and wants ${pool.wanted}`);
    }
  }

  const isFull = (): boolean => weather.cellClusters < 1000;

  return { checkBorn, checkUnclaimed, checkFilled };
}

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
