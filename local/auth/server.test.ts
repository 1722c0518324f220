import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import { hours, seconds } from '../../shared/units.ts';
import { journaledStore, memoryStore } from '../store.ts';
import { type AnAuth, PASSWORD, anAuth as startAuth } from './an-auth.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** One that ends with its test. */
async function anAuth(...options: Parameters<typeof startAuth>): Promise<AnAuth> {
  const auth = await startAuth(...options);
  closing.push(() => auth.close());
  return auth;
}

const signIn = (auth: AnAuth, email: string, password = PASSWORD) =>
  auth.client('signInWithPassword', { email, password, returnSecureToken: true });

describe('signing in', () => {
  test('a fresh service has three verified accounts, one of them an operator', async () => {
    const auth = await anAuth();
    for (const [uid, operator] of [
      ['ada', undefined],
      ['grace', undefined],
      ['operator', true],
    ] as const) {
      const { status, body } = await signIn(auth, `${uid}@example.com`);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        localId: uid,
        email: `${uid}@example.com`,
        registered: true,
        expiresIn: '3600',
      });
      expect(decodeJwt(body.idToken)).toMatchObject({
        sub: uid,
        email_verified: true,
        ...(operator && { operator }),
      });
      expect('operator' in decodeJwt(body.idToken)).toBe(operator === true);
    }
  });

  test('an ID token has the claims of Firebase and lives an hour of real time, however fast the cloud', async () => {
    const auth = await anAuth(memoryStore(), { speed: 60 });
    const { body } = await signIn(auth, 'ada@example.com');
    const claims = decodeJwt(body.idToken);
    expect(decodeProtectedHeader(body.idToken)).toMatchObject({
      alg: 'RS256',
      kid: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
    expect(claims).toMatchObject({
      iss: 'https://securetoken.google.com/hub-test',
      aud: 'hub-test',
      sub: 'ada',
      user_id: 'ada',
      email: 'ada@example.com',
      auth_time: claims.iat,
      firebase: { identities: { email: ['ada@example.com'] }, sign_in_provider: 'password' },
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(3600);
  });

  test('refusals have the words and the shape of the real service', async () => {
    const auth = await anAuth();
    const nobody = await signIn(auth, 'nobody@example.com');
    expect(nobody.status).toBe(400);
    expect(nobody.body.error).toMatchObject({
      code: 400,
      message: 'EMAIL_NOT_FOUND',
      errors: [{ message: 'EMAIL_NOT_FOUND', domain: 'global', reason: 'invalid' }],
    });
    expect((await signIn(auth, 'ada@example.com', 'wrong!')).body.error.message).toBe('INVALID_PASSWORD');
    expect((await signIn(auth, 'ada')).body.error.message).toBe('INVALID_EMAIL');
    const weak = await auth.client('signUp', { email: 'new@example.com', password: 'short' });
    expect(weak.body.error.message).toMatch(/^WEAK_PASSWORD/);
    const taken = await auth.client('signUp', { email: 'ADA@example.com', password: 'long enough' });
    expect(taken.body.error.message).toBe('EMAIL_EXISTS');
    const wrongType = await auth.client('signInWithPassword', { email: 1, password: PASSWORD });
    expect(wrongType.status).toBe(400);
    const noKey = await auth.send('/identitytoolkit.googleapis.com/v1/accounts:signUp', {});
    expect(noKey.status).toBe(403);
  });

  test('signing up makes an account whose address is not verified; without an address it is anonymous', async () => {
    const auth = await anAuth();
    const { body } = await auth.client('signUp', { email: 'New@Example.com', password: 'long enough' });
    expect(decodeJwt(body.idToken)).toMatchObject({ email: 'new@example.com', email_verified: false });
    expect((await signIn(auth, 'new@example.com', 'long enough')).body.localId).toBe(body.localId);

    const anonymous = (await auth.client('signUp', { returnSecureToken: true })).body;
    expect(decodeJwt(anonymous.idToken)).toMatchObject({ provider_id: 'anonymous' });
    const upgraded = await auth.client('signUp', {
      idToken: anonymous.idToken,
      email: 'later@example.com',
      password: 'long enough',
    });
    expect(upgraded.body.localId).toBe(anonymous.localId);
  });

  test('a refresh keeps the time of the sign-in and brings changed claims', async () => {
    const auth = await anAuth();
    const first = (await signIn(auth, 'ada@example.com')).body;
    auth.forward(hours(2));
    await auth.admin('/accounts:update', { localId: 'ada', customAttributes: '{"operator":true}' });
    const { status, body } = await auth.refresh(first.refreshToken);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: '3600',
      user_id: 'ada',
      project_id: 'hub-test',
    });
    const [before, after] = [decodeJwt(first.idToken), decodeJwt(body.id_token)];
    expect(after.auth_time).toBe(before.auth_time);
    expect(after.iat).toBeGreaterThanOrEqual(Number(before.iat) + 7200);
    expect(after.operator).toBe(true);
    expect((await auth.refresh('made up')).body.error.message).toBe('INVALID_REFRESH_TOKEN');
  });

  test('a verified provider takes over an account that somebody signed up with its address unproved', async () => {
    const auth = await anAuth();
    const squatter = (await auth.client('signUp', { email: 'mine@example.com', password: 'squatting' })).body;
    const claims = { sub: 'google-1', email: 'mine@example.com', email_verified: true };
    const postBody = new URLSearchParams({
      id_token: JSON.stringify(claims),
      providerId: 'google.com',
    }).toString();
    const { body } = await auth.client('signInWithIdp', { postBody, requestUri: 'http://localhost' });
    expect(body).toMatchObject({ localId: squatter.localId, isNewUser: false, emailVerified: true });
    expect(decodeJwt(body.idToken)).toMatchObject({
      email_verified: true,
      firebase: { sign_in_provider: 'google.com', identities: { 'google.com': ['google-1'] } },
    });
    expect((await signIn(auth, 'mine@example.com', 'squatting')).body.error.message).toBe('INVALID_PASSWORD');
  });

  test('a provider that did not verify the address gets nobody else’s account', async () => {
    const auth = await anAuth();
    const claims = { sub: 'x', email: 'ada@example.com', email_verified: false };
    const postBody = new URLSearchParams({
      id_token: JSON.stringify(claims),
      providerId: 'oidc.x',
    }).toString();
    const { body } = await auth.client('signInWithIdp', { postBody, requestUri: 'http://localhost' });
    expect(body.needConfirmation).toBe(true);
    expect(body.idToken).toBeUndefined();
  });
});

