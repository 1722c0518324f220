/** The operators, but for && || and ?: which do not evaluate all of their operands. Operands may be unknown. */
import { contains, equals, isNumber, less, orderedType } from './equality.ts';
import { fault } from './errors.ts';
import { arithmetic, int64 } from './numbers.ts';
import type { BinaryOperator } from './syntax.ts';
import { typeOf } from './types.ts';
import { memberOf, resultOf, SOME_BOOL, type Truth, Unknown } from './unknown.ts';
import {
  Duration,
  Path,
  type Result,
  RuleMap,
  RuleSet,
  type RuleValue,
  Timestamp,
  UNSURE,
} from './values.ts';

/** For messages. */
export const nameOfType = (value: RuleValue): string => typeOf(value) ?? 'value';

/** @throws Fault */
export function binary(operator: BinaryOperator, left: RuleValue, right: RuleValue): Result {
  switch (operator) {
    case '==':
      return resultOf(equals(left, right));
    case '!=': {
      const equal = equals(left, right);
      return equal === undefined ? SOME_BOOL : !equal;
    }
    case 'in':
      return isIn(left, right);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(operator, left, right);
    default:
      return compute(operator, left, right);
  }
}

function isIn(value: RuleValue, container: RuleValue): Result {
  if (Array.isArray(container)) return resultOf(contains(container, value));
  if (container instanceof RuleSet) return resultOf(contains(container.elements, value));
  if (container instanceof RuleMap) {
    if (typeof value === 'string') return container.has(value);
    return value instanceof Unknown ? SOME_BOOL : false;
  }
  if (container instanceof Unknown) return isInUnknown(value, container);
  return fault(`"in" needs a list, set or map, not a ${nameOfType(container)}`);
}

function isInUnknown(value: RuleValue, { facts }: Unknown): Result {
  if (facts.type === 'list' || facts.type === 'set') {
    return contains(facts.contains ?? [], value) === true ? true : SOME_BOOL;
  }
  if (facts.type === 'map') {
    return typeof value === 'string' && facts.keys?.includes(value) ? true : SOME_BOOL;
  }
  return facts.type === undefined ? UNSURE : fault(`"in" needs a list, set or map, not a ${facts.type}`);
}

function compare(operator: '<' | '<=' | '>' | '>=', left: RuleValue, right: RuleValue): Result {
  if (isNumber(left) && isNumber(right)) return compareNumbers(operator, left, right);
  const [a, b] = [orderedTypeOf(left), orderedTypeOf(right)];
  if ((a !== undefined && !ORDERED.has(a)) || (b !== undefined && !ORDERED.has(b)) || (a && b && a !== b)) {
    fault(`"${operator}" cannot compare a ${nameOfType(left)} with a ${nameOfType(right)}`);
  }
  if (a === undefined || b === undefined) return UNSURE;
  return resultOf(ordered(operator, left, right));
}

const ORDERED: ReadonlySet<string> = new Set(['number', 'string', 'timestamp', 'duration']);

const orderedTypeOf = (value: RuleValue): string | undefined =>
  orderedType(value instanceof Unknown ? value.facts.type : typeOf(value));

function compareNumbers(operator: string, left: bigint | number, right: bigint | number): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    default:
      return left >= right;
  }
}

function ordered(operator: string, left: RuleValue, right: RuleValue): Truth {
  // A float that is not a number is neither less nor greater than another: ranges know nothing of it.
  if (Number.isNaN(left) || Number.isNaN(right)) return undefined;
  switch (operator) {
    case '<':
      return less(left, right, false);
    case '<=':
      return less(left, right, true);
    case '>':
      return less(right, left, false);
    default:
      return less(right, left, true);
  }
}

function compute(operator: string, left: RuleValue, right: RuleValue): Result {
  if (isNumber(left) && isNumber(right)) return arithmetic(operator, left, right);
  if (left instanceof Unknown || right instanceof Unknown) return UNSURE;
  if (operator === '+') {
    if (typeof left === 'string' && typeof right === 'string') return left + right;
    if (left instanceof Timestamp && right instanceof Duration)
      return new Timestamp(left.nanos + right.nanos);
    if (left instanceof Duration && right instanceof Timestamp)
      return new Timestamp(left.nanos + right.nanos);
    if (left instanceof Duration && right instanceof Duration) return new Duration(left.nanos + right.nanos);
  }
  if (operator === '-') {
    if (left instanceof Timestamp && right instanceof Duration)
      return new Timestamp(left.nanos - right.nanos);
    if (left instanceof Timestamp && right instanceof Timestamp) {
      return new Duration(left.nanos - right.nanos);
    }
    if (left instanceof Duration && right instanceof Duration) return new Duration(left.nanos - right.nanos);
  }
  return fault(`"${operator}" cannot take a ${nameOfType(left)} and a ${nameOfType(right)}`);
}

