/** Documents as code gets them: read, parsed, and with what a conditional write needs. */
import type { z } from 'zod';
import { parseDocument } from '../shared/documents/parse.ts';
import {
  CommitError,
  type Documents,
  isLostRace,
  type Query,
  type Snapshot,
  type Value,
  type Write,
} from './cloud.ts';
import type { Log } from './log.ts';

/** @throws CommitError `unavailable`; Error if the document is not what the schema says */
export async function readDocument<S extends z.ZodType>(
  documents: Documents,
  path: string,
  schema: S,
): Promise<Snapshot<z.output<S>> | undefined> {
  const snapshot = await documents.get(path);
  return snapshot && { ...snapshot, data: parseDocument(schema, snapshot) };
}

/** All or none of what is found. @throws CommitError `unavailable`; Error if one is not what the schema says */
export async function queryDocuments<S extends z.ZodType>(
  documents: Documents,
  query: Query,
  schema: S,
): Promise<Snapshot<z.output<S>>[]> {
  const found = await documents.query(query);
  return found.map((snapshot) => ({ ...snapshot, data: parseDocument(schema, snapshot) }));
}

/** With the limit of one page. */
export interface PagedQuery extends Query {
  limit: number;
}

/**
 * All that a query finds, however much it is: a page is read when the one before it is dealt with, and none is empty.
 * @throws CommitError `unavailable`
 */
export async function* queryPages(
  documents: Documents,
  query: PagedQuery,
): AsyncGenerator<readonly Snapshot[], void> {
  for (let startAfter: readonly Value[] | undefined; ; ) {
    const page = await documents.query({ ...query, ...(startAfter && { startAfter }) });
    const last = page.at(-1);
    if (!last) return;
    yield page;
    if (page.length < query.limit) return;
    startAfter = [...(query.orderBy ?? []).map(([field]) => valueAt(last, field)), last.path];
  }
}

/** As the query orders by it: also of a document that is not readable otherwise. */
function valueAt({ data }: Snapshot, field: string): Value {
  const parts = field.split('.');
  return (
    parts.reduce<Value | undefined>((at, part) => (at as Record<string, Value> | undefined)?.[part], data) ??
    null
  );
}

/**
 * Those that are what the schema says. One that was written by another version of this code, or is damaged, is an operator's case, and no
 * reason to leave the others alone.
 */
export function readableDocuments<S extends z.ZodType>(
  { log }: { log: Log },
  snapshots: readonly Snapshot[],
  schema: S,
): Snapshot<z.output<S>>[] {
  return snapshots.flatMap((snapshot) => {
    try {
      return [{ ...snapshot, data: parseDocument(schema, snapshot) }];
    } catch (error) {
      log.error('document not readable', { resource: snapshot.path, detail: String(error) });
      return [];
    }
  });
}

/**
 * Commits, and knows its own commit again. The official client sends one again whose answer was lost, and is then told that somebody was first
 * (`google/documents.ts`); where the commit left something that nobody else's could have, all of it was written.
 * @param path of what it leaves
 * @param isOwn whether what is there is of this commit; absent: nobody else makes anything at that path, for it is random
 * @throws CommitError as `commit`, but of what others wrote alone
 */
export async function commitOwn(
  documents: Documents,
  writes: readonly Write[],
  path: string,
  isOwn: (found: Snapshot) => boolean = () => true,
): Promise<void> {
  try {
    await documents.commit(writes);
  } catch (error) {
    if (!(error instanceof CommitError)) throw error;
    const found = await documents.get(path);
    if (!found || !isOwn(found)) throw error;
  }
}

/**
 * For what is written down once, by whoever comes first.
 * @returns false, and nothing is written, if somebody else's commit came first
 * @throws CommitError `unavailable`
 */
export async function commitUnlessLost(documents: Documents, writes: readonly Write[]): Promise<boolean> {
  try {
    await documents.commit(writes);
    return true;
  } catch (error) {
    if (isLostRace(error)) return false;
    throw error;
  }
}
