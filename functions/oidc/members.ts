/** Who may sign in to a cluster: its owner and members, as the document says at this moment. */

import { type Cluster, clusterDocument, clusterPath } from '../../shared/documents/cluster.ts';
import type { Documents } from '../cloud.ts';
import { readDocument } from '../documents.ts';

/** All of the document that matters here; one whose other fields cannot be read still lets its people in. */
const membership = clusterDocument.pick({ owner: true, members: true, readers: true });

/**
 * Both lists must agree; a uid may be any string, so it must not find what every object inherits.
 * @returns whose the cluster is; undefined: they are no member
 */
export async function findMembership(
  documents: Documents,
  cluster: string,
  uid: string,
): Promise<Pick<Cluster, 'owner'> | undefined> {
  const snapshot = await readDocument(documents, clusterPath(cluster), membership);
  if (!snapshot) return undefined;
  const { owner, members, readers } = snapshot.data;
  return Object.hasOwn(members, uid) && readers.includes(uid) ? { owner } : undefined;
}
