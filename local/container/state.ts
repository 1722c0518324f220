/** What the model keeps: rows of its tables, plain JSON, and what follows from a cluster's row alone. */
import type { ClusterRef } from '../compute/model.ts';
import type { OperationType } from './durations.ts';
import type { Failure } from './failures.ts';
import type { LeafRef } from './leaves.ts';
import { addressIn, type Ranges, SHARED_NODES } from './ranges.ts';
import type {
  ClusterResource,
  ClusterStatus,
  NodePoolResource,
  OperationStatus,
  StatusCondition,
} from './resource.ts';
import { defaultZones, findCpus } from './zones.ts';

export interface ClusterRow {
  resource: ClusterResource & { name: string };
  id: string;
  /** Part of the names of nodes and firewalls. */
  hash: string;
  location: string;
  region: string;
  status: ClusterStatus;
  conditions: StatusCondition[];
  statusMessage?: string;
  createdAtMs: number;
  /** Of GKE. */
  version?: string;
  /** Absent if there was no room for it. */
  ranges?: Ranges;
  rangeUntold?: true;
  /** It has not got all of its nodes: what its pools say of that. */
  lacking?: StatusCondition;
  /** Name of the operation that holds the cluster. */
  operation?: string;
  connection?: { endpoint: string; ca: string };
}

export interface OperationRow {
  name: string;
  type: OperationType;
  location: string;
  cluster: string;
  clusterId: string;
  status: OperationStatus;
  startAtMs: number;
  /** When PENDING becomes RUNNING. */
  runAtMs: number;
  /** Absent: it hangs until somebody cancels it. */
  endAtMs?: number;
  endedAtMs?: number;
  failure?: Failure;
  /** CREATE_CLUSTER: see `ClusterRow`. */
  lacking?: StatusCondition;
  /** SET_NODE_POOL_SIZE */
  resize?: { pool: string; nodeCount: number };
}

export const leafOf = (row: ClusterRow): LeafRef => ({
  name: row.resource.name,
  id: row.id,
  location: row.location,
});

export const refOf = (row: ClusterRow): ClusterRef => ({
  ...leafOf(row),
  nodeTag: `gke-${row.resource.name}-${row.hash}-node`,
});

/** Of the control plane, in the subnetwork of the nodes: there also when clients may not use it. Its first two are Google's own. */
export const controlPlaneAddress = ({ ranges }: Pick<ClusterRow, 'ranges'>): string =>
  addressIn(ranges?.nodes ?? SHARED_NODES, 2);

/** Where the nodes of a cluster, or of one pool, are. */
export function zonesOf(
  location: string,
  cluster: ClusterResource,
  pool?: NodePoolResource,
): readonly string[] {
  if (pool?.locations?.length) return pool.locations;
  return cluster.locations?.length ? cluster.locations : defaultZones(location);
}

export const cpusOf = (location: string, cluster: ClusterResource): number =>
  (cluster.nodePools ?? []).reduce(
    (sum, pool) =>
      sum +
      (pool.initialNodeCount ?? 0) *
        zonesOf(location, cluster, pool).length *
        (findCpus(pool.config?.machineType ?? 'e2-medium') ?? 0),
    0,
  );

/** In all zones together: those that there are. */
export const nodeCount = (row: Pick<ClusterRow, 'location' | 'resource' | 'lacking'>): number =>
  (row.resource.nodePools ?? []).reduce((sum, pool) => {
    const inAll = (pool.initialNodeCount ?? 0) * zonesOf(row.location, row.resource, pool).length;
    return sum + Math.max(0, inAll - lackingOf(row));
  }, 0);

/** How many nodes each pool has too few. */
export const lackingOf = ({ lacking }: Pick<ClusterRow, 'lacking'>): number => (lacking ? 1 : 0);

/** The row as it is after the operation. */
export const resized = (
  { lacking: _, ...row }: ClusterRow,
  change: { pool: string; nodeCount: number },
): ClusterRow => ({
  ...row,
  resource: {
    ...row.resource,
    nodePools: (row.resource.nodePools ?? []).map((pool) =>
      pool.name === change.pool ? { ...pool, initialNodeCount: change.nodeCount } : pool,
    ),
  },
});
