/** Has clusters looked at out of turn. */

import { CLUSTERS } from '../../shared/documents/cluster.ts';
import { idOf } from '../../shared/documents/paths.ts';
import { MESSAGE_SCHEMA, TOPICS } from '../../shared/messages.ts';
import type { Snapshot } from '../cloud.ts';
import { tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';

/** Spares of a place that are looked at out of turn; a pool of more is found out a claim later. */
const BESIDE = 50;

/**
 * Spares are looked at twice an hour: what befell a whole place between two looks is found first by whoever was handed out one of them.
 * @param location of the spare that cannot be reached
 * @throws CommitError `unavailable` if the query fails
 */
export async function sendToSparesIn(ports: Ports, location: string): Promise<void> {
  const spares = await ports.documents.query({
    collection: CLUSTERS,
    where: [
      ['state', '==', 'warm'],
      ['location', '==', location],
    ],
    limit: BESIDE,
  });
  await sendLooks(ports, idsOf(spares));
}

const idsOf = (clusters: readonly Snapshot[]): string[] => clusters.map(({ path }) => idOf(path));

/** Each of them is looked at now. What cannot be sent is in the log. */
export async function sendLooks(ports: Ports, ids: readonly string[]): Promise<void> {
  const sent = await Promise.allSettled(
    ids.map((id) => ports.messages.publish(TOPICS.drift, { schema: MESSAGE_SCHEMA, id })),
  );
  const lost = sent.filter((one) => one.status === 'rejected');
  // One line for all: if the bus is away, it is so for each of them.
  if (lost[0])
    tellFailure(ports.log, 'message not sent', lost[0].reason, { topic: TOPICS.drift, count: lost.length });
}
