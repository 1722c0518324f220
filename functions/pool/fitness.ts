/** Whether a spare can be handed out, decided purely from what looks at it have found. */
import type { Cluster } from '../../shared/documents/cluster.ts';
import { flawsOf } from '../../shared/flaws.ts';
import { hours } from '../../shared/units.ts';
import { APART_MS, type Elapsed, lastSeenMs } from '../clusters/seen.ts';

/**
 * A spare is looked at more often than a cluster in use, for nobody else would notice; and each look is late enough to prove what the one
 * before it found.
 */
const LOOK_EVERY_MS = APART_MS;
/** Some looks get lost. Where none comes at all, nothing is known of any spare. */
const SEEN_LATELY_MS = hours(3);

type Seen = Pick<Cluster, 'state' | 'since' | 'conditions' | 'seenAt' | 'missedAt'>;

/** It was seen lately, and nothing was found that would keep its owner from using it. */
export const isFit = (spare: Seen, elapsed: Elapsed): boolean =>
  spare.state === 'warm' &&
  spare.missedAt === undefined &&
  flawsOf(spare).length === 0 &&
  elapsed(lastSeenMs(spare)) < SEEN_LATELY_MS;

/** Two looks in a row could not see it, or found the same flaw. */
export function isLost(spare: Seen, elapsed: Elapsed): boolean {
  if (spare.state !== 'warm') return false;
  // A missed look says so only once another has missed it, too.
  if (spare.missedAt) return flawsOf(spare).some(({ type }) => type === 'Reachable');
  const seenMs = elapsed(lastSeenMs(spare));
  return flawsOf(spare).some(({ since }) => elapsed(since.getTime()) - seenMs >= APART_MS);
}

/** Time for the next look. One that was missed has a time of its own: `lookAt`. */
export const isLookDue = (spare: Seen, elapsed: Elapsed): boolean =>
  spare.state === 'warm' && !spare.missedAt && elapsed(lastSeenMs(spare)) >= LOOK_EVERY_MS;
