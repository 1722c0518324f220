/** Clusters as the database has them: read, parsed, and with what a conditional write needs. */
import { type Cluster, clusterDocument, clusterPath } from '../../shared/documents/cluster.ts';
import { parseDocument } from '../../shared/documents/parse.ts';
import { idOf } from '../../shared/documents/paths.ts';
import type { Snapshot } from '../cloud.ts';
import type { Ports } from '../ports.ts';

/** A cluster as read, with what a conditional write needs. */
export interface Read {
  cluster: Cluster;
  version: string;
}

/** @throws Error if the document is not a cluster this code can read: the message goes to the dead letters, nothing is written */
export function parseCluster(snapshot: Snapshot): Read {
  const id = idOf(snapshot.path);
  return { cluster: { ...parseDocument(clusterDocument, snapshot), id }, version: snapshot.version };
}

/**
 * Those of a query's documents that are clusters. One that was written by another version of this code, or is damaged, is an operator's
 * case, and no reason to leave the others alone.
 */
export function readableClusters(ports: Ports, snapshots: readonly Snapshot[]): Read[] {
  return snapshots.flatMap((snapshot) => {
    try {
      return [parseCluster(snapshot)];
    } catch (error) {
      ports.log.error('cluster not readable', { resource: snapshot.path, detail: String(error) });
      return [];
    }
  });
}

/** @throws CommitError `unavailable` */
export async function readCluster(
  { documents }: Pick<Ports, 'documents'>,
  id: string,
): Promise<Read | undefined> {
  const snapshot = await documents.get(clusterPath(id));
  return snapshot && parseCluster(snapshot);
}

/**
 * Asked by a handler before it takes away what a later one may have made under the same name: a generation does not tell them apart everywhere.
 * @returns whether the document has moved on since it was read
 * @throws CommitError `unavailable`
 */
export async function isOvertaken({ id, epoch }: Cluster, ports: Ports): Promise<boolean> {
  const now = await readCluster(ports, id);
  return now !== undefined && now.cluster.epoch !== epoch;
}
