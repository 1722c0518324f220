/**
 * During a deploy two versions of this code run side by side, and the older one meets documents that it does not know. It leaves them to
 * the newer one: a message is delivered again, a request is made again, and after the deploy nobody is left who would refuse.
 */

import { DOCUMENT_SCHEMA } from '../shared/documents/fields.ts';
import { CLUSTERS } from '../shared/documents/paths.ts';
import { CommitError, type DocumentData, type Documents, type Snapshot } from './cloud.ts';

/** Refuses what is newer, as if the database were away. Who asks for clusters is given all and judges each: see `readableClusters`. */
export const versioned = (documents: Documents): Documents => ({
  async query(query) {
    const found = await documents.query(query);
    if (query.collection !== CLUSTERS) for (const snapshot of found) requireKnown(snapshot);
    return found;
  },
  count: (query) => documents.count(query),
  commit: (writes) => documents.commit(writes),
  async get(path) {
    const snapshot = await documents.get(path);
    if (snapshot) requireKnown(snapshot);
    return snapshot;
  },
});

function requireKnown({ path, data }: Snapshot): void {
  if (isNewer(data)) throw new CommitError('unavailable', `${path} was written by a newer version of Hub`);
}

const isNewer = ({ schema }: DocumentData): boolean => typeof schema === 'number' && schema > DOCUMENT_SCHEMA;
