/**
 * Server-side apply by force, as far as it shows: what a manager says is so, what it no longer says goes unless another manager says it,
 * and what it says otherwise than another is no more the other's. Lists count as one value.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
type Fields = { [field: string]: unknown };

const isMap = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Deep, for JSON. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, i) => same(one, b[i]))
    );
  }
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same((a as Fields)[key], (b as Fields)[key]))
  );
}

/**
 * @param current what is there
 * @param before what the manager last said
 * @param next what it says now
 * @param others what others said; from these is taken what they no longer have
 * @returns `current` itself if nothing changes
 */
export function merged(current: Fields, before: Fields, next: Fields, others: readonly Fields[]): Fields {
  let result = current;
  const change = (): Fields => {
    if (result === current) result = { ...current };
    return result;
  };
  for (const key of Object.keys(before)) {
    if (Object.hasOwn(next, key) || !Object.hasOwn(current, key)) continue;
    const within = others.map((other) => other[key]).filter((value) => value !== undefined);
    if (within.length === 0) delete change()[key];
    else if (isMap(before[key]) && isMap(current[key])) {
      const rest = merged(current[key], before[key], {}, within.filter(isMap));
      if (rest !== current[key]) change()[key] = rest;
    }
  }
  for (const [key, value] of Object.entries(next)) {
    const there = current[key];
    if (isMap(there) && isMap(value)) {
      const inside = merged(
        there,
        isMap(before[key]) ? before[key] : {},
        value,
        others.map((other) => other[key]).filter(isMap),
      );
      if (inside !== there) change()[key] = inside;
    } else if (!same(there, value)) {
      change()[key] = value;
      for (const other of others) delete other[key];
    }
  }
  return result;
}
