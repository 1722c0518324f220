/** Load balancers and volumes go while the cluster can still take them away itself: a deleted cluster leaves them behind. */
import { seconds } from '../../shared/units.ts';
import { readEntries } from '../clusters/target.ts';
import { ensureDrained } from '../leaf/drain.ts';
import { removeNames, runningLeaves } from './removal.ts';
import { done, type Step, wait } from './step.ts';

/** A load balancer takes about this long to go. Nobody tells when it has. */
const LOOK_AGAIN_MS = seconds(40);

/** @throws AppError LEAF_UNAVAILABLE, PROVIDER_UNAVAILABLE, PERMISSION_DENIED */
export const drain: Step = async (cluster, ports) => {
  await removeNames(cluster, ports);
  let left = 0;
  // Where there is no leaf, nothing was made that would have to be given back; for one that is upgraded this state has its time.
  for (const leaf of await runningLeaves(cluster, await readEntries(cluster, ports), ports)) {
    left += (await ensureDrained(leaf)).left;
  }
  return left === 0 ? done() : wait(LOOK_AGAIN_MS, `${left} load balancers and volumes are left.`);
};
