/**
 * What signing people in to clusters needs to remember: `oidcClients/{clusterId}`, `oidcInteractions/{hash}`, `oidcCodes/{hash}`.
 * Ids that whoever holds them may use, and secrets, are here as SHA-256 only: who reads the database can sign in nowhere. TTL policies
 * clean up late, so readers check `expiresAt` themselves. Nobody but Hub reads any of it.
 */
import { z } from 'zod';
import { minutes, seconds } from '../units.ts';
import { clusterId, instant, schemaField } from './fields.ts';

export const oidcClientPath = (cluster: string): string => `oidcClients/${cluster}`;
/** @param digest of the interaction's id */
export const oidcInteractionPath = (digest: string): string => `oidcInteractions/${digest}`;
export const OIDC_CODES = 'oidcCodes';
/** @param digest of the code */
export const oidcCodePath = (digest: string): string => `${OIDC_CODES}/${digest}`;

/** From the cluster's "sign in" to the end of the console's. */
export const INTERACTION_LIFETIME_MS = minutes(10);
/** From the console's answer to the cluster's exchange. RFC 6749 allows ten minutes at most; it takes a second. */
export const CODE_LIFETIME_MS = seconds(60);

/** SHA-256 in hexadecimal. */
const digest = z.string().regex(/^[0-9a-f]{64}$/);
/** HMAC-SHA-256 over all that is decided by, in hexadecimal, by a key that only those functions have who may write it: functions/oidc/seal.ts. */
const seal = digest;

/** A cluster's dex, as a client of Hub. */
export const oidcClientDocument = z.object({
  schema: schemaField,
  /** The only address that a code for this cluster is ever sent to. */
  redirectUri: z.string(),
  /** Of the secret, and for a while of the one before it. */
  secretDigests: z.array(digest).min(1).max(2),
  /** `required` where the product's dex can do it. */
  pkce: z.enum(['required', 'optional']),
  seal,
  createdAt: instant,
});
export type OidcClient = z.infer<typeof oidcClientDocument>;

export const oidcScope = z.enum(['openid', 'email', 'profile']);
export type OidcScope = z.infer<typeof oidcScope>;

/** What an authorization request said, for as long as it matters. */
const request = z.object({
  cluster: clusterId,
  redirectUri: z.string(),
  scopes: z.array(oidcScope),
  nonce: z.string().optional(),
  /** Of PKCE, always S256. */
  codeChallenge: z.string().optional(),
});

/** A request that waits for somebody to sign in; deleted in the commit that makes its code. */
export const oidcInteractionDocument = request.extend({
  schema: schemaField,
  /** The client's own, passed back as it came. */
  state: z.string().optional(),
  /** Of the cookie of the browser that began it. */
  browserDigest: digest,
  expiresAt: instant,
  seal,
});
export type OidcInteraction = z.infer<typeof oidcInteractionDocument>;

export const oidcCodeDocument = request.extend({
  schema: schemaField,
  uid: z.string(),
  /** It is for Hub itself, which is no member and has no account. */
  hub: z.literal(true).optional(),
  /** Verified; gone once the code is used. */
  email: z.string().optional(),
  expiresAt: instant,
  seal,
  /** When it was exchanged, or seen where it should not have been: good for nothing since. */
  usedAt: instant.optional(),
  /** By which exchange: random, so that it knows its own commit again. */
  usedBy: z.string().optional(),
});
export type OidcCode = z.infer<typeof oidcCodeDocument>;
