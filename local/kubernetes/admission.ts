/** What stands between a valid object and the store: the namespace, the pod's service account, pod security. */
import { ApiError, detailsOf, forbidden, notFound } from './errors.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields, Stored } from './objects.ts';
import { ENFORCE_LABEL, violations } from './pod-security.ts';

/** Fills in what admission fills in. @throws ApiError 403, 404 */
export function admit(leaf: LeafCluster, kind: Kind, object: Stored): Stored {
  if (kind.namespaced) requireNamespace(leaf, kind, object);
  if (kind === KINDS.Pod) return admitPod(leaf, object);
  if (kind === KINDS.PersistentVolumeClaim) return withStorageClass(leaf, object);
  return object;
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
  const name = pod.metadata.name;
  const spec: Fields = pod.spec ?? {};
  const account: string = spec.serviceAccountName ?? 'default';
  if (!leaf.objects.get(KINDS.ServiceAccount, namespace, account)) {
    const why = `error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`;
    throw forbidden(KINDS.Pod, name, why);
  }
  const level = leaf.objects.get(KINDS.Namespace, undefined, namespace)?.metadata.labels?.[ENFORCE_LABEL];
  const broken = violations(level, spec);
  if (broken.length > 0) {
    throw forbidden(KINDS.Pod, name, `violates PodSecurity "${level}:latest": ${broken.join(', ')}`);
  }
  return spec.serviceAccountName === undefined
    ? { ...pod, spec: { ...spec, serviceAccountName: account, serviceAccount: account } }
    : pod;
}

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

function withStorageClass(leaf: LeafCluster, claim: Stored): Stored {
  if (claim.spec?.storageClassName !== undefined) return claim;
  for (const storageClass of leaf.objects.each(KINDS.StorageClass)) {
    if (storageClass.metadata.annotations?.[DEFAULT_CLASS] === 'true') {
      return { ...claim, spec: { ...claim.spec, storageClassName: storageClass.metadata.name } };
    }
  }
  return claim;
}
