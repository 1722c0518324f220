/** Everything that was ever asked for goes. */

import { readEntries } from '../clusters/target.ts';
import { untilNextLook } from './pace.ts';
import { removeLedgered, waitFor } from './removal.ts';
import { done, type Step } from './step.ts';

/** @throws AppError PROVIDER_UNAVAILABLE, PERMISSION_DENIED, OPERATION_IN_PROGRESS, NAME_TAKEN */
export const deprovision: Step = async (cluster, ports) => {
  const left = await removeLedgered(cluster, await readEntries(cluster, ports), ports);
  if (left.names.length === 0) return done();
  return waitFor(left, untilNextLook(cluster, ports), `Deleting ${left.names.join(', ')}.`, cluster, ports);
};
