/** Takes back what a failed creation made, so that failing costs nothing and a retry meets no predecessor. */
import type { Cluster } from '../../shared/documents/cluster.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { readEntries } from '../clusters/target.ts';
import { asAppError } from '../failure.ts';
import { type Drained, ensureDrained } from '../leaf/drain.ts';
import type { Leaf } from '../leaf/leaf.ts';
import type { Ports } from '../ports.ts';
import { proveGone, untilHeld } from './prove.ts';
import { emptyingEnds, removeLedgered, removeNames, runningLeaves, waitFor } from './removal.ts';
import { type Step, type StepResult, wait } from './step.ts';

const LOOK_AGAIN_MS = seconds(20);

/**
 * So long a leaf that does not answer is asked again: that of a zonal cluster does not while Google changes it, and only the cluster itself
 * takes load balancers and volumes away cleanly.
 */
const PATIENCE_MS = minutes(5);

/** @throws AppError PROVIDER_UNAVAILABLE, PERMISSION_DENIED, OPERATION_IN_PROGRESS, NAME_TAKEN */
export const undo: Step = async (cluster, ports) => {
  const untilAtMs = emptyingEnds(ports);
  const entries = await readEntries(cluster, ports);
  await removeNames(cluster, ports);
  for (const leaf of await runningLeaves(cluster, entries, ports)) {
    const draining = await untilDrained(leaf, cluster, ports);
    if (draining) return draining;
  }
  const left = await removeLedgered(cluster, entries, ports, untilAtMs);
  if (left.names.length > 0)
    return waitFor(left, LOOK_AGAIN_MS, `Removing ${left.names.join(', ')}.`, cluster, ports);
  // Its timeline stays: the next try goes on with it.
  return untilHeld(cluster, ports) ?? proveGone(cluster, ports);
};

/** Half-installed, it may never answer; what it leaves behind is then removed by name and label. */
async function untilDrained(leaf: Leaf, cluster: Cluster, ports: Ports): Promise<StepResult | undefined> {
  let drained: Drained;
  try {
    drained = await ensureDrained(leaf);
  } catch (thrown) {
    const isTold = asAppError(thrown).code !== 'LEAF_UNAVAILABLE';
    if (isTold || ports.clock.elapsed(cluster.since.getTime()) >= PATIENCE_MS) return undefined;
    return wait(
      LOOK_AGAIN_MS,
      'The cluster does not answer. It must first release its load balancers and volumes.',
    );
  }
  return drained.left > 0 ? wait(LOOK_AGAIN_MS, drained.detail) : undefined;
}
