/**
 * All documents of all databases: by name, by collection, and in the sorted indexes that queries asked for. The table is what
 * survives; everything else here is built from it.
 */
import type { Table } from '../store.ts';
import { entriesOf, type IndexShape } from './indexes.ts';
import { idOf, parentOf, rootOf } from './paths.ts';
import { SortedKeys } from './sorted.ts';
import type { Fields } from './values.ts';

export interface StoredDocument {
  readonly name: string;
  readonly fields: Fields;
  /** Microseconds since the epoch. */
  readonly createMicros: number;
  readonly updateMicros: number;
}

/**
 * Where a query looks: one collection, or (`allDescendants`) all collections of that id at any depth below the parent;
 * without an id all documents below it.
 */
export interface Scope {
  /** A document or the root of a database. */
  parent: string;
  collectionId: string;
  allDescendants: boolean;
}

/** Names the set of documents that an index or a listener covers: one collection, or all of an id in a database. */
export const scopeKey = ({ parent, collectionId, allDescendants }: Scope): string =>
  allDescendants ? `*${rootOf(parent)}/${collectionId}` : `${parent}/${collectionId}`;

/** The scopes a document belongs to: its collection, the collections of that id, and its database. */
export function scopesOf(name: string): readonly [string, string, string] {
  const collection = parentOf(name);
  const root = rootOf(name);
  return [collection, `*${root}/${idOf(collection)}`, `*${root}/`];
}

export const inScope = (name: string, scope: Scope): boolean => scopeTest(scope)(name);

/** The same for many names. */
export function scopeTest(scope: Scope): (name: string) => boolean {
  const { parent, collectionId, allDescendants } = scope;
  const below = allDescendants ? `${parent}/` : `${scopeKey(scope)}/`;
  if (!allDescendants) return (name) => name.startsWith(below) && name.indexOf('/', below.length) < 0;
  return (name) => name.startsWith(below) && (collectionId === '' || idOf(parentOf(name)) === collectionId);
}

interface Index {
  shape: IndexShape;
  entries: SortedKeys<StoredDocument>;
}

/** Fewer documents than this are sorted anew for each query: cheaper than keeping an index for each of thousands of small collections. */
const WORTH_AN_INDEX = 48;
/** Per scope; the one unused longest goes first. */
const MAX_INDEXES = 64;

export class Documents {
  readonly #table: Table<StoredDocument>;
  readonly #collections = new Map<string, Map<string, StoredDocument>>();
  /** Collections by name with `/` as U+0000, so that what lies below a name follows it directly. */
  readonly #tree = new SortedKeys<string>();
  /** By scope, then by shape. */
  readonly #indexes = new Map<string, Map<string, Index>>();
  /** Those of small collections, which are made anew after each write rather than kept up to date. */
  readonly #brief = new Map<string, Map<string, SortedKeys<StoredDocument>>>();
  /** Time of the newest write among those that were loaded. */
  readonly newestMicros: number;

  constructor(table: Table<StoredDocument>) {
    this.#table = table;
    let newest = 0;
    for (const document of table.values()) {
      this.#collection(parentOf(document.name)).set(document.name, document);
      newest = Math.max(newest, document.updateMicros);
    }
    this.newestMicros = newest;
  }

  get size(): number {
    return this.#table.size;
  }

  get(name: string): StoredDocument | undefined {
    return this.#table.get(name);
  }

