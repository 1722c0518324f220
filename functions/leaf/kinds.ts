/** The kinds that Hub touches in a leaf, and the addresses they have in its API. A further kind is one more row. */

interface Kind {
  plural: string;
  namespaced: boolean;
}

const KINDS: Readonly<Record<string, Kind>> = {
  'v1/Namespace': { plural: 'namespaces', namespaced: false },
  'v1/Node': { plural: 'nodes', namespaced: false },
  'v1/PersistentVolume': { plural: 'persistentvolumes', namespaced: false },
  'v1/PersistentVolumeClaim': { plural: 'persistentvolumeclaims', namespaced: true },
  'v1/Pod': { plural: 'pods', namespaced: true },
  'v1/Service': { plural: 'services', namespaced: true },
  'v1/Secret': { plural: 'secrets', namespaced: true },
  'v1/ConfigMap': { plural: 'configmaps', namespaced: true },
  'v1/ServiceAccount': { plural: 'serviceaccounts', namespaced: true },
  'v1/Event': { plural: 'events', namespaced: true },
  'v1/ResourceQuota': { plural: 'resourcequotas', namespaced: true },
  'v1/ReplicationController': { plural: 'replicationcontrollers', namespaced: true },
  'v1/LimitRange': { plural: 'limitranges', namespaced: true },
  'apps/v1/Deployment': { plural: 'deployments', namespaced: true },
  'apps/v1/ReplicaSet': { plural: 'replicasets', namespaced: true },
  'apps/v1/StatefulSet': { plural: 'statefulsets', namespaced: true },
  'apps/v1/DaemonSet': { plural: 'daemonsets', namespaced: true },
  'batch/v1/Job': { plural: 'jobs', namespaced: true },
  'batch/v1/CronJob': { plural: 'cronjobs', namespaced: true },
  'discovery.k8s.io/v1/EndpointSlice': { plural: 'endpointslices', namespaced: true },
  'policy/v1/PodDisruptionBudget': { plural: 'poddisruptionbudgets', namespaced: true },
  'networking.k8s.io/v1/NetworkPolicy': { plural: 'networkpolicies', namespaced: true },
  'rbac.authorization.k8s.io/v1/Role': { plural: 'roles', namespaced: true },
  'rbac.authorization.k8s.io/v1/RoleBinding': { plural: 'rolebindings', namespaced: true },
  'rbac.authorization.k8s.io/v1/ClusterRole': { plural: 'clusterroles', namespaced: false },
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': { plural: 'clusterrolebindings', namespaced: false },
  'scheduling.k8s.io/v1/PriorityClass': { plural: 'priorityclasses', namespaced: false },
  'storage.k8s.io/v1/StorageClass': { plural: 'storageclasses', namespaced: false },
  'networking.istio.io/v1/Gateway': { plural: 'gateways', namespaced: true },
  'networking.istio.io/v1/DestinationRule': { plural: 'destinationrules', namespaced: true },
  'networking.istio.io/v1/VirtualService': { plural: 'virtualservices', namespaced: true },
  'security.istio.io/v1/AuthorizationPolicy': { plural: 'authorizationpolicies', namespaced: true },
};

/**
 * Path of an object, or of a collection if no name is given.
 * @throws Error for a kind without a row, or a namespaced object without a namespace: both are bugs of ours
 */
export function apiPath(target: {
  apiVersion: string;
  kind: string;
  namespace?: string | undefined;
  name?: string | undefined;
}): string {
  const { apiVersion, kind, namespace, name } = target;
  const row = KINDS[`${apiVersion}/${kind}`];
  if (!row) throw new Error(`no row for ${apiVersion} ${kind} in functions/leaf/kinds.ts`);
  if (row.namespaced && name !== undefined && namespace === undefined) {
    throw new Error(`${kind} ${name} needs a namespace`);
  }
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const within =
    row.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const last = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${root}${within}/${row.plural}${last}`;
}
