/** https://firebase.google.com/docs/reference/rules/rules.Map_ and rules.MapDiff_ and rules.Path_ */
import { equals } from '../equality.ts';
import { fault } from '../errors.ts';
import { nameOfType } from '../operators.ts';
import { ANYTHING, memberOf, type Truth, Unknown } from '../unknown.ts';
import { MapDiff, Path, type Result, RuleMap, RuleSet, type RuleValue, UNSURE } from '../values.ts';
import { type BuiltIn, builtIn, mapOf } from './method.ts';

const UNKNOWNS = { unknowns: true };

export const MAP_METHODS: readonly BuiltIn[] = [
  builtIn('keys', 0, (map: RuleMap) => [...map.keys], UNKNOWNS),
  builtIn('values', 0, (map: RuleMap) => map.keys.map((key) => map.get(key) ?? null), UNKNOWNS),
  builtIn('size', 0, (map: RuleMap) => BigInt(map.size), UNKNOWNS),
  builtIn('get', 2, (map: RuleMap, key, otherwise) => getOr(map, key, otherwise), UNKNOWNS),
  builtIn(
    'diff',
    1,
    (map: RuleMap, other) =>
      other instanceof Unknown ? UNSURE : new MapDiff(map, mapOf(other, 'The argument of diff()')),
    UNKNOWNS,
  ),
];

/** The value of a key, or of nested keys in a list. */
function getOr(map: RuleMap, key: RuleValue, otherwise: RuleValue): Result {
  if (key instanceof Unknown) return UNSURE;
  let value: RuleValue = map;
  const names = Array.isArray(key) ? key : [key];
  for (const [index, name] of names.entries()) {
    if (name instanceof Unknown) return UNSURE;
    if (typeof name !== 'string') fault(`A key must be a string, not a ${nameOfType(name)}`);
    if (value instanceof Unknown) return getOrOfUnknown(value, names.slice(index), otherwise);
    const next: RuleValue | undefined = value instanceof RuleMap ? value.get(name) : undefined;
    if (next === undefined) return otherwise;
    value = next;
  }
  return value;
}

/** Methods of a map that only some keys are known of. */
export function unknownMapMethod(map: Unknown, name: string, operands: readonly RuleValue[]): Result {
  if (name === 'keys') return new Unknown({ type: 'list', contains: map.facts.keys ?? [] });
  const [key, otherwise] = operands;
  if (name !== 'get' || key === undefined || otherwise === undefined) return UNSURE;
  return getOrOfUnknown(map, Array.isArray(key) ? key : [key], otherwise);
}

function getOrOfUnknown(map: Unknown, keys: readonly RuleValue[], otherwise: RuleValue): Result {
  let value: Result = map;
  for (const [index, key] of keys.entries()) {
    if (typeof key !== 'string') return key instanceof Unknown ? UNSURE : fault('A key must be a string');
    if (value === UNSURE) return UNSURE;
    if (!(value instanceof Unknown)) {
      return value instanceof RuleMap ? getOr(value, keys.slice(index), otherwise) : otherwise;
    }
    // It may have the key or not; that it has a value, either way, is sure unless a later key is none.
    if (!value.facts.keys?.includes(key)) return keys.every((k) => typeof k === 'string') ? ANYTHING : UNSURE;
    value = memberOf(value, key);
  }
  return value;
}

const isInSet = (diff: MapDiff, key: string): Truth => {
  const [left, right] = [diff.left.get(key), diff.right.get(key)];
  return left !== undefined && right !== undefined && equals(left, right);
};

/** Keys of both maps whose values are equal, or unequal. */
function common(diff: MapDiff, equal: boolean): string[] | undefined {
  const keys: string[] = [];
  for (const key of diff.left.keys) {
    if (!diff.right.has(key)) continue;
    const same = isInSet(diff, key);
    if (same === undefined) return undefined;
    if (same === equal) keys.push(key);
  }
  return keys;
}

const added = ({ left, right }: MapDiff): string[] => left.keys.filter((key) => !right.has(key));
const removed = ({ left, right }: MapDiff): string[] => right.keys.filter((key) => !left.has(key));
const setOf = (...parts: readonly (readonly string[] | undefined)[]): Result => {
  const keys: string[] = [];
  for (const part of parts) {
    if (!part) return UNSURE;
    keys.push(...part);
  }
  return new RuleSet(keys);
};

export const MAP_DIFF_METHODS: readonly BuiltIn[] = [
  builtIn('addedKeys', 0, (diff: MapDiff) => setOf(added(diff)), UNKNOWNS),
  builtIn('removedKeys', 0, (diff: MapDiff) => setOf(removed(diff)), UNKNOWNS),
  builtIn('changedKeys', 0, (diff: MapDiff) => setOf(common(diff, false)), UNKNOWNS),
  builtIn('unchangedKeys', 0, (diff: MapDiff) => setOf(common(diff, true)), UNKNOWNS),
  builtIn(
    'affectedKeys',
    0,
    (diff: MapDiff) => setOf(added(diff), removed(diff), common(diff, false)),
    UNKNOWNS,
  ),
];

export const PATH_METHODS: readonly BuiltIn[] = [
  builtIn('bind', 1, (path: Path, values) => bind(path, mapOf(values, 'The argument of bind()'))),
];

function bind(path: Path, values: RuleMap): Path {
  const bound = new Map(path.bound);
  const segments = path.segments.map((segment) => {
    if (typeof segment !== 'object' || !('hole' in segment)) return segment;
    const value = values.get(segment.hole);
    if (value === undefined) return segment;
    if (typeof value !== 'string') return fault(`A ${nameOfType(value)} cannot be bound in a path`);
    bound.set(segment.hole, value);
    return value;
  });
  return new Path(segments, bound);
}
