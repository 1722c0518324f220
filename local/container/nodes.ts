/** What GKE itself makes in Compute Engine for a cluster: boot disks of its nodes, firewalls, and a subnetwork if it is to have its own. */
import type { ComputeModel, ComputeRow } from '../compute/model.ts';
import type { LeafNode } from './leaves.ts';
import { SHARED_NODES } from './ranges.ts';
import { type ClusterRow, controlPlaneAddress, lackingOf, refOf, zonesOf } from './state.ts';

/**
 * `gke-<cluster>-<pool>-<hash>-<4 characters>`; cluster and pool share 32. Here the last four are the zone's letter and a number, so
 * that the same node always has the same name.
 */
export const instanceName = (row: ClusterRow, pool: string, zone: string, index: number): string =>
  `gke-${row.resource.name.slice(0, 32 - pool.length)}-${pool}-${row.hash}-${zone.at(-1)}${index.toString(36).padStart(3, '0')}`;

/** All that there should be; of pools that could not get all of theirs the last are missing. */
export const nodesOf = (row: ClusterRow): LeafNode[] =>
  (row.resource.nodePools ?? []).flatMap((pool) => {
    const wanted = zonesOf(row.location, row.resource, pool).flatMap((zone) =>
      Array.from({ length: pool.initialNodeCount ?? 0 }, (_, i) => {
        const name = pool.name ?? 'default-pool';
        const machineType = pool.config?.machineType ?? 'e2-medium';
        return { name: instanceName(row, name, zone, i), pool: name, zone, machineType };
      }),
    );
    return wanted.slice(0, Math.max(0, wanted.length - lackingOf(row)));
  });

/** The boot disk of each node that has none. */
export function makeDisks(projectId: string, compute: ComputeModel, row: ClusterRow): void {
  const there = new Set(bootDisks(compute, row).map(({ name }) => name));
  for (const { name, pool: poolName, zone } of nodesOf(row)) {
    if (there.has(name)) continue;
    const pool = row.resource.nodePools?.find((one) => (one.name ?? 'default-pool') === poolName);
    const instance = `https://www.googleapis.com/compute/v1/projects/${projectId}/zones/${zone}/instances/${name}`;
    compute.create('disk', {
      name,
      location: zone,
      cluster: refOf(row),
      madeBy: 'gke',
      labels: { ...row.resource.resourceLabels, ...pool?.config?.resourceLabels, 'goog-gke-node': '' },
      sizeGiB: pool?.config?.diskSizeGb ?? 100,
      ...(pool?.config?.bootDiskKmsKey && { kmsKeyName: pool.config.bootDiskKmsKey }),
      users: [instance],
    });
  }
}

/** Boot disks go with their nodes. */
export function removeDisks(compute: ComputeModel, row: ClusterRow): void {
  const wanted = new Set(nodesOf(row).map(({ name }) => name));
  for (const { name, location } of bootDisks(compute, row)) {
    if (!wanted.has(name)) compute.remove('disk', name, location);
  }
}

const bootDisks = (compute: ComputeModel, row: ClusterRow): ComputeRow[] =>
  compute
    .all()
    .filter(({ kind, cluster, madeBy }) => kind === 'disk' && cluster?.id === row.id && madeBy === 'gke');

/** What each lets in to the nodes: https://cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules#cluster-fws */
export function makeFirewalls(projectId: string, compute: ComputeModel, row: ClusterRow): void {
  const cluster = refOf(row);
  const { nodes = SHARED_NODES, pods } = row.ranges ?? {};
  const rules = [
    { use: 'all', from: pods, allowed: ['tcp', 'udp', 'icmp', 'esp', 'ah', 'sctp'].map(all) },
    {
      use: 'master',
      from: `${controlPlaneAddress(row)}/32`,
      allowed: [{ ...all('tcp'), ports: ['443', '10250'] }],
    },
    // Whatever has an address of the subnetwork, whether it is a node of this cluster or not.
    {
      use: 'vms',
      from: nodes,
      allowed: [{ ...all('tcp'), ports: ['1-65535'] }, { ...all('udp'), ports: ['1-65535'] }, all('icmp')],
    },
  ];
  for (const { use, from, allowed } of rules) {
    compute.create('firewall', {
      name: `gke-${row.resource.name}-${row.hash}-${use}`,
      location: 'global',
      cluster,
      madeBy: 'gke',
      targetTags: [cluster.nodeTag],
      rule: {
        network: networkOf(projectId, row),
        direction: 'INGRESS',
        sourceRanges: from ? [from] : [],
        allowed,
      },
    });
  }
}

const all = (IPProtocol: string) => ({ IPProtocol });

const networkOf = (projectId: string, { resource: { network = 'default' } }: ClusterRow): string =>
  network.includes('/') ? network : `projects/${projectId}/global/networks/${network}`;

/** @returns false if there is one of that name */
export function makeSubnetwork(projectId: string, compute: ComputeModel, row: ClusterRow): boolean {
  const { resource, region, ranges } = row;
  if (!resource.ipAllocationPolicy?.createSubnetwork || !ranges) return true;
  const name = subnetworkOf(row);
  const there = compute
    .all()
    .some((one) => one.kind === 'subnetwork' && one.name === name && one.location === region);
  if (there) return false;
  compute.create('subnetwork', {
    name,
    location: region,
    // Not in the documentation; so it is on every one that was seen.
    description: `auto-created subnetwork for cluster "${resource.name}"`,
    cluster: refOf(row),
    madeBy: 'gke',
    users: [resource.name],
    subnetwork: {
      network: networkOf(projectId, row),
      ipCidrRange: ranges.nodes,
      secondaryIpRanges: [{ rangeName: `gke-${resource.name}-pods-${row.hash}`, ipCidrRange: ranges.pods }],
    },
  });
  return true;
}

/**
 * Subnetworks are in another journal than their clusters, and come before them. Killed in between, the order was never answered: a subnetwork
 * whose cluster there is not goes. One that a deletion left behind stays, as at Google; it is used by nobody any more.
 */
export function removeUnowned(compute: ComputeModel, clusters: Iterable<ClusterRow>): void {
  const ids = new Set([...clusters].map(({ id }) => id));
  for (const { kind, name, location, cluster, madeBy, users } of compute.all()) {
    if (kind !== 'subnetwork' || madeBy !== 'gke' || users.length === 0) continue;
    if (cluster && !ids.has(cluster.id)) compute.remove(kind, name, location);
  }
}

const subnetworkOf = ({ resource, hash }: ClusterRow): string =>
  resource.ipAllocationPolicy?.subnetworkName || `gke-${resource.name}-subnet-${hash}`;
