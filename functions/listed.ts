/**
 * Lists of what is in many places. Where one is away they are answered without it, for weeks if need be, and say so. What could not be seen
 * proves nothing; but it matters only where something may be that is looked for, and Hub uses few of the places that there are.
 */
import { regionOf } from '../shared/places.ts';

export interface Listed<T> {
  found: T[];
  /** What it may lack: zones and regions, or names of buckets. */
  missing: readonly string[];
}

/** Those of the missing zones and regions that are of one of these regions, or may be anywhere. */
export const missingIn = (missing: readonly string[], regions: ReadonlySet<string>): string[] =>
  missing.filter((place) => {
    const region = regionOf(place);
    return region === undefined || regions.has(region);
  });
