/** The verbs of a sketched cluster's API, and what each sets off. */
import {
  FIELD_MANAGER,
  type KubeMetadata,
  type KubeObject,
  type KubeRef,
} from '../../functions/leaf/leaf.ts';
import { ApiError } from '../kubernetes/errors.ts';
import { parseLabelSelector } from '../kubernetes/selectors.ts';
import { endBalancer, ensureBalancer, isBalancer } from './balancers.ts';
import { endJob, jobPods, jobStatusOf, startJob } from './jobs.ts';
import { merged } from './merge.ts';
import { podsOf, viewOf } from './pods.ts';
import type { SketchLeaf } from './sketch-leaf.ts';
import { type Kept, keyOf, type Named } from './table.ts';
import { endClaim } from './volumes.ts';
import { end, isWorkload, reconcile, statusOf } from './workloads.ts';

/** Kinds that come with the mesh. */
const isMesh = ({ apiVersion }: Named): boolean => apiVersion.includes('.istio.io/');

const DEFINITION = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;

const isKnown = (leaf: SketchLeaf, named: Named): boolean => {
  if (!isMesh(named)) return true;
  const group = named.apiVersion.slice(0, named.apiVersion.indexOf('/'));
  for (const { spec } of leaf.objects.each(DEFINITION)) {
    if (spec?.group === group && spec.names?.kind === named.kind) return true;
  }
  return false;
};

function requireKnown(leaf: SketchLeaf, named: Named): void {
  if (!isKnown(leaf, named)) {
    throw new ApiError(404, 'NotFound', `no kind ${named.kind} in ${named.apiVersion}`);
  }
}

/** @throws ApiError 404 */
function requirePlace(leaf: SketchLeaf, object: KubeObject): void {
  requireKnown(leaf, object);
  const { namespace } = object.metadata;
  if (namespace === undefined || leaf.objects.get(NAMESPACE, undefined, namespace)) return;
  throw new ApiError(404, 'NotFound', `namespaces "${namespace}" not found`);
}

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;

/** By force. @throws ApiError 404 */
export function apply(leaf: SketchLeaf, manager: string, object: KubeObject): Kept {
  requirePlace(leaf, object);
  const { namespace, name } = object.metadata;
  const there = leaf.objects.get(object, namespace, name);
  if (!there) return begin(leaf, object, manager);
  const said = leaf.said.get(there.metadata.uid) ?? new Map<string, KubeObject>();
  const before = said.get(manager);
  // Of these is taken what they no longer have, and others may hold the same objects.
  const others = [...said].filter(([other]) => other !== manager);
  const copies = others.map(([other, last]) => [other, structuredClone(last)] as const);
  const next = merged(
    there,
    before ?? {},
    object,
    copies.map(([, last]) => last),
  ) as Kept;
  leaf.said.set(there.metadata.uid, new Map([...copies, [manager, object]]));
  if (next === there && before) return there;
  leaf.changedAt.set(there.metadata.uid, leaf.world.clock.now());
  const generation = (there.metadata.generation ?? 0) + (next.spec === there.spec ? 0 : 1);
  const kept = leaf.replace(
    there.spec === undefined ? next : { ...next, metadata: { ...next.metadata, generation } },
  );
  if (next.spec !== there.spec) setOff(leaf, kept);
  return kept;
}

/** @throws ApiError 404 */
export function create(leaf: SketchLeaf, object: KubeObject): 'created' | 'exists' {
  requirePlace(leaf, object);
  if (leaf.objects.get(object, object.metadata.namespace, object.metadata.name)) return 'exists';
  begin(leaf, object, `${FIELD_MANAGER} by creation`);
  return 'created';
}

function begin(leaf: SketchLeaf, object: KubeObject, manager: string): Kept {
  const kept = leaf.make(object);
  leaf.said.set(kept.metadata.uid, new Map([[manager, object]]));
  leaf.changedAt.set(kept.metadata.uid, leaf.world.clock.now());
  setOff(leaf, kept);
  return kept;
}

function setOff(leaf: SketchLeaf, object: Kept): void {
  if (isWorkload(object)) reconcile(leaf, object);
  else if (isBalancer(object)) ensureBalancer(leaf, object);
  else if (object.kind === 'Job' && !leaf.jobs.has(object.metadata.uid)) startJob(leaf, object);
}

