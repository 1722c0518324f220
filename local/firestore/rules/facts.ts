/**
 * What the constraints of a query say of every document that it can find. Queries compare integers with floats, so a number that a
 * filter gives may be either in the document.
 */
import { inScope } from '../documents.ts';
import { NAME_FIELD } from '../paths.ts';
import { alternatives } from '../plan.ts';
import type { FieldFilter, Query } from '../query.ts';
import { checkDisjunctions } from '../query-limits.ts';
import { elementsOf, type Value } from '../values.ts';
import { comparableOf, order } from './equality.ts';
import { ANY_DEPTH, pathOf, type Segment } from './match.ts';
import { type Bound, type Facts, Unknown } from './unknown.ts';
import {
  convertValue,
  Path,
  PlainMap,
  QueryConstraints,
  type Result,
  type RuleValue,
  Timestamp,
  UNSURE,
} from './values.ts';

/** One alternative of a query's filter: the documents it can find. */
export interface Possible {
  /** Of their names, without the project. */
  readonly segments: readonly Segment[];
  readonly resource: RuleValue;
}

/** @throws ServiceError INVALID_ARGUMENT for a query with too many alternatives */
export function possibleDocuments(query: Query): Possible[] {
  checkDisjunctions(query.where);
  const all = alternatives(query.where);
  // An alternative that finds nothing proves nothing here: without any, the query counts as unconstrained.
  return (all.length > 0 ? all : [[]]).map((filters) => possible(query, filters));
}

function possible(query: Query, filters: readonly FieldFilter[]): Possible {
  const segments = segmentsOf(query, filters);
  const last = segments.at(-1);
  const resource = new PlainMap([
    ['data', unknownOf(treeOf(query, filters))],
    ['id', last === undefined || last === ANY_DEPTH ? SOME_STRING() : last],
    ['__name__', pathOf(segments)],
  ]);
  return { segments, resource };
}

const SOME_STRING = (): Unknown => new Unknown({ type: 'string' });

function segmentsOf({ scope }: Query, filters: readonly FieldFilter[]): Segment[] {
  for (const { field, op, value } of filters) {
    if (field.text !== NAME_FIELD.text || op !== '==') continue;
    const isReference = typeof value === 'object' && value !== null && 'ref' in value;
    if (isReference && inScope(value.ref, scope)) return value.ref.split('/').slice(2);
  }
  const parent: Segment[] = scope.parent.split('/').slice(2);
  if (!scope.allDescendants) return [...parent, scope.collectionId, SOME_STRING()];
  const collection = scope.collectionId === '' ? SOME_STRING() : scope.collectionId;
  return [...parent, ANY_DEPTH, collection, SOME_STRING()];
}

/** The filters on a field, and those on fields within it. A field that has a node is there in every document. */
interface Node {
  readonly filters: FieldFilter[];
  readonly children: Map<string, Node>;
}

const newNode = (): Node => ({ filters: [], children: new Map() });

function treeOf(query: Query, filters: readonly FieldFilter[]): Node {
  const root = newNode();
  for (const filter of filters) nodeAt(root, filter.field.segments).filters.push(filter);
  for (const { field } of query.orderBy) nodeAt(root, field.segments);
  root.children.delete(NAME_FIELD.text);
  return root;
}

function nodeAt(root: Node, segments: readonly string[]): Node {
  let node = root;
  for (const segment of segments) {
    const child = node.children.get(segment) ?? newNode();
    node.children.set(segment, child);
    node = child;
  }
  return node;
}

function valueAtNode(node: Node): Result {
  const equal = node.filters.find(({ op }) => op === '==');
  if (equal) return approximate(equal.value);
  return node.children.size > 0 ? unknownOf(node) : new Unknown(factsOf(node.filters));
}

function unknownOf(node: Node): Unknown {
  const member = (key: string): Result => {
    const child = node.children.get(key);
    return child ? valueAtNode(child) : UNSURE;
  };
  return new Unknown({ type: 'map', keys: [...node.children.keys()], member });
}

/** A value that equals the operand of a filter. */
const approximate = (value: Value): RuleValue =>
  convertValue(value, (number) => {
    if (Number.isNaN(number)) return number;
    const bound: Bound = { value: number, inclusive: true };
    return new Unknown({ type: 'number', lower: bound, upper: bound });
  });

function factsOf(filters: readonly FieldFilter[]): Facts {
  return filters.reduce<Facts>(withFilter, {});
}

function withFilter(facts: Facts, { op, value }: FieldFilter): Facts {
  switch (op) {
    case '<':
    case '<=':
      return withRange(facts, 'upper', value, op === '<=');
    case '>':
    case '>=':
      return withRange(facts, 'lower', value, op === '>=');
    case '!=':
      return { ...facts, not: [...(facts.not ?? []), null, ...comparisons([value])] };
    case 'not-in':
      return { ...facts, not: [...(facts.not ?? []), null, ...comparisons(elementsOf(value))] };
    case 'array-contains':
      return { ...facts, type: 'list', contains: [...(facts.contains ?? []), approximate(value)] };
    default:
      return facts;
  }
}

/** References to different projects are one path in rules, so that being another reference says nothing of the path. */
const comparisons = (values: readonly Value[]): RuleValue[] =>
  values.map(approximate).filter((value) => !(value instanceof Path));

function withRange(facts: Facts, side: 'lower' | 'upper', operand: Value, inclusive: boolean): Facts {
  if (typeof operand === 'boolean') return facts.type === undefined ? { ...facts, type: 'bool' } : facts;
  const value = convertValue(operand);
  const comparable = comparableOf(value);
  if (comparable === undefined || Number.isNaN(comparable)) return facts;
  const type = typeof value === 'string' ? 'string' : value instanceof Timestamp ? 'timestamp' : 'number';
  if (facts.type !== undefined && facts.type !== type) return facts;
  const known = facts[side];
  const difference = known ? order(comparable, known.value) : 0;
  const narrower = side === 'lower' ? difference > 0 : difference < 0;
  if (known && !narrower && (difference !== 0 || inclusive)) return { ...facts, type };
  return { ...facts, type, [side]: { value: comparable, inclusive } };
}

/** `request.query`. A limit that is not there is null. */
export function constraintsOf(query: Query): QueryConstraints {
  const orders = query.orderBy.map(({ field, descending }): [string, RuleValue] => [
    field.text,
    descending ? 'DESC' : 'ASC',
  ]);
  return new QueryConstraints([
    ['limit', query.limit === undefined ? null : BigInt(query.limit)],
    ['offset', BigInt(query.offset)],
    ['orderBy', new PlainMap(orders)],
  ]);
}
