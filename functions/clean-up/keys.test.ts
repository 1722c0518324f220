/** Keys of clean-up certificates as an operator may give them. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { expect, test } from 'vitest';
import { cleanUpKeySet, newCleanUpKeyPem, parseCleanUpKeys } from './keys.ts';

const pem = newCleanUpKeyPem();
const publicPem = (of: string): string =>
  createPublicKey(of).export({ type: 'spki', format: 'pem' }).toString();
const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
const { d: _, ...publicJwk } = jwk;

test('private and public keys, in PEM and as JWK sets, are read in their order', async () => {
  const retired = newCleanUpKeyPem();
  const keys = [
    ...parseCleanUpKeys(`${pem}\n${publicPem(retired)}`),
    ...parseCleanUpKeys(JSON.stringify({ keys: [jwk] })),
  ];
  expect(keys.map(({ privateKey }) => privateKey !== undefined)).toEqual([true, false, true]);
  for (const key of keys) expect(key.kid).toBe(await calculateJwkThumbprint(key.publicJwk));
  expect(JSON.stringify([keys, cleanUpKeySet(keys)])).not.toContain('"d"');
});

test('a key has one name, whichever half of it is given', () => {
  const kidOf = (text: string) => parseCleanUpKeys(text)[0]?.kid;
  expect(kidOf(publicPem(pem))).toBe(kidOf(pem));
  expect(kidOf(JSON.stringify({ keys: [publicJwk] }))).toBe(kidOf(JSON.stringify({ keys: [jwk] })));
});

test.each<[string, string]>([
  ['nothing', ''],
  ['something else', 'hello'],
  ['an empty set', '{"keys":[]}'],
  ['broken JSON', '{"keys":['],
  ['no set', JSON.stringify(jwk)],
  [
    'a key of RSA',
    generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  ],
  [
    'a key of X25519',
    generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  ],
  ['a key twice', pem + publicPem(pem)],
  ['a broken key', pem.replace(/[A-Za-z0-9+/]{20}/, 'A'.repeat(20))],
  ['a set of something else', '{"keys":[{"kty":"oct","k":"c2VjcmV0c2VjcmV0c2VjcmV0"}]}'],
])('%s is refused, and not quoted', (_, text) => {
  let message = '';
  try {
    parseCleanUpKeys(text);
  } catch (error) {
    message = String(error);
  }
  expect(message).toMatch(/^Error: (holds|is not) /);
  expect(message).not.toMatch(/[A-Za-z0-9+/_-]{20}/);
});
