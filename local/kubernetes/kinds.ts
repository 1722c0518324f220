/**
 * The registry of kinds: what the API lists in its discovery, what is namespaced, what has a status of its own.
 * A further kind is one more row; behaviour, if it needs any, is a controller. Kinds that a cluster learns at run time from
 * CustomResourceDefinitions are in its own registry: `kind-registry.ts`.
 */
import type { CustomKind } from './custom-kinds.ts';

export interface Subresource {
  /** As in the path: `scale`. */
  readonly name: string;
  /** What is read and written there. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

export interface Kind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  /** `all` is what `kubectl get all` shows. */
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
  /** Has the status subresource: a write of the object leaves `status`, a write of the status leaves the rest. */
  readonly status: boolean;
  /** `metadata.generation` counts changes of the spec. */
  readonly generation: boolean;
  /** A question rather than an object: answered, never stored. */
  readonly review: boolean;
  /** `apps/v1`, or `v1` in the core group. */
  readonly apiVersion: string;
  /** `deployments.apps`, as messages name it. */
  readonly resource: string;
  /** The version in which its objects are stored, if this is another one. */
  readonly storedAs?: Kind;
  /** Where it comes from, if it is not Kubernetes' own. */
  readonly custom?: CustomKind;
}

/** The kind under which objects are kept: one for all versions of a resource. */
export const storedKind = (kind: Kind): Kind => kind.storedAs ?? kind;

