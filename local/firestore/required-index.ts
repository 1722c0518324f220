/**
 * Whether the indexes that are deployed could answer a query. This stand-in needs none of them, but production refuses a query that
 * none serves, and an application should hear of that here first.
 * https://firebase.google.com/docs/firestore/query-data/index-overview
 */
import type { Scope } from './documents.ts';
import { type IndexConfig, type IndexedField, type IndexMode, singleFieldIndexes } from './index-config.ts';
import { missingIndex } from './missing-index.ts';
import { type FieldPath, NAME_FIELD, parseFieldPath } from './paths.ts';
import { completeOrder, type FieldFilter, type Filter, isInequality, type Query } from './query.ts';

/** What one alternative of a query asks of an index. */
export interface Need {
  /** Fields compared for equality, with `ascending`, and arrays searched, with `contains`: by name, arrays first. */
  equal: readonly IndexedField[];
  /** The order without what equality fixes; the last is `__name__`. */
  order: readonly IndexedField[];
  /** Fields that are summed: the index must hold them too, at whatever place after the order. */
  summed: readonly string[];
}

/** An index taken apart for one need: the fields of its beginning that the need compares, and whether the rest is its order. */
type Candidate = { equal: readonly IndexedField[] };

/**
 * @param summed fields that an aggregation adds up; sums are taken from index entries
 * @throws ServiceError FAILED_PRECONDITION that names the missing index, in production's words
 */
export function requireIndex(query: Query, config: IndexConfig, summed: readonly FieldPath[] = []): void {
  const shape = shapeOf(query, summed);
  const known = served.get(config) ?? new Set();
  if (known.has(shape)) return;
  const order = completeOrder(query).map(
    ({ field, descending }): IndexedField => ({
      path: field.text,
      mode: descending ? 'descending' : 'ascending',
    }),
  );
  const collectionId = query.scope.collectionId;
  for (const filters of alternatives(query.where)) {
    const need = needOf(filters, order, summed);
    if (!isServed(need, query.scope, config)) {
      const unequal = new Set(filters.filter((f) => isInequality(f.op)).map((f) => f.field.text));
      throw missingIndex(query.scope, need, {
        severalRanges: unequal.size > 1,
        present: (path) => singleFieldIndexes(config, collectionId, parseFieldPath(path)),
      });
    }
  }
  if (known.size >= MAX_KEPT) known.clear();
  served.set(config, known.add(shape));
}

/** Whether the indexes that every field has by itself do not serve it. */
export function needsComposite(
  query: Query,
  config: IndexConfig,
  summed: readonly FieldPath[] = [],
): boolean {
  try {
    requireIndex(query, { ...config, composites: [] }, summed);
    return false;
  } catch {
    return true;
  }
}

/** What was found to be served: an application asks the same few things again and again, and only the operands differ. */
const served = new WeakMap<IndexConfig, Set<string>>();
const MAX_KEPT = 10_000;

/** All that decides which index a query needs. */
function shapeOf({ scope, where, orderBy }: Query, summed: readonly FieldPath[]): string {
  let shape = `${scope.allDescendants ? '*' : ''}${scope.collectionId} ${shapeOfFilter(where)}`;
  for (const { field, descending } of orderBy) shape += `${descending ? '>' : '<'}${field.text} `;
  for (const field of summed) shape += `+${field.text} `;
  return shape;
}

function shapeOfFilter(filter: Filter | undefined): string {
  if (!filter) return '';
  if ('all' in filter) return `(${filter.all.map(shapeOfFilter).join('&')})`;
  return 'any' in filter
    ? `(${filter.any.map(shapeOfFilter).join('|')})`
    : `${filter.field.text} ${filter.op}`;
}

/** The disjunctive normal form, in which `in` stays one equality: its operands all want the same index. */
function alternatives(filter: Filter | undefined): readonly (readonly FieldFilter[])[] {
  if (!filter) return [[]];
  if ('any' in filter) return filter.any.flatMap(alternatives);
  if (!('all' in filter)) return [[filter]];
  return filter.all
    .map(alternatives)
    .reduce((left, right) => left.flatMap((a) => right.map((b) => [...a, ...b])), [[]]);
}

