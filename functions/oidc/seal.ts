/**
 * What Hub's provider remembers is sealed by who may write it: whoever else writes to the database, as nearly every function may, makes no
 * code, no client and no sign-in that anybody takes. The first key seals; what another one sealed is good, too, until that key goes.
 *
 * To rotate (`npm run rotate` does each step): add the new key as the second; make it the first; a day later take the old one away. After
 * each, have functions start anew (`secrets_generation` in Terraform does, too), for they read secrets when they start. Codes and sign-ins
 * are over within minutes, and a client is sealed anew by the next look at its cluster, all of which are looked at within hours.
 */
import {
  createHash,
  createHmac,
  createSecretKey,
  generateKeySync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import type { OidcClient, OidcCode, OidcInteraction } from '../../shared/documents/oidc.ts';

export interface SealKey {
  /** Tells nothing of the key. */
  kid: string;
  key: KeyObject;
}

const MAX_KEYS = 4;
/** 256 bits: https://www.rfc-editor.org/rfc/rfc2104#section-3 */
const KEY = /^[0-9a-f]{64}$/;

/**
 * @param text keys of 64 hexadecimal digits, one a line
 * @throws Error saying what is wrong, and nothing of the text
 */
export function parseSealKeys(text: string): readonly SealKey[] {
  const lines = text.split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line !== '');
  if (keys.length === 0) throw new Error('holds no key');
  if (keys.length > MAX_KEYS) throw new Error(`holds more than ${MAX_KEYS} keys`);
  if (!keys.every((key) => KEY.test(key))) throw new Error('holds a line that is not 64 hexadecimal digits');
  if (new Set(keys).size < keys.length) throw new Error('holds a key twice');
  return keys.map((key) => ({
    kid: createHash('sha256').update(key, 'utf8').digest('hex').slice(0, 16),
    key: createSecretKey(key, 'hex'),
  }));
}

/** A fresh key as `parseSealKeys` takes it. */
export const newSealKey = (): string => generateKeySync('hmac', { length: 256 }).export().toString('hex');

/**
 * All that is decided by, in one order, and at which address: no document can stand in another's place, or be one of another kind.
 * What is written when it is used (`usedAt`, `usedBy`) is not under the seal.
 */
type Content = readonly [kind: 'client' | 'code' | 'interaction', path: string, ...fields: unknown[]];

export const contentOfClient = (
  path: string,
  { redirectUri, pkce, secretDigests }: Pick<OidcClient, 'redirectUri' | 'pkce' | 'secretDigests'>,
): Content => ['client', path, redirectUri, pkce, secretDigests];

export const contentOfCode = (
  path: string,
  code: Omit<OidcCode, 'seal' | 'schema' | 'usedAt' | 'usedBy'>,
): Content => {
  const { cluster, redirectUri, scopes, nonce, codeChallenge, uid, hub, email, expiresAt } = code;
  const request = [cluster, redirectUri, scopes, nonce, codeChallenge];
  return ['code', path, ...request, uid, hub, email, expiresAt.getTime()];
};

export const contentOfInteraction = (
  path: string,
  interaction: Omit<OidcInteraction, 'seal' | 'schema'>,
): Content => {
  const { cluster, redirectUri, scopes, nonce, codeChallenge, state, browserDigest, expiresAt } = interaction;
  const request = [cluster, redirectUri, scopes, nonce, codeChallenge];
  return ['interaction', path, ...request, state, browserDigest, expiresAt.getTime()];
};

/** By the first key. @throws Error where there is none: a function that was not meant to */
export function sealOf(keys: readonly SealKey[], content: Content): string {
  const [first] = keys;
  if (!first) throw new Error('there is no key to seal with: set HUB_OIDC_SEAL_KEYS');
  return macOf(first, content).toString('hex');
}

/** Whether one of the keys sealed it. @throws Error where there is none */
export function isSealed(keys: readonly SealKey[], content: Content, seal: string): boolean {
  if (keys.length === 0) throw new Error('there is no key to check a seal with: set HUB_OIDC_SEAL_KEYS');
  const given = Buffer.from(seal, 'hex');
  return keys.some((key) => {
    const mac = macOf(key, content);
    return given.length === mac.length && timingSafeEqual(given, mac);
  });
}

/** In JSON no two contents are the same text; what is absent is null, which nothing of it ever is. */
const macOf = ({ key }: SealKey, content: Content): Buffer =>
  createHmac('sha256', key).update(JSON.stringify(content), 'utf8').digest();
