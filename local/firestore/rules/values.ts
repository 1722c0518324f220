/**
 * The values that expressions have. Null, booleans, strings and lists are JavaScript's own, integers are bigint, floats are number.
 * Documents are converted as far as a rule looks at them. https://firebase.google.com/docs/reference/rules/rules
 */
import { relativeSegments } from '../paths.ts';
import { type Fields, numberOf, type Value } from '../values.ts';
import { fault } from './errors.ts';
import type { Unknown } from './unknown.ts';

export type RuleValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly RuleValue[]
  | RuleMap
  | RuleSet
  | MapDiff
  | Path
  | Bytes
  | Timestamp
  | Duration
  | LatLng
  | Unknown;

/** What an expression may turn out to have no value at all for; see unknown.ts. */
export const UNSURE: unique symbol = Symbol('unsure');

/** What evaluating brings, if it does not throw a Fault. */
export type Result = RuleValue | typeof UNSURE;

export abstract class RuleMap {
  abstract readonly keys: readonly string[];
  abstract get(key: string): RuleValue | undefined;
  abstract has(key: string): boolean;

  get size(): number {
    return this.keys.length;
  }
}

/** A map of a literal, or of values made here. */
export class PlainMap extends RuleMap {
  readonly #entries: ReadonlyMap<string, RuleValue>;

  constructor(entries: Iterable<readonly [string, RuleValue]>) {
    super();
    this.#entries = new Map(entries);
  }

  get keys(): string[] {
    return [...this.#entries.keys()];
  }

  get(key: string): RuleValue | undefined {
    return this.#entries.get(key);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }
}

/** A map whose values are converted when they are asked for. */
export class LazyMap<T> extends RuleMap {
  readonly #source: Readonly<Record<string, T>>;
  readonly #convert: (value: T) => RuleValue;

  constructor(source: Readonly<Record<string, T>>, convert: (value: T) => RuleValue) {
    super();
    this.#source = source;
    this.#convert = convert;
  }

  get keys(): string[] {
    return Object.keys(this.#source);
  }

  get(key: string): RuleValue | undefined {
    return Object.hasOwn(this.#source, key) ? this.#convert(this.#source[key] as T) : undefined;
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#source, key);
  }
}

/** What `request.query` is. */
export class QueryConstraints extends PlainMap {}

/** Elements differ from each other; `toSet` of methods/lists.ts sees to it. */
export class RuleSet {
  readonly elements: readonly RuleValue[];

  constructor(elements: readonly RuleValue[]) {
    this.elements = elements;
  }
}

/** What `left.diff(right)` gives. */
export class MapDiff {
  readonly left: RuleMap;
  readonly right: RuleMap;

  constructor(left: RuleMap, right: RuleMap) {
    this.left = left;
    this.right = right;
  }
}

/** A segment that bind() will fill. */
export interface Hole {
  readonly hole: string;
}

export class Path {
  readonly segments: readonly (string | Unknown | Hole)[];
  /** What was bound, by name. */
  readonly bound: ReadonlyMap<string, RuleValue> | undefined;

  constructor(segments: Path['segments'], bound?: ReadonlyMap<string, RuleValue>) {
    this.segments = segments;
    this.bound = bound;
  }
}

export class Bytes {
  readonly content: Uint8Array;

  constructor(content: Uint8Array) {
    this.content = content;
  }
}

const NANOS_PER_SECOND = 1_000_000_000n;
/** Newly created of year 1 to the end of year 9999. */
const MIN_TIMESTAMP = -62_135_596_800n * NANOS_PER_SECOND;
const MAX_TIMESTAMP = 253_402_300_800n * NANOS_PER_SECOND - 1n;
/** About 10,000 years: https://firebase.google.com/docs/reference/rules/rules.Duration_#seconds */
const MAX_DURATION = 315_576_000_000n * NANOS_PER_SECOND;

export class Timestamp {
  /** Since the epoch. */
  readonly nanos: bigint;

  /** @throws Fault outside the years 1 to 9999 */
  constructor(nanos: bigint) {
    if (nanos < MIN_TIMESTAMP || nanos > MAX_TIMESTAMP) fault('The timestamp is outside the years 1 to 9999');
    this.nanos = nanos;
  }
}

export class Duration {
  readonly nanos: bigint;

  /** @throws Fault beyond 10,000 years */
  constructor(nanos: bigint) {
    if (nanos < -MAX_DURATION || nanos > MAX_DURATION) fault('The duration is longer than 10,000 years');
    this.nanos = nanos;
  }
}

export class LatLng {
  readonly latitude: number;
  readonly longitude: number;

  constructor(latitude: number, longitude: number) {
    this.latitude = latitude;
    this.longitude = longitude;
  }
}

const timestampOf = ([seconds, micros]: readonly [number, number]): Timestamp =>
  new Timestamp(BigInt(seconds) * NANOS_PER_SECOND + BigInt(micros) * 1000n);

export const timestampOfMicros = (micros: number): Timestamp => new Timestamp(BigInt(micros) * 1000n);

/** A field's value. `number` decides what a number becomes: queries do not tell integers from floats. */
export function convertValue(value: Value, number: (n: bigint | number) => RuleValue = exactly): RuleValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return number(BigInt(value));
  if (Array.isArray(value)) return value.map((element) => convertValue(element, number));
  if ('map' in value) return convertFields(value.map, number);
  if ('time' in value) return timestampOf(value.time);
  if ('ref' in value) return pathOfName(value.ref);
  if ('bytes' in value) return new Bytes(Buffer.from(value.bytes, 'base64'));
  if ('geo' in value) return new LatLng(value.geo[0], value.geo[1]);
  return number(numberOf(value) ?? 0);
}

const exactly = (n: bigint | number): RuleValue => n;

export const convertFields = (fields: Fields, number?: (n: bigint | number) => RuleValue): RuleMap =>
  new LazyMap<Value>(fields, (value) => convertValue(value, number));

/** A claim of an ID token. */
export function convertJson(value: unknown): RuleValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(convertJson);
  if (typeof value === 'object') return new LazyMap(value as Record<string, unknown>, convertJson);
  return null;
}

/** `projects/p/databases/d/documents/c/x` as a path; the project is no part of it. */
export const pathOfName = (name: string): Path => new Path(name.split('/').slice(2));

/** The full name of the document that a path leads to, if it is one of the database with that root. */
export function nameOfPath(path: Path, root: string): string | undefined {
  for (const segment of path.segments) {
    if (typeof segment !== 'string' || segment === '' || segment.includes('/')) return undefined;
  }
  const project = root.slice(0, root.indexOf('/databases/'));
  const name = `${project}/${path.segments.join('/')}`;
  const depth = relativeSegments(name).length;
  return name.startsWith(`${root}/`) && depth > 0 && depth % 2 === 0 ? name : undefined;
}
