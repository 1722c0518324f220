/** The objects of one leaf cluster: what etcd is to a real one. Objects are replaced, never changed in place. */
import type { Table } from '../store.ts';
import { kindsOf } from './custom-kinds.ts';
import { equal } from './json.ts';
import type { KindRegistry } from './kind-registry.ts';
import { KINDS, type Kind, storedKind } from './kinds.ts';

// biome-ignore lint/suspicious/noExplicitAny: the shape of spec, status and the like depends on the kind.
export type Fields = { [field: string]: any };

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** A set of fields as `metadata.managedFields` writes it: `f:name`, `k:{"key":"value"}`, `v:"value"`, `.` for the item itself. */
export interface FieldSet {
  [step: string]: FieldSet;
}

export interface ManagedFields {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time: string;
  fieldsType: 'FieldsV1';
  fieldsV1: FieldSet;
  /** If it was written there and not to the object itself. */
  subresource?: string;
}

export interface Metadata {
  name: string;
  generateName?: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFields[];
}

/** An object as the API stores and returns it. */
export interface Stored extends Fields {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
}

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface Change {
  type: ChangeType;
  kind: Kind;
  object: Stored;
  /** What it was before, unless it is new. */
  before: Stored | undefined;
  revision: number;
}

/** Where the revision counter survives a restart; it is reserved in blocks so that not every write writes it too. */
interface RevisionStore {
  reserved(): number;
  reserve(upTo: number): void;
}

const REVISION_BLOCK = 1000;

export const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

export const keyOfObject = (object: Stored): string => keyOf(object.metadata.namespace, object.metadata.name);

export class ObjectStore {
  readonly #table: Table<Stored>;
  readonly #revisions: RevisionStore;
  readonly #onChange: (change: Change) => void;
  /** By the resource of their kind: what defines a custom kind may change while its objects are there. */
  readonly #byKind = new Map<string, { kind: Kind; objects: Map<string, Stored> }>();
  /** Keys of dependents by the uid of their owner. */
  readonly #owned = new Map<string, Map<string, Kind>>();
  #revision: number;

  constructor(
    kinds: KindRegistry,
    table: Table<Stored>,
    revisions: RevisionStore,
    onChange: (change: Change) => void,
  ) {
    this.#table = table;
    this.#revisions = revisions;
    this.#onChange = onChange;
    this.#revision = revisions.reserved();
    // What defines kinds comes before what is of those kinds.
    for (const object of table.values()) {
      if (object.kind === KINDS.CustomResourceDefinition.kind)
        kinds.define(object.metadata.name, kindsOf(object));
    }
    for (const object of table.values()) {
      const kind = kinds.ofObject(object);
      if (kind) this.#index(storedKind(kind), object);
    }
  }

  /** The revision of the last change. */
  get revision(): number {
    return this.#revision;
  }

  get(kind: Kind, namespace: string | undefined, name: string): Stored | undefined {
    return this.#of(kind)?.get(keyOf(kind.namespaced ? namespace : undefined, name));
  }

  find(kind: Kind, key: string): Stored | undefined {
    return this.#of(kind)?.get(key);
  }

  /** In no particular order. */
  *each(kind: Kind, namespace?: string): Generator<Stored> {
    const prefix = namespace === undefined ? undefined : `${namespace}/`;
    for (const [key, object] of this.#of(kind) ?? []) {
      if (prefix === undefined || key.startsWith(prefix)) yield object;
    }
  }

  *all(): Generator<[Kind, Stored]> {
    for (const { kind, objects } of this.#byKind.values()) {
      for (const object of objects.values()) yield [kind, object];
    }
  }

  /** Objects that name this uid among their owners. */
  ownedBy(uid: string): Array<[Kind, Stored]> {
    const dependents: Array<[Kind, Stored]> = [];
    for (const [key, kind] of this.#owned.get(uid) ?? []) {
      const object = this.#of(kind)?.get(key.slice(key.indexOf('|') + 1));
      if (object) dependents.push([kind, object]);
    }
    return dependents;
  }

  /** The objects of one kind that this one controls. */
  controlledBy(owner: Stored, kind: Kind): Stored[] {
    return this.ownedBy(owner.metadata.uid)
      .filter(([dependent]) => dependent === kind)
      .map(([, object]) => object);
  }

  /** Adds or replaces; a replacement that changes nothing is not written. Returns what is stored, with its new revision. */
  put(served: Kind, object: Stored): Stored {
    const kind = storedKind(served);
    const key = keyOfObject(object);
    const before = this.#of(kind)?.get(key);
    if (before && equal(before, object)) return before;
    const revision = this.#nextRevision();
    const stored: Stored = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(revision) },
    };
    if (before) this.#unindexOwners(kind, before);
    this.#index(kind, stored);
    this.#table.set(`${kind.resource}|${key}`, stored);
    this.#onChange({ type: before ? 'MODIFIED' : 'ADDED', kind, object: stored, before, revision });
    return stored;
  }

  setStatus(kind: Kind, object: Stored, status: Fields): Stored {
    return equal(object.status, status) ? object : this.put(kind, { ...object, status });
  }

  erase(served: Kind, object: Stored): void {
    const kind = storedKind(served);
    const key = keyOfObject(object);
    const before = this.#of(kind)?.get(key);
    if (!before) return;
    this.#of(kind)?.delete(key);
    this.#unindexOwners(kind, before);
    this.#table.delete(`${kind.resource}|${key}`);
    const revision = this.#nextRevision();
    const last = { ...before, metadata: { ...before.metadata, resourceVersion: String(revision) } };
    this.#onChange({ type: 'DELETED', kind, object: last, before, revision });
  }

  /** Empties the table without telling anybody: the cluster itself is gone. */
  clear(): void {
    for (const key of [...this.#table.keys()]) this.#table.delete(key);
    this.#byKind.clear();
    this.#owned.clear();
  }

  #nextRevision(): number {
    this.#revision++;
    if (this.#revision >= this.#revisions.reserved()) {
      this.#revisions.reserve(this.#revision + REVISION_BLOCK);
    }
    return this.#revision;
  }

  #of(kind: Kind): Map<string, Stored> | undefined {
    return this.#byKind.get(kind.resource)?.objects;
  }

  #index(kind: Kind, object: Stored): void {
    let of = this.#byKind.get(kind.resource);
    if (of?.kind !== kind) {
      of = { kind, objects: of?.objects ?? new Map() };
      this.#byKind.set(kind.resource, of);
    }
    const key = keyOfObject(object);
    of.objects.set(key, object);
    for (const owner of object.metadata.ownerReferences ?? []) {
      let dependents = this.#owned.get(owner.uid);
      if (!dependents) {
        dependents = new Map();
        this.#owned.set(owner.uid, dependents);
      }
      dependents.set(`${kind.resource}|${key}`, kind);
    }
  }

  #unindexOwners(kind: Kind, object: Stored): void {
    for (const owner of object.metadata.ownerReferences ?? []) {
      const dependents = this.#owned.get(owner.uid);
      dependents?.delete(`${kind.resource}|${keyOfObject(object)}`);
      if (dependents?.size === 0) this.#owned.delete(owner.uid);
    }
  }
}
