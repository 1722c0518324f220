/**
 * Field values as the stand-in keeps and journals them: plain JSON in which the frequent kinds (text, small integers, booleans)
 * are themselves and the others are objects with one key. The kinds and their limits:
 * https://firebase.google.com/docs/firestore/manage-data/data-types
 */
import { ServiceError, STATUS } from '../service.ts';

export type Value =
  | null
  | boolean
  | string
  /** An integer within ±2^53. */
  | number
  | Value[]
  /** A 64-bit integer that a JavaScript number cannot hold. */
  | { int: string }
  | { double: number | NotFinite }
  | { time: readonly [seconds: number, micros: number] }
  /** Base64. */
  | { bytes: string }
  /** Full resource name. */
  | { ref: string }
  | { geo: readonly [latitude: number, longitude: number] }
  | { map: Fields };

/** What JSON has no number for. */
type NotFinite = 'NaN' | 'Infinity' | '-Infinity' | '-0';

export interface Fields {
  [name: string]: Value;
}

export const NAN: Value = { double: 'NaN' };

export function doubleValue(n: number): Value {
  if (Number.isFinite(n)) return { double: Object.is(n, -0) ? '-0' : n };
  return { double: String(n) as NotFinite };
}

export const integerValue = (n: bigint): Value =>
  n >= Number.MIN_SAFE_INTEGER && n <= Number.MAX_SAFE_INTEGER ? Number(n) : { int: n.toString() };

/** A timestamp from microseconds since the epoch; exact up to the year 2255. */
export const timeValue = (micros: number): Value => ({
  time: [Math.floor(micros / 1e6), micros - Math.floor(micros / 1e6) * 1e6],
});

/** Microseconds since the epoch, of a timestamp; undefined for what is none. */
export const microsOf = (value: Value | undefined): number | undefined =>
  typeof value === 'object' && value !== null && 'time' in value
    ? value.time[0] * 1e6 + value.time[1]
    : undefined;

/** The number that a value is, if it is one. Integers beyond ±2^53 come as bigint. */
export function numberOf(value: Value | undefined): number | bigint | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if ('double' in value) return Number(value.double);
  return 'int' in value ? BigInt(value.int) : undefined;
}

export const isInteger = (value: Value | undefined): boolean =>
  typeof value === 'number' || (typeof value === 'object' && value !== null && 'int' in value);

export const isNaNValue = (value: Value | undefined): boolean => Number.isNaN(numberOf(value));

/** Elements of an array value; none for anything else. */
export const elementsOf = (value: Value | undefined): readonly Value[] => (Array.isArray(value) ? value : []);

export const mapOf = (value: Value | undefined): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && 'map' in value
    ? value.map
    : undefined;

/** The elements of a vector, which is kept as a map with a reserved key. */
export function vectorOf(value: Value): readonly Value[] | undefined {
  const map = mapOf(value);
  return map && Object.hasOwn(map, '__type__') && map.__type__ === '__vector__'
    ? elementsOf(map.value)
    : undefined;
}

/** Whether storing one in place of the other would change nothing: 1 and 1.0 differ here, though queries find them equal. */
export function identical(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (Array.isArray(a) !== Array.isArray(b) || keys.length !== Object.keys(b).length) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return keys.every((key) => Object.hasOwn(right, key) && identical(left[key], right[key]));
}

/** Size as it counts towards the limits: https://firebase.google.com/docs/firestore/storage-size */
export function sizeOf(value: Value): number {
  if (value === null || typeof value === 'boolean') return 1;
  if (typeof value === 'number') return 8;
  if (typeof value === 'string') return Buffer.byteLength(value) + 1;
  if (Array.isArray(value)) return value.reduce<number>((sum, element) => sum + sizeOf(element), 0);
  if ('map' in value) return fieldsSize(value.map);
  if ('bytes' in value) return Buffer.byteLength(value.bytes, 'base64');
  if ('ref' in value) return Buffer.byteLength(value.ref) + 16;
  return 'geo' in value ? 16 : 8;
}

export function fieldsSize(fields: Fields): number {
  let size = 0;
  for (const name in fields) size += Buffer.byteLength(name) + 1 + sizeOf(fields[name] as Value);
  return size;
}

/** https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields */
const MAX_DEPTH = 20;
const MAX_VALUE_BYTES = 1_048_487;

/** @throws ServiceError INVALID_ARGUMENT for what a document may not hold; `name` is the field. */
export function checkValue(name: string, value: Value, depth = 1): void {
  if (typeof value === 'string' || (value !== null && typeof value === 'object' && 'bytes' in value)) {
    if (sizeOf(value) > MAX_VALUE_BYTES) {
      throw invalid(`The value of property "${name}" is longer than ${MAX_VALUE_BYTES} bytes.`);
    }
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const map = mapOf(value);
  if (!Array.isArray(value) && !map) return;
  if (depth > MAX_DEPTH) throw invalid(`Property ${name} contains an invalid nested entity.`);
  for (const element of elementsOf(value)) {
    if (Array.isArray(element)) throw invalid('Cannot convert an array value in an array value.');
    checkValue(name, element, depth + 1);
  }
  for (const [key, nested] of Object.entries(map ?? {})) checkValue(`${name}.${key}`, nested, depth + 1);
}

export const invalid = (message: string): ServiceError => new ServiceError(STATUS.INVALID_ARGUMENT, message);
