/**
 * The verbs of the API on one leaf cluster: get, list, create, update, patch, apply, delete. Everybody goes through them: the HTTPS
 * face, the port in memory, Helm in a pod, and the controllers where they create.
 */
import { admit, refuseDeletion, refuseUnlessAdmitted } from './admission.ts';
import { applyTo, trackUpdate } from './apply.ts';
import { established } from './custom-definitions.ts';
import { pruned, unknownFields } from './custom-schema.ts';
import { withDefaults } from './defaults.ts';
import { ApiError, alreadyExists, badRequest, conflict, notFound } from './errors.ts';
import { freeClusterIp, freeNodePort, newUid, suffix } from './identifiers.ts';
import type { Caller } from './identity.ts';
import { equal, withoutNulls } from './json.ts';
import { KINDS, type Kind, storedKind } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import { type Fields, keyOfObject, type Metadata, type Stored } from './objects.ts';
import type { Matcher } from './selectors.ts';
import { validate, validateStatus } from './validate.ts';

export interface WriteOptions {
  /** Who owns the fields that are written; absent for the cluster's own controllers, whose fields nobody owns. */
  manager?: string;
  /** Checks and answers, and stores nothing. */
  dryRun?: boolean;
  /** Whose rights limit the rights that may be given away; absent for the cluster's own controllers. */
  caller?: Caller | undefined;
}

/** The part of the object that is written, if not all but the status. */
export type WrittenPart = 'status' | 'scale' | undefined;

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

export interface DeleteOptions {
  propagation?: Propagation;
  gracePeriodSeconds?: number;
  dryRun?: boolean;
  /** Refused with 409 unless the object still is the one meant. */
  preconditions?: { uid?: string; resourceVersion?: string };
}

/** An object as a client sends it. */
export type Incoming = Fields & { metadata?: Fields };

/** @throws ApiError 404 */
export function get(leaf: LeafCluster, kind: Kind, namespace: string | undefined, name: string): Stored {
  const object = leaf.objects.get(kind, namespace, name);
  if (!object) throw notFound(kind, name);
  return object;
}

/** In the order of etcd: by namespace, then name. */
export function list(
  leaf: LeafCluster,
  kind: Kind,
  namespace: string | undefined,
  matches: Matcher,
): Stored[] {
  const found: Stored[] = [];
  for (const object of leaf.objects.each(kind, namespace)) if (matches(object)) found.push(object);
  return found.sort((a, b) => (keyOfObject(a) < keyOfObject(b) ? -1 : 1));
}

/** @throws ApiError 400, 403, 404 (namespace), 409, 422 */
export function create(
  leaf: LeafCluster,
  kind: Kind,
  namespace: string | undefined,
  incoming: Incoming,
  options: WriteOptions = {},
): Stored {
  const object = fresh(leaf, kind, namespace, incoming);
  if (incoming.metadata?.resourceVersion) {
    throw new ApiError(500, 'InternalError', 'resourceVersion should not be set on objects to be created');
  }
  if (leaf.objects.get(kind, namespace, object.metadata.name)) {
    throw alreadyExists(kind, object.metadata.name);
  }
  const { manager } = options;
  const tracked =
    manager === undefined
      ? object
      : // Whoever makes an object owns what is filled in for it too.
        trackUpdate(undefined, completed(leaf, kind, object), kind, manager, leaf.now);
  return insert(leaf, kind, tracked, options);
}

