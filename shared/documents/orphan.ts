/**
 * `orphans/{key}`: something in the cloud that no live document claims. One for each thing that was ever found, kept for a while after it is
 * gone: how many were found in a week is their count. Operators read it.
 */

import { z } from 'zod';
import { clusterError } from './cluster.ts';
import { clusterId, instant, micros, schemaField } from './fields.ts';
import { ledgerKey, resourceKind } from './ledger.ts';
import { parseDocument } from './parse.ts';

import { ORPHANS } from './paths.ts';

export { ORPHANS, orphanPath } from './paths.ts';

const ORPHAN_STATES = ['found', 'deleting', 'gone', 'unproven'] as const;

export const orphanDocument = z.object({
  schema: schemaField,
  kind: resourceKind,
  /** As in a ledger. */
  name: z.string(),
  /** Zone, region, or `global`. */
  location: z.string(),
  /** The cluster it was made for, or is called after. */
  clusterId: clusterId.optional(),
  /** Uid of who had that cluster last. */
  owner: z.string().optional(),
  /** When the cloud made it, where the cloud says. */
  createdAt: instant.optional(),
  foundAt: instant,
  /** What it costs while it is there, at list prices: an estimate. */
  hourlyMicros: micros.nonnegative(),
  /**
   * `found`: to be deleted. `deleting`: its deletion was asked for. `gone`: a later look did not find it, or
   * found that a cluster has come to need it.
   * `unproven`: called as things of Hub's are, but nothing proves that it is one, so it is left alone.
   */
  state: z.enum(ORPHAN_STATES),
  goneAt: instant.optional(),
  /** Why the last try to delete it did not work. */
  lastError: clusterError.optional(),
  /** An operator does not want to wait. */
  asked: z.object({ actor: z.string(), reason: z.string(), at: instant }).optional(),
  /** TTL policy. */
  purgeAt: instant.optional(),
});
export type OrphanFields = z.infer<typeof orphanDocument>;
export type Orphan = OrphanFields & { key: string };

/** @param document with its path. @throws Error if it is not readable */
export const parseOrphan = (document: { path: string; data: unknown }): Orphan =>
  withKey({ ...document, data: parseDocument(orphanDocument, document) });

/** @param document as it was parsed */
export const withKey = ({ path, data }: { path: string; data: OrphanFields }): Orphan => ({
  ...data,
  key: path.slice(ORPHANS.length + 1),
});

/** States in which it still is there. */
export const OPEN_ORPHANS = ORPHAN_STATES.filter((state) => state !== 'gone');

/**
 * Unique per thing, also if one of the same name comes after it; and the same for who finds it at the same time.
 * @param bornAt when it was made, or else about when it was found
 */
export const orphanKey = (thing: Pick<OrphanFields, 'kind' | 'name' | 'location'>, bornAt: Date): string =>
  `${ledgerKey(thing)}-${bornAt.getTime().toString(36)}`;
