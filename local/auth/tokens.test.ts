/** Whose ID token it is, as Firestore's rules learn it: what `face.verifyIdToken` takes and refuses, over forged ones of every kind. */
import { exportSPKI, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hours } from '../../shared/units.ts';
import { memoryStore } from '../store.ts';
import { type AnAuth, anAuth, PASSWORD, PROJECT } from './an-auth.ts';
import { type SigningKey, storedSigningKey } from './keys.ts';

const store = memoryStore();
let service: AnAuth;
let key: SigningKey;
let serviceKey: SigningKey;
let foreign: SigningKey;
let good: string;
beforeAll(async () => {
  service = await anAuth(store);
  key = await storedSigningKey(store, 'id-token', 'unused');
  serviceKey = await storedSigningKey(store, 'service-account', 'unused');
  foreign = await storedSigningKey(memoryStore(), 'id-token', 'foreign');
  const { body } = await service.client('signInWithPassword', {
    email: 'ada@example.com',
    password: PASSWORD,
  });
  good = body.idToken;
});
afterAll(() => service.close());

const nowS = (): number => Math.floor(Date.now() / 1000);
const claims = (changes: { [claim: string]: unknown } = {}): JWTPayload => ({
  iss: `https://securetoken.google.com/${PROJECT}`,
  aud: PROJECT,
  sub: 'ada',
  auth_time: nowS(),
  iat: nowS(),
  exp: nowS() + 3600,
  ...changes,
});
const sign = (payload: JWTPayload, header: object = {}, by = key): Promise<string> =>
  new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: key.kid, ...header }).sign(by.privateKey);

test('a good token is taken, with its claims', async () => {
  expect(await service.face.verifyIdToken(good)).toMatchObject({ sub: 'ada', email: 'ada@example.com' });
  expect(await service.face.verifyIdToken(await sign(claims()))).toMatchObject({ sub: 'ada' });
});

describe('refused is', () => {
  test.each<[string, () => Promise<string> | string]>([
    ['nothing', () => ''],
    ['the owner’s word', () => 'owner'],
    ['no signature', () => new UnsecuredJWT(claims()).encode()],
    ['a signature cut off', () => good.replace(/\.[^.]+$/, '.')],
    [
      'another subject under the same signature',
      () => {
        const [head, , signature] = good.split('.');
        return [
          head,
          Buffer.from(JSON.stringify(claims({ sub: 'operator' }))).toString('base64url'),
          signature,
        ].join('.');
      },
    ],
    [
      'HS256 with the public key',
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'HS256', kid: key.kid })
          .sign(Buffer.from(await exportSPKI(key.publicKey))),
    ],
    [
      'HS256 with the certificate',
      () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'HS256', kid: key.kid })
          .sign(Buffer.from(key.certificate)),
    ],
    ['another key', () => sign(claims(), {}, foreign)],
    ['the key of service accounts', () => sign(claims(), {}, serviceKey)],
    ['another audience', () => sign(claims({ aud: 'other' }))],
    ['another issuer', () => sign(claims({ iss: 'https://securetoken.google.com/other' }))],
    ['a session cookie', () => sign(claims({ iss: `https://session.firebase.google.com/${PROJECT}` }))],
    ['an expired one', () => sign(claims({ exp: nowS() - 1 }))],
    ['one that never expires', () => sign(claims({ exp: undefined }))],
    ['one of the future', () => sign(claims({ iat: nowS() + 3600 }))],
    ['a sign-in of the future', () => sign(claims({ auth_time: nowS() + 3600 }))],
    ['no time of sign-in', () => sign(claims({ auth_time: undefined }))],
    ['no subject', () => sign(claims({ sub: undefined }))],
    ['an empty subject', () => sign(claims({ sub: '' }))],
    ['one not valid yet', () => sign(claims({ nbf: nowS() + 3600 }))],
  ])('%s', async (_name, forge) => {
    await expect(service.face.verifyIdToken(await forge())).rejects.toMatchObject({ code: 16 });
    // Browsers’ own calls take no other tokens.
    const { status, body } = await service.client('lookup', { idToken: await forge() });
    expect([status, body.error.message]).toEqual([
      400,
      expect.stringMatching(/^(INVALID_ID_TOKEN|TOKEN_EXPIRED|MISSING_ID_TOKEN)$/),
    ]);
  });
});

test('nobody is looked up: a deleted user’s token is good until it expires', async () => {
  const { body } = await service.client('signUp', {});
  await service.admin('/accounts:delete', { localId: body.localId });
  expect((await service.face.verifyIdToken(body.idToken)).sub).toBe(body.localId);
  service.forward(hours(2));
  await expect(service.face.verifyIdToken(body.idToken)).rejects.toMatchObject({ code: 16 });
});