export function find(leaf: SketchLeaf, ref: KubeRef): KubeObject | undefined {
  if (ref.kind === 'Pod') {
    return list(leaf, ref).find(
      ({ metadata }) => metadata.name === ref.name && metadata.namespace === ref.namespace,
    );
  }
  const found = leaf.objects.get(ref, ref.namespace, ref.name);
  return found && seen(leaf, found);
}

export const metadataOf = (leaf: SketchLeaf, { apiVersion, kind, metadata }: KubeObject): KubeMetadata => ({
  apiVersion,
  kind,
  metadata: { ...metadata, managedFields: managersOf(leaf, metadata.uid) },
});

/** Of what each manager said, only the keys of `data` are told; and when, as if all had said it at once. */
function managersOf(leaf: SketchLeaf, uid = ''): NonNullable<KubeObject['metadata']['managedFields']> {
  return [...(leaf.said.get(uid) ?? [])].map(([manager, { data = {} }]) => ({
    manager,
    operation: manager.includes(' ') ? 'Update' : 'Apply',
    time: new Date(leaf.changedAt.get(uid) ?? 0).toISOString(),
    fieldsV1: { 'f:data': Object.fromEntries(Object.keys(data).map((key) => [`f:${key}`, {}])) },
  }));
}

/** With what is true of it now. */
function seen(leaf: SketchLeaf, object: Kept): KubeObject {
  if (isWorkload(object)) return { ...object, status: statusOf(leaf, object) };
  if (object.kind === 'Job') return { ...object, status: jobStatusOf(leaf, object) };
  return object;
}

/** @throws ApiError 400, 404 */
export function list(
  leaf: SketchLeaf,
  { apiVersion, kind, namespace, labelSelector }: Named & { namespace?: string; labelSelector?: string },
): KubeObject[] {
  requireKnown(leaf, { apiVersion, kind });
  const fits = selector(labelSelector);
  const found: KubeObject[] = [];
  if (kind === 'Pod') {
    for (const pod of everyPod(leaf, namespace)) if (fits(pod)) found.push(pod);
    return found;
  }
  for (const object of leaf.objects.each({ apiVersion, kind }, namespace)) {
    if (fits(object)) found.push(seen(leaf, object));
  }
  return found;
}

function* everyPod(leaf: SketchLeaf, namespace: string | undefined): Generator<KubeObject> {
  for (const pod of leaf.pods.values()) {
    if (namespace === undefined || pod.namespace === namespace) yield viewOf(leaf, pod);
  }
  for (const pod of jobPods(leaf)) {
    if (namespace === undefined || pod.metadata.namespace === namespace) yield pod;
  }
}

type Fits = (object: KubeObject) => boolean;
const selectors = new Map<string, Fits>();

/** A few selectors are asked for again and again; those with a name in them are not worth keeping. */
function selector(text: string | undefined): Fits {
  if (!text) return () => true;
  const known = selectors.get(text) ?? (parseLabelSelector(text) as Fits);
  if (selectors.size < MAX_SELECTORS) selectors.set(text, known);
  return known;
}

const MAX_SELECTORS = 100;

/** In the background; what it made goes too. */
export function remove(leaf: SketchLeaf, ref: KubeRef | KubeObject): void {
  const { namespace, name } = 'metadata' in ref ? (ref as KubeObject).metadata : (ref as KubeRef);
  if (ref.kind === 'Pod') {
    const pod = leaf.pods.get(keyOf(namespace, name));
    if (pod) end(leaf, pod);
    const { owner } = pod ?? {};
    const workload = owner && leaf.objects.get(owner, namespace, owner.metadata.name);
    if (workload) reconcile(leaf, workload);
    return;
  }
  const object = leaf.objects.get(ref, namespace, name);
  if (!object) return;
  if (isBalancer(object)) {
    endBalancer(leaf, object);
    return;
  }
  if (object.kind === 'PersistentVolumeClaim') {
    endClaim(leaf, object);
    return;
  }
  leaf.objects.erase(object);
  leaf.said.delete(object.metadata.uid);
  leaf.changedAt.delete(object.metadata.uid);
  if (isWorkload(object)) for (const pod of [...podsOf(leaf, object)]) end(leaf, pod);
  else if (object.kind === 'Job') endJob(leaf, object);
}