/** @throws ApiError 400, 404, 409, 422 */
export function update(
  leaf: LeafCluster,
  kind: Kind,
  namespace: string | undefined,
  name: string,
  incoming: Incoming,
  options: WriteOptions & { subresource?: WrittenPart } = {},
): Stored {
  const live = get(leaf, kind, namespace, name);
  requireIdentity(kind, namespace, name, incoming);
  const { uid, resourceVersion } = incoming.metadata ?? {};
  if (uid !== undefined && uid !== live.metadata.uid) {
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`,
    );
  }
  if (resourceVersion && resourceVersion !== live.metadata.resourceVersion) {
    throw conflict(
      kind,
      name,
      'the object has been modified; please apply your changes to the latest version and try again',
    );
  }
  return replace(leaf, kind, live, incoming, options);
}

/** Changes the live object by a function, as all patches but apply do. @throws ApiError as `update` */
export function patch(
  leaf: LeafCluster,
  kind: Kind,
  namespace: string | undefined,
  name: string,
  change: (live: Stored) => Incoming,
  options: WriteOptions & { subresource?: WrittenPart } = {},
): Stored {
  return update(leaf, kind, namespace, name, change(get(leaf, kind, namespace, name)), options);
}

/** Server-side apply. @throws ApiError 400, 403, 404 (namespace), 409 (conflicts), 422 */
export function apply(
  leaf: LeafCluster,
  kind: Kind,
  namespace: string | undefined,
  name: string,
  incoming: Incoming,
  options: WriteOptions & { manager: string; force: boolean },
): { object: Stored; created: boolean } {
  requireIdentity(kind, namespace, name, incoming);
  if (incoming.metadata?.managedFields?.length) throw badRequest('metadata.managedFields must be nil');
  refuseUndeclared(kind, namespace, name, incoming);
  const applied = encodedSecret(kind, incoming);
  const input = {
    kind,
    applied: { ...applied, metadata: applied.metadata ?? {} },
    manager: options.manager,
    force: options.force,
    time: leaf.now,
  };
  const live = leaf.objects.get(kind, namespace, name);
  if (!live) {
    const generateName = incoming.metadata?.generateName;
    const bare = fresh(leaf, kind, namespace, { metadata: { name, ...(generateName && { generateName }) } });
    return { object: insert(leaf, kind, applyTo(bare, input), options), created: true };
  }
  return { object: store(leaf, kind, live, applyTo(live, input), options), created: false };
}

/**
 * Deletes, or marks as being deleted where finalizers or a grace period stand before it.
 * @returns the object if it is still there
 * @throws ApiError 404, 409
 */
export function remove(
  leaf: LeafCluster,
  kind: Kind,
  namespace: string | undefined,
  name: string,
  options: DeleteOptions = {},
): Stored | undefined {
  const live = get(leaf, kind, namespace, name);
  const { uid, resourceVersion } = options.preconditions ?? {};
  if (uid !== undefined && uid !== live.metadata.uid) {
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion) {
    throw conflict(kind, name, 'Precondition failed: the resource version differs');
  }
  refuseDeletion(kind, live);
  if (options.dryRun) return undefined;
  return markDeleted(leaf, kind, live, options);
}

function markDeleted(
  leaf: LeafCluster,
  kind: Kind,
  live: Stored,
  options: DeleteOptions,
): Stored | undefined {
  const propagation = options.propagation ?? defaultPropagation(kind);
  if (propagation === 'Orphan') orphanDependents(leaf, live);
  const finalizers = [...(live.metadata.finalizers ?? [])];
  if (propagation === 'Foreground' && leaf.objects.ownedBy(live.metadata.uid).length > 0) {
    if (!finalizers.includes(FOREGROUND)) finalizers.push(FOREGROUND);
  }
  const graceSeconds = kind === KINDS.Pod ? podGraceSeconds(live, options.gracePeriodSeconds) : 0;
  const held = finalizers.length > 0 || graceSeconds > 0 || kind === KINDS.Namespace;
  if (!held) {
    leaf.objects.erase(kind, live);
    return undefined;
  }
  const metadata: Metadata = {
    ...live.metadata,
    deletionTimestamp: live.metadata.deletionTimestamp ?? deletionTime(leaf, graceSeconds),
    deletionGracePeriodSeconds: graceSeconds,
    ...(finalizers.length > 0 && { finalizers }),
    // As the real server: that it is to go is a change of what is asked for.
    ...(live.metadata.generation !== undefined &&
      live.metadata.deletionTimestamp === undefined && { generation: live.metadata.generation + 1 }),
  };
  const terminating =
    kind === KINDS.Namespace ? { ...live, status: { ...live.status, phase: 'Terminating' } } : live;
  return leaf.objects.put(kind, { ...terminating, metadata });
}

/** Takes a finalizer off; the last one lets a deleted object go. */
export function removeFinalizer(leaf: LeafCluster, kind: Kind, object: Stored, finalizer: string): void {
  const live = leaf.objects.find(kind, keyOfObject(object));
  if (!live?.metadata.finalizers?.includes(finalizer)) return;
  const { finalizers: before, ...rest } = live.metadata;
  const finalizers = before.filter((name) => name !== finalizer);
  settle(leaf, kind, {
    ...live,
    metadata: { ...rest, ...(finalizers.length > 0 && { finalizers }) },
  });
}

export const FOREGROUND = 'foregroundDeletion';

/** batch/v1 still orphans by default, for clients of long ago: a Job deleted without a policy leaves its pods behind. */
const defaultPropagation = (kind: Kind): Propagation => (kind === KINDS.Job ? 'Orphan' : 'Background');

function orphanDependents(leaf: LeafCluster, owner: Stored): void {
  for (const [kind, dependent] of leaf.objects.ownedBy(owner.metadata.uid)) {
    const { ownerReferences = [], ...rest } = dependent.metadata;
    const others = ownerReferences.filter((reference) => reference.uid !== owner.metadata.uid);
    leaf.objects.put(kind, {
      ...dependent,
      metadata: { ...rest, ...(others.length > 0 && { ownerReferences: others }) },
    });
  }
}

/** A pod that runs nothing goes at once. */
function podGraceSeconds(pod: Stored, asked: number | undefined): number {
  const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  if (!pod.spec?.nodeName || ended) return 0;
  return asked ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
}

const deletionTime = (leaf: LeafCluster, graceSeconds: number): string =>
  `${new Date(leaf.world.clock.after(graceSeconds * 1000)).toISOString().slice(0, 19)}Z`;

function fresh(leaf: LeafCluster, kind: Kind, namespace: string | undefined, incoming: Incoming): Stored {
  const sent: Fields = incoming.metadata ?? {};
  const name: string =
    sent.name ?? (sent.generateName ? `${sent.generateName}${suffix(leaf.world.random)}` : '');
  requireIdentity(kind, namespace, name, incoming);
  const { status, metadata: _, ...rest } = cleaned(kind, incoming);
  return {
    ...rest,
    apiVersion: storedKind(kind).apiVersion,
    kind: kind.kind,
    metadata: {
      name,
      ...(sent.generateName && { generateName: sent.generateName }),
      ...(kind.namespaced && namespace !== undefined && { namespace }),
      uid: newUid(leaf.world.random),
      resourceVersion: '',
      ...(kind.generation && { generation: 1 }),
      creationTimestamp: leaf.now,
      ...pick(sent, 'labels', 'annotations', 'ownerReferences', 'finalizers'),
    },
    // Only kinds without a status subresource take it from whoever creates.
    ...(!kind.status && status !== undefined && { status }),
  };
}

/** Without what the kind does not know: nulls, and fields that the schema of a custom kind does not declare. */
const cleaned = (kind: Kind, incoming: Incoming): Incoming =>
  kind.custom ? (pruned(kind.custom.schema, incoming) as Incoming) : withoutNulls(incoming);

/** @throws ApiError 500, as the real server words what an apply cannot be merged by */
function refuseUndeclared(kind: Kind, namespace: string | undefined, name: string, incoming: Incoming): void {
  const [field] = kind.custom ? unknownFields(kind.custom.schema, incoming) : [];
  if (field === undefined) return;
  const what = `${namespace === undefined ? '' : `${namespace}/`}${name}; ${kind.apiVersion}, Kind=${kind.kind}`;
  const message = `failed to create typed patch object (${what}): .${field}: field not declared in schema`;
  throw new ApiError(500, 'InternalError', message);
}

function pick(source: Fields, ...fields: string[]): Fields {
  const out: Fields = {};
  for (const field of fields)
    if (source[field] !== undefined && source[field] !== null) out[field] = withoutNulls(source[field]);
  return out;
}

/** @throws ApiError 400 if the object says to be something else than where it was sent */
function requireIdentity(kind: Kind, namespace: string | undefined, name: string, object: Incoming): void {
  const { apiVersion, kind: kindName, metadata } = object;
  if (
    // A patched object still says the version in which it is stored.
    (apiVersion !== undefined &&
      apiVersion !== kind.apiVersion &&
      apiVersion !== kind.storedAs?.apiVersion) ||
    (kindName !== undefined && kindName !== kind.kind)
  ) {
    throw badRequest(
      `the API version in the data (${apiVersion}, ${kindName}) does not match the expected API version (${kind.apiVersion}, ${kind.kind})`,
    );
  }
  if (metadata?.name !== undefined && metadata.name !== name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  if (kind.namespaced && metadata?.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** `stringData` is write-only: what is applied, owned and stored is `data`. */
function encodedSecret(kind: Kind, incoming: Incoming): Incoming {
  if (kind !== KINDS.Secret || !incoming.stringData) return incoming;
  const { stringData, data, ...rest } = incoming;
  const encoded: Fields = { ...data };
  for (const [key, text] of Object.entries(stringData as Record<string, string | null>)) {
    encoded[key] = Buffer.from(text ?? '', 'utf8').toString('base64');
  }
  return { ...rest, data: encoded };
}

function insert(leaf: LeafCluster, kind: Kind, object: Stored, options: WriteOptions): Stored {
  const complete = completed(leaf, kind, admit(leaf, kind, completed(leaf, kind, object)));
  validate(kind, complete, undefined);
  refuseUnlessAdmitted(leaf, kind, complete, undefined, options.caller);
  return options.dryRun ? complete : leaf.objects.put(kind, complete);
}

function completed(leaf: LeafCluster, kind: Kind, object: Stored): Stored {
  const full = withDefaults(kind, object, {
    clusterIp: () => freeClusterIp(leaf),
    nodePort: () => freeNodePort(leaf),
  });
  return kind === KINDS.CustomResourceDefinition ? established(leaf.kinds, full, leaf.now) : full;
}

function replace(
  leaf: LeafCluster,
  kind: Kind,
  live: Stored,
  incoming: Incoming,
  options: WriteOptions & { subresource?: WrittenPart },
): Stored {
  const sent: Fields = incoming.metadata ?? {};
  const { status, ...rest } = cleaned(kind, incoming);
  if (options.subresource === 'status') {
    const next = { ...live, status };
    validateStatus(kind, next);
    return options.dryRun ? next : leaf.objects.setStatus(kind, live, status);
  }
  const { labels: _, annotations: __, ownerReferences: ___, finalizers: ____, ...kept } = live.metadata;
  const keptStatus = kind.status ? live.status : status;
  const next: Stored = {
    ...rest,
    apiVersion: storedKind(kind).apiVersion,
    kind: kind.kind,
    metadata: {
      ...kept,
      ...pick(sent, 'labels', 'annotations', 'ownerReferences', 'finalizers'),
    } as Metadata,
    ...(keptStatus !== undefined && { status: keptStatus }),
  };
  const whole = kind === KINDS.Service ? withAllocated(live, next) : next;
  const { manager } = options;
  const tracked =
    manager === undefined
      ? whole
      : trackUpdate(live, completed(leaf, kind, whole), kind, manager, leaf.now, options.subresource);
  return store(leaf, kind, live, tracked, options);
}

/** A Service that is replaced keeps what was allocated to it unless it says otherwise. */
function withAllocated(live: Stored, next: Stored): Stored {
  const [was, is]: [Fields, Fields] = [live.spec ?? {}, next.spec ?? {}];
  if (was.type === 'ExternalName' || is.type === 'ExternalName') return next;
  const exposed = is.type === 'LoadBalancer' || is.type === 'NodePort';
  const nodePortOf = (port: Fields): unknown =>
    (was.ports ?? []).find(
      (other: Fields) => other.port === port.port && (other.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    )?.nodePort;
  const ports = is.ports?.map((port: Fields) => {
    const { nodePort, ...rest } = port;
    // Ports of the nodes go with the type that needs them.
    if (!exposed) return nodePort === nodePortOf(port) ? rest : port;
    const known = nodePort ?? nodePortOf(port);
    return known === undefined ? port : { ...port, nodePort: known };
  });
  const spec = {
    ...is,
    ...(!is.clusterIP && was.clusterIP && { clusterIP: was.clusterIP, clusterIPs: was.clusterIPs }),
    ...(ports && { ports }),
  };
  return { ...next, spec };
}

/** Completes, validates and stores a new form of `live`; one that changes nothing keeps its resourceVersion. */
function store(leaf: LeafCluster, kind: Kind, live: Stored, next: Stored, options: WriteOptions): Stored {
  const complete = completed(leaf, kind, next);
  validate(kind, complete, live);
  refuseUnlessAdmitted(leaf, kind, complete, live, options.caller);
  const counted =
    kind.generation && asksOtherwise(kind, live, complete)
      ? { ...complete, metadata: { ...complete.metadata, generation: (live.metadata.generation ?? 0) + 1 } }
      : complete;
  return options.dryRun ? counted : settle(leaf, kind, counted);
}

/** Whether anything but metadata and status differs. */
function asksOtherwise(kind: Kind, before: Stored, after: Stored): boolean {
  for (const field of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (
      field === 'metadata' ||
      field === 'apiVersion' ||
      (field === 'status' && (kind.status || !kind.custom))
    )
      continue;
    if (!equal(before[field], after[field])) return true;
  }
  return false;
}

function settle(leaf: LeafCluster, kind: Kind, object: Stored): Stored {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers } = object.metadata;
  const released =
    deletionTimestamp !== undefined &&
    !finalizers?.length &&
    deletionGracePeriodSeconds === 0 &&
    kind !== KINDS.Namespace;
  if (!released) return leaf.objects.put(kind, object);
  leaf.objects.erase(kind, object);
  return object;
}
