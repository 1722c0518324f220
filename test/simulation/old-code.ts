/**
 * The version before this one, as far as documents tell: it writes the schema before, and refuses what is newer than it knows. During a
 * deploy both run side by side.
 */
import type { DocumentData, Documents, Query, Snapshot, Write } from '../../functions/cloud.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';

export function oldDocuments(documents: Documents): Documents {
  return {
    count: (query) => documents.count(query),
    get: async <T = DocumentData>(path: string) => seen(await documents.get<T>(path)),
    query: async <T = DocumentData>(query: Query) =>
      (await documents.query<T>(query)).map((snapshot) => seen(snapshot) as Snapshot<T>),
    commit: (writes) => documents.commit(writes.map(written)),
  };
}

/** What this code writes today it did not know: so much newer does it look. */
function seen<T>(snapshot: Snapshot<T> | undefined): Snapshot<T> | undefined {
  const data = snapshot?.data as DocumentData | undefined;
  if (!snapshot || data?.schema === undefined) return snapshot;
  return { ...snapshot, data: { ...data, schema: Number(data.schema) + 1 } as T };
}

function written(write: Write): Write {
  if (write.op === 'delete' || write.data.schema !== DOCUMENT_SCHEMA) return write;
  return { ...write, data: { ...write.data, schema: DOCUMENT_SCHEMA - 1 } } as Write;
}
