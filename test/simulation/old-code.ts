/**
 * The version before this one, as far as documents tell: it writes the schema before, and refuses what is newer than it knows. During a
 * deploy both run side by side.
 */
import type { Documents, Snapshot, Write } from '../../functions/cloud.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';

export function oldDocuments(documents: Documents): Documents {
  return {
    count: (query) => documents.count(query),
    get: async (path) => seen(await documents.get(path)),
    query: async (query) => (await documents.query(query)).map(seen),
    commit: (writes) => documents.commit(writes.map(written)),
  };
}

/** What this code writes today it did not know: so much newer does it look. */
function seen<S extends Snapshot | undefined>(snapshot: S): S {
  if (snapshot?.data.schema === undefined) return snapshot;
  const { data } = snapshot;
  return { ...snapshot, data: { ...data, schema: Number(data.schema) + 1 } };
}

function written(write: Write): Write {
  if (write.op === 'delete' || write.data.schema !== DOCUMENT_SCHEMA) return write;
  return { ...write, data: { ...write.data, schema: DOCUMENT_SCHEMA - 1 } } as Write;
}
