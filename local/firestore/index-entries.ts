/**
 * How many entries a document has in the indexes of production, which limits them.
 * https://firebase.google.com/docs/firestore/quotas#indexes
 */
import { getField } from './fields.ts';
import { type IndexConfig, singleFieldIndexes } from './index-config.ts';
import { orderKey } from './order.ts';
import { fieldPath, idOf, NAME_FIELD, parentOf, parseFieldPath, relativeSegments } from './paths.ts';
import {
  elementsOf,
  type Fields,
  identical,
  invalid,
  mapOf,
  sizeOf,
  type Value,
  vectorOf,
} from './values.ts';

const MAX_ENTRIES = 40_000;
/** An element of an array is found with names in either direction. */
const ENTRIES_OF_ELEMENT = 2;
const AUTOMATIC_ONLY: IndexConfig = { composites: [], overrides: new Map(), policies: [] };

/**
 * @param sizeBytes of the document; only a large one is counted
 * @throws ServiceError INVALID_ARGUMENT
 */
export function checkIndexEntries(
  name: string,
  fields: Fields,
  sizeBytes: number,
  config: IndexConfig = AUTOMATIC_ONLY,
): void {
  // An element or a field takes a byte at least, and has two entries, or one more for each composite index.
  if (sizeBytes * (ENTRIES_OF_ELEMENT + config.composites.length) <= MAX_ENTRIES) return;
  const collectionId = idOf(parentOf(name));
  const entries =
    singleFieldEntries(fields, collectionId, config, []) + compositeEntries(fields, collectionId, config);
  if (entries <= MAX_ENTRIES) return;
  throw invalid(`too many index entries for entity /${relativeSegments(name).join('/')}`);
}

function singleFieldEntries(
  fields: Fields,
  collectionId: string,
  config: IndexConfig,
  above: readonly string[],
): number {
  let entries = 0;
  for (const name in fields) {
    const value = fields[name] as Value;
    const segments = [...above, name];
    for (const { mode } of singleFieldIndexes(config, collectionId, fieldPath(segments))) {
      entries += mode === 'contains' ? distinct(value) * ENTRIES_OF_ELEMENT : 1;
    }
    const map = vectorOf(value) ? undefined : mapOf(value);
    if (map) entries += singleFieldEntries(map, collectionId, config, segments);
  }
  return entries;
}

/** Of an entry, beside the names and the value in it: https://firebase.google.com/docs/firestore/storage-size#single-field-index-entry-size */
const ENTRY_OVERHEAD_BYTES = 32;
/** Of a longer one an entry holds no more: https://firebase.google.com/docs/firestore/quotas#indexes */
const MAX_VALUE_BYTES = 1500;

/**
 * About how much a change of a document writes to indexes: entries of fields that were otherwise go, and those of what they are now come. What
 * production counts is not told; this is what such entries take in its storage.
 * @param before, after undefined: there was no such document, there is none any more
 */
export function indexBytes(
  name: string,
  before: Fields | undefined,
  after: Fields | undefined,
  config: IndexConfig = AUTOMATIC_ONLY,
): number {
  const collectionId = idOf(parentOf(name));
  const names = Buffer.byteLength(name) + Buffer.byteLength(parentOf(parentOf(name)));
  const changed = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter(
    (field) => !identical(before?.[field], after?.[field]),
  );
  const composites = config.composites.filter(
    (index) =>
      index.collectionId === collectionId &&
      index.fields.some(({ path }) =>
        changed.some((field) => path === field || path.startsWith(`${field}.`)),
      ),
  );
  const entriesSize = (fields: Fields | undefined): number => {
    if (!fields) return 0;
    const own = Object.fromEntries(
      changed.flatMap((field) => (field in fields ? [[field, fields[field]]] : [])),
    );
    const entries =
      singleFieldEntries(own as Fields, collectionId, config, []) +
      compositeEntries(fields, collectionId, { ...config, composites });
    const single = Object.entries(own).reduce((sum, [field, value]) => {
      const sorted = singleFieldIndexes(config, collectionId, fieldPath([field])).filter(
        ({ mode }) => mode !== 'contains',
      );
      return (
        sum + sorted.length * (Buffer.byteLength(field) + Math.min(sizeOf(value as Value), MAX_VALUE_BYTES))
      );
    }, 0);
    return entries * (names + ENTRY_OVERHEAD_BYTES) + single;
  };
  return entriesSize(before) + entriesSize(after);
}

const distinct = (value: Value | undefined): number => new Set(elementsOf(value).map(orderKey)).size;

function compositeEntries(fields: Fields, collectionId: string, { composites }: IndexConfig): number {
  let entries = 0;
  for (const index of composites) {
    if (index.collectionId !== collectionId) continue;
    const counts = index.fields.map(({ path, mode }) => {
      if (path === NAME_FIELD.text) return 1;
      const value = getField(fields, parseFieldPath(path));
      if (mode === 'contains') return distinct(value);
      return value === undefined ? 0 : 1;
    });
    entries += counts.reduce((product, count) => product * count, 1);
  }
  return entries;
}
