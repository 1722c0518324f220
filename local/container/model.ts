/**
 * GKE: clusters and their long operations, refused and failing as the real API does. Time comes from the world's clock only; every instant
 * is kept in the store, so that a restart arms again what was under way. `server.ts` puts the wire around it.
 */
import type { ComputeModel } from '../compute/model.ts';
import { ServiceError, STATUS, type World } from '../service.ts';
import type { LogEntry } from './audit.ts';
import { planCreation } from './creation.ts';
import { createLeafSide } from './leaf-side.ts';
import type { Leaves } from './leaves.ts';
import { removeUnowned } from './nodes.ts';
import { createOperations } from './operations.ts';
import {
  keyOf,
  openProject,
  requireChangeable,
  requireCluster,
  requireFree,
  requireOperation,
  requireRunning,
} from './project.ts';
import { openQuotas, type Quota } from './quota.ts';
import type { ClusterResource, NodePoolResource, StatusCondition } from './resource.ts';
import { type ClusterRow, zonesOf } from './state.ts';
import { createTrail } from './trail.ts';
import { checkNodeCount } from './validate.ts';
import {
  type ClusterView,
  clusterPath,
  clusterView,
  type OperationView,
  operationView,
  VERSION,
} from './views.ts';
import { findCpus, findRegion, LOCATIONS } from './zones.ts';

export type { LeafRequest, LeafResources, Leaves } from './leaves.ts';
export type { ClusterView, OperationView } from './views.ts';

interface ContainerOptions {
  compute: ComputeModel;
  leaves: Leaves;
  /** Of new clusters, as GKE writes it. */
  version?: string;
  onAudit?: (entry: LogEntry) => void;
}

/** Every method throws ServiceError as the real API refuses. */
export interface ContainerModel {
  createCluster(location: string, cluster: ClusterResource): OperationView;
  getCluster(location: string, name: string): ClusterView;
  /** Location `-` is everywhere. */
  /** @param without locations that are away */
  listClusters(location: string, without?: readonly string[]): ClusterView[];
  /** What a list of all locations lacks at this moment. */
  missingZones(location: string): string[];
  deleteCluster(location: string, name: string): OperationView;
  updateCluster(location: string, name: string, update: Record<string, unknown>): OperationView;
  setNodePoolSize(location: string, name: string, pool: string, nodeCount: number): OperationView;
  listNodePools(location: string, name: string): NodePoolResource[];
  getOperation(location: string, name: string): OperationView;
  listOperations(location: string): OperationView[];
  cancelOperation(location: string, name: string): void;
  serverConfig(location: string): Record<string, unknown>;

  /**
   * Google upgrades the control plane or the nodes on its own account. Only that of a zonal control plane, which there is once, keeps the
   * API from answering: https://cloud.google.com/kubernetes-engine/docs/concepts/cluster-upgrades
   */
  startUpgrade(location: string, name: string, of?: 'master' | 'nodes'): OperationView;
  /** A running cluster lacks something from now on. */
  degrade(location: string, name: string, condition: StatusCondition): void;
  /** Undefined fields keep their value. */
  setQuota(region: string, quota: Partial<Quota>): void;
  /** Calls of the API by method (`CreateCluster`), for benchmarks. */
  readonly calls: Map<string, number>;
  /** Resolves when every cluster that an earlier process left running answers again. */
  readonly resumed: Promise<void>;
  /** Stops its timers; the state stays in the store. */
  close(): void;
}

