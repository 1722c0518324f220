/** Reading and changing nested fields of a document. Documents are never changed in place: what a reader was given stays as it is. */
import { checkFieldName, type FieldPath } from './paths.ts';
import { type Fields, mapOf, type Value } from './values.ts';

export function getField(fields: Fields, path: FieldPath): Value | undefined {
  let map: Fields | undefined = fields;
  let value: Value | undefined;
  for (const segment of path.segments) {
    value = map && Object.hasOwn(map, segment) ? map[segment] : undefined;
    if (value === undefined) return undefined;
    map = mapOf(value);
  }
  return value;
}

/**
 * Sets or (with undefined) removes a field of `fields`, which must be the caller's own copy; maps below it are copied on the way.
 * What stands in the way of a nested field and is no map is replaced.
 */
export function putField(fields: Fields, path: FieldPath, value: Value | undefined): void {
  let map = fields;
  const last = path.segments.length - 1;
  for (const [index, segment] of path.segments.entries()) {
    checkFieldName(segment);
    if (index === last) {
      if (value === undefined) delete map[segment];
      else map[segment] = value;
      return;
    }
    const below = Object.hasOwn(map, segment) ? mapOf(map[segment]) : undefined;
    if (!below && value === undefined) return;
    const copy = { ...below };
    map[segment] = { map: copy };
    map = copy;
  }
}

/** Only the fields that a mask names. */
export function project(fields: Fields, mask: readonly FieldPath[]): Fields {
  const out: Fields = {};
  for (const path of mask) {
    const value = path.text === '__name__' ? undefined : getField(fields, path);
    if (value !== undefined) putField(out, path, value);
  }
  return out;
}
