/**
 * What a copy that is not of one moment has of a commit only in part, and what would keep a cluster from ever changing again. Hub itself
 * never makes any of it: a commit is all or nothing.
 */
import { z } from 'zod';
import { AUDIT } from '../../shared/documents/audit.ts';
import { CLUSTERS, clusterPath } from '../../shared/documents/cluster.ts';
import { eventDocument, eventsOf } from '../../shared/documents/event.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { LEDGERS, ledgerDocument, ledgerPath } from '../../shared/documents/ledger.ts';
import { parseDocument } from '../../shared/documents/parse.ts';
import { idOf } from '../../shared/documents/paths.ts';
import { epochOfDeed } from '../audit.ts';
import { CommitError, type Documents, type Snapshot, type Write } from '../cloud.ts';
import { queryDocuments, queryPages, readDocument } from '../documents.ts';

/**
 * `claimed`: an early event says that a spare was handed to somebody. It goes too, and takes the cluster out of its pool: it is in use.
 * `early`: an event, or an entry of the audit log, of a change that its cluster has not heard of; the next change would have to write the same
 * one, so it goes. The locked log keeps its line.
 * `missing`: the ledger of a cluster that came into being while the copy was made. It begins anew, and empty: proofs list the cloud besides.
 */
export interface Torn {
  kind: 'claimed' | 'early' | 'missing';
  path: string;
}

type Found = { torn: Torn; writes: readonly Write[] };

const PAGE = 100;
/** Newest first: no cluster changes more often while a database is copied. */
const NEWEST = 100;

const position = z.object({ epoch: z.number().int().nonnegative(), pool: z.string().optional() });
const epochOf = eventDocument.pick({ epoch: true }).extend({ cause: z.string().optional() });

/**
 * It may run while Hub does: what a commit has written together is never found.
 * @throws Error if a document is none that this code can read. CommitError `unavailable`
 */
export async function findTorn(documents: Documents): Promise<Found[]> {
  const all: Found[] = [];
  for await (const page of queryPages(documents, { collection: CLUSTERS, limit: PAGE }))
    all.push(...(await Promise.all(page.map((cluster) => tornOf(cluster, documents)))).flat());
  return all;
}

/** @returns what was torn; nothing of it is any more */
export async function mendTorn(documents: Documents): Promise<Torn[]> {
  const found = await findTorn(documents);
  for (const { writes } of found) {
    try {
      await documents.commit(writes);
    } catch (error) {
      // It is done: an answer was lost, or two did it at once.
      if (!(error instanceof CommitError) || error.fault === 'unavailable') throw error;
    }
  }
  return found.map(({ torn }) => torn);
}

/**
 * Ledgers of clusters that came into being while the copy was made, and that it lacks. What they name may still run, and whose it is they do
 * not say, so only people can mend it.
 * @returns their paths
 * @throws Error if one is not readable. CommitError `unavailable`
 */
export async function findOrphaned(documents: Documents): Promise<string[]> {
  const all: string[] = [];
  for await (const page of queryPages(documents, { collection: LEDGERS, limit: PAGE })) {
    const open = page.filter(isOpen);
    // Read after their ledgers, which are written with them.
    const clusters = await Promise.all(open.map(({ path }) => documents.get(clusterPath(idOf(path)))));
    all.push(...open.filter((_, at) => clusters[at] === undefined).map(({ path }) => path));
  }
  return all;
}

const isOpen = (ledger: Snapshot): boolean =>
  Object.values(parseDocument(ledgerDocument, ledger).entries).some(({ goneAt }) => goneAt === undefined);

async function tornOf({ path }: Snapshot, documents: Documents): Promise<Found[]> {
  const id = idOf(path);
  const newest = { orderBy: [['epoch', 'desc']], limit: NEWEST } as const;
  const latest = { where: [['cluster', '==', id]], orderBy: [['at', 'desc']], limit: NEWEST } as const;
  const [events, entries, ledger] = await Promise.all([
    queryDocuments(documents, { collection: eventsOf(id), ...newest }, epochOf),
    documents.query({ collection: AUDIT, ...latest }),
    documents.get(ledgerPath(id)),
  ]);
  // Read after them, so that one of a commit made meanwhile is none.
  const now = await readDocument(documents, path, position);
  if (!now) return [];
  const { pool, epoch } = now.data;
  const gone = ({ path, version }: Snapshot): Write => ({ op: 'delete', path, ifVersion: version });
  const early = [
    ...events
      .filter(({ data }) => data.epoch > epoch)
      .map((event): Found => {
        const isClaim = pool !== undefined && event.data.cause === 'claim';
        const path = clusterPath(id);
        // Onto whatever it is by then: no cluster comes into a pool that was not born there.
        const freed: Write = { op: 'update', path, data: { pool: undefined } };
        return {
          torn: { kind: isClaim ? 'claimed' : 'early', path: event.path },
          writes: [gone(event), ...(isClaim ? [freed] : [])],
        };
      }),
    ...entries
      .filter((entry) => (epochOfDeed(idOf(entry.path), id) ?? -1) > epoch)
      .map((entry): Found => ({ torn: { kind: 'early', path: entry.path }, writes: [gone(entry)] })),
  ];
  return ledger ? early : [...early, begin(ledgerPath(id))];
}

const begin = (path: string): Found => ({
  torn: { kind: 'missing', path },
  writes: [{ op: 'create', path, data: { schema: DOCUMENT_SCHEMA, entries: {} } }],
});