describe('changing accounts', () => {
  test('a new password ends all earlier sign-ins and gives a new one', async () => {
    const auth = await anAuth();
    const old = (await signIn(auth, 'ada@example.com')).body;
    auth.forward(seconds(2));
    const { body } = await auth.client('update', { idToken: old.idToken, password: 'another one' });
    expect(body.idToken).toBeTypeOf('string');
    expect((await auth.refresh(old.refreshToken)).body.error.message).toBe('TOKEN_EXPIRED');
    expect((await auth.client('lookup', { idToken: old.idToken })).body.error.message).toBe('TOKEN_EXPIRED');
    expect((await auth.refresh(body.refreshToken)).status).toBe(200);
    expect((await signIn(auth, 'ada@example.com')).body.error.message).toBe('INVALID_PASSWORD');
  });

  test('a changed address is unverified until its code is redeemed, once', async () => {
    const auth = await anAuth();
    const { idToken } = (await signIn(auth, 'ada@example.com')).body;
    const changed = await auth.client('update', { idToken, email: 'countess@example.com' });
    expect(changed.body).toMatchObject({ email: 'countess@example.com', emailVerified: false });
    await auth.client('sendOobCode', { requestType: 'VERIFY_EMAIL', idToken: changed.body.idToken });
    const [, code] = (await auth.send('/emulator/v1/projects/hub-test/oobCodes')).body.oobCodes;
    expect((await auth.client('update', { oobCode: code.oobCode })).body.emailVerified).toBe(true);
    expect((await auth.client('update', { oobCode: code.oobCode })).body.error.message).toBe(
      'INVALID_OOB_CODE',
    );
  });

  test('a mailed code sets a new password', async () => {
    const auth = await anAuth();
    await auth.client('sendOobCode', { requestType: 'PASSWORD_RESET', email: 'ada@example.com' });
    const [{ oobCode }] = (await auth.send('/emulator/v1/projects/hub-test/oobCodes')).body.oobCodes;
    expect((await auth.client('resetPassword', { oobCode })).body.requestType).toBe('PASSWORD_RESET');
    expect((await auth.client('resetPassword', { oobCode, newPassword: 'brand new' })).status).toBe(200);
    expect((await signIn(auth, 'ada@example.com', 'brand new')).status).toBe(200);
  });

  test('revoked, disabled and deleted users can neither refresh nor look themselves up', async () => {
    const auth = await anAuth();
    const [ada, grace, operator] = await Promise.all(
      ['ada', 'grace', 'operator'].map(async (uid) => (await signIn(auth, `${uid}@example.com`)).body),
    );
    const nextSecond = Math.floor(Date.now() / 1000) + 1;
    await auth.admin('/accounts:update', { localId: 'ada', validSince: nextSecond });
    await auth.admin('/accounts:update', { localId: 'grace', disableUser: true });
    await auth.admin('/accounts:delete', { localId: 'operator' });
    for (const [user, onRefresh, onLookup] of [
      [ada, 'TOKEN_EXPIRED', 'TOKEN_EXPIRED'],
      [grace, 'USER_DISABLED', 'USER_DISABLED'],
      [operator, 'USER_NOT_FOUND', 'USER_NOT_FOUND'],
    ]) {
      expect((await auth.refresh(user.refreshToken)).body.error.message).toBe(onRefresh);
      expect((await auth.client('lookup', { idToken: user.idToken })).body.error.message).toBe(onLookup);
    }
    expect((await signIn(auth, 'grace@example.com')).body.error.message).toBe('USER_DISABLED');
  });

  test('servers’ calls need the owner’s or a service account’s token, and this project', async () => {
    const auth = await anAuth();
    const lookup = '/identitytoolkit.googleapis.com/v1/projects/hub-test/accounts:lookup';
    expect((await auth.send(`${lookup}?key=local`, { localId: ['ada'] })).status).toBe(401);
    const { idToken } = (await signIn(auth, 'operator@example.com')).body;
    expect((await auth.send(lookup, {}, { authorization: `Bearer ${idToken}` })).status).toBe(401);
    const access = auth.face.model.issueAccessToken('hub@hub-test.iam.gserviceaccount.com');
    const found = await auth.send(lookup, { localId: ['ada'] }, { authorization: `Bearer ${access}` });
    expect(found.body.users[0]).toMatchObject({ localId: 'ada', emailVerified: true, disabled: false });
    const elsewhere = await auth.send(
      lookup.replace('hub-test', 'other'),
      {},
      { authorization: 'Bearer owner' },
    );
    expect(elsewhere.status).toBe(404);
  });

  test('claims that the service sets itself cannot be custom claims', async () => {
    const auth = await anAuth();
    const set = async (customAttributes: string) =>
      (await auth.admin('/accounts:update', { localId: 'ada', customAttributes })).body.error?.message;
    expect(await set('{"sub":"grace"}')).toBe('FORBIDDEN_CLAIM : sub');
    expect(await set('[1]')).toBe('INVALID_CLAIMS');
    expect(await set(JSON.stringify({ long: 'x'.repeat(1000) }))).toBe('CLAIMS_TOO_LARGE');
  });

  test('users are listed in pages and queried', async () => {
    const auth = await anAuth();
    const first = (await auth.admin('/accounts:batchGet?maxResults=2')).body;
    expect(first.users.map((user: { localId: string }) => user.localId)).toEqual(['ada', 'grace']);
    const rest = (await auth.admin(`/accounts:batchGet?maxResults=2&nextPageToken=${first.nextPageToken}`))
      .body;
    expect(rest.users).toHaveLength(1);
    expect(rest.nextPageToken).toBeUndefined();
    const query = { expression: [{ email: 'grace@example.com' }], returnUserInfo: true };
    expect((await auth.admin('/accounts:query', query)).body).toMatchObject({ recordsCount: '1' });
  });
});

