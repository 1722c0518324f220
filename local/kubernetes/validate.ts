/** What the API server refuses with 422: names, labels, and what each kind may hold. One file for each family of kinds: `validation/`. */
import { schemaFaults } from './custom-schema.ts';
import { type Fault, invalid } from './errors.ts';
import { denied, invalidValue, required } from './faults.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { Fields, Metadata, Stored } from './objects.ts';
import { changeFaults } from './validation/changes.ts';
import { definitionFaults } from './validation/definitions.ts';
import {
  annotationFaults,
  LABEL,
  LABEL_1035,
  labelFaults,
  type NameRule,
  nameFaults,
  PATH_SEGMENT,
  SUBDOMAIN,
} from './validation/names.ts';
import { ingressFaults, networkPolicyFaults, serviceFaults } from './validation/network.ts';
import { podSpecFaults } from './validation/pods.ts';
import { bindingFaults, roleFaults } from './validation/rights.ts';
import {
  claimFaults,
  configMapFaults,
  leaseFaults,
  limitRangeFaults,
  priorityClassFaults,
  quotaFaults,
  secretFaults,
  storageClassFaults,
} from './validation/storage.ts';
import {
  autoscalerFaults,
  budgetFaults,
  cronJobFaults,
  jobFaults,
  workloadFaults,
} from './validation/workloads.ts';

/** @throws ApiError 422 naming every fault */
export function validate(kind: Kind, object: Stored, before: Stored | undefined): void {
  const faults = [
    ...metadataFaults(kind, object.metadata, before?.metadata),
    ...contentFaults(kind, object),
    ...(before ? changeFaults(kind, before, object) : []),
  ];
  if (faults.length > 0) throw invalid(kind, object.metadata.name, faults);
}

/** Only the status is looked at where only the status was written. @throws ApiError 422 */
export function validateStatus(kind: Kind, object: Stored): void {
  if (!kind.custom) return;
  const faults = schemaFaults(kind.custom.schema, object).filter(({ field }) => field.startsWith('status'));
  if (faults.length > 0) throw invalid(kind, object.metadata.name, faults);
}

function ruleOf(kind: Kind): NameRule {
  if (kind.group === 'rbac.authorization.k8s.io') return PATH_SEGMENT;
  if (kind === KINDS.Namespace) return LABEL;
  return kind === KINDS.Service ? LABEL_1035 : SUBDOMAIN;
}

function metadataFaults(kind: Kind, metadata: Metadata, before: Metadata | undefined): Fault[] {
  const faults =
    metadata.name === ''
      ? [required('metadata.name', 'name or generateName is required')]
      : nameFaults('metadata.name', metadata.name, ruleOf(kind));
  const owners = metadata.ownerReferences ?? [];
  const controllers = owners.filter((owner) => owner.controller);
  if (controllers.length > 1) {
    faults.push(
      invalidValue(
        'metadata.ownerReferences',
        owners,
        `Only one reference can have Controller set to true. Found "true" in references for ${controllers.map((owner) => `${owner.kind}/${owner.name}`).join(' and ')}`,
      ),
    );
  }
  for (const [i, owner] of owners.entries()) {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (!owner[field])
        faults.push(required(`metadata.ownerReferences[${i}].${field}`, `${field} must not be empty`));
    }
  }
  for (const [i, finalizer] of (metadata.finalizers ?? []).entries()) {
    faults.push(...finalizerFaults(`metadata.finalizers[${i}]`, finalizer));
  }
  // Nothing new may hold back what is already going.
  const added = (metadata.finalizers ?? []).filter((finalizer) => !before?.finalizers?.includes(finalizer));
  if (before?.deletionTimestamp !== undefined && added.length > 0) {
    const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(', ')}}`;
    faults.push(denied('metadata.finalizers', why));
  }
  return [
    ...faults,
    ...labelFaults('metadata.labels', metadata.labels),
    ...annotationFaults('metadata.annotations', metadata.annotations),
  ];
}

const PLAIN_FINALIZERS = new Set([
  'customresourcecleanup.apiextensions.k8s.io',
  'foregroundDeletion',
  'orphan',
  'kubernetes',
]);

const finalizerFaults = (field: string, finalizer: string): Fault[] =>
  PLAIN_FINALIZERS.has(finalizer) || /^[^/\s]+\/[^/\s]+$/.test(finalizer)
    ? []
    : [invalidValue(field, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')];

function contentFaults(kind: Kind, object: Stored): Fault[] {
  if (kind.custom) return schemaFaults(kind.custom.schema, object);
  const spec: Fields = object.spec ?? {};
  switch (kind) {
    case KINDS.Deployment:
    case KINDS.ReplicaSet:
    case KINDS.StatefulSet:
    case KINDS.DaemonSet:
      return workloadFaults(kind.singular, spec);
    case KINDS.ReplicationController:
      return workloadFaults(kind.singular, { ...spec, selector: { matchLabels: spec.selector } });
    case KINDS.Pod:
      return podSpecFaults(spec, 'spec');
    case KINDS.Job:
      return jobFaults(spec);
    case KINDS.CronJob:
      return cronJobFaults(object.metadata.name, spec);
    case KINDS.PodDisruptionBudget:
      return budgetFaults(spec);
    case KINDS.HorizontalPodAutoscaler:
      return autoscalerFaults(spec);
    case KINDS.Service:
      return serviceFaults(spec);
    case KINDS.NetworkPolicy:
      return networkPolicyFaults(spec);
    case KINDS.Ingress:
      return ingressFaults(spec);
    case KINDS.Role:
    case KINDS.ClusterRole:
      return roleFaults(object, kind === KINDS.Role);
    case KINDS.RoleBinding:
    case KINDS.ClusterRoleBinding:
      return bindingFaults(object, kind === KINDS.RoleBinding);
    case KINDS.ConfigMap:
      return configMapFaults(object);
    case KINDS.Secret:
      return secretFaults(object);
    case KINDS.PersistentVolumeClaim:
      return claimFaults(spec);
    case KINDS.ResourceQuota:
      return quotaFaults(spec);
    case KINDS.LimitRange:
      return limitRangeFaults(spec);
    case KINDS.StorageClass:
      return storageClassFaults(object);
    case KINDS.PriorityClass:
      return priorityClassFaults(object);
    case KINDS.Lease:
      return leaseFaults(spec);
    case KINDS.CustomResourceDefinition:
      return definitionFaults(object);
    default:
      return [];
  }
}
