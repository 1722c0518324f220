/** Equality, order, and membership of values, also of values that are not known. */
import { numericKey } from './numbers.ts';
import { typeOf } from './types.ts';
import { type Bound, type Comparable, type Facts, type Truth, Unknown } from './unknown.ts';
import { Bytes, Duration, LatLng, Path, RuleMap, RuleSet, type RuleValue, Timestamp } from './values.ts';

/** Values of different types are unequal, but for integers and floats. */
export function equals(a: RuleValue, b: RuleValue): Truth {
  if (a instanceof Unknown) return unknownEquals(a, b);
  if (b instanceof Unknown) return unknownEquals(b, a);
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) {
    // biome-ignore lint/suspicious/noDoubleEquals: between bigint and number it compares exactly what the language calls equal.
    return isNumber(a) && isNumber(b) ? a == b : a === b;
  }
  if (Array.isArray(a)) return Array.isArray(b) ? listsEqual(a, b) : false;
  if (a instanceof RuleMap) return b instanceof RuleMap ? mapsEqual(a, b) : false;
  if (a instanceof RuleSet) return b instanceof RuleSet ? setsEqual(a, b) : false;
  if (a instanceof Path) return b instanceof Path ? pathsEqual(a, b) : false;
  if (a instanceof Bytes) return b instanceof Bytes && Buffer.compare(a.content, b.content) === 0;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof LatLng) {
    return b instanceof LatLng && a.latitude === b.latitude && a.longitude === b.longitude;
  }
  return a === b;
}

export const isNumber = (value: RuleValue): value is bigint | number =>
  typeof value === 'bigint' || typeof value === 'number';

/** True if all are, false if one is not. */
function every(truths: Iterable<Truth>): Truth {
  let result: Truth = true;
  for (const truth of truths) {
    if (truth === false) return false;
    if (truth === undefined) result = undefined;
  }
  return result;
}

/** True if one is, false if none is. */
function some(truths: Iterable<Truth>): Truth {
  let result: Truth = false;
  for (const truth of truths) {
    if (truth === true) return true;
    if (truth === undefined) result = undefined;
  }
  return result;
}

function* map<T>(items: Iterable<T>, test: (item: T) => Truth): Generator<Truth> {
  for (const item of items) yield test(item);
}

function listsEqual(a: readonly RuleValue[], b: readonly RuleValue[]): Truth {
  if (a.length !== b.length) return false;
  return every(map(a.keys(), (index) => equals(a[index] as RuleValue, b[index] as RuleValue)));
}

function mapsEqual(a: RuleMap, b: RuleMap): Truth {
  const { keys } = a;
  if (keys.length !== b.size) return false;
  return every(
    map(keys, (key) => {
      const [left, right] = [a.get(key), b.get(key)];
      return left !== undefined && right !== undefined && equals(left, right);
    }),
  );
}

function pathsEqual(a: Path, b: Path): Truth {
  if (a.segments.length !== b.segments.length) return false;
  return every(
    map(a.segments.keys(), (index) => {
      const [left, right] = [a.segments[index], b.segments[index]];
      if (typeof left === 'string' && typeof right === 'string') return left === right;
      if (left instanceof Unknown || right instanceof Unknown) {
        return equals(left as RuleValue, right as RuleValue);
      }
      return false;
    }),
  );
}

const setsEqual = (a: RuleSet, b: RuleSet): Truth =>
  every([containsAll(a.elements, b.elements), containsAll(b.elements, a.elements)]);

/** Whether an element equals the value. */
export function contains(elements: readonly RuleValue[], value: RuleValue): Truth {
  return some(map(elements, (element) => equals(element, value)));
}

/** Below this, comparing each with each is cheaper than keys. */
const FEW = 12;

export function containsAll(elements: readonly RuleValue[], wanted: readonly RuleValue[]): Truth {
  const keys = keysFor(elements, wanted);
  if (keys) return every(map(wanted, (value) => has(keys, elements, value)));
  return every(map(wanted, (value) => contains(elements, value)));
}

export function containsAny(elements: readonly RuleValue[], wanted: readonly RuleValue[]): Truth {
  const keys = keysFor(elements, wanted);
  if (keys) return some(map(wanted, (value) => has(keys, elements, value)));
  return some(map(wanted, (value) => contains(elements, value)));
}

/** Those of the elements that `wanted` has (or lacks); undefined if that is not known. */
export function filterBy(
  elements: readonly RuleValue[],
  wanted: readonly RuleValue[],
  keep: boolean,
): RuleValue[] | undefined {
  const keys = keysFor(wanted, elements);
  const out: RuleValue[] = [];
  for (const element of elements) {
    const found = keys ? has(keys, wanted, element) : contains(wanted, element);
    if (found === undefined) return undefined;
    if (found === keep) out.push(element);
  }
  return out;
}

/** The elements without repetitions, the first of equals kept; undefined if that is not known. */
export function distinct(elements: readonly RuleValue[]): RuleValue[] | undefined {
  const seen = new Set<string>();
  const keyless: RuleValue[] = [];
  const out: RuleValue[] = [];
  for (const element of elements) {
    const key = keyOf(element);
    if (key !== undefined && seen.has(key)) continue;
    const repeated = contains(key === undefined ? out : keyless, element);
    if (repeated === undefined) return undefined;
    if (repeated) continue;
    if (key === undefined) keyless.push(element);
    else seen.add(key);
    out.push(element);
  }
  return out;
}

