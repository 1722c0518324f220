/**
 * The clean-up certificate: what Hub signs when nothing is left of a cluster. It says what was ever asked for, when each of it was seen
 * gone, and where Hub looked again without its own records; nobody's name, address or uid is in it.
 */
import { z } from 'zod';

export const CLEAN_UP_VERSION = 1;
/** The same, where places were away when Hub looked again: whoever knows the first one only shall not take it for the whole. */
const VERSION_WITH_EXCEPTIONS = 2;
/** https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9: says what is signed, so that no other text signed with the key passes for it. */
export const CLEAN_UP_TYPE = 'hub-clean-up+json';

/** ISO 8601 in UTC. */
const timestamp = z.iso.datetime();

/** Where Hub looked, and for what. */
const listingScope = z.object({
  kinds: z.array(z.string()).min(1),
  /** The project, or the DNS zone. */
  in: z.string(),
  /** What was asked for; one of them is enough to be found. */
  by: z.array(z.string()).min(1),
  /** Zones and regions that were away, and where nothing of the cluster had ever been asked for. */
  except: z.array(z.string()).min(1).optional(),
});
export type ListingScope = z.infer<typeof listingScope>;

export const cleanUpResource = z.object({
  kind: z.string(),
  name: z.string(),
  /** Zone, region, or `global`. */
  location: z.string(),
  /** Written down before it was asked for. */
  plannedAt: timestamp,
  goneAt: timestamp,
});
export type CleanUpResource = z.infer<typeof cleanUpResource>;

/** The clouds' own lists, asked after everything in the ledger had been seen gone. */
export const cleanUpListing = z.object({
  at: timestamp,
  scopes: z.array(listingScope).min(1),
  found: z.literal(0),
});

/** The payload. A field more, or another meaning, is another version: see `versionOf`. */
export const cleanUpStatement = z.strictObject({
  version: z.literal([CLEAN_UP_VERSION, VERSION_WITH_EXCEPTIONS]),
  /** The address of the Hub that says so; its keys are at `/v1/keys` there. */
  issuer: z.url(),
  /** Its id. */
  cluster: z.string(),
  deletedAt: timestamp,
  /** In the order of asking. */
  resources: z.array(cleanUpResource.strict()),
  listing: cleanUpListing.extend({ scopes: z.array(listingScope.strict()).min(1) }).strict(),
  counts: z.strictObject({ planned: z.int(), gone: z.int() }),
});
export type CleanUpStatement = z.infer<typeof cleanUpStatement>;

/** What most certificates say has been said since the first version, by which older checks know it. */
export const versionOf = (scopes: readonly ListingScope[]): CleanUpStatement['version'] =>
  scopes.some(({ except }) => except) ? VERSION_WITH_EXCEPTIONS : CLEAN_UP_VERSION;

/** https://www.rfc-editor.org/rfc/rfc7515#section-7.2.2 */
export const flattenedJws = z.object({ protected: z.string(), payload: z.string(), signature: z.string() });
export type FlattenedJws = z.infer<typeof flattenedJws>;

/** https://www.rfc-editor.org/rfc/rfc8037#section-2 */
export const cleanUpJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  /** Thumbprint of the public key: https://www.rfc-editor.org/rfc/rfc7638 */
  kid: z.string(),
  alg: z.literal('EdDSA'),
  use: z.literal('sig'),
});
export type CleanUpJwk = z.infer<typeof cleanUpJwk>;
