/**
 * Makes a JWS with EdDSA over Ed25519, as flattened JSON: https://www.rfc-editor.org/rfc/rfc7515#section-7.2.2. With Node's own functions,
 * which answer at once: jose's are promises that take real time, in which hours would pass on a virtual clock.
 */
import { sign } from 'node:crypto';
import { CLEAN_UP_TYPE, type FlattenedJws } from '../../shared/clean-up.ts';
import { CLEAN_UP_ALGORITHM, type CleanUpHeader } from '../../shared/clean-up-check.ts';
import type { CleanUpKey } from './keys.ts';

/** @throws Error if none of the keys can sign: this function was not given one */
export function signJws(content: object, keys: readonly CleanUpKey[]): FlattenedJws {
  const [{ kid, privateKey } = NO_KEY] = keys;
  if (!privateKey) throw new Error('there is no key to sign with: set HUB_CLEAN_UP_KEYS');
  const head: CleanUpHeader = { alg: CLEAN_UP_ALGORITHM, kid, typ: CLEAN_UP_TYPE };
  const [protectedPart, payload] = [encode(head), encode(content)];
  const signature = sign(null, Buffer.from(`${protectedPart}.${payload}`), privateKey);
  return { protected: protectedPart, payload, signature: signature.toString('base64url') };
}

const NO_KEY: Pick<CleanUpKey, 'kid' | 'privateKey'> = { kid: '' };

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
