/** A running cluster with everything that is needed to work in it. */
import { entriesOf } from '../../shared/catalog/catalog.ts';
import type { Product } from '../../shared/catalog/product.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { AppError } from '../../shared/errors.ts';
import { hostOf } from '../clusters/host.ts';
import { type Whereabouts, whereaboutsOf } from '../clusters/target.ts';
import type { Leaf } from '../leaf/leaf.ts';
import type { Ports } from '../ports.ts';
import type { LeafConnection, Observed } from '../providers/provider.ts';

export interface Site {
  cluster: Cluster;
  product: Product;
  /** As in an address; see `hostOf`. */
  host: string;
  target: Whereabouts;
  connection: LeafConnection;
  leaf: Leaf;
  ports: Ports;
}

/** @throws AppError CLUSTER_VANISHED, LEAF_UNAVAILABLE while it is made and if it is broken, PROVIDER_UNAVAILABLE, PERMISSION_DENIED */
export async function siteOf(cluster: Cluster, ports: Ports): Promise<Site> {
  return siteIn(await observe(cluster, ports), cluster, ports);
}

/** @throws AppError PROVIDER_UNAVAILABLE, PERMISSION_DENIED */
export const observe = (cluster: Cluster, { provider }: Ports): Promise<Observed> =>
  provider.observeCluster(whereaboutsOf(cluster));

/** @throws AppError CLUSTER_VANISHED; LEAF_UNAVAILABLE while it is made, and if it is broken */
export function siteIn(seen: Observed, cluster: Cluster, ports: Ports): Site {
  if (seen.status === 'absent' || seen.status === 'deleting') throw new AppError('CLUSTER_VANISHED');
  if (seen.status !== 'ready') throw new AppError('LEAF_UNAVAILABLE', seen.detail);
  const { connection, warning } = seen;
  if (warning !== undefined)
    ports.log.warn('cluster needs an operator', { cluster: cluster.id, detail: warning });
  const { product } = entriesOf(cluster.spec);
  const host = hostOf(cluster.id, ports.settings.zone);
  const target = whereaboutsOf(cluster);
  return { cluster, product, host, target, connection, leaf: ports.leaves.open(connection), ports };
}
