/** What the embedded cloud holds, looked at behind its API, where no fault strikes and no call is counted. */
import type { ComputeModel } from '../compute/model.ts';
import type { ClusterRow } from '../container/state.ts';
import type { DnsModel } from '../dns/model.ts';
import type { RecordSet } from '../dns/records.ts';
import type { World } from '../service.ts';
import type { Bucket } from '../storage/model.ts';

/** Something that it has. */
interface InventoryItem {
  kind: string;
  name: string;
  location: string;
  /** A name that tells whose it is, if it is a cluster's. */
  of: string;
}

interface Inventory {
  /** Every object. */
  inventory(): InventoryItem[];
  cloudClusters(): ClusterRow[];
  /** How many there are. */
  objects(): number;
}

/** The stores of the stand-ins, and what tells where in them it is. */
interface Stock {
  container: World['store'];
  compute: Pick<ComputeModel, 'all'>;
  storage: World['store'];
  dns: World['store'];
  zone: ReturnType<DnsModel['createZone']>;
}

export function inventoryOf({ container, compute, storage, dns, zone }: Stock): Inventory {
  const cloudClusters = (): ClusterRow[] => [...container.table<ClusterRow>('clusters').values()];
  const inventory = (): InventoryItem[] => [
    ...cloudClusters().map(({ resource: { name }, location }) => ({
      kind: 'cluster',
      name,
      location,
      of: name,
    })),
    ...compute
      .all()
      .map(({ kind, name, location, cluster }) => ({ kind, name, location, of: cluster?.name ?? name })),
    ...[...storage.table<Bucket>('buckets').values()].map(({ name, location }) => ({
      kind: 'bucket',
      name,
      location,
      of: name,
    })),
    ...[...dns.table<RecordSet>(`records of ${zone.id}`).values()]
      .filter(({ type }) => type !== 'NS' && type !== 'SOA')
      .map(({ name, type }) => ({
        kind: 'dns-record',
        name: `${type} ${name}`,
        location: 'global',
        of: name,
      })),
  ];
  return { inventory, cloudClusters, objects: () => inventory().length };
}
