/**
 * The registry of kinds: what the API lists in its discovery, what is namespaced, what has a status of its own.
 * A further kind is one more row; behaviour, if it needs any, is a controller.
 */

export interface Kind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  /** Has the status subresource: a write of the object leaves `status`, a write of the status leaves the rest. */
  readonly status: boolean;
  /** `metadata.generation` counts changes of the spec. */
  readonly generation: boolean;
  /** `apps/v1`, or `v1` in the core group. */
  readonly apiVersion: string;
  /** `deployments.apps`, as messages name it. */
  readonly resource: string;
}

type Trait = 'cluster' | 'status' | 'generation';

function row(group: string, plural: string, kind: string, traits: readonly Trait[], short = ''): Kind {
  return {
    group,
    version: 'v1',
    plural,
    kind,
    namespaced: !traits.includes('cluster'),
    shortNames: short === '' ? [] : short.split(' '),
    status: traits.includes('status'),
    generation: traits.includes('generation'),
    apiVersion: group === '' ? 'v1' : `${group}/v1`,
    resource: group === '' ? plural : `${plural}.${group}`,
  };
}

const RBAC = 'rbac.authorization.k8s.io';

/** https://kubernetes.io/docs/reference/kubernetes-api/ */
export const KINDS = {
  Namespace: row('', 'namespaces', 'Namespace', ['cluster', 'status'], 'ns'),
  Pod: row('', 'pods', 'Pod', ['status'], 'po'),
  Service: row('', 'services', 'Service', ['status'], 'svc'),
  Secret: row('', 'secrets', 'Secret', []),
  ConfigMap: row('', 'configmaps', 'ConfigMap', [], 'cm'),
  ServiceAccount: row('', 'serviceaccounts', 'ServiceAccount', [], 'sa'),
  Event: row('', 'events', 'Event', [], 'ev'),
  PersistentVolumeClaim: row('', 'persistentvolumeclaims', 'PersistentVolumeClaim', ['status'], 'pvc'),
  PersistentVolume: row('', 'persistentvolumes', 'PersistentVolume', ['cluster', 'status'], 'pv'),
  Endpoints: row('', 'endpoints', 'Endpoints', [], 'ep'),
  Node: row('', 'nodes', 'Node', ['cluster', 'status'], 'no'),
  ResourceQuota: row('', 'resourcequotas', 'ResourceQuota', ['status'], 'quota'),
  LimitRange: row('', 'limitranges', 'LimitRange', [], 'limits'),
  Deployment: row('apps', 'deployments', 'Deployment', ['status', 'generation'], 'deploy'),
  ReplicaSet: row('apps', 'replicasets', 'ReplicaSet', ['status', 'generation'], 'rs'),
  StatefulSet: row('apps', 'statefulsets', 'StatefulSet', ['status', 'generation'], 'sts'),
  DaemonSet: row('apps', 'daemonsets', 'DaemonSet', ['status', 'generation'], 'ds'),
  Job: row('batch', 'jobs', 'Job', ['status', 'generation']),
  NetworkPolicy: row('networking.k8s.io', 'networkpolicies', 'NetworkPolicy', ['generation'], 'netpol'),
  Role: row(RBAC, 'roles', 'Role', []),
  RoleBinding: row(RBAC, 'rolebindings', 'RoleBinding', []),
  ClusterRole: row(RBAC, 'clusterroles', 'ClusterRole', ['cluster']),
  ClusterRoleBinding: row(RBAC, 'clusterrolebindings', 'ClusterRoleBinding', ['cluster']),
  StorageClass: row('storage.k8s.io', 'storageclasses', 'StorageClass', ['cluster'], 'sc'),
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

const byResource = new Map<string, Kind>();
const byKind = new Map<string, Kind>();
for (const kind of Object.values(KINDS)) {
  byResource.set(`${kind.group}/${kind.version}/${kind.plural}`, kind);
  byKind.set(`${kind.apiVersion}/${kind.kind}`, kind);
}

export const kindByResource = (group: string, version: string, plural: string): Kind | undefined =>
  byResource.get(`${group}/${version}/${plural}`);

export const kindByName = (apiVersion: string, kind: string): Kind | undefined =>
  byKind.get(`${apiVersion}/${kind}`);

export const kindsOf = (group: string, version: string): Kind[] =>
  Object.values(KINDS).filter((kind) => kind.group === group && kind.version === version);

/** Named groups with their versions, in the order of the registry. */
export const GROUPS: readonly string[] = [...new Set(Object.values(KINDS).map((kind) => kind.group))].filter(
  (group) => group !== '',
);