function keysFor(
  elements: readonly RuleValue[],
  others: readonly RuleValue[],
): ReadonlySet<string> | undefined {
  if (elements.length < FEW || others.length < FEW) return undefined;
  const keys = elements.map(keyOf);
  return keys.includes(undefined) ? undefined : new Set(keys.filter((key) => key !== undefined));
}

function has(keys: ReadonlySet<string>, elements: readonly RuleValue[], value: RuleValue): Truth {
  const key = keyOf(value);
  return key === undefined ? contains(elements, value) : keys.has(key);
}

/** Equal for equal values. None for what is not known and for NaN, which equals nothing. */
function keyOf(value: RuleValue): string | undefined {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (isNumber(value)) return Number.isNaN(value) ? undefined : numericKey(value);
  if (Array.isArray(value)) return joined('[', value.map(keyOf));
  if (value instanceof RuleMap) {
    const entries = [...value.keys].sort().map((key) => {
      const member = keyOf(value.get(key) ?? null);
      return member === undefined ? undefined : `${JSON.stringify(key)}:${member}`;
    });
    return joined('{', entries);
  }
  if (value instanceof Timestamp) return `t${value.nanos}`;
  if (value instanceof Duration) return `d${value.nanos}`;
  if (value instanceof Bytes) return `b${Buffer.from(value.content).toString('hex')}`;
  if (value instanceof LatLng) return `g${numericKey(value.latitude)},${numericKey(value.longitude)}`;
  if (!(value instanceof Path)) return undefined;
  const known = value.segments.every((segment) => typeof segment === 'string');
  return known ? `/${JSON.stringify(value.segments)}` : undefined;
}

const joined = (open: string, keys: readonly (string | undefined)[]): string | undefined =>
  keys.includes(undefined) ? undefined : `${open}${keys.join(',')}`;

/** Negative, zero or positive as a is less than, equal to or greater than b. Texts compare by code points. NaN gives NaN. */
export function order(a: Comparable, b: Comparable): number {
  if (typeof a === 'string' && typeof b === 'string') {
    return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  if (a < b) return -1;
  if (a > b) return 1;
  // biome-ignore lint/suspicious/noDoubleEquals: as in equals().
  return a == b ? 0 : Number.NaN;
}

/** What orders a value of a type that has an order. */
export function comparableOf(value: RuleValue): Comparable | undefined {
  if (isNumber(value) || typeof value === 'string') return value;
  return value instanceof Timestamp || value instanceof Duration ? value.nanos : undefined;
}

/** The group of types that can be compared with each other. */
export const orderedType = (type: string | undefined): string | undefined =>
  type === 'int' || type === 'float' ? 'number' : type;

function unknownEquals(a: Unknown, b: RuleValue): Truth {
  // The same value of the same document. Floats are excluded because of NaN.
  if (a === b && (a.facts.type === 'string' || a.facts.type === 'path')) return true;
  const [type, other] = [orderedType(a.facts.type), orderedType(typeName(b))];
  if (type !== undefined && other !== undefined && type !== other) return false;
  if (b instanceof Unknown) return rangesApart(a.facts, b.facts) ? false : undefined;
  if (a.facts.not && some(map(a.facts.not, (value) => equals(value, b))) === true) return false;
  const value = comparableOf(b);
  return value === undefined || type === undefined ? undefined : equalsWithin(a.facts, value);
}

const typeName = (value: RuleValue): string | undefined =>
  value instanceof Unknown ? value.facts.type : typeOf(value);

function equalsWithin({ lower, upper }: Facts, value: Comparable): Truth {
  if (Number.isNaN(value)) return false;
  if ((lower && !above(value, lower)) || (upper && !below(value, upper))) return false;
  return lower && upper && order(lower.value, upper.value) === 0 ? true : undefined;
}

const above = (value: Comparable, { value: bound, inclusive }: Bound): boolean =>
  inclusive ? order(value, bound) >= 0 : order(value, bound) > 0;
const below = (value: Comparable, { value: bound, inclusive }: Bound): boolean =>
  inclusive ? order(value, bound) <= 0 : order(value, bound) < 0;

/** Whether all of one range is below all of the other. */
function rangesApart(a: Facts, b: Facts): boolean {
  return isBelow(a.upper, b.lower) || isBelow(b.upper, a.lower);
}

function isBelow(upper: Bound | undefined, lower: Bound | undefined): boolean {
  if (!upper || !lower || typeof upper.value !== typeof lower.value) return false;
  const difference = order(upper.value, lower.value);
  return difference < 0 || (difference === 0 && !(upper.inclusive && lower.inclusive));
}

/** Whether a < b, or with `orEqual` a <= b, for all values that they may have. Both are of one ordered type. */
export function less(a: RuleValue, b: RuleValue, orEqual: boolean): Truth {
  const [left, right] = [rangeOf(a), rangeOf(b)];
  if (left.upper && right.lower) {
    const difference = order(left.upper.value, right.lower.value);
    const strict = !(left.upper.inclusive && right.lower.inclusive);
    if (difference < 0 || (difference === 0 && (orEqual || strict))) return true;
  }
  if (left.lower && right.upper) {
    const difference = order(left.lower.value, right.upper.value);
    const strict = !(left.lower.inclusive && right.upper.inclusive);
    if (difference > 0 || (difference === 0 && (!orEqual || strict))) return false;
  }
  return undefined;
}

function rangeOf(value: RuleValue): Facts {
  if (value instanceof Unknown) return value.facts;
  const bound = { value: comparableOf(value) ?? 0, inclusive: true };
  return { lower: bound, upper: bound };
}
