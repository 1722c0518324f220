/**
 * How a query is answered: its filter becomes alternatives (OR, `in` and array-contains-any multiplied out), each alternative one
 * range of one index, and the ranges are merged in order. Work is in proportion to what is returned, plus what the filters
 * that no index serves throw away. https://firebase.google.com/docs/firestore/query-data/queries#query_limits
 */
import { type Documents, type StoredDocument, scopeTest } from './documents.ts';
import { type IndexShape, indexShape, type OrderPart, sortKey } from './indexes.ts';
import { AFTER, inverted, kindRange, nameKey, orderKey } from './order.ts';
import { type FieldPath, NAME_FIELD } from './paths.ts';
import {
  type Cursor,
  completeOrder,
  type FieldFilter,
  type Filter,
  matcher,
  matchesNothing,
  type Query,
} from './query.ts';
import { checkDisjunctions } from './query-limits.ts';
import { elementsOf, invalid, type Value } from './values.ts';

export interface Plan {
  readonly query: Query;
  /** Whether scope and filter take the document. */
  accepts(document: StoredDocument): boolean;
  /** Where the document stands in the result, but for offset and limit; undefined: not accepted, not in the order, or beyond the cursors. */
  keyOf(document: StoredDocument): string | undefined;
  /** Whether it stands there. */
  matches(document: StoredDocument): boolean;
  /** Whether offset or limit make one document's place depend on the others. */
  readonly windowed: boolean;
  readonly order: readonly OrderPart[];
  /** Whether the first field descends: indexes are then read backwards. */
  readonly reversed: boolean;
  /** Not asked for where so few documents are there that each is looked at. */
  branches(): readonly Branch[];
}

/** One alternative. */
type Branch =
  | { kind: 'range'; shape: IndexShape; prefix: string; lower: string; upper: string }
  /** Equality on the document's name. */
  | { kind: 'name'; name: string };

/** @throws ServiceError INVALID_ARGUMENT */
export function planQuery(query: Query): Plan {
  checkDisjunctions(query.where);
  const complete = completeOrder(query);
  const reversed = complete[0]?.descending === true;
  const order = complete.map((o) => ({ field: o.field, inverted: o.descending !== reversed }));
  const [lower, upper] = cursorRange(query, order, reversed);
  const inScope = scopeTest(query.scope);
  const passes = matcher(query.where);
  const accepts = (document: StoredDocument): boolean => inScope(document.name) && passes(document);
  const keyOf = (document: StoredDocument): string | undefined => {
    if (!accepts(document)) return undefined;
    const key = sortKey(order, document);
    return key !== undefined && key >= lower && key < upper ? key : undefined;
  };
  return {
    query,
    order,
    reversed,
    windowed: query.offset > 0 || query.limit !== undefined,
    branches: () => alternatives(query.where).flatMap((filters) => branch(filters, order, lower, upper)),
    accepts,
    keyOf,
    matches: (document) => keyOf(document) !== undefined,
  };
}

/** Where results begin and end in the order, as a range of sort keys. */
function cursorRange(
  query: Query,
  order: readonly OrderPart[],
  reversed: boolean,
): readonly [string, string] {
  const bound = (cursor: Cursor): string => {
    if (cursor.values.length > order.length) throw invalid('Cursor has too many values.');
    const keys = cursor.values.map((value, index) => partKey(order[index] as OrderPart, value));
    // Read backwards, "before what equals it" is at the upper end of those keys.
    return keys.join('') + (cursor.before === reversed ? AFTER : '');
  };
  const start = query.startAt && bound(query.startAt);
  const end = query.endAt && bound(query.endAt);
  return reversed ? [end ?? '', start ?? AFTER] : [start ?? '', end ?? AFTER];
}

function partKey(part: OrderPart, value: Value): string {
  const named = part.field.text === NAME_FIELD.text;
  if (named && !isReference(value)) throw invalid('Cursor on __name__ must be a document reference.');
  const key = isReference(value) && named ? nameKey(value.ref) : orderKey(value);
  return part.inverted ? inverted(key) : key;
}

const isReference = (value: Value): value is { ref: string } =>
  typeof value === 'object' && value !== null && 'ref' in value;

/** Disjunctive normal form. */
export function alternatives(filter: Filter | undefined): readonly (readonly FieldFilter[])[] {
  if (!filter) return [[]];
  let out: readonly (readonly FieldFilter[])[];
  if ('any' in filter) {
    out = filter.any.flatMap(alternatives);
  } else if ('all' in filter) {
    const parts = filter.all.map(alternatives);
    out = parts.reduce((left, right) => left.flatMap((a) => right.map((b) => [...a, ...b])), [[]]);
  } else {
    out = operands(filter);
  }
  return out;
}

function operands(filter: FieldFilter): FieldFilter[][] {
  const { field, op, value } = filter;
  if (op !== 'in' && op !== 'array-contains-any') return [[filter]];
  const distinct = new Map(elementsOf(value).map((operand) => [orderKey(operand), operand]));
  const single = op === 'in' ? '==' : 'array-contains';
  return [...distinct.values()]
    .filter((operand) => !matchesNothing(operand))
    .map((operand) => [{ field, op: single, value: operand }]);
}

