/**
 * What an application was told from inside it may have taken to heart: to ask nobody who they are, or to have others sign people in. At each
 * start it goes by what Hub wrote for it, so what is open is started anew.
 */
import { seconds } from '../../shared/units.ts';
import { accessOf } from '../access/access.ts';
import { ensureClosed } from '../access/expose.ts';
import type { Site } from '../access/site.ts';
import { refOf } from '../leaf/leaf.ts';
import { type StepResult, wait } from './step.ts';

/**
 * Ends the pods that run since before this stay in its state; those that came after them have been told nothing. Safe to repeat.
 * @returns whether there is anything to wait for; if not, a new start has not helped
 * @throws AppError LEAF_UNAVAILABLE, PERMISSION_DENIED
 */
export async function restart(
  site: Site,
  beforehand = async (): Promise<void> => undefined,
): Promise<boolean> {
  const { cluster, leaf } = site;
  const bornBefore = (instant: string | undefined): boolean =>
    (Date.parse(instant ?? '') || 0) < cluster.since.getTime();
  const pods = await accessOf(site).keepers(site);
  const former = pods.filter(({ metadata }) => bornBefore(metadata.creationTimestamp));
  if (former.length === 0) return false;
  await beforehand();
  const running = former.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  await Promise.all(running.map((pod) => leaf.delete(refOf(pod))));
  return true;
}

/** The same with the way in closed first, where strangers could come in. @throws also CommitError `unavailable` */
export const startAnew = (site: Site): Promise<boolean> => restart(site, () => ensureClosed(site));

/** A pod starts within seconds, and an old one is given thirty to end. */
const START_MS = seconds(5);

export const untilStarted = (): StepResult =>
  wait(START_MS, 'It restarts, so that it lets in nobody but its members.');

export const untilRefreshed = (): StepResult =>
  wait(START_MS, 'It restarts with the licence that it has by now.');
