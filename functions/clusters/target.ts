/** From the document to what the provider, the storage and the leaf need to know. */
import { entriesOf } from '../../shared/catalog/catalog.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { type Ledger, type LedgerEntry, ledgerDocument, ledgerPath } from '../../shared/documents/ledger.ts';
import { challengeName, type DnsRecordName } from '../dns.ts';
import { readDocument } from '../documents.ts';
import { nameOf } from '../names.ts';
import type { Ports } from '../ports.ts';
import type { ClusterTarget } from '../providers/provider.ts';
import { hostName, hostOf } from './host.ts';

export function targetOf(cluster: Cluster): ClusterTarget {
  const { size, region } = entriesOf(cluster.spec);
  return {
    ...whereaboutsOf(cluster),
    region: region.id,
    machineType: size.machineType,
    nodes: size.nodes,
    diskGiB: size.diskGiB,
  };
}

export type Whereabouts = Pick<ClusterTarget, 'id' | 'generation' | 'location'>;

/** What its provider needs to know in order to find it. @throws Error for one that was never let in: a broken invariant */
export function whereaboutsOf({ id, generation, location }: Cluster): Whereabouts {
  if (location === undefined) throw new Error(`cluster ${id} has no location`);
  return { id, generation, location };
}

/** Bucket names are global to all of Cloud Storage; 80 random bits in the id make a clash a matter of malice, not of chance. */
export const bucketName = nameOf;

/** The Kubernetes cluster, and the subnetwork that is made with it. */
export const clusterEntries = (
  { id, generation, spec }: Cluster,
  location: string,
  { provider }: Ports,
): Omit<LedgerEntry, 'plannedAt'>[] => [
  { kind: 'cluster', name: provider.clusterName({ id, generation }), location, generation },
  {
    kind: 'subnetwork',
    name: provider.subnetwork({ id, generation, location }),
    location: spec.region,
    generation,
  },
];

/** All that one try at a cluster asks for; names only, so that all of it can be written down before any of it is there. */
export const entriesOfTry = (
  cluster: Cluster,
  location: string,
  ports: Ports,
): Omit<LedgerEntry, 'plannedAt'>[] => {
  const { generation } = cluster;
  return [
    ...clusterEntries(cluster, location, ports),
    { kind: 'bucket', name: bucketName(cluster), location: cluster.spec.region, generation },
    { kind: 'firewall', name: ports.provider.webhookRule(cluster), location: 'global', generation },
    ...recordsOf(cluster, ports).map((record) => ({
      kind: 'dns-record' as const,
      name: recordLabel(record),
      location: 'global',
      generation,
    })),
  ];
};

/** The records that a cluster may have: its address, and the proof of its name. */
export function recordsOf(
  cluster: Pick<Cluster, 'id'>,
  { settings }: Pick<Ports, 'settings'>,
): DnsRecordName[] {
  const name = hostName(hostOf(cluster.id, settings.zone));
  return [
    { name, type: 'A' },
    { name: challengeName(name), type: 'TXT' },
  ];
}

/** A record as the ledger and the lists of what is left name it. */
export const recordLabel = ({ type, name }: DnsRecordName): string => `${type} ${name}`;

/** @throws Error for what is no such label: a broken ledger */
export function parseRecordLabel(label: string): DnsRecordName {
  const [, type, name] = /^(A|AAAA|CNAME|TXT) (\S+)$/.exec(label) ?? [];
  if (type === undefined || name === undefined) throw new Error(`no DNS record is called ${label}`);
  return { type: type as DnsRecordName['type'], name };
}

/** Everything ever asked for. @throws CommitError `unavailable` */
export const readEntries = async (cluster: Cluster, ports: Ports): Promise<Ledger['entries']> =>
  (await readLedger(cluster, ports)).entries;

/** With the version to judge by. @throws CommitError `unavailable` */
export async function readLedger(
  cluster: Cluster,
  ports: Ports,
): Promise<{ entries: Ledger['entries']; version?: string }> {
  const snapshot = await readDocument(ports.documents, ledgerPath(cluster.id), ledgerDocument);
  return snapshot ? { entries: snapshot.data.entries, version: snapshot.version } : { entries: {} };
}
