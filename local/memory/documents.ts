/**
 * The port `Documents` in memory, for tests and the simulation: the model of the Firestore stand-in without its wire. So
 * preconditions, versions, order and indexes are the same, and a query costs what it returns, not what there is.
 * Nothing here waits but on the clock it is given: the same calls in the same order give the same answers.
 */
import {
  CommitError,
  type CommitFault,
  type DocumentData,
  type Documents,
  Increment,
  type Query,
  type Snapshot,
  type Value,
  type Write,
} from '../../functions/cloud.ts';
import type { LocalClock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import type { DocumentWrite } from '../firestore/commit.ts';
import type { StoredDocument } from '../firestore/documents.ts';
import type { IndexConfig } from '../firestore/index-config.ts';
import { type Counters, createFirestore } from '../firestore/model.ts';
import {
  checkDocumentName,
  checkFieldName,
  type FieldPath,
  fieldPath,
  idOf,
  NAME_FIELD,
  parentOf,
} from '../firestore/paths.ts';
import { planQuery } from '../firestore/plan.ts';
import type { Query as ModelQuery } from '../firestore/query.ts';
import { checkQuery } from '../firestore/query-limits.ts';
import type { Transform } from '../firestore/transforms.ts';
import { doubleValue, type Fields, invalid, numberOf, type Value as Stored } from '../firestore/values.ts';
import { ServiceError, STATUS } from '../service.ts';
import { memoryStore, type Store } from '../store.ts';

interface MemoryDocumentsOptions {
  /** Modelled time of a commit, in cloud time; the default is none. Applied at its end. */
  latencyMs?: number;
  /** `unavailable` (nothing was done) and `reply-lost` (it was) strike; the subject is `get`, `query`, `count` or `commit`. */
  faults?: Faults;
  /** Where the documents are kept; the default forgets them. */
  store?: Store;
  /** The indexes that are deployed; the default answers every query. */
  indexes?: IndexConfig;
  /** Told of what a commit wrote, at once. */
  onCommit?: ((writes: readonly Write[]) => void) | undefined;
}

/** Whoever tests says what they expect to find: nothing here is parsed. */
interface MemoryDocuments extends Documents {
  get<T = DocumentData>(path: string): Promise<Snapshot<T> | undefined>;
  query<T = DocumentData>(query: Query): Promise<Snapshot<T>[]>;
  readonly counters: Readonly<Counters>;
  /** Looks behind the port: at once, unhindered and uncounted. */
  peek<T = DocumentData>(path: string): Snapshot<T> | undefined;
  /**
   * Listens as a browser does, who has the port of nobody: calls back with each new state of a document (undefined: none); a fast series
   * may be folded into its last.
   */
  watch<T = DocumentData>(path: string, onChange: (snapshot: Snapshot<T> | undefined) => void): () => void;
}

const ROOT = 'projects/memory/databases/(default)/documents';

export function memoryDocuments(clock: LocalClock, options: MemoryDocumentsOptions = {}): MemoryDocuments {
  const { latencyMs = 0, faults, store = memoryStore(), indexes, onCommit } = options;
  const model = createFirestore({ clock, store }, indexes ? { indexes } : {});

  const reach = (operation: string): void => {
    if (faults?.hit('unavailable', operation)) {
      throw new CommitError('unavailable', `the database does not take a ${operation}`);
    }
  };
  return {
    counters: model.counters,
    peek<T>(path: string) {
      const document = model.documents.get(nameOf(path));
      return document && snapshotOf<T>(document, clock.now());
    },
    async get<T>(path: string) {
      reach('get');
      const name = nameOf(path);
      checkDocumentName(name);
      const [document] = await model.get([name]);
      return document && snapshotOf<T>(document, clock.now());
    },
    async query<T>(query: Query) {
      reach('query');
      const found = await model.query(planQuery(modelQuery(query)));
      return found.map((document) => snapshotOf<T>(document, clock.now()));
    },
    async count(query) {
      reach('count');
      return (await model.aggregate(planQuery(modelQuery(query)))).length;
    },
    async commit(writes) {
      reach('commit');
      if (writes.length === 0) return;
      // Read now: the caller may change its objects while the commit is on its way.
      const wanted = writes.map(modelWrite);
      if (latencyMs > 0) await clock.sleepUntil(clock.after(latencyMs));
      try {
        model.commitNow(wanted);
      } catch (error) {
        throw commitFault(error);
      }
      onCommit?.(writes);
      if (faults?.hit('reply-lost', 'commit')) {
        throw new CommitError('unavailable', 'the connection was lost before the answer');
      }
    },
    watch<T>(path: string, onChange: (snapshot: Snapshot<T> | undefined) => void) {
      const name = nameOf(path);
      checkDocumentName(name);
      let told: number | undefined;
      let due = false;
      let stopped = false;
      const tell = (): void => {
        due = false;
        const document = model.documents.get(name);
        const version = document?.updateMicros ?? 0;
        if (stopped || version === told) return;
        told = version;
        if (document) model.counters.listened++;
        onChange(document && snapshotOf<T>(document, clock.now()));
      };
      const notify = (): void => {
        if (!due) queueMicrotask(tell);
        due = true;
      };
      notify();
      const stop = model.watch({ topics: [name], notify });
      return () => {
        stopped = true;
        stop();
      };
    },
  };
}

const nameOf = (path: string): string => `${ROOT}/${path}`;
const pathOf = (name: string): string => name.slice(ROOT.length + 1);

const FAULT_OF: Readonly<Record<number, CommitFault>> = {
  [STATUS.NOT_FOUND]: 'missing',
  [STATUS.ALREADY_EXISTS]: 'exists',
  [STATUS.FAILED_PRECONDITION]: 'stale',
};

function commitFault(error: unknown): unknown {
  const fault = error instanceof ServiceError ? FAULT_OF[error.code] : undefined;
  return fault ? new CommitError(fault, (error as Error).message, { cause: error }) : error;
}

function snapshotOf<T>(document: StoredDocument, nowMs: number): Snapshot<T> {
  return {
    path: pathOf(document.name),
    data: dataOf(document) as T,
    version: String(document.updateMicros),
    createTime: new Date(document.createMicros / 1000),
    updateTime: new Date(document.updateMicros / 1000),
    readTime: new Date(nowMs),
  };
}

// Writes.

function modelWrite(write: Write): DocumentWrite {
  const name = nameOf(write.path);
  const whole = {
    name,
    op: 'update',
    fields: {},
    mask: undefined,
    transforms: [],
    precondition: undefined,
  } as const;
  switch (write.op) {
    case 'create':
      return { ...whole, fields: fromData(write.data), precondition: { exists: false } };
    case 'set':
      return { ...whole, fields: fromData(write.data) };
    case 'update':
      return {
        ...whole,
        ...changes(write.data),
        precondition: versionIs(write.ifVersion) ?? { exists: true },
      };
    case 'delete':
      return { ...whole, op: 'delete', precondition: versionIs(write.ifVersion) };
  }
}

const versionIs = (version: string | undefined) =>
  version === undefined ? undefined : { updateMicros: Number(version) };

/** @throws TypeError as the client does: without a field, with one that lies in another, or to add what is no number */
function changes(data: Extract<Write, { op: 'update' }>['data']) {
  const fields: Fields = {};
  const mask: FieldPath[] = [];
  const transforms: Transform[] = [];
  for (const [text, value] of Object.entries(data)) {
    const field = pathIn(text);
    for (let dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', dot + 1)) {
      const around = text.slice(0, dot);
      if (Object.hasOwn(data, around))
        throw new TypeError(`an update may not name both ${around} and ${text}`);
    }
    if (value instanceof Increment) {
      if (Number.isNaN(value.by)) throw new TypeError('an increment must be a number');
      transforms.push({ field, kind: 'increment', operand: fromNumber(value.by) });
      continue;
    }
    mask.push(field);
    if (value !== undefined) nest(fields, field, fromValue(value));
  }
  if (mask.length + transforms.length === 0) throw new TypeError('an update must name at least one field');
  return { fields, mask, transforms };
}

/** Puts a value where the mask will look for it. */
function nest(fields: Fields, { segments }: FieldPath, value: Stored): void {
  let map = fields;
  for (const segment of segments.slice(0, -1)) {
    const below = map[segment] as { map: Fields } | undefined;
    const next = below ?? { map: {} };
    map[segment] = next;
    map = next.map;
  }
  map[segments.at(-1) ?? ''] = value;
}

function pathIn(text: string): FieldPath {
  const known = paths.get(text);
  if (known) return known;
  const path = fieldPath(text.split('.'));
  // Those into a ledger have no end.
  if (paths.size >= MAX_KEPT) paths.clear();
  paths.set(text, path);
  return path;
}
const paths = new Map<string, FieldPath>();
const MAX_KEPT = 5000;

// Queries.

/** @throws ServiceError INVALID_ARGUMENT for what Firestore or its client refuses */
function modelQuery(query: Query): ModelQuery {
  const { collection, group = false, where = [], orderBy = [], startAfter, limit } = query;
  for (const [text, op, value] of where) {
    const incomparable = value === null || Number.isNaN(value);
    if (incomparable && op !== '==' && op !== '!=') throw invalid(`${text} cannot be ${op} ${value}`);
  }
  const cut = collection.lastIndexOf('/');
  const order = orderBy.map(([text, direction]) => ({
    field: pathIn(text),
    descending: direction === 'desc',
  }));
  const path = startAfter?.[orderBy.length];
  if (startAfter && typeof path === 'string') {
    if (parentOf(path) !== collection) throw invalid(`a cursor in ${collection} cannot be at ${path}`);
    order.push({ field: NAME_FIELD, descending: order.at(-1)?.descending ?? false });
  }
  const asked: ModelQuery = {
    scope: {
      parent: cut < 0 ? ROOT : nameOf(collection.slice(0, cut)),
      collectionId: idOf(collection),
      allDescendants: group,
    },
    where: { all: where.map(([text, op, value]) => ({ field: pathIn(text), op, value: fromValue(value) })) },
    orderBy: order,
    startAt: startAfter && {
      values: startAfter.map((value, index) =>
        index === orderBy.length ? { ref: nameOf(String(value)) } : fromValue(value),
      ),
      before: false,
    },
    offset: 0,
    limit,
  };
  const shape = shapeOf(query);
  if (!checked.has(shape)) {
    checkQuery(asked);
    if (checked.size >= MAX_KEPT) checked.clear();
    checked.add(shape);
  }
  return asked;
}

/** What decides whether Firestore takes a query: whose operands these are and how many, not what they say. */
function shapeOf({ collection, where = [], orderBy = [] }: Query): string {
  let shape = collection;
  for (const [text, op, value] of where)
    shape += ` ${text} ${op} ${Array.isArray(value) ? value.length : ''}`;
  for (const [text] of orderBy) shape += ` by ${text}`;
  return shape;
}
const checked = new Set<string>();

// Values.

/** @throws ServiceError INVALID_ARGUMENT for a name that no field may have */
export function fromData(data: DocumentData): Fields {
  const fields: Fields = {};
  for (const key in data) {
    const value = data[key];
    if (value === undefined) continue;
    checkFieldName(key);
    fields[key] = fromValue(value);
  }
  return fields;
}

function fromValue(value: Value): Stored {
  if (typeof value === 'number') return fromNumber(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return dateValue(value.getTime());
  return Array.isArray(value) ? value.map(fromValue) : { map: fromData(value) };
}

const fromNumber = (n: number): Stored => (Number.isSafeInteger(n) && !Object.is(n, -0) ? n : doubleValue(n));

/** By seconds: microseconds of a year far away are more than a number holds exactly. */
function dateValue(ms: number): Stored {
  const whole = Math.floor(ms / 1000);
  return { time: [whole, (ms - whole * 1000) * 1000] };
}

/** A document is never changed in place, so all who read it get the same data; frozen, for what one of them changed others would read. */
function dataOf(document: StoredDocument): DocumentData {
  const known = read.get(document);
  if (known) return known;
  const data = toData(document.fields);
  read.set(document, data);
  return data;
}
const read = new WeakMap<StoredDocument, DocumentData>();

function toData(fields: Fields): DocumentData {
  const data: DocumentData = {};
  for (const key in fields) data[key] = toValue(fields[key] as Stored);
  return Object.freeze(data);
}

function toValue(value: Stored): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(toValue)) as Value[];
  if ('map' in value) return toData(value.map);
  if ('time' in value) return new Date(value.time[0] * 1000 + Math.floor(value.time[1] / 1000));
  return Number(numberOf(value));
}
