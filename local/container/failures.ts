/**
 * How operations fail, in the words of the real service. Seen in
 * https://github.com/kubeflow/pipelines/issues/673 (stock-out at once),
 * https://github.com/terraform-google-modules/terraform-google-kubernetes-engine/pull/2637 (stock-out after the time-out) and
 * https://github.com/kubernetes-sigs/sig-storage-local-static-provisioner/pull/526 (quota met while creating).
 */
import { minutes, seconds } from '../../shared/units.ts';
import { ServiceError, STATUS } from '../service.ts';
import { PRIVATE_SPACE } from './ranges.ts';
import type { StatusCondition } from './resource.ts';

/** Why an operation ends badly, decided when it starts and told when it ends. */
export interface Failure {
  /** google.rpc.Status of the operation. */
  code: number;
  message: string;
  conditions: StatusCondition[];
}

export function stockout(projectId: string, zone: string, afterMs: number, instance: string): Failure {
  const message =
    afterMs < minutes(30)
      ? `Try a different location, or try again later: Google Compute Engine does not have enough resources available to fulfill request: ${zone}.`
      : `Google Compute Engine: Not all instances running in IGM after ${goDuration(afterMs)}. Expected 1, running 0, transitioning 1. Current errors: [GCE_STOCKOUT]: Instance '${instance}' creation failed: The zone 'projects/${projectId}/zones/${zone}' does not have enough resources available to fulfill the request.  '(resource type:compute)'.`;
  return {
    code: STATUS.RESOURCE_EXHAUSTED,
    message,
    conditions: [{ code: 'GCE_STOCKOUT', message, canonicalCode: 'RESOURCE_EXHAUSTED' }],
  };
}

/**
 * What a node pool says that has only some of its machines, in the words of https://github.com/hashicorp/terraform-provider-google/issues/3304.
 * That its condition has the code of a whole stock-out is an assumption.
 */
export function stockoutInPart(projectId: string, zone: string, afterMs: number, instance: string) {
  const message = `${zone}: Deploy error: Not all instances running in IGM after ${goDuration(afterMs)}. Expect 1. Current errors: [ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS]: Instance '${instance}' creation failed: The zone 'projects/${projectId}/zones/${zone}' does not have enough resources available to fulfill the request.  '(resource type:compute)'.`;
  const condition: StatusCondition = { code: 'GCE_STOCKOUT', message, canonicalCode: 'RESOURCE_EXHAUSTED' };
  return condition;
}

export function quotaInOperation(region: string, limit: number, afterMs: number, instance: string): Failure {
  const cause = `Instance '${instance}' creation failed: Quota 'CPUS' exceeded.  Limit: ${limit.toFixed(1)} in region ${region}.`;
  const detail = `Insufficient quota to satisfy the request: Not all instances running in IGM after ${goDuration(afterMs)}. Expected 1, running 0, transitioning 1. Current errors: [GCE_QUOTA_EXCEEDED]: ${cause}`;
  return {
    code: STATUS.RESOURCE_EXHAUSTED,
    message: detail,
    conditions: [
      { code: 'GCE_QUOTA_EXCEEDED', message: cause, canonicalCode: 'RESOURCE_EXHAUSTED' },
      { code: 'UNKNOWN', message: detail, canonicalCode: 'RESOURCE_EXHAUSTED' },
    ],
  };
}

/** The project is not set up as it must be: no other zone would help. */
export function setUp(code: 'GKE_SERVICE_ACCOUNT_DELETED' | 'CLOUD_KMS_KEY_ERROR'): Failure {
  const message =
    code === 'CLOUD_KMS_KEY_ERROR'
      ? 'Cluster problem detected (Cloud KMS key is disabled, destroyed or not accessible).'
      : 'The Kubernetes Engine service account of the project is missing or has been deleted.';
  return {
    code: STATUS.FAILED_PRECONDITION,
    message,
    conditions: [{ code, message, canonicalCode: 'FAILED_PRECONDITION' }],
  };
}

