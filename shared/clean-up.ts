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
  kinds: z.array(z.string()).min(1).describe('What was looked for.'),
  in: z.string().describe('The project, or the DNS zone.'),
  by: z.array(z.string()).min(1).describe('What was asked for; one of them is enough to be found.'),
  except: z
    .array(z.string())
    .min(1)
    .optional()
    .describe(
      'Zones and regions that were away, and where nothing of the cluster had ever been asked for; absent where none was.',
    ),
});
export type ListingScope = z.infer<typeof listingScope>;

export const cleanUpResource = z.object({
  kind: z.string().describe('What it was.'),
  name: z.string().describe('As the cloud had it.'),
  location: z.string().describe('Zone, region, or `global`.'),
  plannedAt: timestamp.describe('When it was written down, before it was asked for.'),
  goneAt: timestamp.describe('When it was seen gone.'),
});
export type CleanUpResource = z.infer<typeof cleanUpResource>;

/** The clouds' own lists, asked after everything in the ledger had been seen gone. */
export const cleanUpListing = z.object({
  at: timestamp.describe('When they were asked.'),
  scopes: z.array(listingScope).min(1).describe('Where, and for what.'),
  found: z.literal(0).describe('Nothing was there.'),
});

/** The payload. A field more, or another meaning, is another version: see `versionOf`. */
export const cleanUpStatement = z.strictObject({
  version: z
    .literal([CLEAN_UP_VERSION, VERSION_WITH_EXCEPTIONS])
    .describe('Of this form: 2 where places were away when Hub looked again, else 1.'),
  issuer: z.url().describe('Address of the Hub that says so; its keys are at `/v1/keys` there.'),
  cluster: z.string().describe('Id of the cluster.'),
  deletedAt: timestamp.describe('When it was proven gone.'),
  /** In the order of asking. */
  resources: z.array(cleanUpResource.strict()),
  listing: cleanUpListing.extend({ scopes: z.array(listingScope.strict()).min(1) }).strict(),
  counts: z
    .strictObject({
      planned: z.int().describe('Things that were asked for.'),
      gone: z.int().describe('Of these, those that were seen gone: all.'),
    })
    .describe('How many things there were.'),
});
export type CleanUpStatement = z.infer<typeof cleanUpStatement>;

/** What most certificates say has been said since the first version, by which older checks know it. */
export const versionOf = (scopes: readonly ListingScope[]): CleanUpStatement['version'] =>
  scopes.some(({ except }) => except) ? VERSION_WITH_EXCEPTIONS : CLEAN_UP_VERSION;

/** https://www.rfc-editor.org/rfc/rfc7515#section-7.2.2 */
export const flattenedJws = z.object({
  protected: z.string().describe('Base64url of the header, which names the key.'),
  payload: z.string().describe('Base64url of what is signed.'),
  signature: z.string().describe('Base64url of the signature.'),
});
export type FlattenedJws = z.infer<typeof flattenedJws>;

/** https://www.rfc-editor.org/rfc/rfc8037#section-2 */
export const cleanUpJwk = z.object({
  kty: z.literal('OKP').describe('Type of the key.'),
  crv: z.literal('Ed25519').describe('Its curve.'),
  x: z.string().describe('Base64url of the public key.'),
  kid: z.string().describe('Thumbprint of the public key: https://www.rfc-editor.org/rfc/rfc7638'),
  alg: z.literal('EdDSA').describe('What it signs by.'),
  use: z.literal('sig').describe('It signs.'),
});
export type CleanUpJwk = z.infer<typeof cleanUpJwk>;
