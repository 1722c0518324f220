/**
 * Entries of the Admin Activity audit log as a sink publishes them to Pub/Sub: one when a long operation starts, one when it ends.
 * They hold no labels of the cluster. https://cloud.google.com/logging/docs/audit/understanding-audit-logs,
 * https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging
 */
import type { OperationType } from './durations.ts';
import { isRegion } from './zones.ts';

/** A LogEntry in JSON. https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry */
export interface LogEntry {
  insertId: string;
  logName: string;
  timestamp: string;
  receiveTimestamp: string;
  severity: 'NOTICE' | 'ERROR';
  resource: { type: 'gke_cluster'; labels: { cluster_name: string; location: string; project_id: string } };
  operation: { id: string; producer: 'container.googleapis.com'; first?: true; last?: true };
  protoPayload: {
    '@type': 'type.googleapis.com/google.cloud.audit.AuditLog';
    serviceName: 'container.googleapis.com';
    methodName: string;
    resourceName: string;
    resourceLocation: { currentLocations: string[] };
    authenticationInfo: { principalEmail: string };
    authorizationInfo: { permission: string; granted: true }[];
    status: { code?: number; message?: string };
    metadata: { operationType: OperationType };
  };
}

const METHODS: Record<OperationType, { method: string; permission: string }> = {
  CREATE_CLUSTER: { method: 'CreateCluster', permission: 'container.clusters.create' },
  DELETE_CLUSTER: { method: 'DeleteCluster', permission: 'container.clusters.delete' },
  UPDATE_CLUSTER: { method: 'UpdateCluster', permission: 'container.clusters.update' },
  SET_NODE_POOL_SIZE: { method: 'SetNodePoolSize', permission: 'container.clusters.update' },
  UPGRADE_MASTER: { method: 'UpdateClusterInternal', permission: 'container.clusters.update' },
  UPGRADE_NODES: { method: 'UpdateClusterInternal', permission: 'container.clusters.update' },
};

export interface AuditedOperation {
  name: string;
  type: OperationType;
  cluster: string;
  location: string;
  projectId: string;
  atMs: number;
  status?: { code: number; message: string };
}

export function auditEntry(operation: AuditedOperation, edge: 'first' | 'last', insertId: string): LogEntry {
  const { projectId, location, cluster } = operation;
  const { method, permission } = METHODS[operation.type];
  const at = new Date(operation.atMs).toISOString();
  const byGoogle = operation.type === 'UPGRADE_MASTER' || operation.type === 'UPGRADE_NODES';
  return {
    insertId,
    logName: `projects/${projectId}/logs/cloudaudit.googleapis.com%2F${byGoogle ? 'system_event' : 'activity'}`,
    timestamp: at,
    receiveTimestamp: at,
    severity: operation.status ? 'ERROR' : 'NOTICE',
    resource: {
      type: 'gke_cluster',
      labels: { cluster_name: cluster, location, project_id: projectId },
    },
    operation: { id: operation.name, producer: 'container.googleapis.com', [edge]: true },
    protoPayload: {
      '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
      serviceName: 'container.googleapis.com',
      methodName: byGoogle
        ? 'google.container.internal.ClusterManagerInternal.UpdateClusterInternal'
        : `google.container.v1.ClusterManager.${method}`,
      resourceName: `${locationPath(projectId, location)}/clusters/${cluster}`,
      resourceLocation: { currentLocations: [location] },
      authenticationInfo: {
        principalEmail: byGoogle
          ? 'service@container-engine-robot.iam.gserviceaccount.com'
          : `hub@${projectId}.iam.gserviceaccount.com`,
      },
      authorizationInfo: [{ permission, granted: true }],
      status: operation.status ?? {},
      metadata: { operationType: operation.type },
    },
  };
}

/** `projects/P/zones/Z` or `projects/P/locations/R`: GKE names zonal things in the old way. */
export const locationPath = (projectId: string, location: string): string =>
  `projects/${projectId}/${isRegion(location) ? 'locations' : 'zones'}/${location}`;