  /** Stores the new state of a document, or removes it, in the table and in every index that covers it. */
  put(name: string, after: StoredDocument | undefined): void {
    const before = this.#table.get(name);
    const collection = parentOf(name);
    if (after) {
      this.#table.set(name, after);
      this.#collection(collection).set(name, after);
    } else if (before) {
      this.#table.delete(name);
      const documents = this.#collection(collection);
      documents.delete(name);
      if (documents.size === 0) this.#forget(collection);
    }
    for (const scope of scopesOf(name)) {
      this.#brief.delete(scope);
      for (const index of this.#indexes.get(scope)?.values() ?? []) update(index, before, after);
    }
  }

  /** The index of that shape over a scope, built at the first query that needs it. */
  index(scope: Scope, shape: IndexShape): SortedKeys<StoredDocument> {
    const key = scopeKey(scope);
    const indexes = this.#indexes.get(key);
    const known = indexes?.get(shape.id);
    if (indexes && known) {
      indexes.delete(shape.id);
      indexes.set(shape.id, known); // Now the one used last.
      return known.entries;
    }
    const brief = this.#brief.get(key)?.get(shape.id);
    if (brief) return brief;
    const documents = [...this.#ofScope(scope)];
    const entries = new SortedKeys<StoredDocument>();
    entries.load(documents.flatMap((d) => entriesOf(shape, d).map((k): [string, StoredDocument] => [k, d])));
    if (documents.length >= WORTH_AN_INDEX) this.#keep(key, { shape, entries });
    else this.#remember(key, shape.id, entries);
    return entries;
  }

  /** All documents of a collection, if they are so few that looking at each is cheaper than an index. */
  fewOf(scope: Scope): Iterable<StoredDocument> | undefined {
    if (scope.allDescendants) return undefined;
    const documents = this.#collections.get(scopeKey(scope));
    if (!documents) return [];
    return documents.size < WORTH_AN_INDEX ? documents.values() : undefined;
  }

  /** In no particular order. */
  *inScope(scope: Scope): Generator<StoredDocument> {
    for (const document of this.#ofScope(scope)) if (inScope(document.name, scope)) yield document;
  }

  /** All in collections of that id, in every database. In no particular order. */
  *ofGroup(collectionId: string): Generator<StoredDocument> {
    for (const [name, documents] of this.#collections) {
      if (idOf(name) === collectionId) yield* documents.values();
    }
  }

  /** Ids of the collections directly below a document or root, also of those that only have something below them. */
  collectionIds(parent: string): string[] {
    return this.#childrenOf(parent);
  }

  /** Names of the documents of a collection and of those that are missing but have collections below them. */
  documentNames(collection: string): Set<string> {
    const missing = this.#childrenOf(collection).map((id) => `${collection}/${id}`);
    return new Set([...(this.#collections.get(collection)?.keys() ?? []), ...missing]);
  }

  /** Next segments of all collections that lie below a name. Jumps from one to the next. */
  #childrenOf(name: string): string[] {
    const prefix = `${treeKey(name)}\x00`;
    const out: string[] = [];
    let from = prefix;
    for (;;) {
      const [next] = this.#tree.range(from, `${prefix}\uffff`);
      if (!next) return out;
      const child = next[0].slice(prefix.length).split('\x00', 1)[0] ?? '';
      out.push(child);
      from = `${prefix}${child}\x00\uffff`;
    }
  }

  /** A superset: all documents of the scope's key. */
  *#ofScope(scope: Scope): Generator<StoredDocument> {
    if (!scope.allDescendants) {
      yield* this.#collections.get(scopeKey(scope))?.values() ?? [];
      return;
    }
    const below = `${rootOf(scope.parent)}/`;
    for (const [name, documents] of this.#collections) {
      if (!name.startsWith(below)) continue;
      if (scope.collectionId === '' || idOf(name) === scope.collectionId) yield* documents.values();
    }
  }

  #collection(name: string): Map<string, StoredDocument> {
    let documents = this.#collections.get(name);
    if (!documents) {
      documents = new Map();
      this.#collections.set(name, documents);
      this.#tree.set(treeKey(name), name);
    }
    return documents;
  }

  #forget(collection: string): void {
    this.#collections.delete(collection);
    this.#indexes.delete(collection);
    this.#tree.delete(treeKey(collection));
  }

  #remember(key: string, shapeId: string, entries: SortedKeys<StoredDocument>): void {
    const indexes = this.#brief.get(key) ?? new Map<string, SortedKeys<StoredDocument>>();
    this.#brief.set(key, indexes.set(shapeId, entries));
  }

  #keep(key: string, index: Index): void {
    const indexes = this.#indexes.get(key) ?? new Map<string, Index>();
    this.#indexes.set(key, indexes);
    indexes.set(index.shape.id, index);
    const [oldest] = indexes.keys();
    if (indexes.size > MAX_INDEXES && oldest !== undefined) indexes.delete(oldest);
  }
}

const treeKey = (name: string): string => name.replaceAll('/', '\x00');

function update(
  { shape, entries }: Index,
  before: StoredDocument | undefined,
  after: StoredDocument | undefined,
): void {
  const now = after ? entriesOf(shape, after) : [];
  const kept = new Set(now);
  if (before) for (const key of entriesOf(shape, before)) if (!kept.has(key)) entries.delete(key);
  if (after) for (const key of now) entries.set(key, after);
}
