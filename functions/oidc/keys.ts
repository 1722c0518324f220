/**
 * The keys that sign ID tokens. The first one signs; all are published, so that a client that still holds a token of the one before, or
 * already one of the next, finds its key.
 *
 * To rotate: add the new key as the second, deploy; make it the first, deploy; after ten minutes take the old one away, deploy.
 * Clients fetch the keys again when they meet a `kid` that they do not know.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { z } from 'zod';

export interface SigningKey {
  /** Thumbprint of the public key: https://www.rfc-editor.org/rfc/rfc7638 */
  kid: string;
  privateKey: KeyObject;
  publicJwk: PublicJwk;
}

export interface PublicJwk {
  kty: 'RSA';
  n: string;
  e: string;
  kid: string;
  alg: 'RS256';
  use: 'sig';
}

const MOST_KEYS = 4;
/** https://www.rfc-editor.org/rfc/rfc7518#section-3.3 */
const LEAST_BITS = 2048;

const PEM = /-----BEGIN (?:RSA )?PRIVATE KEY-----[\s\S]+?-----END (?:RSA )?PRIVATE KEY-----/g;
const jwkSet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });
const rsaPublic = z.object({ kty: z.literal('RSA'), n: z.string(), e: z.string() });

/**
 * @param text private RSA keys: a JWK set, or PEM blocks one after the other
 * @throws Error saying what is wrong, and nothing of the text
 */
export function parseSigningKeys(text: string): readonly SigningKey[] {
  const sources = sourcesIn(text);
  if (sources.length === 0) throw new Error('holds no private key');
  if (sources.length > MOST_KEYS) throw new Error(`holds more than ${MOST_KEYS} keys`);
  const keys = sources.map(signingKeyOf);
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) throw new Error('holds a key twice');
  return keys;
}

/** A fresh key as `parseSigningKeys` takes it; for a Hub on a laptop. */
export const newSigningKeyPem = (): string =>
  generateKeyPairSync('rsa', {
    modulusLength: LEAST_BITS,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;

type Source = string | Record<string, unknown>;

function sourcesIn(text: string): readonly Source[] {
  if (!text.trimStart().startsWith('{')) return text.match(PEM) ?? [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('is not valid JSON');
  }
  const set = jwkSet.safeParse(value);
  if (!set.success) throw new Error('is not a JWK set');
  return set.data.keys;
}

function signingKeyOf(source: Source): SigningKey {
  const privateKey = privateKeyOf(source);
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (privateKey.asymmetricKeyType !== 'rsa' || bits < LEAST_BITS)
    throw new Error(`holds a key that is not RSA of at least ${LEAST_BITS} bits`);
  const { kty, n, e } = rsaPublic.parse(createPublicKey(privateKey).export({ format: 'jwk' }));
  const kid = createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
  return { kid, privateKey, publicJwk: { kty, n, e, kid, alg: 'RS256', use: 'sig' } };
}

function privateKeyOf(source: Source): KeyObject {
  try {
    return typeof source === 'string'
      ? createPrivateKey(source)
      : createPrivateKey({ key: source, format: 'jwk' });
  } catch {
    // The cause may quote the key.
    throw new Error('holds a key that cannot be read, or a public one');
  }
}