/** The index range of one alternative; none if it can find nothing. Filters that the range does not cover are checked on reading. */
function branch(
  filters: readonly FieldFilter[],
  order: readonly OrderPart[],
  cursorLower: string,
  cursorUpper: string,
): Branch[] {
  const equal = new Map<string, FieldFilter>();
  let contains: FieldFilter | undefined;
  for (const filter of filters) {
    if (filter.op === '==' && filter.field.text === NAME_FIELD.text) {
      return isReference(filter.value) ? [{ kind: 'name', name: filter.value.ref }] : [];
    }
    if (filter.op === '==') equal.set(filter.field.text, filter);
    if (filter.op === 'array-contains') contains ??= filter;
  }
  const equality = [...equal.values()].sort((a, b) => (a.field.text < b.field.text ? -1 : 1));
  const prefix = [...equality, ...(contains ? [contains] : [])].map((f) => orderKey(f.value)).join('');
  let [lower, upper] = [cursorLower, cursorUpper];
  const leading = order[0]?.field.text;
  for (const filter of filters) {
    if (filter.field.text !== leading) continue;
    const [from, to] = filterRange(filter);
    if (from > lower) lower = from;
    if (to < upper) upper = to;
  }
  const shape = indexShape(
    equality.map((f): FieldPath => f.field),
    contains?.field,
    order,
  );
  return lower < upper ? [{ kind: 'range', shape, prefix, lower, upper }] : [];
}

/** Sort keys that an inequality on the first field of the order leaves. */
function filterRange({ field, op, value }: FieldFilter): readonly [string, string] {
  const named = field.text === NAME_FIELD.text;
  const key = named && isReference(value) ? nameKey(value.ref) : orderKey(value);
  const [first, last] = named ? ['', AFTER] : kindRange(key);
  switch (op) {
    case '<':
      return [first, key];
    case '<=':
      return [first, key + AFTER];
    case '>':
      return [key + AFTER, last];
    case '>=':
      return [key, last];
    case '==':
      return [key, key + AFTER];
    default:
      return ['', AFTER];
  }
}

/**
 * Documents of the result in order, read as far as the caller reads. `examined` is called for each index entry looked at. The
 * documents must not change meanwhile.
 */
export function* runPlan(documents: Documents, plan: Plan, examined: () => void): Generator<StoredDocument> {
  const { query, reversed } = plan;
  const streams = plan.branches().map((b) => branchStream(documents, plan, b, examined));
  let skip = query.offset;
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  let last: string | undefined;
  if (left <= 0) return;
  for (const [key, document] of merge(streams, reversed)) {
    // An alternative may bring what another has brought; sort keys end in the name, so that equal means the same document.
    if (key === last || !plan.accepts(document)) continue;
    last = key;
    if (skip-- > 0) continue;
    yield document;
    if (--left <= 0) return;
  }
}

/** A document with its sort key. */
type Found = readonly [key: string, StoredDocument];

function* branchStream(documents: Documents, plan: Plan, b: Branch, examined: () => void): Generator<Found> {
  if (b.kind === 'name') {
    const document = documents.get(b.name);
    examined();
    const key = document && plan.keyOf(document);
    if (document && key !== undefined) yield [key, document];
    return;
  }
  const index = documents.index(plan.query.scope, b.shape);
  for (const [key, document] of index.range(b.prefix + b.lower, b.prefix + b.upper, plan.reversed)) {
    examined();
    yield [key.slice(b.prefix.length), document];
  }
}

function* merge(streams: Iterator<Found>[], reversed: boolean): Generator<Found> {
  const heads: { stream: Iterator<Found>; found: Found }[] = [];
  for (const stream of streams) {
    const first = stream.next();
    if (!first.done) heads.push({ stream, found: first.value });
  }
  for (;;) {
    let best = heads[0];
    if (!best) return;
    for (const head of heads) {
      const [key] = head.found;
      if (reversed ? key > best.found[0] : key < best.found[0]) best = head;
    }
    yield best.found;
    const next = best.stream.next();
    if (next.done) heads.splice(heads.indexOf(best), 1);
    else best.found = next.value;
  }
}

/** The same by looking at every document: for small collections, for snapshots of the past, and for tests to compare with. */
export function scanPlan(candidates: Iterable<StoredDocument>, plan: Plan): StoredDocument[] {
  const found: Found[] = [];
  for (const document of candidates) {
    const key = plan.keyOf(document);
    if (key !== undefined) found.push([key, document]);
  }
  if (found.length > 1) found.sort(([a], [b]) => (a === b ? 0 : a < b === !plan.reversed ? -1 : 1));
  const { offset, limit = Number.POSITIVE_INFINITY } = plan.query;
  return found.slice(offset, offset + limit).map(([, document]) => document);
}
