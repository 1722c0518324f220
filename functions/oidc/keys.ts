/**
 * The keys that sign ID tokens. The first one signs; all are published, so that a client that still holds a token of the one before, or
 * already one of the next, finds its key.
 *
 * To rotate (`npm run rotate` does each step): add the new key as the second; make it the first; after ten minutes take the old one away.
 * After each, have functions start anew (`secrets_generation` in Terraform does, too), for they publish what they read when they started, and
 * let ten minutes pass: clients keep the list for five. They fetch it again when they meet a `kid` that they do not know.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { z } from 'zod';
import { type KeySource, parseKeySet } from '../key-set.ts';

export interface SigningKey {
  /** Thumbprint of the public key: https://www.rfc-editor.org/rfc/rfc7638 */
  kid: string;
  privateKey: KeyObject;
  publicJwk: PublicJwk;
}

interface PublicJwk {
  kty: 'RSA';
  n: string;
  e: string;
  kid: string;
  alg: 'RS256';
  use: 'sig';
}

const MAX_KEYS = 4;
/** https://www.rfc-editor.org/rfc/rfc7518#section-3.3 */
const MIN_BITS = 2048;

const PEM = /-----BEGIN (?:RSA )?PRIVATE KEY-----[\s\S]+?-----END (?:RSA )?PRIVATE KEY-----/g;
const rsaPublic = z.object({ kty: z.literal('RSA'), n: z.string(), e: z.string() });

/**
 * @param text private RSA keys: a JWK set, or PEM blocks one after the other
 * @throws Error saying what is wrong, and nothing of the text
 */
export const parseSigningKeys = (text: string): readonly SigningKey[] =>
  parseKeySet(text, { pem: PEM, most: MAX_KEYS, read: signingKeyOf });

/** A fresh key as `parseSigningKeys` takes it; for a Hub on a laptop. */
export const newSigningKeyPem = (): string =>
  generateKeyPairSync('rsa', {
    modulusLength: MIN_BITS,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;

function signingKeyOf(source: KeySource): SigningKey {
  const privateKey = privateKeyOf(source);
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (privateKey.asymmetricKeyType !== 'rsa' || bits < MIN_BITS)
    throw new Error(`holds a key that is not RSA of at least ${MIN_BITS} bits`);
  const { kty, n, e } = rsaPublic.parse(createPublicKey(privateKey).export({ format: 'jwk' }));
  const kid = createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
  return { kid, privateKey, publicJwk: { kty, n, e, kid, alg: 'RS256', use: 'sig' } };
}

function privateKeyOf(source: KeySource): KeyObject {
  try {
    return typeof source === 'string'
      ? createPrivateKey(source)
      : createPrivateKey({ key: source, format: 'jwk' });
  } catch {
    // The cause may quote the key.
    throw new Error('holds a key that cannot be read, or a public one');
  }
}
