/** When to look again at what the cloud is doing. */
import type { Cluster } from '../../shared/documents/cluster.ts';
import { rowOf, type StepRow } from '../../shared/lifecycle/table.ts';
import { seconds } from '../../shared/units.ts';
import type { Ports } from '../ports.ts';

/** The cloud and the leaf say themselves when they are done; looking is for the day on which that word is late or lost. */
const PATIENCE = 1.5;
const AGAIN_MS = seconds(20);

/**
 * Beyond the time that the state usually takes first, for a look that comes too early costs a call and a commit and finds nothing; then
 * in short steps.
 * @returns cloud time until the next look
 */
export function untilNextLook(cluster: Cluster, ports: Ports): number {
  const { expectedMs } = rowOf(cluster.state) as StepRow;
  return Math.max(AGAIN_MS, PATIENCE * expectedMs - ports.clock.elapsed(cluster.since.getTime()));
}
