/** What a query asks, and whether a document answers it. How the answer is found is in `plan.ts`. */
import type { Scope, StoredDocument } from './documents.ts';
import { getField } from './fields.ts';
import { orderKey } from './order.ts';
import { type FieldPath, NAME_FIELD } from './paths.ts';
import { elementsOf, invalid, isNaNValue, type Value } from './values.ts';

export type Operator =
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | 'not-in'
  | 'array-contains'
  | 'array-contains-any';

export type Filter = { all: readonly Filter[] } | { any: readonly Filter[] } | FieldFilter;

export interface FieldFilter {
  field: FieldPath;
  op: Operator;
  /** For `in`, `not-in` and `array-contains-any`: an array of operands. */
  value: Value;
}

export interface Order {
  field: FieldPath;
  descending: boolean;
}

/** A position in the order: values of its first fields. `before` puts it before what equals them, else after. */
export interface Cursor {
  values: readonly Value[];
  before: boolean;
}

export interface Query {
  scope: Scope;
  where?: Filter | undefined;
  orderBy: readonly Order[];
  startAt?: Cursor | undefined;
  endAt?: Cursor | undefined;
  offset: number;
  limit?: number | undefined;
}

/** The value that a filter or an order looks at: a field, or the document's name as a reference. */
const valueAt = (document: StoredDocument, field: FieldPath): Value | undefined =>
  field.text === NAME_FIELD.text ? { ref: document.name } : getField(document.fields, field);

/** Compiles a filter, so that its operands are prepared once for many documents. */
export function matcher(filter: Filter | undefined): (document: StoredDocument) => boolean {
  if (!filter) return () => true;
  if ('all' in filter) {
    const parts = filter.all.map(matcher);
    return (document) => parts.every((part) => part(document));
  }
  if ('any' in filter) {
    const parts = filter.any.map(matcher);
    return (document) => parts.some((part) => part(document));
  }
  const test = operatorTest(filter.op, filter.value);
  return (document) => {
    const value = valueAt(document, filter.field);
    return value !== undefined && test(value);
  };
}

/** An operand that `in`, `array-contains-any` never match. */
export const matchesNothing = (operand: Value): boolean => operand === null || isNaNValue(operand);

function operatorTest(op: Operator, operand: Value): (value: Value) => boolean {
  if (op === 'in') return memberTest(operand);
  const key = orderKey(operand);
  // Ranges stay within the operand's kind: a text is neither less nor greater than a number.
  const within = (passes: (order: number) => boolean) => (value: Value) => {
    const order = timeOrder(value, operand) ?? keyOrder(orderKey(value), key);
    return order !== undefined && passes(order);
  };
  switch (op) {
    case '==':
      return isPlain(operand)
        ? (value) => (isPlain(value) ? value === operand : orderKey(value) === key)
        : (value) => orderKey(value) === key;
    case '!=':
      return (value) => value !== null && orderKey(value) !== key;
    case '<':
      return within((order) => order < 0);
    case '<=':
      return within((order) => order <= 0);
    case '>':
      return within((order) => order > 0);
    case '>=':
      return within((order) => order >= 0);
    case 'not-in': {
      const keys = new Set(elementsOf(operand).map(orderKey));
      const none = elementsOf(operand).includes(null); // `not-in [null]` finds nothing at all.
      return (value) => !none && value !== null && !keys.has(orderKey(value));
    }
    case 'array-contains':
      return (value) => elementsOf(value).some((element) => orderKey(element) === key);
    case 'array-contains-any': {
      const keys = operandKeys(operand);
      return (value) => elementsOf(value).some((element) => keys.has(orderKey(element)));
    }
  }
}

function memberTest(operand: Value): (value: Value) => boolean {
  const plain = elementsOf(operand).every(isPlain) ? new Set<Value>(elementsOf(operand)) : undefined;
  let keys: Set<string> | undefined;
  return (value) => {
    if (plain && isPlain(value)) return plain.has(value);
    keys ??= operandKeys(operand);
    return keys.has(orderKey(value));
  };
}

/** How two instants compare, without their keys; undefined if one is none. */
function timeOrder(a: Value, b: Value): number | undefined {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return undefined;
  if (!('time' in a) || !('time' in b)) return undefined;
  return a.time[0] - b.time[0] || a.time[1] - b.time[1];
}

/** How two keys compare; undefined if they are of different kinds. */
const keyOrder = (a: string, b: string): number | undefined =>
  a[0] !== b[0] ? undefined : a < b ? -1 : a > b ? 1 : 0;

/** Two of these are equal if they are the same: no keys are needed to compare them. Other numbers are objects. */
const isPlain = (value: Value): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const operandKeys = (operand: Value): Set<string> =>
  new Set(
    elementsOf(operand)
      .filter((o) => !matchesNothing(o))
      .map(orderKey),
  );

export const isInequality = (op: Operator): boolean =>
  op === '<' || op === '<=' || op === '>' || op === '>=' || op === '!=' || op === 'not-in';

export function* fieldFilters(filter: Filter | undefined): Generator<FieldFilter> {
  if (!filter) return;
  if ('all' in filter) for (const part of filter.all) yield* fieldFilters(part);
  else if ('any' in filter) for (const part of filter.any) yield* fieldFilters(part);
  else yield filter;
}

const MORE_AFTER_KEY = 'order by clause cannot contain more fields after the key';

/**
 * The whole order of a query: what it says, then the fields of its inequalities, by name, then the documents' names; what is
 * implied takes the direction of the last that is said.
 * @throws ServiceError INVALID_ARGUMENT for an order that Firestore refuses
 */
export function completeOrder(query: Query): Order[] {
  const order = [...query.orderBy];
  const nameAt = order.findIndex((o) => o.field.text === NAME_FIELD.text);
  if (nameAt >= 0 && nameAt < order.length - 1) {
    throw invalid(MORE_AFTER_KEY);
  }
  const twice = order.find((o, at) => order.findIndex((other) => other.field.text === o.field.text) < at);
  if (twice) throw invalid(`order by clause cannot contain duplicate fields ${twice.field.text}`);
  const filters = [...fieldFilters(query.where)];
  const unequal = filters.filter((f) => isInequality(f.op)).map((f) => f.field);
  const others = unequal.filter((field) => field.text !== NAME_FIELD.text);
  const keyed = filters.some((f) => f.op === '==' && f.field.text === NAME_FIELD.text);
  if (keyed && others.length > 0 && others.length === unequal.length) {
    throw invalid(
      'Equality on key is not allowed if there are other inequality fields and key does not appear in inequalities.',
    );
  }
  const descending = order.at(-1)?.descending ?? false;
  const said = new Set(order.map((o) => o.field.text));
  if (nameAt >= 0) {
    // What an inequality implies would come after it.
    if (others.some((field) => !said.has(field.text))) throw invalid(MORE_AFTER_KEY);
    return order;
  }
  const implied = new Map(others.map((field) => [field.text, field]));
  for (const [text, field] of [...implied].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!said.has(text)) order.push({ field, descending });
  }
  order.push({ field: NAME_FIELD, descending });
  return order;
}
