/**
 * `breakers/{region}`: where creations fail again and again, so that not each new cluster finds it out for itself. A place is a zone, or the
 * region for clusters that span it, for machines of one size: the others may have plenty. Places without trouble are not in it.
 */
import { z } from 'zod';
import { instant, nested, openEnum, schemaField } from './fields.ts';

const BREAKERS = 'breakers';
export const breakerPath = (region: string): string => `${BREAKERS}/${region}`;

/** What speaks against the place, and not against the cluster. */
const PLACE_FAILURES = ['ZONE_EXHAUSTED', 'CLOUD_QUOTA', 'CLUSTER_CREATE_FAILED'] as const;
export type PlaceFailure = (typeof PLACE_FAILURES)[number];

const placeDocument = nested({
  location: z.string(),
  size: z.string(),
  /** Attempts that failed since the last success, and when. By name, so that saying it twice counts once. */
  failed: z.record(z.string(), instant),
  /** What the last of them failed with. */
  code: openEnum(PLACE_FAILURES).optional(),
  /** How often in a row it was found failing: the pause doubles with it. */
  openings: z.number().int().nonnegative(),
  /** Present: it is open, and until then nobody goes there who has another place. */
  openUntilAt: instant.optional(),
  /** After that one cluster tries. Should nothing be heard of it by `untilAt`, another one may. */
  probe: z.object({ attempt: z.string(), untilAt: instant }).optional(),
  /** A creation succeeded then: failures of what was begun before say nothing any more. */
  provenAt: instant.optional(),
});
export type Place = z.infer<typeof placeDocument>;

export const breakerDocument = z.object({
  schema: schemaField,
  /** By `placeKey`. */
  places: z.record(z.string(), placeDocument),
});
export type Breaker = z.infer<typeof breakerDocument>;

/** Letters, digits, hyphens and an underscore: part of the path of a field. */
export const placeKey = (location: string, size: string): string => `${location}_${size}`;