export function createContainerModel(world: World, options: ContainerOptions): ContainerModel {
  const { projectId } = world;
  const { compute, leaves, version = VERSION } = options;
  const project = openProject(world);
  const { clusters, operations: rows } = project;
  const quotas = openQuotas(project);
  const leafSide = createLeafSide(project, leaves, compute);
  const trail = createTrail(project, options.onAudit);
  const operations = createOperations(project, { compute, leafSide, trail });
  const calls = new Map<string, number>();
  const call = <T>(method: string, location: string, run: () => T): T =>
    carryCall(world, calls, { method, location }, run);
  const begin = (...of: Parameters<typeof operations.begin>): OperationView =>
    operationView(projectId, operations.begin(...of));

  removeUnowned(compute, clusters.values());
  operations.resume();
  trail.resume();
  const resumed = Promise.all(
    [...clusters.entries()].map(async ([key, row]) => {
      if (!row.connection) return;
      const connection = await leafSide.start(row);
      const now = clusters.get(key);
      if (!connection || now?.id !== row.id) return;
      clusters.set(key, { ...now, connection });
      leafSide.setAway(now);
    }),
  ).then(() => undefined);

  return {
    calls,
    resumed,
    createCluster: (location, cluster) =>
      call('CreateCluster', location, () => {
        const { row, how } = planCreation({ project, compute, quotas, version }, location, cluster);
        return begin(row, 'CREATE_CLUSTER', 'PROVISIONING', how);
      }),
    getCluster: (location, name) =>
      call('GetCluster', location, () => clusterView(projectId, requireCluster(project, location, name))),
    listClusters: (location, without = []) =>
      call('ListClusters', location, () =>
        at(location, clusters.values())
          .filter((row) => !without.includes(row.location))
          .map((row) => clusterView(projectId, row)),
      ),
    missingZones: (location) =>
      location === '-' ? LOCATIONS.filter((one) => world.faults.hit('unreachable', one)) : [],
    deleteCluster: (location, name) =>
      call('DeleteCluster', location, () =>
        begin(requireFree(project, location, name), 'DELETE_CLUSTER', 'STOPPING'),
      ),
    updateCluster: (location, name, update) =>
      call('UpdateCluster', location, () => {
        const row = requireChangeable(project, location, name);
        if (Object.keys(update).length === 0) {
          throw new ServiceError(STATUS.INVALID_ARGUMENT, 'Must specify a field to update.');
        }
        return begin(row, 'UPDATE_CLUSTER', 'RECONCILING');
      }),
    setNodePoolSize: (location, name, pool, nodeCount) =>
      call('SetNodePoolSize', location, () => {
        checkNodeCount(nodeCount);
        const row = requireChangeable(project, location, name);
        const more = cpusMore(projectId, row, pool, nodeCount);
        if (more > 0) quotas.requireCpus(row.region, more);
        return begin(row, 'SET_NODE_POOL_SIZE', 'RECONCILING', { resize: { pool, nodeCount } });
      }),
    listNodePools: (location, name) =>
      call(
        'ListNodePools',
        location,
        () => clusterView(projectId, requireCluster(project, location, name)).nodePools ?? [],
      ),
    getOperation: (location, name) =>
      call('GetOperation', location, () =>
        operationView(projectId, requireOperation(project, location, name)),
      ),
    listOperations: (location) =>
      call('ListOperations', location, () =>
        at(location, rows.values()).map((row) => operationView(projectId, row)),
      ),
    cancelOperation: (location, name) =>
      call('CancelOperation', location, () => operations.cancel(requireOperation(project, location, name))),
    serverConfig: (location) => call('GetServerConfig', location, () => serverConfig(location, version)),
    startUpgrade: (location, name, of = 'master') => {
      const type = of === 'master' ? 'UPGRADE_MASTER' : 'UPGRADE_NODES';
      const upgrade = begin(requireChangeable(project, location, name), type, 'RECONCILING');
      leafSide.setAway(requireCluster(project, location, name));
      return upgrade;
    },
    degrade: (location, name, condition) => {
      const row = requireRunning(requireCluster(project, location, name));
      clusters.set(keyOf(location, name), { ...row, status: 'DEGRADED', conditions: [condition] });
    },
    setQuota: quotas.set,
    close: project.close,
  };
}

/** What every call of the API goes through. */
function carryCall<T>(
  { faults }: World,
  calls: Map<string, number>,
  { method, location }: { method: string; location: string },
  run: () => T,
): T {
  calls.set(method, (calls.get(method) ?? 0) + 1);
  const subject = `${method} ${location}`;
  if (faults.hit('unavailable', subject)) {
    throw new ServiceError(STATUS.UNAVAILABLE, 'The service is currently unavailable.');
  }
  const reply = run();
  if (/^(Create|Delete|Update|Set|Cancel)/.test(method) && faults.hit('reply-lost', subject)) {
    throw new ServiceError(STATUS.DEADLINE_EXCEEDED, 'Deadline expired before operation could complete.');
  }
  return reply;
}

const at = <Row extends { location: string }>(location: string, rows: Iterable<Row>): Row[] =>
  [...rows].filter((row) => location === '-' || row.location === location);

/** How many vCPUs a pool has more if it has so many nodes in each of its zones. @throws ServiceError NOT_FOUND */
function cpusMore(projectId: string, row: ClusterRow, poolName: string, nodeCount: number): number {
  const { location, resource } = row;
  const pool = resource.nodePools?.find(({ name }) => name === poolName);
  if (!pool) {
    const path = `${clusterPath(projectId, location, resource.name)}/nodePools/${poolName}`;
    throw new ServiceError(STATUS.NOT_FOUND, `Not found: ${path}.`);
  }
  const each = findCpus(pool.config?.machineType ?? 'e2-medium') ?? 0;
  return (nodeCount - (pool.initialNodeCount ?? 0)) * zonesOf(location, resource, pool).length * each;
}

function serverConfig(location: string, version: string): Record<string, unknown> {
  if (!findRegion(location)) {
    throw new ServiceError(STATUS.INVALID_ARGUMENT, `Location "${location}" does not exist.`);
  }
  return {
    defaultClusterVersion: version,
    validMasterVersions: [version],
    validNodeVersions: [version],
    defaultImageType: 'COS_CONTAINERD',
    validImageTypes: ['COS_CONTAINERD', 'UBUNTU_CONTAINERD'],
    channels: ['RAPID', 'REGULAR', 'STABLE'].map((channel) => ({
      channel,
      defaultVersion: version,
      validVersions: [version],
    })),
  };
}
