/**
 * What `kubectl get` shows of each kind: the server decides, the client prints. Column by column as the real server's, wide ones too.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
 */
import { KINDS, type Kind } from '../kinds.ts';
import type { Stored } from '../objects.ts';
import {
  accessModes,
  ageOf,
  type Cell,
  claimText,
  className,
  controllerText,
  endpointsText,
  eventSource,
  eventTime,
  externalIp,
  flag,
  IS_DEFAULT_CLASS,
  ingressHosts,
  jobCompletions,
  jobDuration,
  jobStatus,
  joined,
  labelsText,
  loadBalancerText,
  metricsText,
  NONE,
  nodeAddress,
  nodeInfo,
  nodeRoles,
  nodeStatus,
  portsText,
  quotaText,
  readinessGates,
  selectorText,
  sizeOf,
  sliceEndpoints,
  slicePorts,
  subjectsText,
  subsetEndpoints,
  templateContainers,
  UNSET,
} from './cells.ts';
import { podCells } from './pod-cells.ts';

export interface Column {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format: string;
  description: string;
  /** 1: shown by `-o wide` only. */
  priority: number;
  cell(object: Stored, nowMs: number): Cell;
}

type CellOf = (object: Stored, nowMs: number) => Cell;

const column = (name: string, cell: CellOf, type: Column['type'] = 'string'): Column => ({
  name,
  type,
  format: '',
  description: '',
  priority: 0,
  cell,
});
const count = (name: string, cell: CellOf): Column => column(name, cell, 'integer');
const wide = (name: string, cell: CellOf): Column => ({ ...column(name, cell), priority: 1 });

const NAME: Column = {
  ...column('Name', (object) => object.metadata.name),
  format: 'name',
  description: 'The name of the object, unique among its kind in its namespace.',
};
const AGE = column('Age', (object, nowMs) => ageOf(object.metadata.creationTimestamp, nowMs));
const CREATED_AT = column('Created At', (object) => object.metadata.creationTimestamp, 'date');

/** Kinds that have no columns of their own. */
export const PLAIN_COLUMNS: readonly Column[] = [NAME, AGE];

const CONTAINERS = wide('Containers', (object) => joined(templateContainers(object).map(({ name }) => name)));
const IMAGES = wide('Images', (object) => joined(templateContainers(object).map(({ image }) => image)));
const SELECTOR = wide('Selector', (object) => selectorText(object.spec?.selector));

const BINDING: readonly Column[] = [
  NAME,
  column('Role', ({ roleRef }) => `${roleRef?.kind}/${roleRef?.name}`),
  AGE,
  wide('Users', subjectsText('User')),
  wide('Groups', subjectsText('Group')),
  wide('ServiceAccounts', subjectsText('ServiceAccount')),
];

const WEBHOOKS: readonly Column[] = [NAME, count('Webhooks', ({ webhooks }) => (webhooks ?? []).length), AGE];

