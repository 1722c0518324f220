/** A sign-in as it should be, by a strict client library: discovery, code, exchange, ID token; and what a dex relies on. */
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { describe, expect, test } from 'vitest';
import {
  basic,
  challengeOf,
  codeOf,
  ISSUER,
  interactionOf,
  type OidcUnderTest,
  oidcUnderTest,
  VERIFIER,
} from '../../test/oidc.ts';
import { sentAgain } from '../../test/sent-again.ts';
import { authorizeHub } from './hub.ts';

/** openid-client, led to the provider under test and its clock. */
async function configurationOf(
  hub: OidcUnderTest,
  authentication: (secret: string) => client.ClientAuth = client.ClientSecretBasic,
): Promise<client.Configuration> {
  const { clientId, clientSecret } = hub.client;
  const configuration = await client.discovery(
    new URL(ISSUER),
    clientId,
    { [client.clockSkew]: Math.round((hub.clock.now() - Date.now()) / 1000) },
    authentication(clientSecret),
    { [client.customFetch]: (url, options) => hub.fetch(url, options as RequestInit) },
  );
  return configuration;
}

const keysOf = async (hub: OidcUnderTest): Promise<JSONWebKeySet> =>
  (await hub.fetch('/oidc/jwks')).json() as Promise<JSONWebKeySet>;

describe('a strict client library', () => {
  test.each([
    ['client_secret_basic', client.ClientSecretBasic],
    ['client_secret_post', client.ClientSecretPost],
  ] as const)('signs ada in with PKCE, state and nonce, as %s', async (_, authentication) => {
    const hub = await oidcUnderTest({ pkce: 'required' });
    const configuration = await configurationOf(hub, authentication);
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: hub.client.redirectUri,
      scope: 'openid email profile',
      state: 'the state',
      nonce: 'the nonce',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    const answer = await hub.browser().signIn(url.searchParams, hub.as('ada'));
    const tokens = await client.authorizationCodeGrant(configuration, answer, {
      pkceCodeVerifier,
      expectedState: 'the state',
      expectedNonce: 'the nonce',
      idTokenExpected: true,
    });
    expect(tokens.claims()).toEqual({
      iss: ISSUER,
      aud: hub.client.clientId,
      sub: 'ada',
      email: 'ada@example.com',
      email_verified: true,
      name: 'ada@example.com',
      nonce: 'the nonce',
      iat: Math.floor(hub.clock.now() / 1000),
      exp: Math.floor(hub.clock.now() / 1000) + 300,
    });
  });

  test('refuses an answer of another issuer', async () => {
    const hub = await oidcUnderTest();
    const answer = await hub.browser().signIn(hub.request(), hub.as('ada'));
    answer.searchParams.set('iss', 'https://evil.example.com/oidc');
    const configuration = await configurationOf(hub);
    const granted = client.authorizationCodeGrant(configuration, answer, { expectedState: 'a-state' });
    await expect(granted).rejects.toThrow();
  });
});

describe('what the dex of Pachyderm 2.12 sends', () => {
  test('no PKCE, no nonce, and consent when it is asked for offline access', async () => {
    const hub = await oidcUnderTest();
    const request = hub.request({
      access_type: 'offline',
      prompt: 'consent',
      scope: 'openid profile email groups',
    });
    const answer = await hub.browser().signIn(request, hub.as('grace'));
    expect(answer.origin + answer.pathname).toBe(hub.client.redirectUri);
    expect([...answer.searchParams.keys()].sort()).toEqual(['code', 'iss', 'state']);
    const { status, body, headers } = await hub.exchange(codeOf(answer));
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 60,
        id_token: expect.any(String),
      },
    });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('pragma')).toBe('no-cache');
  });

  test('a secret encoded as a form before it is encoded as Basic', async () => {
    const hub = await oidcUnderTest();
    const answer = await hub.browser().signIn(hub.request(), hub.as('ada'));
    const { clientId, clientSecret, redirectUri } = hub.client;
    const response = await hub.fetch('/oidc/token', {
      method: 'POST',
      headers: { authorization: basic(clientId.replaceAll('-', '%2D'), clientSecret) },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: codeOf(answer),
        redirect_uri: redirectUri,
      }),
    });
    expect(response.status).toBe(200);
  });
});

