/** Takes back what a failed creation made, so that failing costs nothing and a retry meets no predecessor. */
import { seconds } from '../../shared/units.ts';
import { ensureDrained } from '../leaf/drain.ts';
import { proveGone, untilHeld } from './prove.ts';
import { emptyingEnds, removeLedgered, removeNames, runningLeaves, waitFor } from './removal.ts';
import { type Step, wait } from './step.ts';
import { readLedger } from './target.ts';

const LOOK_AGAIN_MS = seconds(20);

/** @throws AppError PROVIDER_UNAVAILABLE, PERMISSION_DENIED, OPERATION_IN_PROGRESS, NAME_TAKEN */
export const undo: Step = async (cluster, ports) => {
  const untilMs = emptyingEnds(ports);
  const entries = await readLedger(cluster, ports);
  await removeNames(cluster, ports);
  for (const leaf of await runningLeaves(cluster, entries, ports)) {
    // Half-installed, it may not answer; what it leaves behind is then removed by name and label.
    const drained = await ensureDrained(leaf).catch(() => undefined);
    if (drained && drained.left > 0) return wait(LOOK_AGAIN_MS, drained.detail);
  }
  const left = await removeLedgered(cluster, entries, ports, untilMs);
  if (left.names.length > 0)
    return waitFor(left, LOOK_AGAIN_MS, `Removing ${left.names.join(', ')}.`, cluster, ports);
  // Its timeline stays: the next try goes on with it.
  return untilHeld(cluster, ports) ?? proveGone(cluster, ports);
};