const COLUMNS = new Map<Kind, readonly Column[]>([
  [
    KINDS.Pod,
    [
      NAME,
      column('Ready', (pod, nowMs) => podCells(pod, nowMs).ready),
      column('Status', (pod, nowMs) => podCells(pod, nowMs).status),
      column('Restarts', (pod, nowMs) => podCells(pod, nowMs).restarts),
      AGE,
      wide('IP', ({ status }) => status?.podIP || NONE),
      wide('Node', ({ spec }) => spec?.nodeName || NONE),
      wide('Nominated Node', ({ status }) => status?.nominatedNodeName || NONE),
      wide('Readiness Gates', (pod) => readinessGates(pod)),
    ],
  ],
  [
    KINDS.Deployment,
    [
      NAME,
      column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 1}`),
      column('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0),
      column('Available', ({ status }) => status?.availableReplicas ?? 0),
      AGE,
      CONTAINERS,
      IMAGES,
      SELECTOR,
    ],
  ],
  [
    KINDS.ReplicaSet,
    [
      NAME,
      count('Desired', ({ spec }) => spec?.replicas ?? 1),
      count('Current', ({ status }) => status?.replicas ?? 0),
      count('Ready', ({ status }) => status?.readyReplicas ?? 0),
      AGE,
      CONTAINERS,
      IMAGES,
      SELECTOR,
    ],
  ],
  [
    KINDS.ReplicationController,
    [
      NAME,
      count('Desired', ({ spec }) => spec?.replicas ?? 1),
      count('Current', ({ status }) => status?.replicas ?? 0),
      count('Ready', ({ status }) => status?.readyReplicas ?? 0),
      AGE,
      CONTAINERS,
      IMAGES,
    ],
  ],
  [
    KINDS.StatefulSet,
    [
      NAME,
      column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 1}`),
      AGE,
      CONTAINERS,
      IMAGES,
    ],
  ],
  [
    KINDS.DaemonSet,
    [
      NAME,
      count('Desired', ({ status }) => status?.desiredNumberScheduled ?? 0),
      count('Current', ({ status }) => status?.currentNumberScheduled ?? 0),
      count('Ready', ({ status }) => status?.numberReady ?? 0),
      count('Up-to-date', ({ status }) => status?.updatedNumberScheduled ?? 0),
      count('Available', ({ status }) => status?.numberAvailable ?? 0),
      column('Node Selector', ({ spec }) => labelsText(spec?.template?.spec?.nodeSelector)),
      AGE,
      CONTAINERS,
      IMAGES,
      SELECTOR,
    ],
  ],
  [
    KINDS.Job,
    [
      NAME,
      column('Status', jobStatus),
      column('Completions', jobCompletions),
      column('Duration', jobDuration),
      AGE,
      CONTAINERS,
      IMAGES,
      SELECTOR,
    ],
  ],
  [
    KINDS.CronJob,
    [
      NAME,
      column('Schedule', ({ spec }) => spec?.schedule ?? ''),
      column('Timezone', ({ spec }) => spec?.timeZone || NONE),
      column('Suspend', ({ spec }) => flag(spec?.suspend), 'boolean'),
      count('Active', ({ status }) => (status?.active ?? []).length),
      column('Last Schedule', ({ status }, nowMs) =>
        status?.lastScheduleTime ? ageOf(status.lastScheduleTime, nowMs) : NONE,
      ),
      AGE,
      CONTAINERS,
      IMAGES,
      wide('Selector', ({ spec }) => selectorText(spec?.jobTemplate?.spec?.selector)),
    ],
  ],
  [
    KINDS.Service,
    [
      NAME,
      column('Type', ({ spec }) => spec?.type ?? 'ClusterIP'),
      column('Cluster-IP', ({ spec }) => spec?.clusterIP || NONE),
      column('External-IP', externalIp),
      column('Port(s)', ({ spec }) => portsText(spec?.ports)),
      AGE,
      wide('Selector', ({ spec }) => labelsText(spec?.selector)),
    ],
  ],
  [KINDS.Endpoints, [NAME, column('Endpoints', (one) => endpointsText(subsetEndpoints(one))), AGE]],
  [
    KINDS.EndpointSlice,
    [
      NAME,
      column('AddressType', ({ addressType }) => addressType ?? ''),
      column('Ports', ({ ports }) => slicePorts(ports)),
      column('Endpoints', ({ endpoints }) => sliceEndpoints(endpoints)),
      AGE,
    ],
  ],
  [
    KINDS.Ingress,
    [
      NAME,
      column('Class', ({ spec }) => spec?.ingressClassName ?? NONE),
      column('Hosts', ({ spec }) => ingressHosts(spec?.rules)),
      column('Address', loadBalancerText),
      column('Ports', ({ spec }) => (spec?.tls?.length ? '80, 443' : '80')),
      AGE,
    ],
  ],
  [
    KINDS.IngressClass,
    [
      NAME,
      column('Controller', ({ spec }) => spec?.controller ?? ''),
      column('Parameters', ({ spec }) => {
        const { kind, apiGroup, name } = spec?.parameters ?? {};
        return name ? `${kind}${apiGroup ? `.${apiGroup}` : ''}/${name}` : NONE;
      }),
      AGE,
    ],
  ],
  [
    KINDS.Node,
    [
      NAME,
      column('Status', nodeStatus),
      column('Roles', nodeRoles),
      AGE,
      column('Version', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
      wide('Internal-IP', nodeAddress('InternalIP')),
      wide('External-IP', nodeAddress('ExternalIP')),
      wide('OS-Image', nodeInfo('osImage')),
      wide('Kernel-Version', nodeInfo('kernelVersion')),
      wide('Container-Runtime', nodeInfo('containerRuntimeVersion')),
    ],
  ],
  [
    KINDS.Event,
    [
      column('Last Seen', (event, nowMs) => ageOf(eventTime(event), nowMs)),
      column('Type', ({ type }) => type ?? ''),
      column('Reason', ({ reason }) => reason ?? ''),
      column(
        'Object',
        ({ involvedObject: about }) => `${String(about?.kind ?? '').toLowerCase()}/${about?.name ?? ''}`,
      ),
      wide('Subobject', ({ involvedObject }) => involvedObject?.fieldPath ?? ''),
      wide('Source', eventSource),
      column('Message', ({ message }) => String(message ?? '').trim()),
      wide('First Seen', (event, nowMs) => ageOf(event.firstTimestamp ?? event.eventTime, nowMs)),
      { ...count('Count', (event) => event.series?.count ?? event.count ?? 1), priority: 1 },
      { ...NAME, priority: 1 },
    ],
  ],
  [KINDS.Namespace, [NAME, column('Status', ({ status }) => status?.phase ?? ''), AGE]],
  [
    KINDS.Secret,
    [NAME, column('Type', ({ type }) => type ?? ''), count('Data', ({ data }) => sizeOf(data)), AGE],
  ],
  [KINDS.ConfigMap, [NAME, count('Data', ({ data, binaryData }) => sizeOf(data) + sizeOf(binaryData)), AGE]],
  [KINDS.ServiceAccount, [NAME, count('Secrets', ({ secrets }) => (secrets ?? []).length), AGE]],
  [
    KINDS.PersistentVolume,
    [
      NAME,
      column('Capacity', ({ spec }) => spec?.capacity?.storage ?? ''),
      column('Access Modes', ({ spec }) => accessModes(spec?.accessModes)),
      column('Reclaim Policy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''),
      column('Status', (volume) =>
        volume.metadata.deletionTimestamp ? 'Terminating' : (volume.status?.phase ?? ''),
      ),
      column('Claim', claimText),
      column('StorageClass', className),
      column('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName || UNSET),
      column('Reason', ({ status }) => status?.reason ?? ''),
      AGE,
      wide('VolumeMode', ({ spec }) => spec?.volumeMode ?? UNSET),
    ],
  ],
  [
    KINDS.PersistentVolumeClaim,
    [
      NAME,
      column('Status', (claim) =>
        claim.metadata.deletionTimestamp ? 'Terminating' : (claim.status?.phase ?? ''),
      ),
      column('Volume', ({ spec }) => spec?.volumeName ?? ''),
      column('Capacity', ({ spec, status }) => (spec?.volumeName ? (status?.capacity?.storage ?? '') : '')),
      column('Access Modes', ({ spec, status }) =>
        spec?.volumeName ? accessModes(status?.accessModes) : '',
      ),
      column('StorageClass', className),
      column('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName || UNSET),
      AGE,
      wide('VolumeMode', ({ spec }) => spec?.volumeMode ?? UNSET),
    ],
  ],
  [
    KINDS.StorageClass,
    [
      {
        ...NAME,
        cell: ({ metadata }) =>
          `${metadata.name}${metadata.annotations?.[IS_DEFAULT_CLASS] === 'true' ? ' (default)' : ''}`,
      },
      column('Provisioner', ({ provisioner }) => provisioner ?? ''),
      column('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
      column('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
      column('AllowVolumeExpansion', ({ allowVolumeExpansion }) => allowVolumeExpansion === true, 'boolean'),
      AGE,
    ],
  ],
  [
    KINDS.ResourceQuota,
    [
      NAME,
      column('Request', (quota) => quotaText(quota, false)),
      column('Limit', (quota) => quotaText(quota, true)),
      AGE,
    ],
  ],
  [KINDS.LimitRange, [NAME, CREATED_AT]],
  [
    KINDS.PodDisruptionBudget,
    [
      NAME,
      column('Min Available', ({ spec }) => spec?.minAvailable ?? 'N/A'),
      column('Max Unavailable', ({ spec }) => spec?.maxUnavailable ?? 'N/A'),
      count('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed ?? 0),
      AGE,
    ],
  ],
  [
    KINDS.HorizontalPodAutoscaler,
    [
      NAME,
      column('Reference', ({ spec }) => `${spec?.scaleTargetRef?.kind}/${spec?.scaleTargetRef?.name}`),
      column('Targets', metricsText),
      column('MinPods', ({ spec }) => String(spec?.minReplicas ?? UNSET)),
      column('MaxPods', ({ spec }) => spec?.maxReplicas ?? 0),
      column('Replicas', ({ status }) => status?.currentReplicas ?? 0),
      AGE,
    ],
  ],
  [
    KINDS.NetworkPolicy,
    [NAME, column('Pod-Selector', ({ spec }) => selectorText(spec?.podSelector ?? {})), AGE],
  ],
  [KINDS.Role, [NAME, CREATED_AT]],
  [KINDS.ClusterRole, [NAME, CREATED_AT]],
  [KINDS.RoleBinding, BINDING],
  [KINDS.ClusterRoleBinding, BINDING],
  [
    KINDS.PriorityClass,
    [
      NAME,
      count('Value', ({ value }) => value ?? 0),
      column('Global-Default', ({ globalDefault }) => globalDefault === true, 'boolean'),
      AGE,
      column('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? 'PreemptLowerPriority'),
    ],
  ],
  [KINDS.Lease, [NAME, column('Holder', ({ spec }) => spec?.holderIdentity ?? ''), AGE]],
  [
    KINDS.ControllerRevision,
    [
      NAME,
      column('Controller', (revision) => controllerText(revision)),
      column('Revision', ({ revision }) => revision ?? 0),
      AGE,
    ],
  ],
  [KINDS.CustomResourceDefinition, [NAME, CREATED_AT]],
  [KINDS.MutatingWebhookConfiguration, WEBHOOKS],
  [KINDS.ValidatingWebhookConfiguration, WEBHOOKS],
  [
    KINDS.ValidatingAdmissionPolicy,
    [
      NAME,
      count('Validations', ({ spec }) => (spec?.validations ?? []).length),
      column('ParamKind', ({ spec }) => spec?.paramKind?.kind ?? '<unset>'),
      AGE,
    ],
  ],
  [
    KINDS.ValidatingAdmissionPolicyBinding,
    [
      NAME,
      column('PolicyName', ({ spec }) => spec?.policyName ?? ''),
      column('ParamRef', ({ spec }) => spec?.paramRef?.name ?? '<unset>'),
      AGE,
    ],
  ],
]);

export const columnsOfKind = (kind: Kind): readonly Column[] => COLUMNS.get(kind) ?? PLAIN_COLUMNS;
