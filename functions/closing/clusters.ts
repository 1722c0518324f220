/** The clusters that name somebody: theirs, and those of others that they may use. */
import { CLUSTERS, type Cluster } from '../../shared/documents/cluster.ts';
import { parseCluster } from '../dispatch/commit.ts';
import type { Ports } from '../ports.ts';

/**
 * All of them, deleted ones too, by id.
 * @throws CommitError `unavailable`; Error if one cannot be read, for then nobody knows what it says
 */
export async function clustersOf({ documents }: Pick<Ports, 'documents'>, uid: string): Promise<Cluster[]> {
  const [owned, read] = await Promise.all([
    documents.query({ collection: CLUSTERS, where: [['owner', '==', uid]] }),
    documents.query({ collection: CLUSTERS, where: [['readers', 'array-contains', uid]] }),
  ]);
  const all = new Map([...owned, ...read].map((snapshot) => [snapshot.path, parseCluster(snapshot).cluster]));
  return [...all.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
