/**
 * Firestore's one ordering of all values, as text keys: comparing two keys with `<` compares the values, and equal values have
 * equal keys. Every index, range, cursor and sort uses them. Keys hold only characters up to U+00FF, and no key begins another.
 * The order: https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering
 */
import { numericId, relativeSegments } from './paths.ts';
import { elementsOf, type Fields, mapOf, numberOf, type Value, vectorOf } from './values.ts';

/** First character of a key. NaN comes before the numbers and is no range of theirs. */
const TAG = {
  null: '\x02',
  boolean: '\x03',
  nan: '\x04',
  number: '\x05',
  time: '\x06',
  string: '\x07',
  bytes: '\x08',
  ref: '\x09',
  geo: '\x0a',
  array: '\x0b',
  vector: '\x0c',
  map: '\x0d',
} as const;
/** Ends arrays, maps and names: lower than whatever could follow. */
const END = '\x00';
/** Appended to a key or to the beginning of one, it is greater than all keys that begin so. */
export const AFTER = '\u0100';

export function orderKey(value: Value): string {
  if (typeof value === 'string') return TAG.string + bytesKey(value, 'utf8');
  if (typeof value === 'number') return TAG.number + numberKey(value);
  if (typeof value === 'boolean') return TAG.boolean + (value ? '\x01' : '\x00');
  if (value === null) return TAG.null;
  if (Array.isArray(value)) return `${TAG.array}${value.map(orderKey).join('')}${END}`;
  if ('time' in value) return TAG.time + doubleKey(value.time[0]) + word(value.time[1]);
  if ('map' in value) return vectorOf(value) ? vectorKey(value) : TAG.map + fieldsKey(value.map);
  if ('ref' in value) return TAG.ref + referenceKey(value.ref);
  if ('bytes' in value) return TAG.bytes + bytesKey(value.bytes, 'base64');
  if ('geo' in value) return TAG.geo + doubleKey(value.geo[0]) + doubleKey(value.geo[1]);
  const number = numberOf(value) ?? 0;
  return Number.isNaN(number) ? TAG.nan : TAG.number + numberKey(number);
}

/** The range of keys of the same kind as the value: [first, after the last). Ranges in queries stay within a kind. */
export function kindRange(key: string): readonly [string, string] {
  const tag = key.slice(0, 1);
  return [tag, tag + AFTER];
}

/** Key of a document's name among the documents of its database. Queries ask for the same ones again and again. */
export function nameKey(name: string): string {
  let key = nameKeys.get(name);
  if (key === undefined) {
    key = `${relativeSegments(name).map(idKey).join('')}${END}`;
    if (nameKeys.size >= MAX_KEPT) nameKeys.clear();
    nameKeys.set(name, key);
  }
  return key;
}
const nameKeys = new Map<string, string>();
const MAX_KEPT = 10_000;

/** The key whose order is the reverse. */
export function inverted(key: string): string {
  const bytes = Buffer.from(key, 'latin1');
  for (let i = 0; i < bytes.length; i++) bytes[i] = 255 - (bytes[i] as number);
  return bytes.toString('latin1');
}

const word = (w: number): string => String.fromCharCode(w >>> 24, (w >>> 16) & 255, (w >>> 8) & 255, w & 255);

const scratch = new DataView(new ArrayBuffer(8));

/** The bits of a double, rearranged so that they sort as unsigned bytes. */
function doubleKey(n: number): string {
  scratch.setFloat64(0, n === 0 ? 0 : n); // -0 equals 0.
  let high = scratch.getUint32(0);
  let low = scratch.getUint32(4);
  if (high >>> 31 === 1) {
    high = ~high >>> 0;
    low = ~low >>> 0;
  } else {
    high = (high | 0x80000000) >>> 0;
  }
  return word(high) + word(low);
}

/** Integers and doubles in one exact order: the nearest double, then how far a large integer lies from it (at most 512). */
function numberKey(n: number | bigint): string {
  const nearest = Number(n);
  const rest = typeof n === 'bigint' ? Number(n - BigInt(nearest)) : 0;
  const offset = rest + 0x8000;
  return doubleKey(nearest) + String.fromCharCode(offset >>> 8, offset & 255);
}

/** Bytes with an end mark; a zero byte within is escaped so that shorter comes first. */
function bytesKey(text: string, encoding: 'utf8' | 'base64'): string {
  const plain = encoding === 'utf8' && Buffer.byteLength(text) === text.length;
  const bytes = plain ? text : Buffer.from(text, encoding).toString('latin1');
  return `${bytes.includes('\x00') ? bytes.replaceAll('\x00', '\x00\xff') : bytes}\x00\x01`;
}

function fieldsKey(fields: Fields): string {
  const entries = Object.entries(fields).map(
    ([name, value]) => [bytesKey(name, 'utf8'), orderKey(value)] as const,
  );
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `${entries.map(([name, value]) => `\x01${name}${value}`).join('')}${END}`;
}

/** Vectors go by length first. */
function vectorKey(value: Value): string {
  const elements = elementsOf(mapOf(value)?.value);
  return TAG.vector + word(elements.length) + elements.map(orderKey).join('');
}

const INT64_OFFSET = 1n << 63n;

function idKey(id: string): string {
  const number = numericId(id);
  if (number === undefined) return `\x02${bytesKey(id, 'utf8')}`;
  const unsigned = number + INT64_OFFSET;
  return `\x01${word(Number(unsigned >> 32n))}${word(Number(unsigned & 0xffffffffn))}`;
}

const referenceKey = (name: string): string => `${name.split('/').map(idKey).join('')}${END}`;
