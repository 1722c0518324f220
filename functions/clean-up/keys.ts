/**
 * The keys of clean-up certificates. The first one signs; all are published, for as long as somebody may want to check what they signed.
 * A retired key is needed for that by its public half alone, so its private half can be destroyed.
 *
 * To rotate (`npm run rotate` does each step): add the new key's public half to what `api` is given; put the new key first for `step-prove`;
 * destroy the old private half. After each, have functions start anew (`secrets_generation` in Terraform does, too), for they read secrets when
 * they start. The old public half stays: what it signed was proven then, and is no less true now.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { z } from 'zod';
import type { CleanUpJwk } from '../../shared/clean-up.ts';
import { type KeySource, parseKeySet } from '../key-set.ts';

export interface CleanUpKey {
  kid: string;
  publicJwk: CleanUpJwk;
  /** Absent where only its public half is known. */
  privateKey?: KeyObject;
}

const MAX_KEYS = 50;
const PEM = /-----BEGIN (PRIVATE|PUBLIC) KEY-----[\s\S]+?-----END \1 KEY-----/g;
const ed25519Public = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() });

/**
 * @param text Ed25519 keys, private or public: a JWK set, or PEM blocks one after the other
 * @throws Error saying what is wrong, and nothing of the text
 */
export const parseCleanUpKeys = (text: string): readonly CleanUpKey[] =>
  parseKeySet(text, { pem: PEM, most: MAX_KEYS, read: keyOf });

/** A fresh key as `parseCleanUpKeys` takes it; for a Hub on a laptop. */
export const newCleanUpKeyPem = (): string =>
  generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;

export const cleanUpKeySet = (keys: readonly CleanUpKey[]): { keys: CleanUpJwk[] } => ({
  keys: keys.map(({ publicJwk }) => publicJwk),
});

/** Of the members in this order, without blanks: https://www.rfc-editor.org/rfc/rfc8037#appendix-A.3 */
export const thumbprintOf = ({ crv, kty, x }: Pick<CleanUpJwk, 'crv' | 'kty' | 'x'>): string =>
  createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');

function keyOf(source: KeySource): CleanUpKey {
  const key = read(source);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('holds a key that is not Ed25519');
  const isPrivate = key.type === 'private';
  const publicKey = isPrivate ? createPublicKey(key) : key;
  const { kty, crv, x } = ed25519Public.parse(publicKey.export({ format: 'jwk' }));
  const kid = thumbprintOf({ crv, kty, x });
  const publicJwk: CleanUpJwk = { kty, crv, x, kid, alg: 'EdDSA', use: 'sig' };
  return { kid, publicJwk, ...(isPrivate && { privateKey: key }) };
}

function read(source: KeySource): KeyObject {
  try {
    if (typeof source === 'string') {
      return source.includes('PRIVATE') ? createPrivateKey(source) : createPublicKey(source);
    }
    return 'd' in source
      ? createPrivateKey({ key: source, format: 'jwk' })
      : createPublicKey({ key: source, format: 'jwk' });
  } catch {
    // The cause may quote the key.
    throw new Error('holds a key that cannot be read');
  }
}
