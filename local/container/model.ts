/**
 * GKE's state: clusters, their long operations, quotas. Time comes from the world's clock only; every instant is kept in the
 * store, so that a restart arms again what was under way. `server.ts` puts the wire around it.
 */
import { hours, seconds } from '../../shared/units.ts';
import type { ComputeModel } from '../compute/model.ts';
import { ServiceError, STATUS, type World } from '../service.ts';
import { type AuditedOperation, auditEntry, type LogEntry, locationPath } from './audit.ts';
import {
  auditMs,
  cancelMs,
  type OperationType,
  operationMs,
  pendingMs,
  SLOW_FACTOR,
  shortageMs,
} from './durations.ts';
import * as failures from './failures.ts';
import type { Leaves } from './leaves.ts';
import { instanceName, makeDisks, makeFirewalls, makeSubnetwork, nodesOf, removeDisks } from './nodes.ts';
import { chooseRanges } from './ranges.ts';
import type { ClusterResource, ClusterStatus, NodePoolResource, StatusCondition } from './resource.ts';
import {
  type ClusterRow,
  controlPlaneAddress,
  cpusOf,
  leafOf,
  nodeCount,
  type OperationRow,
  refOf,
  zonesOf,
} from './state.ts';
import { checkCluster, checkNodeCount } from './validate.ts';
import {
  type ClusterView,
  clusterPath,
  clusterView,
  type OperationView,
  operationView,
  VERSION,
} from './views.ts';
import { findCpus, findRegion, isRegion } from './zones.ts';

export type { LeafAddress, LeafNode, LeafRef, LeafRequest, LeafResources, Leaves } from './leaves.ts';
export type { ClusterView, OperationView } from './views.ts';

export interface ContainerOptions {
  compute: ComputeModel;
  leaves: Leaves;
  /** Of new clusters, as GKE writes it. */
  version?: string;
  onAudit?: (entry: LogEntry) => void;
}

export interface Quota {
  /** vCPUs of all nodes in the region. */
  cpus: number;
  /** Clusters in each zone of the region, and regional ones in the region. */
  clusters: number;
}

/** https://cloud.google.com/kubernetes-engine/quotas for clusters; the CPUs are those of a project that asked for more. */
const DEFAULT_QUOTA: Quota = { cpus: 10_000, clusters: 100 };

/** Until nodes that come or go are looked at again. */
const NODES_AGAIN_MS = seconds(5);

/** Finished operations can be read that long. */
const OPERATION_KEPT_MS = hours(12);

/** Every method throws ServiceError as the real API refuses. */
export interface ContainerModel {
  createCluster(location: string, cluster: ClusterResource): OperationView;
  getCluster(location: string, name: string): ClusterView;
  /** Location `-` is everywhere. */
  listClusters(location: string): ClusterView[];
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
  const { clock, random, faults, log, projectId } = world;
  const { compute, leaves, version = VERSION } = options;
  const clusters = world.store.table<ClusterRow>('clusters');
  const operations = world.store.table<OperationRow>('operations');
  const quotas = world.store.table<Quota>('quotas');
  const audits = world.store.table<{ atMs: number; entry: LogEntry }>('audits');
  const calls = new Map<string, number>();
  const timers = new Set<() => void>();
  /** Operations whose end is being carried out. */
  const ending = new Set<string>();

  /** Eight digits a draw. */
  const hex = (length: number): string => {
    let digits = '';
    while (digits.length < length) {
      digits += Math.floor(random.fraction() * 2 ** 32)
        .toString(16)
        .padStart(8, '0');
    }
    return digits.slice(0, length);
  };
  const keyOf = (location: string, name: string): string => `${location}/${name}`;
  const pathOf = (location: string, name: string): string => clusterPath(projectId, location, name);
  const at = (atMs: number, run: () => void): void => {
    const cancel = clock.schedule(atMs, () => {
      timers.delete(cancel);
      run();
    });
    timers.add(cancel);
  };

