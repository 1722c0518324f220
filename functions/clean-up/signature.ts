/**
 * A JWS with EdDSA over Ed25519, as flattened JSON: https://www.rfc-editor.org/rfc/rfc7515#section-7.2.2. Made and checked with Node's
 * own functions, which answer at once: jose's are promises that take real time, in which hours would pass on a virtual clock.
 */
import { createPublicKey, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { CLEAN_UP_TYPE, type CleanUpJwk, type FlattenedJws } from '../../shared/clean-up.ts';
import type { CleanUpKey } from './keys.ts';

const ALGORITHM = 'EdDSA';

/** Closed: a member that we do not understand might change what the rest means. */
const header = z.strictObject({
  alg: z.literal(ALGORITHM),
  kid: z.string(),
  typ: z.literal(CLEAN_UP_TYPE),
});

/** @throws Error if none of the keys can sign: this function was not given one */
export function signJws(content: object, keys: readonly CleanUpKey[]): FlattenedJws {
  const [{ kid, privateKey } = NO_KEY] = keys;
  if (!privateKey) throw new Error('there is no key to sign with: set HUB_CLEAN_UP_KEYS');
  const head: z.infer<typeof header> = { alg: ALGORITHM, kid, typ: CLEAN_UP_TYPE };
  const [protectedPart, payload] = [encode(head), encode(content)];
  const signature = sign(null, Buffer.from(`${protectedPart}.${payload}`), privateKey);
  return { protected: protectedPart, payload, signature: signature.toString('base64url') };
}

const NO_KEY: Pick<CleanUpKey, 'kid' | 'privateKey'> = { kid: '' };

export type Opened =
  | { content: unknown; kid: string }
  | { fault: 'not-ours' | 'unknown-key' | 'bad-signature'; detail: string };

/** What was signed, if one of the keys did. */
export function openJws(jws: FlattenedJws, keys: readonly CleanUpJwk[]): Opened {
  const head = header.safeParse(decode(jws.protected));
  if (!head.success) return { fault: 'not-ours', detail: 'its header is not that of a clean-up certificate' };
  const { kid } = head.data;
  const jwk = keys.find((key) => key.kid === kid);
  if (!jwk)
    return { fault: 'unknown-key', detail: `it names the key ${kid}, which is not among those given` };
  const key = createPublicKey({ key: { kty: jwk.kty, crv: jwk.crv, x: jwk.x }, format: 'jwk' });
  const signature = bytesOf(jws.signature);
  const signed = Buffer.from(`${jws.protected}.${jws.payload}`);
  if (!signature || !verify(null, signed, key, signature)) {
    return { fault: 'bad-signature', detail: `it is not what the key ${kid} signed` };
  }
  return { content: decode(jws.payload), kid };
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Undefined for what is no JSON. */
function decode(part: string): unknown {
  try {
    return JSON.parse(bytesOf(part)?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}

/** Node reads base64url leniently; there must be one way only to write a signature. */
function bytesOf(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : undefined;
}
