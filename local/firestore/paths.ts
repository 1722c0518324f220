/**
 * Resource names (`projects/p/databases/d/documents/clusters/abc`) and field paths (`` spec.`host.name` ``): taking them apart and
 * refusing what Firestore refuses. https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields
 */
import { invalid } from './values.ts';

/** `projects/p/databases/d/documents`, the root under which everything of a database lies. */
const ROOT_SEGMENTS = 5;
const MAX_ID_BYTES = 1500;
const MAX_NAME_BYTES = 6144;
/** Of collections within documents. */
const MAX_DEPTH = 100;
const MAX_FIELD_BYTES = 1500;

/** The name or path without its last segment. */
export const parentOf = (name: string): string => name.slice(0, name.lastIndexOf('/'));
export const idOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** `projects/p/databases/d/documents` of any name below it. */
export function rootOf(name: string): string {
  let end = -1;
  for (let i = 0; i < ROOT_SEGMENTS; i++) {
    end = name.indexOf('/', end + 1);
    if (end < 0) return name;
  }
  return name.slice(0, end);
}

/** A character has at most three bytes in UTF-8 for each unit of UTF-16, so that short texts need no counting. */
const isLonger = (text: string, bytes: number): boolean =>
  text.length * 3 > bytes && Buffer.byteLength(text) > bytes;

/** Segments below the database's root. */
export const relativeSegments = (name: string): string[] => name.split('/').slice(ROOT_SEGMENTS);

/** Ids that came from Datastore's numeric keys; they sort before all others, as numbers. */
const NUMERIC_ID = /^__id(-?\d+)__$/;
const RESERVED = /^__.*__$/s;

/** The number in an id of the form `__id7__`. */
export function numericId(id: string): bigint | undefined {
  const digits = NUMERIC_ID.exec(id)?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

/** @throws ServiceError INVALID_ARGUMENT unless it names a document (an even number of segments below the root) */
export function checkDocumentName(name: string): void {
  if (goodNames.has(name)) return;
  checkName(name, 'Document name');
  if ((name.split('/').length - ROOT_SEGMENTS) % 2 !== 0 || name === rootOf(name)) {
    throw invalid(`Document name "${name}" must name a document, not a collection.`);
  }
  if (goodNames.size >= MAX_KEPT) goodNames.clear();
  goodNames.add(name);
}

/** The same documents are read and written again and again. */
const goodNames = new Set<string>();
const MAX_KEPT = 10_000;

/** @throws ServiceError INVALID_ARGUMENT unless it names a document or the root of a database */
export function checkParent(name: string): void {
  checkName(name, 'Document parent name');
  if ((name.split('/').length - ROOT_SEGMENTS) % 2 !== 0) {
    throw invalid(`Document parent name "${name}" must name a document or the root of a database.`);
  }
}

function checkName(name: string, what: string): void {
  const segments = name.split('/');
  const fixed = { 0: 'projects', 2: 'databases', 4: 'documents' };
  for (const [index, word] of Object.entries(fixed)) {
    if (segments[Number(index)] !== word)
      throw invalid(`${what} "${name}" lacks "${word}" at index ${index}.`);
  }
  const ids = segments.slice(ROOT_SEGMENTS);
  if (ids.length > 2 * MAX_DEPTH) throw invalid(`${what} has more than ${MAX_DEPTH} levels of collections.`);
  if (isLonger(name, MAX_NAME_BYTES)) {
    throw invalid(`${what} is longer than ${MAX_NAME_BYTES} bytes.`);
  }
  for (const [at, id] of ids.entries()) checkId(id, at % 2 === 0 ? 'kind' : 'name');
}

/** @throws ServiceError INVALID_ARGUMENT for a segment that may not be the id of a collection or document */
export function checkId(id: string, what: 'kind' | 'name' = 'kind'): void {
  if (id === '' || id === '.' || id === '..' || id.includes('/')) {
    throw invalid(`Resource id "${id.slice(0, 100)}" is invalid.`);
  }
  if (isLonger(id, MAX_ID_BYTES)) {
    throw invalid(`The key path element ${what} is longer than ${MAX_ID_BYTES} bytes.`);
  }
  if (RESERVED.test(id) && numericId(id) === undefined) {
    throw invalid(`Resource id "${id}" is invalid because it is reserved.`);
  }
}

/** A path into a document, as names of nested map fields. */
export interface FieldPath {
  /** As it stands on the wire, in its one canonical spelling. */
  text: string;
  segments: readonly string[];
}

/** Stands for a document's own name in filters and orders. */
export const NAME_FIELD: FieldPath = { text: '__name__', segments: ['__name__'] };

const SIMPLE = /^[a-zA-Z_][a-zA-Z_0-9]*$/;
const SEGMENT = /([a-zA-Z_][a-zA-Z_0-9]*)|`((?:[^`\\]|\\.)+)`/y;

/** Parsing the same few paths for every write would be a waste; ledgers have paths without end, hence the bound. */
const CACHE_SIZE = 5000;
const parsed = new Map<string, FieldPath>();

/** @throws ServiceError INVALID_ARGUMENT */
export function parseFieldPath(text: string): FieldPath {
  const known = parsed.get(text);
  if (known) return known;
  if (text === '') throw invalid('Invalid empty property path string.');
  if (isLonger(text, MAX_FIELD_BYTES))
    throw invalid(`property path is longer than ${MAX_FIELD_BYTES} bytes.`);
  const segments: string[] = [];
  let at = 0;
  do {
    SEGMENT.lastIndex = at;
    const match = SEGMENT.exec(text);
    const end = SEGMENT.lastIndex;
    if (!match || (end < text.length && text[end] !== '.') || end === text.length - 1) {
      throw invalid(
        `Invalid property path "${text}". Unquoted property names must match regex ([a-zA-Z_][a-zA-Z_0-9]*), and quoted property names must match regex (\`(?:[^\`\\\\]|(?:\\\\.))+\`)`,
      );
    }
    segments.push(match[1] ?? (match[2] ?? '').replace(/\\(.)/gs, '$1'));
    at = end + 1;
  } while (at < text.length);
  const path = fieldPath(segments);
  if (parsed.size >= CACHE_SIZE) parsed.clear();
  parsed.set(text, path);
  return path;
}

export const fieldPath = (segments: readonly string[]): FieldPath => ({
  text: segments.map((s) => (SIMPLE.test(s) ? s : `\`${s.replace(/[`\\]/g, '\\$&')}\``)).join('.'),
  segments,
});

/** @throws ServiceError INVALID_ARGUMENT for a name that no field may have. `__type__` marks vectors. */
export function checkFieldName(name: string): void {
  if (name === '') throw invalid('Property name must not be empty.');
  if (isLonger(name, MAX_FIELD_BYTES)) {
    throw invalid(`The property.name is longer than ${MAX_FIELD_BYTES} bytes.`);
  }
  if (RESERVED.test(name) && name !== '__type__') throw invalid(`Property name "${name}" is reserved.`);
}