export const VERBS: readonly string[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
const CHANGE = ['get', 'patch', 'update'];

export const statusOf = (apiVersion: string, kind: string): Subresource => ({
  name: 'status',
  apiVersion,
  kind,
  verbs: CHANGE,
});
export const SCALE: Subresource = {
  name: 'scale',
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  verbs: CHANGE,
};
const LOG: Subresource = { name: 'log', apiVersion: 'v1', kind: 'Pod', verbs: ['get'] };
/** Streams into a pod. */
const streamInto = (name: string, kind: string): Subresource => ({
  name,
  apiVersion: 'v1',
  kind,
  verbs: ['create', 'get'],
});
const STREAMS = [
  streamInto('exec', 'PodExecOptions'),
  streamInto('attach', 'PodAttachOptions'),
  streamInto('portforward', 'PodPortForwardOptions'),
];
const EVICTION: Subresource = {
  name: 'eviction',
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  verbs: ['create'],
};
const FINALIZE: Subresource = { name: 'finalize', apiVersion: 'v1', kind: 'Namespace', verbs: ['update'] };
const TOKEN: Subresource = {
  name: 'token',
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenRequest',
  verbs: ['create'],
};

type Trait = 'cluster' | 'status' | 'generation' | 'all' | 'review';

interface More {
  short?: string;
  version?: string;
  categories?: readonly string[];
  subresources?: readonly Subresource[];
}

const apiVersionOf = (group: string, version: string): string =>
  group === '' ? version : `${group}/${version}`;

function row(group: string, plural: string, kind: string, traits: readonly Trait[], more: More = {}): Kind {
  const { short = '', version = 'v1', categories = [], subresources = [] } = more;
  const apiVersion = apiVersionOf(group, version);
  const status = traits.includes('status');
  const review = traits.includes('review');
  return {
    group,
    version,
    plural,
    singular: kind.toLowerCase(),
    kind,
    namespaced: !traits.includes('cluster'),
    shortNames: short === '' ? [] : short.split(' '),
    categories: traits.includes('all') ? ['all', ...categories] : categories,
    verbs: review ? ['create'] : VERBS,
    subresources: status ? [statusOf(apiVersion, kind), ...subresources] : subresources,
    status,
    generation: traits.includes('generation'),
    review,
    apiVersion,
    resource: group === '' ? plural : `${plural}.${group}`,
  };
}

const RBAC = 'rbac.authorization.k8s.io';
const NETWORK = 'networking.k8s.io';
const HOOKS = 'admissionregistration.k8s.io';
const MAY = 'authorization.k8s.io';

/** https://kubernetes.io/docs/reference/kubernetes-api/ */
export const KINDS = {
  Namespace: row('', 'namespaces', 'Namespace', ['cluster', 'status'], {
    short: 'ns',
    subresources: [FINALIZE],
  }),
  Pod: row('', 'pods', 'Pod', ['status', 'generation', 'all'], {
    short: 'po',
    subresources: [LOG, EVICTION, ...STREAMS],
  }),
  Service: row('', 'services', 'Service', ['status', 'all'], { short: 'svc' }),
  Secret: row('', 'secrets', 'Secret', []),
  ConfigMap: row('', 'configmaps', 'ConfigMap', [], { short: 'cm' }),
  ServiceAccount: row('', 'serviceaccounts', 'ServiceAccount', [], { short: 'sa', subresources: [TOKEN] }),
  Event: row('', 'events', 'Event', [], { short: 'ev' }),
  PersistentVolumeClaim: row('', 'persistentvolumeclaims', 'PersistentVolumeClaim', ['status'], {
    short: 'pvc',
  }),
  PersistentVolume: row('', 'persistentvolumes', 'PersistentVolume', ['cluster', 'status'], { short: 'pv' }),
  Endpoints: row('', 'endpoints', 'Endpoints', [], { short: 'ep' }),
  Node: row('', 'nodes', 'Node', ['cluster', 'status'], { short: 'no' }),
  ResourceQuota: row('', 'resourcequotas', 'ResourceQuota', ['status'], { short: 'quota' }),
  LimitRange: row('', 'limitranges', 'LimitRange', [], { short: 'limits' }),
  Deployment: row('apps', 'deployments', 'Deployment', ['status', 'generation', 'all'], {
    short: 'deploy',
    subresources: [SCALE],
  }),
  ReplicaSet: row('apps', 'replicasets', 'ReplicaSet', ['status', 'generation', 'all'], {
    short: 'rs',
    subresources: [SCALE],
  }),
  ReplicationController: row(
    '',
    'replicationcontrollers',
    'ReplicationController',
    ['status', 'generation', 'all'],
    { short: 'rc' },
  ),
  StatefulSet: row('apps', 'statefulsets', 'StatefulSet', ['status', 'generation', 'all'], {
    short: 'sts',
    subresources: [SCALE],
  }),
  DaemonSet: row('apps', 'daemonsets', 'DaemonSet', ['status', 'generation', 'all'], { short: 'ds' }),
  ControllerRevision: row('apps', 'controllerrevisions', 'ControllerRevision', []),
  Job: row('batch', 'jobs', 'Job', ['status', 'generation', 'all']),
  CronJob: row('batch', 'cronjobs', 'CronJob', ['status', 'generation', 'all'], { short: 'cj' }),
  HorizontalPodAutoscaler: row(
    'autoscaling',
    'horizontalpodautoscalers',
    'HorizontalPodAutoscaler',
    ['status', 'all'],
    { short: 'hpa', version: 'v2' },
  ),
  PodDisruptionBudget: row(
    'policy',
    'poddisruptionbudgets',
    'PodDisruptionBudget',
    ['status', 'generation'],
    {
      short: 'pdb',
    },
  ),
  NetworkPolicy: row(NETWORK, 'networkpolicies', 'NetworkPolicy', ['generation'], { short: 'netpol' }),
  Ingress: row(NETWORK, 'ingresses', 'Ingress', ['status', 'generation'], { short: 'ing' }),
  IngressClass: row(NETWORK, 'ingressclasses', 'IngressClass', ['cluster', 'generation']),
  Role: row(RBAC, 'roles', 'Role', []),
  RoleBinding: row(RBAC, 'rolebindings', 'RoleBinding', []),
  ClusterRole: row(RBAC, 'clusterroles', 'ClusterRole', ['cluster']),
  ClusterRoleBinding: row(RBAC, 'clusterrolebindings', 'ClusterRoleBinding', ['cluster']),
  StorageClass: row('storage.k8s.io', 'storageclasses', 'StorageClass', ['cluster'], { short: 'sc' }),
  EndpointSlice: row('discovery.k8s.io', 'endpointslices', 'EndpointSlice', []),
  PriorityClass: row('scheduling.k8s.io', 'priorityclasses', 'PriorityClass', ['cluster'], { short: 'pc' }),
  Lease: row('coordination.k8s.io', 'leases', 'Lease', []),
  CustomResourceDefinition: row(
    'apiextensions.k8s.io',
    'customresourcedefinitions',
    'CustomResourceDefinition',
    ['cluster', 'status', 'generation'],
    { short: 'crd crds', categories: ['api-extensions'] },
  ),
  MutatingWebhookConfiguration: row(
    HOOKS,
    'mutatingwebhookconfigurations',
    'MutatingWebhookConfiguration',
    ['cluster', 'generation'],
    { categories: ['api-extensions'] },
  ),
  ValidatingWebhookConfiguration: row(
    HOOKS,
    'validatingwebhookconfigurations',
    'ValidatingWebhookConfiguration',
    ['cluster', 'generation'],
    { categories: ['api-extensions'] },
  ),
  /** They are there to be seen: nothing here evaluates CEL. */
  ValidatingAdmissionPolicy: row(
    HOOKS,
    'validatingadmissionpolicies',
    'ValidatingAdmissionPolicy',
    ['cluster', 'status', 'generation'],
    { categories: ['api-extensions'] },
  ),
  ValidatingAdmissionPolicyBinding: row(
    HOOKS,
    'validatingadmissionpolicybindings',
    'ValidatingAdmissionPolicyBinding',
    ['cluster', 'generation'],
    { categories: ['api-extensions'] },
  ),
  SelfSubjectAccessReview: row(MAY, 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', [
    'cluster',
    'review',
  ]),
  SelfSubjectRulesReview: row(MAY, 'selfsubjectrulesreviews', 'SelfSubjectRulesReview', [
    'cluster',
    'review',
  ]),
  SubjectAccessReview: row(MAY, 'subjectaccessreviews', 'SubjectAccessReview', ['cluster', 'review']),
  LocalSubjectAccessReview: row(MAY, 'localsubjectaccessreviews', 'LocalSubjectAccessReview', ['review']),
  SelfSubjectReview: row('authentication.k8s.io', 'selfsubjectreviews', 'SelfSubjectReview', [
    'cluster',
    'review',
  ]),
  TokenReview: row('authentication.k8s.io', 'tokenreviews', 'TokenReview', ['cluster', 'review']),
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

/** Kubernetes' own kinds, of which every cluster has all. */
export const BUILT_IN: readonly Kind[] = Object.values(KINDS);
