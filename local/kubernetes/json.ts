/** Equality and copies of plain JSON. Stored objects are never changed in place, so most of the model shares instead of copying. */

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Deep equality; a field that is undefined counts as absent. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  }
  if (!isMap(a) || !isMap(b)) return false;
  for (const key in a) if (!equal(a[key], b[key])) return false;
  for (const key in b) if (b[key] !== undefined && a[key] === undefined) return false;
  return true;
}

export function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item) => copy(item)) as T;
  if (!isMap(value)) return value;
  const out: Record<string, unknown> = {};
  for (const key in value) if (value[key] !== undefined) out[key] = copy(value[key]);
  return out as T;
}

/**
 * The value without fields that are null, which say the same as being absent; an item that is null is an empty one. Shares what has
 * none.
 */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) {
    const out = value.map((item) => (item === null ? {} : withoutNulls(item)));
    return (out.every((item, i) => item === value[i]) ? value : out) as T;
  }
  if (!isMap(value)) return value;
  const out: Record<string, unknown> = {};
  let same = true;
  for (const key in value) {
    const field = value[key];
    const kept = field === null || field === undefined ? undefined : withoutNulls(field);
    if (kept !== undefined) out[key] = kept;
    if (kept !== field) same = false;
  }
  return same ? value : (out as T);
}
