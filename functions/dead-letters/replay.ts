/** An operator sends a dead letter once more, just as it was. */

import { clusterPath } from '../../shared/documents/cluster.ts';
import type { DeadLetter } from '../../shared/documents/dead-letter.ts';
import { AppError } from '../../shared/errors.ts';
import { rowOf } from '../../shared/lifecycle/table.ts';
import { deadlineOf } from '../../shared/lifecycle/transition.ts';
import { bodyOf } from '../../shared/messages.ts';
import type { Write } from '../cloud.ts';
import { readableClusters } from '../clusters/read.ts';
import { ALL_TOPICS } from '../manifest.ts';
import type { Ports } from '../ports.ts';
import { isTaken, lookOf } from './letter.ts';
import { markDeadLetter } from './mark.ts';

/**
 * Publishes it, then marks it. Should the mark fail, the message is out, which does no harm: it may be published as often as one likes.
 * @returns the letter as it is afterwards
 * @throws AppError NOT_FOUND, NOT_REPLAYABLE, REPLAY_REASON_USED, CONFLICT, UNAVAILABLE
 */
export async function replayDeadLetter(
  ports: Ports,
  id: string,
  by: string,
  reason: string,
): Promise<DeadLetter> {
  let isOut = false;
  return markDeadLetter(ports, id, { by, action: 'replay', reason }, async (letter, at) => {
    const body = requireReplayable(letter);
    if (letter.replays.some((replay) => replay.reason === reason)) {
      // Two presses at once: the other one has marked it.
      if (isOut) return undefined;
      throw new AppError('REPLAY_REASON_USED');
    }
    if (!isOut) await ports.messages.publish(letter.topic, body);
    isOut = true;
    const replays = [...letter.replays, { by, reason, at }];
    return { fields: { state: 'replayed', replays }, also: await dueAtOnce(ports, letter) };
  });
}

/** The codes of this Hub decide, not those of the one that wrote it down. @throws AppError NOT_REPLAYABLE */
function requireReplayable({ topic, body, format, replays }: DeadLetter): object {
  if (!ALL_TOPICS.includes(topic)) throw new AppError('NOT_REPLAYABLE', `There is no topic "${topic}".`);
  const message = bodyOf(body);
  if (format === 'text' || !isTaken(topic, message))
    throw new AppError('NOT_REPLAYABLE', 'It is not a message of its topic.');
  if (replays.length >= MAX_REPLAYS)
    throw new AppError('NOT_REPLAYABLE', `It has been replayed ${MAX_REPLAYS} times.`);
  return message as object;
}

/** Each is kept, with its reason. */
const MAX_REPLAYS = 50;

/** Should the message get lost, the sweep sends for the parked cluster all the same. */
async function dueAtOnce(ports: Ports, letter: DeadLetter): Promise<readonly Write[]> {
  const { documents, clock } = ports;
  const look = lookOf(letter);
  const snapshot = look && (await documents.get(clusterPath(look.message.id)));
  if (!look || !snapshot?.data.parked) return [];
  const [read] = readableClusters(ports, [snapshot]);
  // It cannot be read, so it cannot be made due.
  if (!read) return [];
  const { cluster, version } = read;
  if (cluster.epoch !== look.message.epoch || rowOf(cluster.state).step !== look.step) return [];
  const now = clock.now();
  // What is due already stays due since then: it tells for how long nobody could look.
  if (cluster.dueAt && cluster.dueAt.getTime() <= now) return [];
  const deadlineAt = deadlineOf(cluster, { now, after: clock.after });
  const data = { dueAt: new Date(now), ...(deadlineAt && { deadlineAt }) };
  return [{ op: 'update', path: clusterPath(cluster.id), data, ifVersion: version }];
}
