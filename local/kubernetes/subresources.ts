/** Addresses below an object that are more than a part of it: its scale, its eviction, the finalizers of a namespace. */
import { type Incoming, remove, update, type WriteOptions } from './api.ts';
import { ApiError, badRequest, conflict, notFound } from './errors.ts';
import { isMap } from './json.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields, Stored } from './objects.ts';
import { selectorText, selects } from './selectors.ts';
import { isOver, isReady } from './workloads.ts';

/** Where a kind keeps its replicas, as paths of fields. */
function scalePaths(kind: Kind): { wanted: string[]; there: string[]; selector: string[] } {
  const steps = (path: string): string[] => path.split('.').filter((step) => step !== '');
  const custom = kind.custom?.scale;
  return {
    wanted: steps(custom?.specReplicasPath ?? '.spec.replicas'),
    there: steps(custom?.statusReplicasPath ?? '.status.replicas'),
    selector: steps(custom?.labelSelectorPath ?? '.spec.selector'),
  };
}

const valueAt = (object: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, step) => (isMap(value) ? value[step] : undefined), object);

function withValue(object: Fields, [step, ...rest]: readonly string[], value: unknown): Fields {
  if (step === undefined) return object;
  return { ...object, [step]: rest.length === 0 ? value : withValue(object[step] ?? {}, rest, value) };
}

/** The object's `Scale`. */
export function scaleOf(kind: Kind, object: Stored): Stored {
  const { wanted, there, selector } = scalePaths(kind);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selected = valueAt(object, selector);
  const text = isMap(selected) ? selectorText(selected) : selected;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace && { namespace }), uid, resourceVersion, creationTimestamp },
    spec: { replicas: valueAt(object, wanted) ?? 0 },
    status: { replicas: valueAt(object, there) ?? 0, ...(typeof text === 'string' && { selector: text }) },
  };
}

/** @throws ApiError 400, 404, 409, 422 */
export function changeScale(
  leaf: LeafCluster,
  kind: Kind,
  namespace: string | undefined,
  name: string,
  change: (scale: Stored) => Incoming,
  options: WriteOptions,
): Stored {
  const live = leaf.objects.get(kind, namespace, name);
  if (!live) throw notFound(kind, name);
  const scale = change(scaleOf(kind, live));
  const replicas: unknown = scale.spec?.replicas ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
    const why = `spec.replicas: Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`;
    throw new ApiError(422, 'Invalid', `Scale.autoscaling "${name}" is invalid: ${why}`, {
      name,
      group: 'autoscaling',
      kind: 'Scale',
      causes: [{ reason: 'FieldValueInvalid', message: why, field: 'spec.replicas' }],
    });
  }
  const { uid, resourceVersion } = scale.metadata ?? {};
  const { wanted } = scalePaths(kind);
  const next = withValue(
    { ...live, metadata: { ...live.metadata, ...(uid && { uid }), resourceVersion: resourceVersion ?? '' } },
    wanted,
    replicas,
  );
  return scaleOf(kind, update(leaf, kind, namespace, name, next, { ...options, subresource: 'scale' }));
}

/**
 * Deletes a pod unless its disruption budget is used up.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
 * @throws ApiError 400, 404, 409, 429, 500
 */
export function evict(
  leaf: LeafCluster,
  namespace: string,
  name: string,
  eviction: Fields,
  dryRun: boolean,
): object {
  const pod = leaf.objects.get(KINDS.Pod, namespace, name);
  if (!pod) throw notFound(KINDS.Pod, name);
  const asked = eviction.metadata?.name;
  if (asked !== undefined && asked !== name) {
    throw badRequest(`name in URL does not match name in Eviction object: ${asked} ${name}`);
  }
  const budgets = [...leaf.objects.each(KINDS.PodDisruptionBudget, namespace)].filter((budget) =>
    selects(budget.spec?.selector, pod.metadata.labels),
  );
  if (budgets.length > 1) {
    const message =
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw new ApiError(500, 'InternalError', message);
  }
  const [budget] = budgets;
  const counts =
    budget && !isOver(pod) && pod.status?.phase !== 'Pending' && (isReady(pod) || !mayGoUnready(budget));
  if (budget && counts) spend(leaf, budget, name, dryRun);
  const options: Fields = eviction.deleteOptions ?? {};
  remove(leaf, KINDS.Pod, namespace, name, {
    ...(typeof options.gracePeriodSeconds === 'number' && { gracePeriodSeconds: options.gracePeriodSeconds }),
    ...(options.preconditions && { preconditions: options.preconditions }),
    dryRun,
  });
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
}

/** A pod that does not serve may go if the budget has all that it needs, or says so. */
const mayGoUnready = ({ spec, status }: Stored): boolean =>
  spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow' ||
  ((status?.currentHealthy ?? 0) >= (status?.desiredHealthy ?? 0) && (status?.desiredHealthy ?? 0) > 0);

function spend(leaf: LeafCluster, budget: Stored, pod: string, dryRun: boolean): void {
  const { disruptionsAllowed = 0, desiredHealthy = 0, currentHealthy = 0 } = budget.status ?? {};
  if (disruptionsAllowed <= 0) {
    const message = `The disruption budget ${budget.metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
    throw new ApiError(
      429,
      'TooManyRequests',
      "Cannot evict pod as it would violate the pod's disruption budget.",
      { causes: [{ reason: 'DisruptionBudget', message }] },
    );
  }
  if (dryRun) return;
  leaf.objects.setStatus(KINDS.PodDisruptionBudget, budget, {
    ...budget.status,
    disruptionsAllowed: disruptionsAllowed - 1,
    disruptedPods: { ...budget.status?.disruptedPods, [pod]: leaf.now },
  });
}

/** Replaces the finalizers in a namespace's spec; one that is being deleted and has none left is gone. @throws ApiError 404, 409 */
export function finalizeNamespace(leaf: LeafCluster, name: string, sent: Fields): Stored {
  const live = leaf.objects.get(KINDS.Namespace, undefined, name);
  if (!live) throw notFound(KINDS.Namespace, name);
  const { resourceVersion } = sent.metadata ?? {};
  if (resourceVersion && resourceVersion !== live.metadata.resourceVersion) {
    throw conflict(
      KINDS.Namespace,
      name,
      'the object has been modified; please apply your changes to the latest version and try again',
    );
  }
  const finalizers: string[] = sent.spec?.finalizers ?? [];
  const { finalizers: _, ...spec } = live.spec ?? {};
  const next = { ...live, spec: { ...spec, ...(finalizers.length > 0 && { finalizers }) } };
  if (live.metadata.deletionTimestamp === undefined || finalizers.length > 0) {
    return leaf.objects.put(KINDS.Namespace, next);
  }
  leaf.objects.erase(KINDS.Namespace, live);
  return next;
}
