/** What GKE itself makes in Compute Engine for a cluster: boot disks of its nodes, and firewalls. */
import type { ComputeModel } from '../compute/model.ts';
import { type ClusterRow, refOf, zonesOf } from './state.ts';

/**
 * `gke-<cluster>-<pool>-<hash>-<4 characters>`; cluster and pool share 32. Here the last four are the zone's letter and a number, so
 * that the same node always has the same name.
 */
export const instanceName = (row: ClusterRow, pool: string, zone: string, index: number): string =>
  `gke-${row.resource.name.slice(0, 32 - pool.length)}-${pool}-${row.hash}-${zone.at(-1)}${index.toString(36).padStart(3, '0')}`;

/** As many boot disks as there are nodes now: missing ones are made, those beyond go. */
export function fitNodes(projectId: string, compute: ComputeModel, row: ClusterRow): void {
  const cluster = refOf(row);
  const wanted = new Map<string, () => void>();
  for (const pool of row.resource.nodePools ?? []) {
    for (const zone of zonesOf(row.location, row.resource, pool)) {
      for (let i = 0; i < (pool.initialNodeCount ?? 0); i++) {
        const name = instanceName(row, pool.name ?? 'default-pool', zone, i);
        const instance = `https://www.googleapis.com/compute/v1/projects/${projectId}/zones/${zone}/instances/${name}`;
        wanted.set(name, () =>
          compute.create('disk', {
            name,
            location: zone,
            cluster,
            madeBy: 'gke',
            labels: { ...row.resource.resourceLabels, ...pool.config?.resourceLabels, 'goog-gke-node': '' },
            sizeGiB: pool.config?.diskSizeGb ?? 100,
            users: [instance],
          }),
        );
      }
    }
  }
  for (const disk of compute.all()) {
    if (disk.kind !== 'disk' || disk.cluster?.id !== row.id || disk.madeBy !== 'gke') continue;
    if (!wanted.delete(disk.name)) compute.remove('disk', disk.name, disk.location);
  }
  for (const make of wanted.values()) make();
}

export function makeFirewalls(compute: ComputeModel, row: ClusterRow): void {
  const cluster = refOf(row);
  for (const use of ['all', 'ssh', 'vms']) {
    compute.create('firewall', {
      name: `gke-${row.resource.name}-${row.hash}-${use}`,
      location: 'global',
      cluster,
      madeBy: 'gke',
      targetTags: [cluster.nodeTag],
    });
  }
}
