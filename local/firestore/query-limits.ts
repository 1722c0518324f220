/**
 * What no query may ask, in production's words.
 * https://firebase.google.com/docs/firestore/query-data/queries#query_limitations
 */
import { NAME_FIELD, rootOf } from './paths.ts';
import {
  type FieldFilter,
  type Filter,
  fieldFilters,
  isInequality,
  type Operator,
  type Query,
} from './query.ts';
import { elementsOf, invalid, type Value } from './values.ts';

const MAX_DISJUNCTIONS = 30;
const MAX_INEQUALITY_FIELDS = 10;
const MAX_COMPONENTS = 100;

/** Operators with a list of operands, and how many they take. */
const LISTS: Readonly<Partial<Record<Operator, { name: string; most: number }>>> = {
  in: { name: 'IN', most: 30 },
  'array-contains-any': { name: 'ARRAY_CONTAINS_ANY', most: 30 },
  'not-in': { name: 'NOT_IN', most: 10 },
};

/** @throws ServiceError INVALID_ARGUMENT */
export function checkQuery(query: Query): void {
  const filters = [...fieldFilters(query.where)];
  for (const filter of filters) checkOperands(filter);
  checkDisjunctions(query.where);
  checkCombinations(query.where, filters);
  const unequal = new Set(filters.filter((f) => isInequality(f.op)).map((f) => f.field.text));
  if (unequal.size > MAX_INEQUALITY_FIELDS) {
    throw invalid(
      `The query contains ${unequal.size} distinct inequality fields: [${[...unequal].sort().join(', ')}]. A query may not have more than ${MAX_INEQUALITY_FIELDS} distinct inequality fields.`,
    );
  }
  checkComponents(query);
}

function checkOperands({ field, op, value }: FieldFilter): void {
  const list = LISTS[op];
  if (list) {
    const count = elementsOf(value).length;
    if (count === 0) throw invalid(`'${list.name}' requires a non-empty ArrayValue.`);
    if (count > list.most) {
      throw invalid(`'${list.name}' supports up to ${list.most} comparison values.`);
    }
  }
  if (field.text !== NAME_FIELD.text) return;
  const operands = list && op !== 'array-contains-any' ? elementsOf(value) : [value];
  if (op.startsWith('array') || !operands.every(isReference)) {
    throw invalid('__key__ filter value must be a Key');
  }
}

const isReference = (value: Value): boolean => typeof value === 'object' && value !== null && 'ref' in value;

/** How many alternatives the disjunctive normal form has. */
function disjunctions(filter: Filter | undefined): number {
  if (!filter) return 1;
  if ('any' in filter) return filter.any.reduce((sum, part) => sum + disjunctions(part), 0);
  if ('all' in filter) return filter.all.reduce((product, part) => product * disjunctions(part), 1);
  return filter.op === 'in' || filter.op === 'array-contains-any' ? elementsOf(filter.value).length : 1;
}

/** @throws ServiceError INVALID_ARGUMENT, before anything is multiplied out */
export function checkDisjunctions(filter: Filter | undefined): void {
  const count = disjunctions(filter);
  if (count > MAX_DISJUNCTIONS) {
    throw invalid(
      `Too many disjunctions after normalization. Result had ${count} disjunctions which is more than the maximum of ${MAX_DISJUNCTIONS}`,
    );
  }
}

const NEGATIONS: readonly Operator[] = ['!=', 'not-in'];

function checkCombinations(where: Filter | undefined, filters: readonly FieldFilter[]): void {
  if (filters.filter((f) => NEGATIONS.includes(f.op)).length > 1) {
    throw invalid(
      "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.",
    );
  }
  const alternative = hasAny(where) || filters.some((f) => f.op === 'in' || f.op === 'array-contains-any');
  if (alternative && filters.some((f) => f.op === 'not-in')) {
    throw invalid("'NOT_IN' cannot be combined with 'OR', 'IN' or 'ARRAY_CONTAINS_ANY' in the same query.");
  }
  if (arraysAtOnce(where) > 1) {
    throw invalid("A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.");
  }
}

function hasAny(filter: Filter | undefined): boolean {
  if (!filter) return false;
  if ('any' in filter) return filter.any.length > 1 || filter.any.some(hasAny);
  return 'all' in filter && filter.all.some(hasAny);
}

/** The most filters on arrays that one alternative has. */
function arraysAtOnce(filter: Filter | undefined): number {
  if (!filter) return 0;
  if ('any' in filter) return Math.max(0, ...filter.any.map(arraysAtOnce));
  if ('all' in filter) return filter.all.reduce((sum, part) => sum + arraysAtOnce(part), 0);
  return filter.op.startsWith('array') ? 1 : 0;
}

/** Filters of all alternatives together; few enough by now to count. */
function filterCount(filter: Filter | undefined): number {
  if (!filter) return 0;
  if ('any' in filter) return filter.any.reduce((sum, part) => sum + filterCount(part), 0);
  if ('all' in filter) {
    const total = disjunctions(filter);
    return filter.all.reduce((sum, part) => sum + filterCount(part) * (total / disjunctions(part)), 0);
  }
  return disjunctions(filter);
}

function checkComponents({ where, orderBy, scope }: Query): void {
  const filters = filterCount(where);
  const ancestors = scope.parent === rootOf(scope.parent) ? 0 : 1;
  if (filters + orderBy.length + ancestors <= MAX_COMPONENTS) return;
  throw invalid(
    `The query may not have more than ${MAX_COMPONENTS} filters + sort orders + ancestor total. Currently there are ${filters} filters, ${orderBy.length} sort orders, and ${ancestors ? 'one' : 'no'} ancestor filter.`,
  );
}
