/**
 * What stands between an object and the store beside its form: first what fills something in (the pod's account, its priority, limits),
 * then what refuses (a namespace that goes, pod security, limits, quota, rights that the caller does not hold).
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
 */
import { ApiError, detailsOf, forbidden, invalid, notFound } from './errors.ts';
import { refuseEscalation } from './escalation.ts';
import { invalidValue } from './faults.ts';
import { suffix } from './identifiers.ts';
import type { Caller } from './identity.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import { refuseBeyondLimits, withDefaultLimits } from './limit-ranges.ts';
import type { Fields, Stored } from './objects.ts';
import { ENFORCE_LABEL, violations } from './pod-security.ts';
import { quantityOf } from './quantities.ts';
import { refuseBeyondQuota } from './quotas.ts';
import { qosOf } from './resources.ts';

/** Fills in what admission fills in to a new object. @throws ApiError 403, 404 */
export function admit(leaf: LeafCluster, kind: Kind, object: Stored): Stored {
  if (kind.namespaced) requireNamespace(leaf, kind, object);
  if (kind === KINDS.Pod) return admitPod(leaf, object);
  if (kind === KINDS.PersistentVolumeClaim) return withStorageClass(leaf, object);
  return object;
}

/**
 * Refuses what may not be, though it is well-formed.
 * @param caller absent for the cluster's own controllers
 * @throws ApiError 403, 404, 422
 */
export function refuseUnlessAdmitted(
  leaf: LeafCluster,
  kind: Kind,
  object: Stored,
  before: Stored | undefined,
  caller: Caller | undefined,
): void {
  if (caller) refuseEscalation(leaf, caller, kind, object, before);
  if (kind === KINDS.Pod && !before) refuseInsecure(leaf, object);
  if (kind === KINDS.Service) refuseTakenAddresses(leaf, object);
  if (kind === KINDS.PersistentVolumeClaim && before) refuseGrowth(leaf, object, before);
  if (!kind.namespaced) return;
  if (!before || kind === KINDS.PersistentVolumeClaim) refuseBeyondLimits(leaf, kind, object);
  refuseBeyondQuota(leaf, kind, object, before);
}

/** Namespaces that nobody can delete. */
const PERMANENT = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

/** @throws ApiError 403 */
export function refuseDeletion(kind: Kind, object: Stored): void {
  const { name } = object.metadata;
  if (kind === KINDS.Namespace && PERMANENT.has(name)) {
    throw forbidden(kind, name, 'this namespace may not be deleted');
  }
}

