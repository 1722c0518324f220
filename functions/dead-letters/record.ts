/**
 * Dead letters: what the bus gave up is written down, once, where operators see it. If it was to look at a cluster that still waits for
 * that look, the cluster is parked in the same commit: whatever is wrong with it, a look each minute does not mend it.
 */
import { clusterPath } from '../../shared/documents/cluster.ts';
import { type DeadLetter, deadLetterPath } from '../../shared/documents/dead-letter.ts';
import { AppError } from '../../shared/errors.ts';
import { rowOf } from '../../shared/lifecycle/table.ts';
import { deadlineOf } from '../../shared/lifecycle/transition.ts';
import { hours } from '../../shared/units.ts';
import { type Clock, type Delivered, type DocumentData, isLostRace, type Write } from '../cloud.ts';
import { parseCluster, type Read } from '../clusters/read.ts';
import { scrub } from '../log.ts';
import type { Ports } from '../ports.ts';
import { letterOf, lookOf } from './letter.ts';

/** Event of the log entry on which an alert hangs. */
export const DEAD_LETTER = 'dead letter';

/** How long a cluster is left alone: so rarely that it costs nothing, so often that what was only an outage passes by itself. */
export const PARKED_MS = hours(1);
const TRIES = 8;

/** @throws CommitError `unavailable`; the bus delivers it again, for as long as that takes */
export async function recordDeadLetter(ports: Ports, delivered: Delivered): Promise<void> {
  const letter = letterOf(delivered);
  // Told before it is written down, and so perhaps more than once: an operator must hear of it while the database is away, too.
  ports.log.error(DEAD_LETTER, {
    topic: letter.topic,
    resource: deadLetterPath(letter.id),
    attempt: letter.deliveries,
    ...(letter.cluster === undefined ? {} : { cluster: letter.cluster }),
  });
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const { reason, writes } = await consequences(ports, letter);
    const { id, ...data } = { ...letter, reason };
    const create: Write = { op: 'create', path: deadLetterPath(id), data: data as DocumentData };
    try {
      await ports.documents.commit([create, ...writes]);
      return;
    } catch (error) {
      if (!isLostRace(error)) throw error;
      // Delivered twice, or committed with the answer lost: what follows from it was written with it.
      if (error.fault === 'exists') return;
    }
  }
  throw new AppError('CONFLICT', `the cluster of dead letter ${letter.id} changes too fast`);
}

interface Consequences {
  reason: string;
  writes: readonly Write[];
}

/** @throws CommitError `unavailable` */
async function consequences({ documents, clock }: Ports, letter: DeadLetter): Promise<Consequences> {
  const look = lookOf(letter);
  if (!look) return { reason: letter.reason, writes: [] };
  const snapshot = await documents.get(clusterPath(look.message.id));
  if (!snapshot) return { reason: 'This cluster no longer exists.', writes: [] };
  let read: Read;
  try {
    read = parseCluster(snapshot);
  } catch (error) {
    // Nothing can be written into what cannot be read. The sweep passes over it, so nobody sends for it either.
    return { reason: scrub(String(error)), writes: [] };
  }
  const { cluster, version } = read;
  if (cluster.epoch !== look.message.epoch || rowOf(cluster.state).step !== look.step)
    return { reason: 'Its cluster has moved on without it.', writes: [] };
  // Some look has got as far as a commit since: in an outage all of its messages may die, and the first one after it gets through.
  if (snapshot.updateTime > letter.diedAt)
    return {
      reason: cluster.parked ? 'Its cluster was parked before.' : 'Its cluster has been looked at since.',
      writes: [],
    };
  const data = planParking(cluster, letter, clock) as DocumentData;
  const path = clusterPath(cluster.id);
  return {
    reason: 'Its cluster is parked: its step could be neither done nor recorded.',
    writes: [{ op: 'update', path, data, ifVersion: version }],
  };
}

/**
 * The hour counts from the death of the message, not from when we hear of it: after an outage it has passed meanwhile. Nobody could look for
 * as long as that took, nor will anybody before the hour is over: neither counts for the deadline, nor twice if another message dies meanwhile.
 */
function planParking(
  cluster: Pick<Read['cluster'], 'dueAt' | 'deadlineAt' | 'parked'>,
  { id, diedAt, deliveries }: DeadLetter,
  clock: Pick<Clock, 'now' | 'after' | 'elapsed'>,
): Pick<Read['cluster'], 'parked' | 'dueAt' | 'deadlineAt'> {
  const now = clock.now();
  const untilAtMs = Math.max(
    clock.after(PARKED_MS - clock.elapsed(diedAt.getTime())),
    cluster.dueAt?.getTime() ?? 0,
  );
  const deadlineAt = deadlineOf(cluster, { now, after: clock.after });
  return {
    parked: {
      at: diedAt,
      deadLetter: id,
      reason: `Its message was delivered ${deliveries} times, and no step could be taken.`,
    },
    dueAt: new Date(untilAtMs),
    ...(deadlineAt && { deadlineAt: new Date(deadlineAt.getTime() + Math.max(0, untilAtMs - now)) }),
  };
}