function needOf(
  filters: readonly FieldFilter[],
  order: readonly IndexedField[],
  summed: readonly FieldPath[],
): Need {
  const equal = new Map<string, IndexedField>();
  const compared = new Set<string>();
  for (const { field, op } of filters) {
    const array = op === 'array-contains' || op === 'array-contains-any';
    if (field.text === NAME_FIELD.text || (!array && op !== '==' && op !== 'in')) continue;
    const mode = array ? 'contains' : 'ascending';
    equal.set(`${mode} ${field.text}`, { path: field.text, mode });
    if (!array) compared.add(field.text);
  }
  const left = order.filter(({ path }) => !compared.has(path));
  return {
    equal: [...equal.values()].sort(byModeAndName),
    order: left,
    summed: [...new Set(summed.map((field) => field.text))].filter(
      (path) => !compared.has(path) && !left.some((part) => part.path === path),
    ),
  };
}

function byModeAndName(a: IndexedField, b: IndexedField): number {
  if (a.mode !== b.mode) return a.mode === 'contains' ? -1 : 1;
  return a.path < b.path ? -1 : 1;
}

/**
 * One index that begins with all fields compared and goes on in the order will do; so will several that each begin with some of
 * them, for they can be joined on the order they have in common. No index is read backwards.
 */
function isServed(need: Need, scope: Scope, config: IndexConfig): boolean {
  const [first] = need.order;
  const plain = need.equal.length === 0 && need.summed.length === 0;
  // All documents of a collection by name: that is how they are kept.
  if (plain && need.order.length === 1 && first?.mode === 'ascending') return true;
  const found = candidates(need, scope, config);
  if (need.equal.length === 0) return found.some(({ equal }) => equal.length === 0);
  return need.equal.every((wanted) =>
    found.some(({ equal }) => equal.some((field) => covers(field, wanted))),
  );
}

/** The direction of a field that is compared for equality does not matter. */
const covers = (field: IndexedField, wanted: IndexedField): boolean =>
  field.path === wanted.path && (field.mode === 'contains') === (wanted.mode === 'contains');

function candidates(need: Need, scope: Scope, config: IndexConfig): Candidate[] {
  const { collectionId, allDescendants } = scope;
  const out: Candidate[] = [];
  for (const index of config.composites) {
    if (index.collectionId === collectionId && index.group === allDescendants) {
      const fit = fitting(index.fields, need);
      if (fit) out.push(fit);
    }
  }
  const paths = [...need.equal, ...need.order].map(({ path }) => path).concat(need.summed);
  for (const path of new Set(paths)) {
    if (path === NAME_FIELD.text) continue;
    for (const { group, mode } of singleFieldIndexes(config, collectionId, parseFieldPath(path))) {
      if (group !== allDescendants) continue;
      for (const name of nameModes(mode)) {
        const fit = fitting([{ path, mode }, name], need);
        if (fit) out.push(fit);
      }
    }
  }
  return out;
}

/** Single-field indexes go on with the name in their own direction; of arrays there are both. */
const nameModes = (mode: IndexMode): IndexedField[] =>
  (mode === 'contains' ? (['ascending', 'descending'] as const) : [mode]).map((direction) => ({
    path: NAME_FIELD.text,
    mode: direction,
  }));

function fitting(fields: readonly IndexedField[], { equal, order, summed }: Need): Candidate | undefined {
  const begin = fields.length - order.length - summed.length;
  if (begin < 0) return undefined;
  const head = fields.slice(0, begin);
  if (!head.every((field) => equal.some((wanted) => covers(field, wanted)))) return undefined;
  const tail = fields.slice(begin);
  const ordered = order.slice(0, -1);
  if (!ordered.every((part, at) => part.path === tail[at]?.path && part.mode === tail[at]?.mode)) {
    return undefined;
  }
  if (summed.length === 0) return tail.at(-1)?.mode === order.at(-1)?.mode ? { equal: head } : undefined;
  // Nobody sees in which order a sum was taken.
  const between = tail.slice(ordered.length, -1).map((field) => field.path);
  return summed.every((path) => between.includes(path)) ? { equal: head } : undefined;
}
