/**
 * Counters are the truth, always (S8): what accounts and the cell say they hold is the sum over the clusters that there are. And who is held
 * comes to hold no more (S19).
 */
import { type Allowance, accountPath, cellPath } from '../../../shared/documents/account.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import type { World } from '../world.ts';

export function watchCounters({ hub, weather, violate, markers }: World) {
  /** By path of an account or cell: what the clusters come to that count there. */
  const sums = new Map([[cellPath('default'), { clusters: 0, hourlyMicros: 0 }]]);
  /** By path: what it said before. */
  const countedBefore = new Map<string, number>();

  function recount(now: Cluster, before: Cluster | undefined): void {
    if (before) addUp(before, -1);
    addUp(now, 1);
  }

  function addUp({ liability, owner }: Cluster, sign: 1 | -1): void {
    for (const path of [cellPath('default'), ...(owner === undefined ? [] : [accountPath(owner)])]) {
      const { clusters, hourlyMicros } = sums.get(path) ?? { clusters: 0, hourlyMicros: 0 };
      sums.set(path, {
        clusters: clusters + sign * (liability?.clusters ?? 0),
        hourlyMicros: hourlyMicros + sign * (liability?.hourlyMicros ?? 0),
      });
    }
  }

  function checkCounters(): void {
    for (const [path, sum] of sums) {
      const counter = hub.documents.peek<Allowance>(path)?.data;
      const { clusters = 0, hourlyMicros = 0 } = counter ?? {};
      if (clusters !== sum.clusters || hourlyMicros !== sum.hourlyMicros)
        violate('S8', `${path} says ${clusters} clusters, and there are ${sum.clusters}`);
      if (counter?.standing && clusters > (countedBefore.get(path) ?? 0))
        violate('S19', `${path} is ${counter.standing.state} and has ${clusters} clusters now`);
      countedBefore.set(path, clusters);
    }
    const held = sums.get(cellPath('default'))?.clusters ?? 0;
    if (held >= weather.cellClusters) markers.add('cap reached');
    else if (markers.has('cap reached')) markers.add('cap released');
  }

  return { recount, checkCounters };
}
