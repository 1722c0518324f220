/**
 * The end of a timeline. Who may read it is asked of its cluster's document (firestore.rules), so that no change of members has to go through
 * events, of which there may be any number.
 */
import type { Cluster } from '../../shared/documents/cluster.ts';
import { eventDocument, eventsOf } from '../../shared/documents/event.ts';
import type { Query, Write } from '../cloud.ts';
import { queryDocuments } from '../documents.ts';
import type { Ports } from '../ports.ts';

/**
 * Events marked in one commit, which may be of 10 MiB with what it changes in indexes:
 * https://firebase.google.com/docs/firestore/quotas#writes_and_transactions
 */
const PAGE = 400;

/** All of an event that matters here; one that cannot be read otherwise is taken away all the same. */
const position = eventDocument.pick({ epoch: true });

interface PurgePage {
  /** What lets a TTL policy take these events away. */
  writes: readonly Write[];
  /** Epoch of the last of them, if there are more after it. */
  lastEpoch: number | undefined;
}

/** The oldest events that no page before has had: see `purgedEpoch`. @throws CommitError `unavailable` */
export async function pageOfPurge(
  { documents }: Pick<Ports, 'documents'>,
  { id, purgedEpoch }: Pick<Cluster, 'id' | 'purgedEpoch'>,
  purgeAt: Date,
): Promise<PurgePage> {
  const query: Query = {
    collection: eventsOf(id),
    orderBy: [['epoch', 'asc']],
    ...(purgedEpoch === undefined ? {} : { startAfter: [purgedEpoch] }),
    limit: PAGE + 1,
  };
  const found = await queryDocuments(documents, query, position);
  const page = found.slice(0, PAGE);
  return {
    writes: page.map(({ path }) => ({ op: 'update', path, data: { purgeAt } })),
    lastEpoch: found.length > PAGE ? page.at(-1)?.data.epoch : undefined,
  };
}
