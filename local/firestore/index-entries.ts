/**
 * How many entries a document has in the indexes of production, which limits them.
 * https://firebase.google.com/docs/firestore/quotas#indexes
 */
import { getField } from './fields.ts';
import { type IndexConfig, singleFieldIndexes } from './index-config.ts';
import { orderKey } from './order.ts';
import { fieldPath, idOf, NAME_FIELD, parentOf, parseFieldPath, relativeSegments } from './paths.ts';
import { elementsOf, type Fields, invalid, mapOf, type Value, vectorOf } from './values.ts';

const MAX_ENTRIES = 40_000;
/** An element of an array is found with names in either direction. */
const ENTRIES_OF_ELEMENT = 2;
const AUTOMATIC_ONLY: IndexConfig = { composites: [], overrides: new Map() };

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