function requireNamespace(leaf: LeafCluster, kind: Kind, object: Stored): void {
  const namespace = object.metadata.namespace ?? '';
  const found = leaf.objects.get(KINDS.Namespace, undefined, namespace);
  if (!found) throw notFound(KINDS.Namespace, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const name = object.metadata.name;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw new ApiError(403, 'Forbidden', `${kind.resource} "${name}" is forbidden: ${why}`, {
    ...detailsOf(kind, name),
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}

function admitPod(leaf: LeafCluster, pod: Stored): Stored {
  const namespace = pod.metadata.namespace ?? '';
  const { name } = pod.metadata;
  const account: string = pod.spec?.serviceAccountName || 'default';
  const found = leaf.objects.get(KINDS.ServiceAccount, namespace, account);
  if (!found) {
    const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
    throw forbidden(KINDS.Pod, name, why);
  }
  const named = { ...pod.spec, serviceAccountName: account, serviceAccount: account };
  const mounts = named.automountServiceAccountToken ?? found.automountServiceAccountToken ?? true;
  const spec = withPriority(leaf, name, withTolerations(mounts ? withToken(leaf, named) : named));
  const limited = withDefaultLimits(leaf, { ...pod, spec });
  return { ...limited, status: { phase: 'Pending', qosClass: qosOf(limited.spec ?? {}) } };
}

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Shared by all pods: objects are never changed in place. */
const TOKEN_SOURCES: readonly Fields[] = [
  { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
  { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
  {
    downwardAPI: {
      items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }],
    },
  },
];

/** The volume through which a container reaches the API. */
function withToken(leaf: LeafCluster, spec: Fields): Fields {
  const mounted = (container: Fields): boolean =>
    (container.volumeMounts ?? []).some((mount: Fields) => mount.mountPath === TOKEN_PATH);
  const all: Fields[] = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  if (all.every(mounted)) return spec;
  const name = `kube-api-access-${suffix(leaf.world.random)}`;
  const mount = { name, readOnly: true, mountPath: TOKEN_PATH };
  const withMount = (container: Fields): Fields =>
    mounted(container)
      ? container
      : { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] };
  return {
    ...spec,
    volumes: [...(spec.volumes ?? []), { name, projected: { defaultMode: 420, sources: TOKEN_SOURCES } }],
    ...(spec.initContainers && { initContainers: spec.initContainers.map(withMount) }),
    ...(spec.containers && { containers: spec.containers.map(withMount) }),
  };
}

/** How long a pod stays on a node that does not answer. */
const TOLERATIONS: readonly Fields[] = ['not-ready', 'unreachable'].map((state) => ({
  key: `node.kubernetes.io/${state}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
}));

function withTolerations(spec: Fields): Fields {
  const own: Fields[] = spec.tolerations ?? [];
  const missing = TOLERATIONS.filter((one) => !own.some((toleration) => toleration.key === one.key));
  return missing.length === 0 ? spec : { ...spec, tolerations: [...own, ...missing] };
}

function withPriority(leaf: LeafCluster, pod: string, spec: Fields): Fields {
  const name: string | undefined = spec.priorityClassName || undefined;
  const found =
    name === undefined
      ? [...leaf.objects.each(KINDS.PriorityClass)].find((one) => one.globalDefault)
      : leaf.objects.get(KINDS.PriorityClass, undefined, name);
  if (name !== undefined && !found) {
    throw forbidden(KINDS.Pod, pod, `no PriorityClass with name ${name} was found`);
  }
  return {
    ...spec,
    ...(found && { priorityClassName: found.metadata.name }),
    priority: found?.value ?? 0,
    preemptionPolicy: found?.preemptionPolicy ?? 'PreemptLowerPriority',
  };
}

function refuseInsecure(leaf: LeafCluster, pod: Stored): void {
  const { namespace = '', name } = pod.metadata;
  const level = leaf.objects.get(KINDS.Namespace, undefined, namespace)?.metadata.labels?.[ENFORCE_LABEL];
  const broken = violations(level, pod.spec ?? {});
  if (broken.length > 0) {
    throw forbidden(KINDS.Pod, name, `violates PodSecurity "${level}:latest": ${broken.join(', ')}`);
  }
}

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

function withStorageClass(leaf: LeafCluster, claim: Stored): Stored {
  if (claim.spec?.storageClassName !== undefined) return claim;
  const [newest] = [...leaf.objects.each(KINDS.StorageClass)]
    .filter(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true')
    .sort(byAge);
  return newest ? { ...claim, spec: { ...claim.spec, storageClassName: newest.metadata.name } } : claim;
}

/** Of several the newest, and of those the first by name: https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass */
const byAge = ({ metadata: a }: Stored, { metadata: b }: Stored): number =>
  Date.parse(b.creationTimestamp ?? '') - Date.parse(a.creationTimestamp ?? '') || (a.name < b.name ? -1 : 1);

/** @throws ApiError 403 unless the class lets its volumes grow */
function refuseGrowth(leaf: LeafCluster, claim: Stored, before: Stored): void {
  const size = (one: Stored): bigint => quantityOf(one.spec?.resources?.requests?.storage);
  if (size(claim) <= size(before)) return;
  const storageClass = leaf.objects.get(KINDS.StorageClass, undefined, claim.spec?.storageClassName ?? '');
  if (storageClass?.allowVolumeExpansion === true) return;
  throw forbidden(
    KINDS.PersistentVolumeClaim,
    claim.metadata.name,
    'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
  );
}

/** @throws ApiError 422 for an address or a port that another Service has */
function refuseTakenAddresses(leaf: LeafCluster, service: Stored): void {
  const { clusterIP, clusterIPs, ports = [] } = service.spec ?? {};
  const nodePorts: unknown[] = (ports as Fields[]).map((port) => port.nodePort);
  for (const other of leaf.objects.each(KINDS.Service)) {
    if (other.metadata.uid === service.metadata.uid) continue;
    if (clusterIP && clusterIP !== 'None' && other.spec?.clusterIP === clusterIP) {
      const why = `failed to allocate IP ${clusterIP}: provided IP is already allocated`;
      throw invalid(KINDS.Service, service.metadata.name, [invalidValue('spec.clusterIPs', clusterIPs, why)]);
    }
    for (const { nodePort } of (other.spec?.ports ?? []) as Fields[]) {
      const at = nodePort ? nodePorts.indexOf(nodePort) : -1;
      if (at < 0) continue;
      throw invalid(KINDS.Service, service.metadata.name, [
        invalidValue(`spec.ports[${at}].nodePort`, nodePort, 'provided port is already allocated'),
      ]);
    }
  }
}