/** The words are those of https://github.com/hashicorp/terraform-provider-google/issues/15579; that it says for how long is an assumption. */
export const tooManyOperations = (of: string): ServiceError =>
  new ServiceError(
    STATUS.RESOURCE_EXHAUSTED,
    `Too many operations: ${of} hits the concurrent operations quota 5, please try again later.`,
    undefined,
    seconds(20),
  );

/**
 * The words are those of https://github.com/hashicorp/terraform-provider-google/issues/5119 and others like it; that the condition has no
 * code is an assumption.
 */
export function noAddresses(network: string, block: string, of: string): Failure {
  const message = `Google Compute Engine: The network "${network}" does not have available private IP space in ${PRIVATE_SPACE} to reserve a ${block} block for ${of}.`;
  return {
    code: STATUS.RESOURCE_EXHAUSTED,
    message,
    conditions: [{ code: 'UNKNOWN', message, canonicalCode: 'RESOURCE_EXHAUSTED' }],
  };
}

/** What it says is an assumption: nobody seems to have told. */
export function subnetworkExists(name: string): Failure {
  const message = `Google Compute Engine: The resource 'subnetworks/${name}' already exists.`;
  return {
    code: STATUS.ALREADY_EXISTS,
    message,
    conditions: [{ code: 'UNKNOWN', message, canonicalCode: 'INTERNAL' }],
  };
}

export const internal = (): Failure => ({
  code: STATUS.INTERNAL,
  message: 'Internal error.',
  conditions: [{ code: 'UNKNOWN', message: 'Internal error.', canonicalCode: 'INTERNAL' }],
});

export const cancelled = (): Failure => ({
  code: STATUS.CANCELLED,
  message: 'Operation was cancelled.',
  conditions: [{ code: 'UNKNOWN', message: 'Operation was cancelled.', canonicalCode: 'CANCELLED' }],
});

/**
 * Too few CPUs at the call. The real service says 403 here, not 429, and gives no ErrorInfo:
 * https://github.com/google/caliban/issues/66
 */
export function cpuQuota(projectId: string, needs: number, limit: number, used: number): ServiceError {
  const free = Math.max(0, limit - used);
  return new ServiceError(
    STATUS.PERMISSION_DENIED,
    `Insufficient regional quota to satisfy request: resource "CPUS": request requires '${needs.toFixed(1)}' and is short '${(needs - free).toFixed(1)}'. project has a quota of '${limit.toFixed(1)}' with '${free.toFixed(1)}' available. View and manage quotas at https://console.cloud.google.com/iam-admin/quotas?usage=USED&project=${projectId}.`,
  );
}

/** https://github.com/vmware-tanzu/kubeapps/issues/3019 */
export const clusterQuota = (location: string, limit: number): ServiceError =>
  new ServiceError(
    STATUS.PERMISSION_DENIED,
    `Your project already has the maximum number of clusters: (${limit}) in location ${location}.`,
  );

/** The refusal that the fault `quota` injects. */
export const quotaAtCall = (region: string): ServiceError =>
  new ServiceError(
    STATUS.RESOURCE_EXHAUSTED,
    `Insufficient quota to satisfy the request: Quota 'CPUS' exceeded in region ${region}.`,
    'GCE_QUOTA_EXCEEDED',
  );

/** https://github.com/kubernetes-sigs/cluster-api-provider-gcp/issues/1363 */
export const busy = (operation: string): ServiceError =>
  new ServiceError(
    STATUS.FAILED_PRECONDITION,
    `Cluster is running incompatible operation ${operation}.`,
    'CLUSTER_ALREADY_HAS_OPERATION',
  );

/** As Go prints a duration: `35m4.771370592s`. */
function goDuration(ms: number): string {
  const mins = Math.floor(ms / 60_000);
  const secs = ((ms % 60_000) / 1000).toFixed(3);
  return mins > 0 ? `${mins}m${secs}s` : `${secs}s`;
}