describe('the ID token', () => {
  test('is signed by the first key, and all are published', async () => {
    const { newSigningKeyPem, parseSigningKeys } = await import('./keys.ts');
    const [next, old] = [newSigningKeyPem(), newSigningKeyPem()];
    const before = await oidcUnderTest({ signingKeys: parseSigningKeys(old) });
    const after = await oidcUnderTest({ signingKeys: parseSigningKeys(`${next}\n${old}`) });
    const published = await keysOf(after);
    expect(published.keys).toHaveLength(2);
    const kids: string[] = [];
    for (const hub of [before, after]) {
      const answer = await hub.browser().signIn(hub.request(), hub.as('ada'));
      const { body } = await hub.exchange(codeOf(answer));
      const { protectedHeader, payload } = await jwtVerify(
        body.id_token ?? '',
        createLocalJWKSet(published),
        {
          issuer: ISSUER,
          audience: hub.client.clientId,
          algorithms: ['RS256'],
          currentDate: new Date(hub.clock.now()),
        },
      );
      expect(payload.sub).toBe('ada');
      kids.push(String(protectedHeader.kid));
    }
    expect(kids.reverse()).toEqual(published.keys.map(({ kid }) => kid));
  });

  test.each([
    ['openid', { email: undefined, email_verified: undefined, name: undefined }],
    ['openid email', { email: 'ada@example.com', email_verified: true, name: undefined }],
    ['openid profile offline_access', { email: undefined, name: 'ada@example.com' }],
  ])('tells what the scope %s allows', async (scope, claims) => {
    const hub = await oidcUnderTest();
    const answer = await hub.browser().signIn(hub.request({ scope }), hub.as('ada'));
    const { body } = await hub.exchange(codeOf(answer));
    const payload = JSON.parse(Buffer.from(body.id_token?.split('.')[1] ?? '', 'base64url').toString());
    expect({ ...claims, ...payload }).toMatchObject(claims);
  });

  test('holds nothing private beside it: the published keys are public', async () => {
    const hub = await oidcUnderTest();
    const { keys } = await keysOf(hub);
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });
});

describe('the console', () => {
  test('is told whom the sign-in is for, by the browser that began it', async () => {
    const hub = await oidcUnderTest();
    const browser = hub.browser();
    const response = await browser.authorize(hub.request());
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toMatch(
      /^https:\/\/hub\.example\.com\/signin\/oidc\?interaction=[a-z2-7]{52}$/,
    );
    expect(response.headers.get('set-cookie')).toMatch(
      /^__session=[a-z2-7]{52}; Path=\/oidc; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
    );
    const told = await hub.fetch(`/oidc/interactions/${interactionOf(response)}`, {
      headers: { cookie: browser.cookie ?? '' },
    });
    expect(await told.json()).toEqual({
      cluster: hub.mine,
      host: `${hub.mine}.clusters.example.com`,
      expiresAt: new Date(hub.clock.now() + 600_000).toISOString(),
    });
  });

  test('signs in where the database’s client sends each commit again, and a code is good once', async () => {
    const hub = await oidcUnderTest();
    hub.ports.documents = sentAgain(hub.ports.documents);
    const code = codeOf(await hub.browser().signIn(hub.request(), hub.as('ada')));
    expect((await hub.exchange(code)).status).toBe(200);
    expect((await hub.exchange(code)).status).toBe(400);
    const hubs = await authorizeHub(hub.ports, hub.mine, new URL(`${ISSUER}/authorize?${hub.request()}`));
    expect((await hub.exchange(codeOf(hubs))).status).toBe(200);
    const browser = hub.browser();
    const id = await browser.begin(hub.request());
    const { location } = await browser.answer(id, undefined, { decision: 'cancel' });
    expect(location?.searchParams.get('error')).toBe('access_denied');
  });

  test('may cancel, and the cluster hears of it', async () => {
    const hub = await oidcUnderTest();
    const browser = hub.browser();
    const id = await browser.begin(hub.request());
    const { location } = await browser.answer(id, undefined, { decision: 'cancel' });
    expect(Object.fromEntries(location?.searchParams ?? [])).toMatchObject({
      error: 'access_denied',
      state: 'a-state',
      iss: ISSUER,
    });
    expect(await browser.answer(id, hub.as('ada'))).toMatchObject({ body: { code: 'SIGN_IN_OVER' } });
  });

  test('may have two tabs open, each with a sign-in of its own', async () => {
    const hub = await oidcUnderTest();
    const browser = hub.browser();
    const first = await browser.begin(hub.request({ state: 'first' }));
    const second = await browser.begin(hub.request({ state: 'second' }));
    for (const [id, state] of [
      [first, 'first'],
      [second, 'second'],
    ] as const) {
      const { location } = await browser.answer(id, hub.as('ada'));
      expect(location?.searchParams.get('state')).toBe(state);
    }
  });
});

test('a parameter without a value counts as absent', async () => {
  const hub = await oidcUnderTest();
  const empty = {
    prompt: '',
    nonce: '',
    max_age: '',
    request: '',
    code_challenge: '',
    code_challenge_method: '',
  };
  const answer = await hub.browser().signIn(hub.request(empty), hub.as('ada'));
  expect((await hub.exchange(codeOf(answer), { code_verifier: '' })).status).toBe(200);
});

test('PKCE may be used where it need not be', async () => {
  const hub = await oidcUnderTest();
  const answer = await hub.browser().signIn(hub.request(challengeOf(VERIFIER)), hub.as('ada'));
  expect((await hub.exchange(codeOf(answer), { code_verifier: VERIFIER })).status).toBe(200);
});