  // What every call of the API goes through.
  const call = <T>(method: string, run: () => T): T => {
    calls.set(method, (calls.get(method) ?? 0) + 1);
    if (faults.hit('unavailable', method)) {
      throw new ServiceError(STATUS.UNAVAILABLE, 'The service is currently unavailable.');
    }
    const reply = run();
    if (/^(Create|Delete|Update|Set|Cancel)/.test(method) && faults.hit('reply-lost', method)) {
      throw new ServiceError(STATUS.DEADLINE_EXCEEDED, 'Deadline expired before operation could complete.');
    }
    return reply;
  };
  const find = (location: string, name: string): ClusterRow => {
    const row = clusters.get(keyOf(location, name));
    if (row) return row;
    throw new ServiceError(STATUS.NOT_FOUND, `Not found: ${pathOf(location, name)}.`);
  };
  const findFree = (location: string, name: string): ClusterRow => {
    const row = find(location, name);
    if (row.operation) throw failures.busy(row.operation);
    return row;
  };
  const findOperation = (location: string, name: string): OperationRow => {
    const row = operations.get(name);
    if (row && row.location === location) return row;
    throw new ServiceError(
      STATUS.NOT_FOUND,
      `Not found: ${locationPath(projectId, location)}/operations/${name}.`,
    );
  };
  const quotaOf = (region: string): Quota => quotas.get(region) ?? DEFAULT_QUOTA;
  const cpusUsed = (region: string): number => {
    let sum = 0;
    for (const row of clusters.values()) {
      if (row.region !== region || row.status === 'ERROR') continue;
      const { resize } = operations.get(row.operation ?? '') ?? {};
      // Nodes on their way count already, and those that go count until they are gone.
      const after = resize ? resized(row, resize) : row;
      sum += Math.max(cpusOf(row.location, row.resource), cpusOf(row.location, after.resource));
    }
    return sum;
  };

  /** By clusters, and by what is left of those that are gone. */
  const takenRanges = (): string[] => [
    ...[...clusters.values()].flatMap(({ ranges }) => (ranges ? [ranges.nodes, ranges.pods] : [])),
    ...compute
      .all()
      .flatMap(({ subnetwork }) =>
        subnetwork
          ? [subnetwork.ipCidrRange, ...subnetwork.secondaryIpRanges.map(({ ipCidrRange }) => ipCidrRange)]
          : [],
      ),
  ];

  // Operations: begin, arm, end.
  const audit = (operation: OperationRow, edge: 'first' | 'last'): void => {
    if (!options.onAudit) return;
    if (edge === 'last' && faults.hit('lost-audit', operation.cluster)) return;
    const { name, type, cluster, location, failure } = operation;
    const audited: AuditedOperation = { name, type, cluster, location, projectId, atMs: clock.now() };
    if (edge === 'last' && failure) audited.status = { code: failure.code, message: failure.message };
    const insertId = hex(12);
    const row = { atMs: clock.after(auditMs(random)), entry: auditEntry(audited, edge, insertId) };
    audits.set(insertId, row);
    armAudit(insertId, row);
  };
  const armAudit = (key: string, row: { atMs: number; entry: LogEntry }): void =>
    at(row.atMs, () => {
      if (!audits.delete(key)) return;
      options.onAudit?.({ ...row.entry, receiveTimestamp: new Date(clock.now()).toISOString() });
    });

