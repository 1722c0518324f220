/** What GKE refuses of a create request before it does anything. Pure. */
import { ServiceError, STATUS } from '../service.ts';
import type { ClusterResource } from './resource.ts';
import { findCpus, findRegion, isRegion, ZONES } from './zones.ts';

/** https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#Cluster (name) */
const NAME = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;
/** https://cloud.google.com/compute/docs/labeling-resources#requirements */
const LABEL_KEY = /^[a-z][-_a-z0-9]{0,62}$/;
const LABEL_VALUE = /^[-_a-z0-9]{0,63}$/;
const MAX_LABELS = 64;

const invalid = (message: string): ServiceError => new ServiceError(STATUS.INVALID_ARGUMENT, message);

/** @throws ServiceError INVALID_ARGUMENT; NOT_FOUND for a location that does not exist */
export function checkCluster(projectId: string, location: string, cluster: ClusterResource): void {
  if (!findRegion(location)) {
    throw invalid(`Location "${location}" does not exist.`);
  }
  if (!NAME.test(cluster.name ?? '')) {
    throw invalid(
      `Invalid value for field "cluster.name": "${cluster.name ?? ''}". Must be at most 40 characters, start with a lowercase letter, end with a letter or digit and hold only lowercase letters, digits and hyphens.`,
    );
  }
  checkLabels('cluster.resource_labels', cluster.resourceLabels);
  checkPools(location, cluster);
  checkNetwork(cluster);
  checkIdentity(projectId, cluster);
  if (cluster.databaseEncryption?.state === 'ENCRYPTED' && !cluster.databaseEncryption.keyName) {
    throw invalid('database_encryption.key_name must be set when database_encryption.state is ENCRYPTED.');
  }
}

function checkPools(location: string, cluster: ClusterResource): void {
  const pools = cluster.nodePools ?? [];
  if (pools.length > 0 && cluster.initialNodeCount) {
    throw invalid('Cluster.initial_node_count and Cluster.node_pools may not be specified at the same time.');
  }
  if (pools.length === 0)
    throw invalid('Either cluster.node_pools or cluster.initial_node_count must be set.');
  for (const zone of cluster.locations ?? []) {
    const region = findRegion(location) ?? '';
    if (!ZONES[region]?.includes(zone)) throw invalid(`Location "${zone}" is not a zone of "${region}".`);
    if (!isRegion(location) && !cluster.locations?.includes(location)) {
      throw invalid(`The list of locations must contain the zone of the control plane, "${location}".`);
    }
  }
  for (const pool of pools) {
    if (!NAME.test(pool.name ?? ''))
      throw invalid(`Invalid value for field "node_pool.name": "${pool.name}".`);
    checkNodeCount(pool.initialNodeCount ?? 0);
    const machineType = pool.config?.machineType ?? 'e2-medium';
    if (findCpus(machineType) === undefined) {
      throw invalid(`Machine type with name "${machineType}" does not exist in zone "${location}".`);
    }
    const disk = pool.config?.diskSizeGb ?? 100;
    if (disk < 10) throw invalid(`node_pool.config.disk_size_gb must be at least 10, got ${disk}.`);
    const { bootDiskKmsKey: key } = pool.config ?? {};
    if (key && !key.includes(`/locations/${findRegion(location)}/`)) {
      throw invalid(`The key "${key}" of the boot disks must be in the region of the cluster.`);
    }
    checkLabels('node_pool.config.resource_labels', pool.config?.resourceLabels);
  }
}

/** https://cloud.google.com/kubernetes-engine/quotas @throws ServiceError INVALID_ARGUMENT */
export function checkNodeCount(count: number): void {
  if (count >= 0 && count <= 1000) return;
  throw invalid('node_pool.initial_node_count must be between 0 and 1000 per zone.');
}

function checkNetwork(cluster: ClusterResource): void {
  const { createSubnetwork, subnetworkName, nodeIpv4CidrBlock } = cluster.ipAllocationPolicy ?? {};
  if (createSubnetwork && cluster.subnetwork) {
    throw invalid(
      'Cluster.subnetwork and ip_allocation_policy.create_subnetwork may not be specified at the same time.',
    );
  }
  if (!createSubnetwork && (subnetworkName || nodeIpv4CidrBlock)) {
    throw invalid(
      'ip_allocation_policy.subnetwork_name and node_ipv4_cidr_block need ip_allocation_policy.create_subnetwork.',
    );
  }
  if (cluster.networkConfig?.datapathProvider === 'ADVANCED_DATAPATH' && cluster.networkPolicy?.enabled) {
    throw invalid(
      'Enabling NetworkPolicy for clusters with DatapathProvider=ADVANCED_DATAPATH is not allowed.',
    );
  }
  const privateNodes =
    cluster.networkConfig?.defaultEnablePrivateNodes ||
    cluster.nodePools?.some((pool) => pool.networkConfig?.enablePrivateNodes);
  const needsAliases = privateNodes || cluster.networkConfig?.datapathProvider === 'ADVANCED_DATAPATH';
  if (needsAliases && cluster.ipAllocationPolicy && !cluster.ipAllocationPolicy.useIpAliases) {
    throw invalid('ip_allocation_policy.use_ip_aliases must be true for private nodes and Dataplane V2.');
  }
}

function checkIdentity(projectId: string, cluster: ClusterResource): void {
  const pool = cluster.workloadIdentityConfig?.workloadPool;
  if (pool && pool !== `${projectId}.svc.id.goog`) {
    throw invalid(`Workload pool "${pool}" does not match the expected "${projectId}.svc.id.goog".`);
  }
  const wantsMetadata = cluster.nodePools?.some(
    (nodes) => nodes.config?.workloadMetadataConfig?.mode === 'GKE_METADATA',
  );
  if (wantsMetadata && !pool) {
    throw invalid('WorkloadMetadataConfig.mode GKE_METADATA needs Workload Identity on the cluster.');
  }
}

function checkLabels(field: string, labels: Record<string, string> | undefined): void {
  const entries = Object.entries(labels ?? {});
  if (entries.length > MAX_LABELS) throw invalid(`${field} may have at most ${MAX_LABELS} labels.`);
  for (const [key, value] of entries) {
    if (!LABEL_KEY.test(key) || !LABEL_VALUE.test(value)) {
      throw invalid(`Invalid value for field "${field}": "${key}=${value}".`);
    }
  }
}
