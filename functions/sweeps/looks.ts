/**
 * Sends clusters to be looked at: every one now and then, and those out of turn of which somebody was shut out. None that cannot be read: no
 * look could read it either, so that its message would end among the dead letters, each time anew.
 */

import { CLUSTERS } from '../../shared/documents/cluster.ts';
import { REPAIRABLE } from '../../shared/lifecycle/derive.ts';
import { TOPICS } from '../../shared/messages.ts';
import { sendLooks } from '../clusters/looks.ts';
import { type Read, readableClusters } from '../clusters/read.ts';
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
  for await (const page of queryPages(ports.documents, repairable))
    await sendLooks(ports, idsOf(readableClusters(ports, page)));
}

const idsOf = (read: readonly Read[]): string[] => read.map(({ cluster }) => cluster.id);

/**
 * Those whose `lookAt` has come. What cannot be asked or sent stays due, and so does what cannot be read: however much that is, the pages
 * after it have their turn.
 * @param lately what this instance has sent in its sweeps before
 */
export async function sendDue(ports: Ports, lately: Sent): Promise<void> {
  try {
    for await (const page of queryPages(ports.documents, {
      collection: CLUSTERS,
      where: [
        ['state', 'in', [...REPAIRABLE]],
        ['lookAt', '<=', new Date(ports.clock.now())],
      ],
      orderBy: [['lookAt', 'asc']],
      limit: PAGE,
    })) {
      const fresh = readableClusters(ports, page).filter((read) => !lately.has(keyOf(read)));
      await sendLooks(ports, idsOf(fresh));
      for (const read of fresh) remember(lately, keyOf(read), ports.clock);
    }
  } catch (thrown) {
    tellFailure(ports.log, 'message not sent', thrown, { topic: TOPICS.drift });
  }
}

const keyOf = ({ cluster, version }: Read): string => `look ${cluster.id} ${version}`;