  const begin = (
    row: ClusterRow,
    type: OperationType,
    status: ClusterStatus,
    extra: Partial<OperationRow> & { lastsMs?: number } = {},
  ): OperationView => {
    forgetOldOperations();
    const { lastsMs, ...rest } = extra;
    let durationMs = lastsMs ?? operationMs(random, type, isRegion(row.location));
    if (faults.hit('slow-operation', type)) durationMs *= SLOW_FACTOR;
    // A deletion never hangs for ever: GKE starts it again by itself.
    const stuck = type !== 'DELETE_CLUSTER' && faults.hit('stuck-operation', type);
    const startAtMs = clock.now();
    const operation: OperationRow = {
      name: `operation-${Math.floor(startAtMs)}-${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
      type,
      location: row.location,
      cluster: row.resource.name,
      clusterId: row.id,
      status: 'PENDING',
      startAtMs,
      runAtMs: clock.after(Math.min(pendingMs(random), durationMs / 2)),
      ...(stuck ? {} : { endAtMs: clock.after(durationMs) }),
      ...rest,
    };
    if (!operation.failure && faults.hit('operation-fails', type)) operation.failure = failures.internal();
    operations.set(operation.name, operation);
    clusters.set(keyOf(row.location, row.resource.name), { ...row, status, operation: operation.name });
    arm(operation);
    audit(operation, 'first');
    return operationView(projectId, operation);
  };
  const arm = (operation: OperationRow): void => {
    const { name } = operation;
    if (operation.status === 'PENDING') {
      at(operation.runAtMs, () => {
        const row = operations.get(name);
        if (row?.status === 'PENDING') operations.set(name, { ...row, status: 'RUNNING' });
      });
    }
    if (operation.endAtMs !== undefined) at(operation.endAtMs, () => void end(name));
  };
  const end = async (name: string): Promise<void> => {
    const operation = operations.get(name);
    if (!operation || operation.status === 'DONE' || ending.has(name)) return;
    ending.add(name);
    try {
      const failure = await carryOut(operation);
      if (failure === 'pending') {
        at(clock.after(NODES_AGAIN_MS), () => void end(name));
        return;
      }
      const done: OperationRow = { ...operation, status: 'DONE', endedAtMs: clock.now() };
      if (failure) done.failure = failure;
      operations.set(name, done);
      audit(done, 'last');
    } catch (error) {
      log.error('operation did not end', { resource: operation.cluster, detail: String(error) });
    } finally {
      ending.delete(name);
    }
  };

  /** What the end of an operation does to its cluster; returns why it failed, if it did, or that it is not at its end yet. */
  const carryOut = async (operation: OperationRow): Promise<failures.Failure | 'pending' | undefined> => {
    const key = keyOf(operation.location, operation.cluster);
    const row = clusters.get(key);
    // Killed between the two writes of an end, it comes here again: the cluster may be gone by now, or busy with the next.
    if (!row || row.id !== operation.clusterId || row.operation !== operation.name) return operation.failure;
    const { operation: _held, ...free } = row;
    let failure = operation.failure;
    if (operation.type === 'DELETE_CLUSTER') {
      if (failure) {
        clusters.set(key, { ...free, ...broken(failure) });
        return failure;
      }
      await stopLeaf(row);
      compute.releaseCluster(row.id, faults.hit('leak', row.resource.name));
      clusters.delete(key);
      return undefined;
    }
    if (operation.type === 'CREATE_CLUSTER') {
      const connection = failure ? undefined : await startLeaf(row);
      if (!failure && !connection) failure = failures.internal();
      if (connection) makeDisks(projectId, compute, row);
      makeFirewalls(projectId, compute, row);
      clusters.set(
        key,
        connection ? { ...free, status: 'RUNNING', connection } : { ...free, ...broken(failure) },
      );
      return failure;
    }
    if (!operation.resize) {
      clusters.set(key, { ...free, status: 'RUNNING' });
      setAway(free);
      return failure;
    }
    // What failed or was cancelled leaves the pool as it was before.
    const wanted = failure ? free : resized(free, operation.resize);
    makeDisks(projectId, compute, wanted);
    if ((await resizeLeaf(wanted)) === 'pending') return 'pending';
    removeDisks(compute, wanted);
    clusters.set(key, { ...wanted, status: 'RUNNING' });
    return failure;
  };
  const broken = (
    failure: failures.Failure = failures.internal(),
  ): Pick<ClusterRow, 'status' | 'conditions' | 'statusMessage'> => ({
    status: 'ERROR',
    conditions: failure.conditions,
    statusMessage: failure.message,
  });
  const forgetOldOperations = (): void => {
    for (const [name, row] of operations.entries()) {
      if (row.endedAtMs === undefined) continue;
      if (clock.elapsed(row.endedAtMs) < OPERATION_KEPT_MS) return;
      operations.delete(name);
    }
  };

  // The Kubernetes side.
  const startLeaf = async (row: ClusterRow): Promise<ClusterRow['connection']> => {
    const cluster = refOf(row);
    const targetTags = [cluster.nodeTag];
    try {
      const { server, ca } = await leaves.start({
        ...leafOf(row),
        nodeCount: nodeCount(row),
        zones: zonesOf(row.location, row.resource),
        machineType: row.resource.nodePools?.[0]?.config?.machineType ?? 'e2-medium',
        nodes: nodesOf(row),
        controlPlane: controlPlaneAddress(row),
        version: row.version ?? VERSION,
        labels: row.resource.resourceLabels ?? {},
        resources: {
          create: (kind, spec) =>
            compute.create(kind, {
              ...(kind === 'firewall' ? { targetTags } : {}),
              ...spec,
              cluster,
              madeBy: 'kubernetes',
            }),
          remove: compute.remove,
        },
      });
      return { endpoint: server.replace(/^https:\/\//, '').replace(/\/$/, ''), ca };
    } catch (error) {
      log.error('leaf did not start', { resource: row.resource.name, detail: String(error) });
      return undefined;
    }
  };
  const stopLeaf = (row: ClusterRow): Promise<void> =>
    leaves.stop(leafOf(row)).catch((error: unknown) => {
      log.error('leaf did not stop', { resource: row.resource.name, detail: String(error) });
    });

  const setAway = (row: ClusterRow): void => {
    const { type } = operations.get(row.operation ?? '') ?? {};
    leaves.setAway?.(leafOf(row), type === 'UPGRADE_MASTER' && !isRegion(row.location));
  };

  const resizeLeaf = async (row: ClusterRow): Promise<'done' | 'pending'> => {
    try {
      return (await leaves.resize?.(leafOf(row), nodesOf(row))) ?? 'done';
    } catch (error) {
      log.error('leaf was not resized', { resource: row.resource.name, detail: String(error) });
      return 'done';
    }
  };

  // Arms what an earlier process left.
  for (const operation of operations.values()) {
    if (operation.status !== 'DONE') arm(operation);
  }
  for (const [key, row] of audits.entries()) armAudit(key, row);
  const resumed = Promise.all(
    [...clusters.entries()].map(async ([key, row]) => {
      if (!row.connection) return;
      const connection = await startLeaf(row);
      const now = clusters.get(key);
      if (!connection || now?.id !== row.id) return;
      clusters.set(key, { ...now, connection });
      setAway(now);
    }),
  ).then(() => undefined);

  return {
    calls,
    resumed,
    createCluster: (location, cluster) =>
      call('CreateCluster', () => {
        const resource = withPools(cluster);
        checkCluster(projectId, location, resource);
        const name = resource.name ?? '';
        const region = findRegion(location) ?? location;
        if (clusters.has(keyOf(location, name))) {
          throw new ServiceError(STATUS.ALREADY_EXISTS, `Already exists: ${pathOf(location, name)}.`);
        }
        const quota = quotaOf(region);
        const count = [...clusters.values()].filter((row) => row.location === location).length;
        if (count >= quota.clusters) throw failures.clusterQuota(location, quota.clusters);
        const needs = cpusOf(location, resource);
        const used = cpusUsed(region);
        if (used + needs > quota.cpus) throw failures.cpuQuota(projectId, needs, quota.cpus, used);
        if (faults.hit('quota', region)) throw failures.quotaAtCall(region);
        if (faults.hit('too-many-operations', region)) throw failures.tooManyOperations(projectId);

        const row: ClusterRow = {
          resource: { ...resource, name },
          id: hex(64),
          hash: hex(8),
          location,
          region,
          status: 'PROVISIONING',
          conditions: [],
          createdAtMs: clock.now(),
          version,
          ...(faults.hit('range-untold', name) && { rangeUntold: true as const }),
        };
        const ranges = chooseRanges(resource.ipAllocationPolicy ?? {}, takenRanges());
        if ('missing' in ranges) {
          const { missing, for: of } = ranges;
          const failure = failures.noAddresses(
            resource.network ?? 'default',
            missing,
            `${of} for cluster ${name}`,
          );
          return begin(row, 'CREATE_CLUSTER', 'PROVISIONING', { failure });
        }
        row.ranges = ranges;
        if (!makeSubnetwork(projectId, compute, row)) {
          const failure = failures.subnetworkExists(resource.ipAllocationPolicy?.subnetworkName ?? '');
          return begin(row, 'CREATE_CLUSTER', 'PROVISIONING', { failure });
        }
        if (faults.hit('account-deleted', region)) {
          const failure = failures.setUp('GKE_SERVICE_ACCOUNT_DELETED');
          return begin(row, 'CREATE_CLUSTER', 'PROVISIONING', { failure });
        }
        if (faults.hit('key-error', region)) {
          const failure = failures.setUp('CLOUD_KMS_KEY_ERROR');
          return begin(row, 'CREATE_CLUSTER', 'PROVISIONING', { failure });
        }
        const empty = zonesOf(location, resource).find((zone) => faults.hit('stockout', zone));
        if (empty === undefined && !faults.hit('quota', `${region} operation`)) {
          return begin(row, 'CREATE_CLUSTER', 'PROVISIONING');
        }
        const lastsMs = shortageMs(random);
        const zone = empty ?? zonesOf(location, resource)[0] ?? location;
        const instance = instanceName(row, resource.nodePools?.[0]?.name ?? 'default-pool', zone, 0);
        const failure = empty
          ? failures.stockout(projectId, empty, lastsMs, instance)
          : failures.quotaInOperation(region, quota.cpus, lastsMs, instance);
        return begin(row, 'CREATE_CLUSTER', 'PROVISIONING', { failure, lastsMs });
      }),
    getCluster: (location, name) => call('GetCluster', () => clusterView(projectId, find(location, name))),
    listClusters: (location) =>
      call('ListClusters', () =>
        [...clusters.values()]
          .filter((row) => location === '-' || row.location === location)
          .map((row) => clusterView(projectId, row)),
      ),
    deleteCluster: (location, name) =>
      call('DeleteCluster', () => begin(findFree(location, name), 'DELETE_CLUSTER', 'STOPPING')),
    updateCluster: (location, name, update) =>
      call('UpdateCluster', () => {
        const row = findRunning(findFree(location, name));
        if (Object.keys(update).length === 0) {
          throw new ServiceError(STATUS.INVALID_ARGUMENT, 'Must specify a field to update.');
        }
        return begin(row, 'UPDATE_CLUSTER', 'RECONCILING');
      }),
    setNodePoolSize: (location, name, poolName, count) =>
      call('SetNodePoolSize', () => {
        checkNodeCount(count);
        const row = findRunning(findFree(location, name));
        const pool = row.resource.nodePools?.find((candidate) => candidate.name === poolName);
        if (!pool) {
          throw new ServiceError(
            STATUS.NOT_FOUND,
            `Not found: ${pathOf(location, name)}/nodePools/${poolName}.`,
          );
        }
        const zones = zonesOf(location, row.resource, pool).length;
        const each = findCpus(pool.config?.machineType ?? 'e2-medium') ?? 0;
        const more = (count - (pool.initialNodeCount ?? 0)) * zones * each;
        const quota = quotaOf(row.region);
        const used = cpusUsed(row.region);
        if (more > 0 && used + more > quota.cpus) {
          throw failures.cpuQuota(projectId, more, quota.cpus, used);
        }
        return begin(row, 'SET_NODE_POOL_SIZE', 'RECONCILING', {
          resize: { pool: poolName, nodeCount: count },
        });
      }),
    listNodePools: (location, name) =>
      call('ListNodePools', () => clusterView(projectId, find(location, name)).nodePools ?? []),
    getOperation: (location, name) =>
      call('GetOperation', () => operationView(projectId, findOperation(location, name))),
    listOperations: (location) =>
      call('ListOperations', () =>
        [...operations.values()]
          .filter((row) => location === '-' || row.location === location)
          .map((row) => operationView(projectId, row)),
      ),
    cancelOperation: (location, name) =>
      call('CancelOperation', () => {
        const row = findOperation(location, name);
        if (row.status === 'DONE' || row.status === 'ABORTING') return;
        if (row.type === 'DELETE_CLUSTER') {
          throw new ServiceError(STATUS.FAILED_PRECONDITION, `Operation ${name} cannot be cancelled.`);
        }
        const aborting: OperationRow = {
          ...row,
          status: 'ABORTING',
          failure: failures.cancelled(),
          endAtMs: clock.after(cancelMs(random)),
        };
        operations.set(name, aborting);
        arm(aborting);
      }),
    serverConfig: (location) =>
      call('GetServerConfig', () => {
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
      }),
    startUpgrade: (location, name, of = 'master') => {
      const type = of === 'master' ? 'UPGRADE_MASTER' : 'UPGRADE_NODES';
      const upgrade = begin(findRunning(findFree(location, name)), type, 'RECONCILING');
      setAway(find(location, name));
      return upgrade;
    },
    degrade: (location, name, condition) => {
      const row = findRunning(find(location, name));
      clusters.set(keyOf(location, name), { ...row, status: 'DEGRADED', conditions: [condition] });
    },
    setQuota: (region, quota) => quotas.set(region, { ...quotaOf(region), ...quota }),
    close() {
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
}

/** A request may name a node count instead of pools; GKE then makes one called `default-pool`. */
function withPools(cluster: ClusterResource): ClusterResource {
  if ((cluster.nodePools?.length ?? 0) > 0 || !cluster.initialNodeCount) return cluster;
  const { initialNodeCount, ...rest } = cluster;
  return { ...rest, nodePools: [{ name: 'default-pool', initialNodeCount }] };
}

function findRunning(row: ClusterRow): ClusterRow {
  if (row.status === 'RUNNING' || row.status === 'DEGRADED') return row;
  throw new ServiceError(
    STATUS.FAILED_PRECONDITION,
    `Cluster ${row.resource.name} is in state ${row.status} and cannot be changed.`,
  );
}

/** The row as it is after the operation. */
const resized = (row: ClusterRow, change: { pool: string; nodeCount: number }): ClusterRow => ({
  ...row,
  resource: {
    ...row.resource,
    nodePools: (row.resource.nodePools ?? []).map((pool) =>
      pool.name === change.pool ? { ...pool, initialNodeCount: change.nodeCount } : pool,
    ),
  },
});
