/** What the API shows of the rows. Pure. */
import { locationPath } from './audit.ts';
import type { OperationType } from './durations.ts';
import type { ClusterResource, ClusterStatus, OperationStatus, StatusCondition } from './resource.ts';
import { type ClusterRow, controlPlaneAddress, nodeCount, type OperationRow, zonesOf } from './state.ts';

/** The one version this GKE knows, if it is not told another. */
export const VERSION = '1.33.5-gke.1201000';

export interface ClusterView extends ClusterResource {
  name: string;
  id: string;
  location: string;
  status: ClusterStatus;
  conditions: StatusCondition[];
}

export interface OperationView {
  name: string;
  operationType: OperationType;
  status: OperationStatus;
  location: string;
  targetLink: string;
  startTime: string;
  endTime?: string;
  error?: { code: number; message: string };
  clusterConditions?: StatusCondition[];
  [field: string]: unknown;
}

export const clusterPath = (projectId: string, location: string, name: string): string =>
  `${locationPath(projectId, location)}/clusters/${name}`;

const linkTo = (path: string): string => `https://container.googleapis.com/v1/${path}`;

/** Rows are replaced, not changed, so that what is shown of one stays true. */
export function clusterView(projectId: string, row: ClusterRow): ClusterView {
  const known = shown.get(row);
  if (known) return known;
  const view = viewOf(projectId, row);
  shown.set(row, view);
  return view;
}
const shown = new WeakMap<ClusterRow, ClusterView>();

function viewOf(projectId: string, row: ClusterRow): ClusterView {
  const { resource, version = VERSION } = row;
  const time = new Date(row.createdAtMs).toISOString();
  const endpoints = resource.controlPlaneEndpointsConfig;
  return {
    ...resource,
    id: row.id,
    selfLink: linkTo(clusterPath(projectId, row.location, resource.name)),
    location: row.location,
    zone: row.location,
    locations: [...zonesOf(row.location, resource)],
    status: row.status,
    statusMessage: row.statusMessage ?? '',
    conditions: row.conditions,
    createTime: time,
    initialClusterVersion: resource.initialClusterVersion ?? version,
    currentMasterVersion: version,
    currentNodeCount: row.status === 'PROVISIONING' ? 0 : nodeCount(row),
    labelFingerprint: row.hash,
    etag: row.operation ? `${row.hash}-1` : `${row.hash}-0`,
    nodePools: (resource.nodePools ?? []).map((pool) => ({
      ...pool,
      version,
      locations: [...zonesOf(row.location, resource, pool)],
      status: isPartial(row) ? 'RUNNING_WITH_ERROR' : row.status,
      statusMessage: row.lacking?.message ?? '',
      conditions: [...row.conditions, ...(row.lacking ? [row.lacking] : [])],
    })),
    ...(row.ranges &&
      !row.rangeUntold &&
      row.connection && {
        ipAllocationPolicy: { ...resource.ipAllocationPolicy, nodeIpv4CidrBlock: row.ranges.nodes },
      }),
    controlPlaneEndpointsConfig: {
      ...endpoints,
      dnsEndpointConfig: {
        ...endpoints?.dnsEndpointConfig,
        ...(row.connection ? { endpoint: row.connection.endpoint } : {}),
      },
      ipEndpointsConfig: {
        ...endpoints?.ipEndpointsConfig,
        // "Only populated if enabled": https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/ControlPlaneEndpointsConfig
        ...(row.connection && endpoints?.ipEndpointsConfig?.enabled !== false
          ? { privateEndpoint: controlPlaneAddress(row) }
          : {}),
      },
    },
    masterAuth: {
      ...(resource.masterAuth as object | undefined),
      ...(row.connection ? { clusterCaCertificate: Buffer.from(row.connection.ca).toString('base64') } : {}),
    },
  };
}

/** The pools of a cluster that lacks something can be used in part: https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.nodePools#status */
const isPartial = ({ status, lacking }: ClusterRow): boolean =>
  status === 'DEGRADED' || (status === 'RUNNING' && lacking !== undefined);

export function operationView(projectId: string, row: OperationRow): OperationView {
  const failure = row.status === 'DONE' ? row.failure : undefined;
  return {
    name: row.name,
    operationType: row.type,
    status: row.status,
    location: row.location,
    zone: row.location,
    selfLink: linkTo(`${locationPath(projectId, row.location)}/operations/${row.name}`),
    targetLink: linkTo(clusterPath(projectId, row.location, row.cluster)),
    startTime: new Date(row.startAtMs).toISOString(),
    ...(row.endedAtMs === undefined ? {} : { endTime: new Date(row.endedAtMs).toISOString() }),
    ...(failure
      ? {
          error: { code: failure.code, message: failure.message },
          detail: failure.message,
          statusMessage: failure.message,
          clusterConditions: failure.conditions,
        }
      : {}),
  };
}