describe('the wire', () => {
  test('the certificates can be kept for a while', async () => {
    const auth = await anAuth();
    const { body, headers } = await auth.send(
      '/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com',
    );
    expect(Object.values(body)).toEqual([expect.stringContaining('BEGIN CERTIFICATE')]);
    expect(headers.get('cache-control')).toMatch(/max-age=\d{4,}/);
  });

  test('bodies that are no JSON object and unknown addresses are refused, not failed', async () => {
    const { face, send } = await anAuth();
    const url = `http://127.0.0.1:${face.port}/identitytoolkit.googleapis.com/v1/accounts:signUp?key=local`;
    for (const body of ['{', '[]', 'null']) {
      expect((await fetch(url, { method: 'POST', body })).status).toBe(400);
    }
    expect((await send('/identitytoolkit.googleapis.com/v1/accounts:constructor?key=local', {})).status).toBe(
      404,
    );
  });

  test('accounts, sign-ins, keys and the CA survive a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hub-auth-'));
    closing.push(() => rmSync(folder, { recursive: true }));
    const first = await anAuth(journaledStore(folder, 'auth'));
    const { idToken, refreshToken } = (await signIn(first, 'ada@example.com')).body;
    await first.client('signUp', { email: 'new@example.com', password: 'long enough' });
    await first.face.close();

    const second = await anAuth(journaledStore(folder, 'auth'));
    expect(second.face.ca).toBe(first.face.ca);
    expect((await second.client('lookup', { idToken })).body.users[0].localId).toBe('ada');
    expect((await second.refresh(refreshToken)).status).toBe(200);
    expect((await signIn(second, 'new@example.com', 'long enough')).status).toBe(200);
    const newer = await second.client('signUp', { email: 'newer@example.com', password: 'long enough' });
    expect(newer.status).toBe(200);
    expect(second.face.model.users()).toHaveLength(5);
  });
});
