/** What all workload controllers share: pods made from a template, and how to read them. */
import { create } from './api.ts';
import { ApiError } from './errors.ts';
import { warn } from './events.ts';
import { drawOf } from './identifiers.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import { type Fields, keyOf, type OwnerReference, type Stored } from './objects.ts';

export const isBeingDeleted = (object: Stored): boolean => object.metadata.deletionTimestamp !== undefined;

export const isOver = (pod: Stored): boolean =>
  pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** Counts for its workload: neither over nor going. */
export const isActive = (pod: Stored): boolean => !isOver(pod) && !isBeingDeleted(pod);

export const isReady = (pod: Stored): boolean =>
  (pod.status?.conditions ?? []).some(
    (condition: Fields) => condition.type === 'Ready' && condition.status === 'True',
  );

export const hasCondition = (object: Stored, type: string): boolean =>
  (object.status?.conditions ?? []).some((one: Fields) => one.type === type && one.status === 'True');

/** A condition list with this one set; the time of transition is kept unless its status changes. */
export function withCondition(
  conditions: readonly Fields[] | undefined,
  condition: { type: string; status: 'True' | 'False'; reason?: string; message?: string },
  now: string,
): Fields[] {
  const before = conditions?.find((one) => one.type === condition.type);
  const since = before?.status === condition.status ? before.lastTransitionTime : now;
  const next: Fields = { ...condition, lastTransitionTime: since };
  if (!conditions) return [next];
  return before ? conditions.map((one) => (one === before ? next : one)) : [...conditions, next];
}

export const controllerReference = (owner: Stored): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
});

/** The keys of the owners of that kind: for controllers that follow what they made. */
export const ownersOf =
  (kind: string) =>
  (_leaf: LeafCluster, changed: Stored): string[] =>
    (changed.metadata.ownerReferences ?? [])
      .filter((owner) => owner.kind === kind)
      .map((owner) => keyOf(changed.metadata.namespace, owner.name));

/** Stored templates never change in place, so each is hashed once. */
const hashes = new WeakMap<Fields, string>();

/** Ten characters that stand for a template, as in the names of ReplicaSets. */
export function templateHash(template: Fields = {}): string {
  const known = hashes.get(template);
  if (known !== undefined) return known;
  const text = JSON.stringify(template);
  const digits = [text, `${text}.`].map((part) => Math.floor(drawOf(part) * 2 ** 32).toString(36)).join('');
  const hash = digits.padStart(10, '0').slice(0, 10);
  hashes.set(template, hash);
  return hash;
}

interface PodName {
  name?: string;
  generateName?: string;
}

/** Makes a pod of `owner` from its template; a refusal is told as an event and tried again by the next look. */
export function createPod(
  leaf: LeafCluster,
  owner: Stored,
  naming: PodName,
  change: (spec: Fields) => Fields = (spec) => spec,
  labels: Record<string, string> = {},
): Stored | ApiError {
  const template: Fields = owner.spec?.template ?? {};
  try {
    return create(leaf, KINDS.Pod, owner.metadata.namespace, {
      metadata: {
        ...naming,
        labels: { ...template.metadata?.labels, ...labels },
        ...(template.metadata?.annotations && { annotations: template.metadata.annotations }),
        ownerReferences: [controllerReference(owner)],
      },
      spec: change(template.spec ?? {}),
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    warn(leaf, owner, 'FailedCreate', `Error creating: ${error.message}`);
    return error;
  }
}

/** Again after a refusal: quota may free up, a missing service account may come. */
export const REFUSED_RETRY_MS = 10_000;

export const RECONCILE = 'reconcile';

/** The subject of a `reconcile` task: the object's kind and key. */
export const reconcileSubject = (object: Stored): string =>
  `${object.apiVersion}|${object.kind}|${object.metadata.namespace ?? ''}/${object.metadata.name}`;

/** Has the controller look at the object again after a while. */
export function lookAgain(leaf: LeafCluster, object: Stored, durationMs: number): void {
  if (!willLookAgain(leaf, object)) leaf.after(RECONCILE, reconcileSubject(object), durationMs);
}

export const willLookAgain = (leaf: LeafCluster, object: Stored): boolean =>
  leaf.isDue(RECONCILE, reconcileSubject(object));
