/** When to look again at what the cloud is doing. */
import type { Cluster } from '../../shared/documents/cluster.ts';
import { type State, stepRowOf } from '../../shared/lifecycle/table.ts';
import { minutes, seconds } from '../../shared/units.ts';
import type { Ports } from '../ports.ts';

/** The state's whole time, from now on: for a stay in it that begins anew, or whose work goes on and is seen to. */
export const deadlineAnew = (state: State, clock: Ports['clock']): Date =>
  new Date(clock.afterWork(stepRowOf(state).timeoutMs));

/** The cloud and the leaf say themselves when they are done; looking is for the day on which that word is late or lost. */
const PATIENCE = 1.6;
const MIN_MS = seconds(20);
const MAX_MS = minutes(2);

/**
 * Beyond the time that the state usually takes first, for a look that comes too early costs a call and a commit, which every browser that
 * watches reads, and finds nothing; then after a share of the time it has taken so far, within bounds.
 * @returns cloud time until the next look
 */
export function untilNextLook(cluster: Cluster, { clock }: Pick<Ports, 'clock'>): number {
  const { expectedMs } = stepRowOf(cluster.state);
  const elapsedMs = clock.elapsed(cluster.since.getTime());
  const firstMs = PATIENCE * expectedMs - elapsedMs;
  // Timers may be early by a millisecond, and the first look must not be taken for one before it.
  if (firstMs > MIN_MS) return firstMs;
  return Math.min(MAX_MS, Math.max(MIN_MS, (PATIENCE - 1) * elapsedMs));
}
