/** Signing keys as an operator may give them. */
import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { expect, test } from 'vitest';
import { newSigningKeyPem, parseSigningKeys } from './keys.ts';

const rsa = (modulusLength = 2048) => generateKeyPairSync('rsa', { modulusLength });
const pem = newSigningKeyPem();
const pkcs1 = String(rsa().privateKey.export({ type: 'pkcs1', format: 'pem' }));
const jwk = rsa().privateKey.export({ format: 'jwk' });

test('PEM blocks and JWK sets are read in their order, and the kid is the thumbprint', async () => {
  const keys = [
    ...parseSigningKeys(`${pem}\n${pkcs1}`),
    ...parseSigningKeys(JSON.stringify({ keys: [jwk] })),
  ];
  expect(keys).toHaveLength(3);
  for (const { kid, publicJwk, privateKey } of keys) {
    expect(kid).toBe(await calculateJwkThumbprint(publicJwk));
    expect(privateKey.type).toBe('private');
    // Wherever it is written by mistake.
    expect(JSON.stringify({ kid, publicJwk, privateKey })).not.toContain('"d"');
  }
});

test.each<[string, string]>([
  ['nothing', ''],
  ['something else', 'hello'],
  ['an empty set', '{"keys":[]}'],
  ['broken JSON', '{"keys":['],
  ['no set', '{"kty":"RSA"}'],
  ['a public key', JSON.stringify({ keys: [{ kty: jwk.kty, n: jwk.n, e: jwk.e }] })],
  ['a short key', String(rsa(1024).privateKey.export({ type: 'pkcs8', format: 'pem' }))],
  [
    'an elliptic key',
    String(
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ),
  ],
  ['a key twice', pem + pem],
  ['a broken key', pem.replace(/[A-Za-z0-9+/]{20}/, 'A'.repeat(20))],
])('%s is refused, and not quoted', (_, text) => {
  let message = '';
  try {
    parseSigningKeys(text);
  } catch (error) {
    message = String(error);
  }
  expect(message).toMatch(/^Error: (holds|is not) /);
  expect(message).not.toMatch(/[A-Za-z0-9+/_-]{20}/);
});
