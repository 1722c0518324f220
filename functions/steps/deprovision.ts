/** Everything that was ever asked for goes. */
import { LIFECYCLE } from '../../shared/lifecycle/table.ts';
import { seconds } from '../../shared/units.ts';
import { removeLedgered } from './removal.ts';
import { done, type Step, wait } from './step.ts';
import { readLedger } from './target.ts';

const LOOK_AGAIN_MS = seconds(20);

/** @throws AppError PROVIDER_UNAVAILABLE, PERMISSION_DENIED, OPERATION_IN_PROGRESS, NAME_TAKEN */
export const deprovision: Step = async (cluster, ports) => {
  const left = await removeLedgered(cluster, await readLedger(cluster, ports), ports);
  if (left.length === 0) return done();
  const elapsedMs = ports.clock.elapsed(cluster.since.getTime());
  return wait(
    Math.max(LOOK_AGAIN_MS, LIFECYCLE.deprovisioning.expectedMs - elapsedMs),
    `Deleting ${left.join(', ')}.`,
  );
};
