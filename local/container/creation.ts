/** What GKE decides when it is asked for a cluster: refuse, or begin an operation whose end is known to it alone. */
import type { ComputeModel } from '../compute/model.ts';
import { ServiceError, STATUS } from '../service.ts';
import { shortageMs } from './durations.ts';
import * as failures from './failures.ts';
import { instanceName, makeSubnetwork } from './nodes.ts';
import type { Beginning } from './operations.ts';
import { keyOf, type Project } from './project.ts';
import type { Quotas } from './quota.ts';
import { chooseRanges } from './ranges.ts';
import type { ClusterResource } from './resource.ts';
import { type ClusterRow, cpusOf, zonesOf } from './state.ts';
import { checkCluster } from './validate.ts';
import { clusterPath } from './views.ts';
import { findRegion } from './zones.ts';

interface Room {
  project: Project;
  compute: ComputeModel;
  quotas: Quotas;
  /** Of GKE. */
  version: string;
}

/**
 * The cluster and its subnetwork, and how the operation that makes it is to go.
 * @throws ServiceError INVALID_ARGUMENT, ALREADY_EXISTS, RESOURCE_EXHAUSTED
 */
export function planCreation(
  room: Room,
  location: string,
  cluster: ClusterResource,
): { row: ClusterRow; how: Beginning } {
  const resource = admit(room, location, cluster);
  const row = rowOf(room, location, resource);
  const ranges = chooseRanges(resource.ipAllocationPolicy ?? {}, takenRanges(room));
  if ('missing' in ranges) {
    const { missing, for: of } = ranges;
    const what = `${of} for cluster ${resource.name}`;
    return { row, how: { failure: failures.noAddresses(resource.network ?? 'default', missing, what) } };
  }
  const placed = { ...row, ranges };
  return { row: placed, how: outcomeOf(room, placed) };
}

/** What is refused at once. */
function admit({ project, quotas }: Room, location: string, cluster: ClusterResource) {
  const { faults, projectId } = project.world;
  const resource = withPools(cluster);
  checkCluster(projectId, location, resource);
  const name = resource.name ?? '';
  const region = findRegion(location) ?? location;
  if (project.clusters.has(keyOf(location, name))) {
    const path = clusterPath(projectId, location, name);
    throw new ServiceError(STATUS.ALREADY_EXISTS, `Already exists: ${path}.`);
  }
  quotas.requireCluster(region, location);
  quotas.requireCpus(region, cpusOf(location, resource));
  if (faults.hit('quota', region)) throw failures.quotaAtCall(region);
  if (faults.hit('too-many-operations', region)) throw failures.tooManyOperations(projectId);
  return { ...resource, name };
}

/** A request may name a node count instead of pools; GKE then makes one called `default-pool`. */
function withPools(cluster: ClusterResource): ClusterResource {
  if ((cluster.nodePools?.length ?? 0) > 0 || !cluster.initialNodeCount) return cluster;
  const { initialNodeCount, ...rest } = cluster;
  return { ...rest, nodePools: [{ name: 'default-pool', initialNodeCount }] };
}

const rowOf = (
  { project: { world, hex }, version }: Room,
  location: string,
  resource: ClusterRow['resource'],
): ClusterRow => ({
  resource,
  id: hex(64),
  hash: hex(8),
  location,
  region: findRegion(location) ?? location,
  status: 'PROVISIONING',
  conditions: [],
  createdAtMs: world.clock.now(),
  version,
  ...(world.faults.hit('range-untold', resource.name) && { rangeUntold: true as const }),
});

/** By clusters, and by what is left of those that are gone. */
const takenRanges = ({ project, compute }: Room): string[] => [
  ...[...project.clusters.values()].flatMap(({ ranges }) => (ranges ? [ranges.nodes, ranges.pods] : [])),
  ...compute
    .all()
    .flatMap(({ subnetwork }) =>
      subnetwork
        ? [subnetwork.ipCidrRange, ...subnetwork.secondaryIpRanges.map(({ ipCidrRange }) => ipCidrRange)]
        : [],
    ),
];

function outcomeOf({ project, compute, quotas }: Room, row: ClusterRow): Beginning {
  const { faults, projectId, random } = project.world;
  const { resource, region, location } = row;
  if (!makeSubnetwork(projectId, compute, row)) {
    return { failure: failures.subnetworkExists(resource.ipAllocationPolicy?.subnetworkName ?? '') };
  }
  if (faults.hit('account-deleted', region)) {
    return { failure: failures.setUp('GKE_SERVICE_ACCOUNT_DELETED') };
  }
  if (faults.hit('key-error', region)) return { failure: failures.setUp('CLOUD_KMS_KEY_ERROR') };
  const zones = zonesOf(location, resource);
  const empty = zones.find((zone) => faults.hit('stockout', zone));
  const instanceIn = (zone: string): string =>
    instanceName(row, resource.nodePools?.[0]?.name ?? 'default-pool', zone, 0);
  if (empty === undefined && !faults.hit('quota', `${region} operation`)) {
    const scarce = zones.find((zone) => faults.hit('stockout-in-part', zone));
    if (scarce === undefined) return {};
    const lastsMs = shortageMs(random);
    return { lastsMs, lacking: failures.stockoutInPart(projectId, scarce, lastsMs, instanceIn(scarce)) };
  }
  const lastsMs = shortageMs(random);
  const zone = empty ?? zones[0] ?? location;
  const instance = instanceIn(zone);
  const failure =
    empty === undefined
      ? failures.quotaInOperation(region, quotas.of(region).cpus, lastsMs, instance)
      : failures.stockout(projectId, empty, lastsMs, instance);
  return { failure, lastsMs };
}
