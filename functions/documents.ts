/** Documents as code gets them: read, parsed, and with what a conditional write needs. */
import type { z } from 'zod';
import { parseDocument } from '../shared/documents/parse.ts';
import { type Documents, isLostRace, type Query, type Snapshot, type Write } from './cloud.ts';
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