/** @throws Fault */
export function negate(operator: '!' | '-', value: RuleValue): Result {
  if (value instanceof Unknown) return operator === '!' && value.facts.type === 'bool' ? SOME_BOOL : UNSURE;
  if (operator === '!')
    return typeof value === 'boolean' ? !value : fault(`"!" needs a bool, not a ${nameOfType(value)}`);
  if (typeof value === 'bigint') return int64(-value);
  return typeof value === 'number' ? -value : fault(`"-" needs a number, not a ${nameOfType(value)}`);
}

/** The `is` operator. */
export function isOfType(value: RuleValue, type: string): RuleValue {
  if (value instanceof Unknown) return unknownIs(value, type);
  const actual = typeOf(value);
  if (type === 'number') return actual === 'int' || actual === 'float';
  return actual === type || (type === 'map' && actual === 'constraint');
}

function unknownIs({ facts }: Unknown, type: string): RuleValue {
  if (facts.type === undefined) return type === 'null' && facts.not?.includes(null) ? false : SOME_BOOL;
  if (facts.type === 'number' && (type === 'int' || type === 'float')) return SOME_BOOL;
  return orderedType(facts.type) === type || facts.type === type;
}

/** `object.name`. @throws Fault */
export function member(object: RuleValue, name: string): Result {
  if (object instanceof RuleMap) {
    const value = object.get(name);
    return value === undefined ? fault(`Property ${name} is undefined on the object`) : value;
  }
  if (object instanceof Unknown) return memberOfUnknown(object, name);
  if (object instanceof Path) {
    const value = object.bound?.get(name);
    return value === undefined ? fault(`Nothing is bound to ${name} in the path`) : value;
  }
  if (object === null) return fault(`Null has no property ${name}`);
  return fault(`A ${nameOfType(object)} has no property ${name}`);
}

function memberOfUnknown(object: Unknown, name: string): Result {
  const { facts } = object;
  if (facts.type === 'map') return memberOf(object, name);
  return facts.type === undefined || facts.type === 'path'
    ? UNSURE
    : fault(`A ${facts.type} has no property ${name}`);
}

/** `object[index]`. @throws Fault */
export function element(object: RuleValue, index: RuleValue): Result {
  if (typeof index === 'string') return member(object, index);
  if (object instanceof Unknown || index instanceof Unknown) return UNSURE;
  if (typeof index !== 'bigint')
    return fault(`An index must be an int or a string, not a ${nameOfType(index)}`);
  const items = sequenceOf(object);
  if (!items) return fault(`A ${nameOfType(object)} has no elements to index`);
  return items[position(index, items.length - 1)] as Result;
}

/** `object[from:to]`. @throws Fault */
export function slice(object: RuleValue, from: RuleValue, to: RuleValue): Result {
  if (object instanceof Unknown || from instanceof Unknown || to instanceof Unknown) return UNSURE;
  if (typeof from !== 'bigint' || typeof to !== 'bigint') return fault('The ends of a range must be ints');
  const items = object instanceof Path ? undefined : sequenceOf(object);
  if (!items) return fault(`A ${nameOfType(object)} has no ranges`);
  const end = position(to, items.length);
  const part = items.slice(position(from, end), end);
  return typeof object === 'string' ? part.join('') : part;
}

function sequenceOf(object: RuleValue): readonly RuleValue[] | undefined {
  if (Array.isArray(object)) return object;
  if (typeof object === 'string') return [...object];
  if (!(object instanceof Path)) return undefined;
  return object.segments.map((segment) =>
    typeof segment === 'object' && 'hole' in segment ? `$(${segment.hole})` : segment,
  );
}

function position(index: bigint, max: number): number {
  return index >= 0n && index <= BigInt(max) ? Number(index) : fault(`Index ${index} is out of bounds`);
}
