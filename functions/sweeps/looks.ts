/** Sends clusters to be looked at: every one now and then, and those out of turn of which somebody was shut out. */

import { CLUSTERS } from '../../shared/documents/cluster.ts';
import { REPAIRABLE } from '../../shared/lifecycle/derive.ts';
import { TOPICS } from '../../shared/messages.ts';
import type { Snapshot } from '../cloud.ts';
import { idsOf, sendLooks } from '../clusters/looks.ts';
import { type PagedQuery, queryPages } from '../documents.ts';
import { tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { remember, type Sent } from './sent.ts';

const PAGE = 500;

/** @throws CommitError `unavailable` if the query fails */
export async function sendToAll(ports: Ports): Promise<void> {
  const repairable: PagedQuery = {
    collection: CLUSTERS,
    where: [['state', 'in', [...REPAIRABLE]]],
    orderBy: [['createdAt', 'asc']],
    limit: PAGE,
  };
  for await (const page of queryPages(ports.documents, repairable)) await sendLooks(ports, idsOf(page));
}

/**
 * Those whose `lookAt` has come. What cannot be asked or sent stays due.
 * @param lately what this instance has sent in its sweeps before
 */
export async function sendDue(ports: Ports, lately: Sent): Promise<void> {
  try {
    const due = await ports.documents.query({
      collection: CLUSTERS,
      where: [
        ['state', 'in', [...REPAIRABLE]],
        ['lookAt', '<=', new Date(ports.clock.now())],
      ],
      orderBy: [['lookAt', 'asc']],
      limit: PAGE,
    });
    const keyOf = ({ path, version }: Snapshot): string => `look ${path} ${version}`;
    const fresh = due.filter((snapshot) => !lately.has(keyOf(snapshot)));
    await sendLooks(ports, idsOf(fresh));
    for (const snapshot of fresh) remember(lately, keyOf(snapshot), ports.clock);
  } catch (thrown) {
    tellFailure(ports.log, 'message not sent', thrown, { topic: TOPICS.drift });
  }
}
