/** From the document to what the provider, the storage and the leaf need to know. */
import { entriesOf } from '../../shared/catalog/catalog.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import type { Ledger, LedgerEntry } from '../../shared/documents/ledger.ts';
import { ledgerPath } from '../../shared/documents/ledger.ts';
import type { Ports } from '../ports.ts';
import type { ClusterTarget } from '../providers/provider.ts';

export function targetOf(cluster: Cluster): ClusterTarget {
  const { size, region } = entriesOf(cluster.spec);
  if (cluster.location === undefined) throw new Error(`cluster ${cluster.id} has no location`);
  return {
    id: cluster.id,
    generation: cluster.generation,
    location: cluster.location,
    region: region.id,
    machineType: size.machineType,
    nodes: size.nodes,
    diskGiB: size.diskGiB,
  };
}

/** Bucket names are global to all of Cloud Storage; 80 random bits in the id make a clash a matter of malice, not of chance. */
export const bucketName = (cluster: Pick<Cluster, 'id' | 'generation'>): string =>
  `hub-${cluster.id}-g${cluster.generation}`;

export const clusterEntry = (
  cluster: Cluster,
  location: string,
  ports: Ports,
): Omit<LedgerEntry, 'plannedAt'> => ({
  kind: 'cluster',
  name: ports.provider.clusterName(cluster),
  location,
  generation: cluster.generation,
});

/** Everything ever asked for. @throws CommitError `unavailable` */
export async function readLedger(cluster: Cluster, ports: Ports): Promise<Ledger['entries']> {
  const snapshot = await ports.documents.get<Ledger>(ledgerPath(cluster.id));
  return snapshot?.data.entries ?? {};
}
