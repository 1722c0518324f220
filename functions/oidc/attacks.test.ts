/** Everything somebody may try in order to sign in where they may not, or to have others sign in for them: refused, and nothing leaks. */
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { accountPath } from '../../shared/documents/account.ts';
import {
  basic,
  challengeOf,
  codeOf,
  createBrowser,
  ISSUER,
  interactionOf,
  type OidcUnderTest,
  oidcUnderTest,
  VERIFIER,
} from '../../test/oidc.ts';
import { CommitError, type DocumentData } from '../cloud.ts';
import { noClient } from './clients.ts';

const codeFor = async (hub: OidcUnderTest, uid = 'ada', more: Record<string, string> = {}): Promise<string> =>
  codeOf(await hub.browser().signIn(hub.request(more), hub.as(uid)));

const SUSPENDED = { standing: { state: 'suspended', reason: 'busy', since: new Date(0), by: 'hub' } };
const THROTTLED = { standing: { ...SUSPENDED.standing, state: 'throttled' } };
const NOT_GOOD = [
  ['suspended', SUSPENDED, 'ACCOUNT_SUSPENDED'],
  ['being deleted', { closing: { since: new Date(0), by: 'grace' } }, 'ACCOUNT_CLOSING'],
] as const;

/** What Hub or an operator says of an account. */
const say = (hub: OidcUnderTest, uid: string, said: DocumentData): Promise<void> =>
  hub.documents.commit([
    { op: 'set', path: accountPath(uid), data: { schema: 1, clusters: 0, hourlyMicros: 0, ...said } },
  ]);

const PROOF = { code_verifier: VERIFIER };
const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } };

describe('an authorization request', () => {
  test.each<[string, (hub: OidcUnderTest) => Record<string, string>]>([
    ['of nobody', () => ({ client_id: '' })],
    ['of a cluster that does not exist', () => ({ client_id: `cluster-${'z'.repeat(16)}` })],
    ['of a client that is a path', () => ({ client_id: 'cluster-../clusters/x' })],
    ['with no address', () => ({ redirect_uri: '' })],
    ['with an address of somebody else', () => ({ redirect_uri: 'https://evil.example.com/dex/callback' })],
    ["with another cluster's address", ({ otherClient }) => ({ redirect_uri: otherClient.redirectUri })],
    ['with a slash more', ({ client }) => ({ redirect_uri: `${client.redirectUri}/` })],
    ['with a query more', ({ client }) => ({ redirect_uri: `${client.redirectUri}?x=1` })],
    ['with a fragment', ({ client }) => ({ redirect_uri: `${client.redirectUri}#x` })],
    ['with a path that climbs', ({ client }) => ({ redirect_uri: `${client.redirectUri}/../../x` })],
    ['with a user', ({ client }) => ({ redirect_uri: client.redirectUri.replace('//', '//evil@') })],
    [
      'with a longer host',
      ({ client }) => ({ redirect_uri: client.redirectUri.replace('/dex', '.evil.org/dex') }),
    ],
    ['with a port', ({ client }) => ({ redirect_uri: client.redirectUri.replace('/dex', ':8443/dex') })],
    ['with capitals', ({ client }) => ({ redirect_uri: client.redirectUri.toUpperCase() })],
    ['in clear text', ({ client }) => ({ redirect_uri: client.redirectUri.replace('https', 'http') })],
    ['with a line break', ({ client }) => ({ redirect_uri: `${client.redirectUri}\r\nset-cookie: a=b` })],
    ['with markup', () => ({ redirect_uri: '"><script>alert(1)</script>' })],
  ])('%s goes nowhere', async (_, wrong) => {
    const hub = await oidcUnderTest();
    const { writes } = hub.documents.counters;
    const response = await hub.browser().authorize(hub.request(wrong(hub)));
    expect(response.status).toBe(400);
    expect(response.headers.has('location')).toBe(false);
    expect(response.headers.has('set-cookie')).toBe(false);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).not.toMatch(/evil|script/);
    expect(hub.documents.counters.writes).toBe(writes);
  });

  test.each(['client_id', 'redirect_uri'])('with %s twice goes nowhere', async (name) => {
    const hub = await oidcUnderTest();
    const request = hub.request();
    request.append(name, request.get(name) ?? '');
    expect((await hub.browser().authorize(request)).status).toBe(400);
  });

  test.each(['state', 'scope', 'response_type', 'unheard_of'])('with %s twice is refused', async (name) => {
    const hub = await oidcUnderTest();
    const request = hub.request({ unheard_of: 'x' });
    request.append(name, request.get(name) ?? '');
    const response = await hub.browser().authorize(request);
    const location = new URL(response.headers.get('location') ?? '');
    expect(location.origin + location.pathname).toBe(hub.client.redirectUri);
    expect(location.searchParams.get('error')).toBe('invalid_request');
    expect(location.searchParams.getAll('state')).toHaveLength(name === 'state' ? 0 : 1);
  });

  test.each<[string, Record<string, string>, string]>([
    ['the implicit flow', { response_type: 'id_token token' }, 'unsupported_response_type'],
    ['the hybrid flow', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['no flow', { response_type: '' }, 'unsupported_response_type'],
    ['an answer in the fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['an answer by a form', { response_mode: 'form_post' }, 'invalid_request'],
    ['OAuth without OpenID', { scope: 'email' }, 'invalid_scope'],
    ['no scope', { scope: '' }, 'invalid_scope'],
    ['nobody to sign in', { prompt: 'none' }, 'login_required'],
    ['nobody to sign in, and consent', { prompt: 'none consent' }, 'login_required'],
    ['a fresh sign-in', { prompt: 'login' }, 'invalid_request'],
    ['a young sign-in', { max_age: '60' }, 'invalid_request'],
    ['a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
    ['a request by address', { request_uri: 'http://169.254.169.254/' }, 'request_uri_not_supported'],
    ['to be registered', { registration: '{}' }, 'registration_not_supported'],
    ['PKCE in the clear', { code_challenge: VERIFIER, code_challenge_method: 'plain' }, 'invalid_request'],
    ['PKCE by default', { code_challenge: VERIFIER }, 'invalid_request'],
    ['PKCE without a challenge', { code_challenge_method: 'S256' }, 'invalid_request'],
    [
      'PKCE with a short challenge',
      { code_challenge: 'x', code_challenge_method: 'S256' },
      'invalid_request',
    ],
    ['a nonce that is too long', { nonce: 'n'.repeat(2049) }, 'invalid_request'],
    ['a nonce of control characters', { nonce: 'a\u0000b' }, 'invalid_request'],
  ])('for %s is refused at the address of the client', async (_, more, error) => {
    const hub = await oidcUnderTest();
    const { writes } = hub.documents.counters;
    const response = await hub.browser().authorize(hub.request(more));
    expect(response.status).toBe(303);
    const location = new URL(response.headers.get('location') ?? '');
    expect(location.origin + location.pathname).toBe(hub.client.redirectUri);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      error,
      error_description: expect.stringMatching(/^[ -!#-[\]-~]+$/),
      state: 'a-state',
      iss: ISSUER,
    });
    expect(hub.documents.counters.writes).toBe(writes);
  });

  test('without PKCE is refused where the client must use it', async () => {
    const hub = await oidcUnderTest({ pkce: 'required' });
    const response = await hub.browser().authorize(hub.request());
    expect(response.headers.get('location')).toContain('error=invalid_request');
  });

  test.each(['a\r\nset-cookie: x=y', 'ä', 's'.repeat(2049)])(
    'with the state %j does not get it back',
    async (state) => {
      const hub = await oidcUnderTest();
      const response = await hub.browser().authorize(hub.request({ state }));
      const location = new URL(response.headers.get('location') ?? '');
      expect(location.searchParams.get('error')).toBe('invalid_request');
      expect(location.searchParams.has('state')).toBe(false);
    },
  );

  test('with a state of markup and ampersands gets it back as it was, and only there', async () => {
    const hub = await oidcUnderTest();
    const state = '"><script>&code=x&iss=https://evil#';
    const answer = await hub.browser().signIn(hub.request({ state }), hub.as('ada'));
    expect(answer.searchParams.getAll('state')).toEqual([state]);
    expect(answer.searchParams.getAll('iss')).toEqual([ISSUER]);
    expect(answer.searchParams.getAll('code')).toHaveLength(1);
    expect(answer.hash).toBe('');
  });

  test.each(['POST', 'HEAD', 'PUT'])('by %s begins nothing', async (method) => {
    const hub = await oidcUnderTest();
    const { writes } = hub.documents.counters;
    const response = await hub.fetch(`/oidc/authorize?${hub.request()}`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET');
    expect(hub.documents.counters.writes).toBe(writes);
  });
});

describe('a sign-in', () => {
  const refusedAs = (code: string) => ({ location: undefined, body: { code } });

  test('of a stranger is refused, and open for a member', async () => {
    const hub = await oidcUnderTest();
    const browser = hub.browser();
    const id = await browser.begin(hub.request());
    expect(await browser.answer(id, hub.as('eve'))).toMatchObject(refusedAs('NOT_A_MEMBER'));
    expect(await browser.answer(id, hub.as('olga'))).toMatchObject(refusedAs('NOT_A_MEMBER'));
    expect(await browser.answer(id, hub.as('ada'))).toMatchObject({ status: 200 });
  });

  test.each(NOT_GOOD)(
    'of an account that is %s is refused, and leaves the sign-in open',
    async (_, said, code) => {
      const hub = await oidcUnderTest();
      await say(hub, 'grace', said);
      const browser = hub.browser();
      const id = await browser.begin(hub.request());
      expect(await browser.answer(id, hub.as('grace'))).toMatchObject({ status: 403, ...refusedAs(code) });
      expect(await browser.answer(id, hub.as('ada'))).toMatchObject({ status: 200 });
    },
  );

  test('of an account that is throttled, or whose owner is, goes on', async () => {
    const hub = await oidcUnderTest();
    for (const uid of ['ada', 'grace']) await say(hub, uid, THROTTLED);
    for (const uid of ['ada', 'grace'])
      expect((await hub.exchange(await codeFor(hub, uid))).status).toBe(200);
  });

  test('to a cluster of an owner who is suspended is refused to every member', async () => {
    const hub = await oidcUnderTest();
    await say(hub, 'ada', SUSPENDED);
    const browser = hub.browser();
    const id = await browser.begin(hub.request());
    expect(await browser.answer(id, hub.as('grace'))).toMatchObject(refusedAs('OWNER_SUSPENDED'));
    expect(await browser.answer(id, hub.as('ada'))).toMatchObject(refusedAs('ACCOUNT_SUSPENDED'));
  });

  test('of somebody suspended who is invited accepts nothing', async () => {
    const hub = await oidcUnderTest();
    await say(hub, 'olga', SUSPENDED);
    await hub.send('PUT', `/v1/clusters/${hub.mine}/members/olga@example.com`, hub.as('ada'), {
      body: { role: 'viewer' },
    });
    const browser = hub.browser();
    const { writes } = hub.documents.counters;
    const id = await browser.begin(hub.request());
    expect(await browser.answer(id, hub.as('olga'))).toMatchObject(refusedAs('NOT_A_MEMBER'));
    expect(hub.documents.counters.writes).toBe(writes + 1);
    await say(hub, 'olga', {});
    expect(await browser.answer(id, hub.as('olga'))).toMatchObject({ status: 200 });
  });

  test('of an operator who is no member is refused', async () => {
    const hub = await oidcUnderTest();
    const browser = hub.browser();
    const token = hub.as('operator', { operator: true });
    expect(await browser.answer(await browser.begin(hub.request()), token)).toMatchObject(
      refusedAs('NOT_A_MEMBER'),
    );
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'of the uid %s is refused',
    async (uid) => {
      const hub = await oidcUnderTest();
      const browser = hub.browser();
      const { body, location } = await browser.answer(await browser.begin(hub.request()), hub.as(uid));
      expect({ body, location }).toMatchObject(refusedAs('NOT_A_MEMBER'));
    },
  );

  test.each([
    ['not verified', { emailVerified: false }],
    ['empty', { email: '' }],
  ])('with an e-mail address that is %s is refused, with what to do', async (_, more) => {
    const hub = await oidcUnderTest();
    const browser = hub.browser();
    const answer = await browser.answer(await browser.begin(hub.request()), hub.as('ada', more));
    expect(answer).toMatchObject({
      status: 403,
      body: { code: 'EMAIL_NOT_VERIFIED', remedy: expect.any(String) },
    });
    expect(answer.location).toBeUndefined();
  });

  test('without an e-mail address is refused', async () => {
    const hub = await oidcUnderTest();
    const browser = hub.browser();
    const token = hub.tokens.issue({ uid: 'ada', emailVerified: true, operator: false });
    expect(await browser.answer(await browser.begin(hub.request()), token)).toMatchObject(
      refusedAs('EMAIL_NOT_VERIFIED'),
    );
  });

  test('with a token that is missing, forged, expired or revoked is refused', async () => {
    const hub = await oidcUnderTest();
    const browser = hub.browser();
    const id = await browser.begin(hub.request());
    const [expired, revoked] = [hub.as('ada'), hub.as('grace')];
    hub.tokens.expire(expired);
    hub.tokens.revoke('grace');
    const forged = await new SignJWT({ email: 'ada@example.com', email_verified: true })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('ada')
      .sign(new TextEncoder().encode('guess'));
    for (const [token, code] of [
      [undefined, 'UNAUTHENTICATED'],
      [forged, 'TOKEN_INVALID'],
      [expired, 'TOKEN_EXPIRED'],
      [revoked, 'TOKEN_REVOKED'],
    ] as const)
      expect(await browser.answer(id, token)).toMatchObject({ status: 401, ...refusedAs(code) });
  });

  test("does not take Hub's own ID token for a person's", async () => {
    const hub = await oidcUnderTest();
    const { body } = await hub.exchange(await codeFor(hub));
    const browser = hub.browser();
    const id = await browser.begin(hub.request());
    expect(await browser.answer(id, body.id_token)).toMatchObject(refusedAs('TOKEN_INVALID'));
  });

  test('cannot be gone on with by another browser, nor by one without its cookie', async () => {
    const hub = await oidcUnderTest();
    const mallory = hub.browser();
    const id = await mallory.begin(hub.request());
    const victim = hub.browser();
    expect(await victim.answer(id, hub.as('ada'))).toMatchObject({
      status: 410,
      ...refusedAs('SIGN_IN_OVER'),
    });
    await victim.begin(hub.request());
    expect(await victim.answer(id, hub.as('ada'))).toMatchObject(refusedAs('SIGN_IN_OVER'));
    expect((await hub.fetch(`/oidc/interactions/${id}`)).status).toBe(410);
    expect(await mallory.answer(id, hub.as('ada'))).toMatchObject({ status: 200 });
  });

  test.each([
    ['behind', (own: string) => `${own}; __session=${'a'.repeat(52)}`],
    ['before', (own: string) => `__session=${'a'.repeat(52)}; ${own}`],
    ['that is none', (own: string) => `__session=x; ${own}; __session=`],
  ])('goes on with a cookie %s that a page of a cluster slipped in', async (_where, slipped) => {
    const hub = await oidcUnderTest();
    const browser = hub.browser();
    const id = await browser.begin(hub.request());
    const cookie = slipped(browser.cookie ?? '');
    expect(await browser.answer(id, hub.as('ada'), { cookie })).toMatchObject({ status: 200 });
  });

  test('does not take the cookie that was slipped in for its own', async () => {
    const hub = await oidcUnderTest();
    const begun = hub.browser();
    await begun.begin(hub.request());
    const slipped = `__session=${'a'.repeat(52)}`;
    const query = hub.request();
    const response = await hub.fetch(`/oidc/authorize?${query}`, {
      redirect: 'manual',
      headers: { cookie: `${slipped}; ${begun.cookie}` },
    });
    expect(response.headers.get('set-cookie')).toMatch(/^__session=[a-z2-7]{52};/);
    expect(response.headers.get('set-cookie')).not.toContain('a'.repeat(52));
    const id = new URL(response.headers.get('location') ?? '').searchParams.get('interaction') ?? '';
    const onlyTheirs = { cookie: slipped };
    expect(await begun.answer(id, hub.as('ada'), onlyTheirs)).toMatchObject(refusedAs('SIGN_IN_OVER'));
  });

  test.each<[string, Record<string, string>]>([
    ['another site', { origin: 'https://evil.example.org', 'sec-fetch-site': 'cross-site' }],
    [
      'a cluster on the same site',
      { origin: 'https://x.clusters.example.com', 'sec-fetch-site': 'same-site' },
    ],
    ['a sandbox', { origin: 'null' }],
    ['a page that hides where it is', { 'sec-fetch-site': 'cross-site' }],
  ])('gone on with by %s is refused, even with cookie and token', async (_, headers) => {
    const hub = await oidcUnderTest();
    const browser = hub.browser();
    const id = await browser.begin(hub.request());
    expect(await browser.answer(id, hub.as('ada'), headers)).toMatchObject(refusedAs('SIGN_IN_OVER'));
  });

  test('ends once, also if it is answered twice at the same moment', async () => {
    const hub = await oidcUnderTest();
    const browser = hub.browser();
    const id = await browser.begin(hub.request());
    const answers = await Promise.all([1, 2, 3].map(() => browser.answer(id, hub.as('ada'))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410]);
    expect(await browser.answer(id, hub.as('ada'))).toMatchObject(refusedAs('SIGN_IN_OVER'));
  });

  test('is over after ten minutes', async () => {
    const hub = await oidcUnderTest();
    const browser = hub.browser();
    const id = await browser.begin(hub.request());
    await hub.clock.runFor(599_999);
    expect(await browser.answer(id, hub.as('eve'))).toMatchObject(refusedAs('NOT_A_MEMBER'));
    await hub.clock.runFor(1);
    expect(await browser.answer(id, hub.as('ada'))).toMatchObject(refusedAs('SIGN_IN_OVER'));
  });

  test.each(['x', '../clusters/a', 'A'.repeat(52), 'a'.repeat(52), '%00', 'a'.repeat(5000)])(
    'that was never begun is refused, %j',
    async (id) => {
      const hub = await oidcUnderTest();
      const browser = hub.browser();
      await browser.begin(hub.request());
      expect(await browser.answer(encodeURIComponent(id), hub.as('ada'))).toMatchObject(
        refusedAs('SIGN_IN_OVER'),
      );
    },
  );

  test.each<[string, number, string, string]>([
    ['that is larger than 32 KB', 413, 'application/json', `{"decision":"${'x'.repeat(40_000)}"}`],
    ['of another kind', 415, 'text/plain', '{"decision":"continue"}'],
    ['of a form', 415, 'application/x-www-form-urlencoded', 'decision=continue'],
    ['with more in it', 400, 'application/json', '{"decision":"continue","uid":"ada"}'],
    ['with nothing in it', 400, 'application/json', '{}'],
    ['with a key twice', 400, 'application/json', '{"decision":"cancel","decision":"continue"}'],
  ])('is not gone on with by a body %s', async (_, status, type, body) => {
    const hub = await oidcUnderTest();
    const browser = hub.browser();
    const id = await browser.begin(hub.request());
    const response = await hub.fetch(`/oidc/interactions/${id}`, {
      method: 'POST',
      headers: {
        cookie: browser.cookie ?? '',
        authorization: `Bearer ${hub.as('ada')}`,
        'content-type': type,
      },
      body,
    });
    expect(response.status).toBe(status);
    expect(await browser.answer(id, hub.as('ada'))).toMatchObject({ status: 200 });
  });
});

describe('who asks too often', () => {
  const from = (address: string) => ({ headers: { 'x-forwarded-for': `${address}, 10.0.0.1` } });
  const begin = (hub: OidcUnderTest, address: string, parameters = hub.request()) =>
    hub.fetch(`/oidc/authorize?${parameters}`, { ...from(address), redirect: 'manual' });

  test('begins no sign-in, reads why on a page, and concerns nobody else', async () => {
    const hub = await oidcUnderTest({ limits: { addressRequestsPerMinute: 3 } });
    for (let n = 0; n < 3; n++) expect((await begin(hub, '198.51.100.7')).status).toBe(303);
    const { writes, reads } = hub.documents.counters;
    const refused = await begin(hub, '198.51.100.7');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await refused.text()).toContain('<h1>');
    expect(hub.documents.counters).toMatchObject({ writes, reads });
    expect((await begin(hub, '198.51.100.8')).status).toBe(303);
    await hub.clock.runFor(20_000);
    expect((await begin(hub, '198.51.100.7')).status).toBe(303);
  });

  test('for one cluster, from wherever, begins no more for it, and the cluster is told', async () => {
    const hub = await oidcUnderTest({ limits: { accountRequestsPerMinute: 3 } });
    for (let n = 0; n < 3; n++) interactionOf(await begin(hub, `198.51.100.${n}`));
    const { writes } = hub.documents.counters;
    const refused = new URL((await begin(hub, '198.51.100.9')).headers.get('location') ?? '');
    expect(refused.origin + refused.pathname).toBe(hub.client.redirectUri);
    expect(Object.fromEntries(refused.searchParams)).toMatchObject({
      error: 'temporarily_unavailable',
      state: 'a-state',
    });
    expect(hub.documents.counters.writes).toBe(writes);
    interactionOf(await begin(hub, '198.51.100.9', hub.request({}, hub.otherClient)));
  });

  test('guesses secrets no further, and the cluster itself is served', async () => {
    const hub = await oidcUnderTest({ limits: { addressRequestsPerMinute: 3 } });
    const exchange = (secret: string, code: string) =>
      hub.fetch('/oidc/token', {
        method: 'POST',
        headers: { ...from('198.51.100.7').headers, authorization: basic(hub.client.clientId, secret) },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code,
          redirect_uri: hub.client.redirectUri,
        }),
      });
    const code = await codeFor(hub);
    for (let n = 0; n < 3; n++) expect((await exchange('a guess', code)).status).toBe(401);
    const refused = await exchange('a guess', code);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' });
    expect((await exchange(hub.client.clientSecret, code)).status).toBe(200);
  });

  test('exchanges no more, also who knows the secret', async () => {
    const hub = await oidcUnderTest({ limits: { accountRequestsPerMinute: 3 } });
    for (let n = 0; n < 3; n++) expect((await hub.exchange('no code')).status).toBe(400);
    expect(await hub.exchange('no code')).toMatchObject({
      status: 429,
      body: { error: 'temporarily_unavailable' },
    });
    expect((await hub.exchange('no code', {}, hub.otherClient)).status).toBe(400);
  });

  test('gets no further with sign-ins, and who proves who they are does', async () => {
    const hub = await oidcUnderTest({ limits: { addressRequestsPerMinute: 4, accountRequestsPerMinute: 2 } });
    const browser = hub.browser();
    const id = await browser.begin(hub.request());
    const { headers } = from('198.51.100.7');
    for (let n = 0; n < 2; n++) {
      expect((await browser.answer(id, undefined, headers)).status).toBe(401);
      expect((await hub.fetch(`/oidc/interactions/${id}`, { headers })).status).toBe(410);
    }
    const tooMany = { status: 429, body: { code: 'TOO_MANY_REQUESTS' } };
    expect(await browser.answer(id, undefined, headers)).toMatchObject(tooMany);
    expect(await browser.answer(id, undefined, { ...headers, decision: 'cancel' })).toMatchObject(tooMany);
    expect((await hub.fetch(`/oidc/interactions/${id}`, { headers })).status).toBe(429);
    for (let n = 0; n < 2; n++)
      expect((await browser.answer(id, hub.as('eve'), headers)).body.code).toBe('NOT_A_MEMBER');
    expect(await browser.answer(id, hub.as('eve'), headers)).toMatchObject(tooMany);
    expect((await browser.answer(id, hub.as('ada'), headers)).status).toBe(200);
  });
});

describe('a code', () => {
  test('is good once', async () => {
    const hub = await oidcUnderTest();
    const code = await codeFor(hub);
    expect((await hub.exchange(code)).status).toBe(200);
    expect(await hub.exchange(code)).toMatchObject(INVALID_GRANT);
    expect(hub.lines).toContainEqual(
      expect.objectContaining({
        severity: 'WARNING',
        event: 'code refused',
        fields: expect.objectContaining({ cluster: hub.mine, detail: 'replayed' }),
      }),
    );
  });

  test('is good once, also for five who come at the same moment', async () => {
    const hub = await oidcUnderTest();
    const code = await codeFor(hub);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => hub.exchange(code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400]);
  });

  test('is good for a minute', async () => {
    const hub = await oidcUnderTest();
    const [early, late] = [await codeFor(hub), await codeFor(hub)];
    await hub.clock.runFor(59_999);
    expect((await hub.exchange(early)).status).toBe(200);
    await hub.clock.runFor(1);
    expect(await hub.exchange(late)).toMatchObject(INVALID_GRANT);
  });

  test.each<[string, (hub: OidcUnderTest, code: string) => ReturnType<OidcUnderTest['exchange']>]>([
    [
      'another client',
      (hub, code) => hub.exchange(code, { ...PROOF, redirect_uri: hub.client.redirectUri }, hub.otherClient),
    ],
    ['another client at its own address', (hub, code) => hub.exchange(code, PROOF, hub.otherClient)],
    [
      'another address',
      (hub, code) => hub.exchange(code, { ...PROOF, redirect_uri: hub.otherClient.redirectUri }),
    ],
    ['no address', (hub, code) => hub.exchange(code, { ...PROOF, redirect_uri: '' })],
    ['the wrong verifier', (hub, code) => hub.exchange(code, { code_verifier: 'w'.repeat(43) })],
    ['no verifier', (hub, code) => hub.exchange(code)],
    [
      'the challenge for a verifier',
      (hub, code) => hub.exchange(code, { code_verifier: challengeOf(VERIFIER).code_challenge ?? '' }),
    ],
    ['a verifier that is too short', (hub, code) => hub.exchange(code, { code_verifier: 'v' })],
  ])('is not good for %s, and for nobody afterwards', async (_, attempt) => {
    const hub = await oidcUnderTest();
    const code = await codeFor(hub, 'ada', challengeOf(VERIFIER));
    const { status, body } = await attempt(hub, code);
    expect({ status, body }).toMatchObject(INVALID_GRANT);
    expect(await hub.exchange(code, { code_verifier: VERIFIER })).toMatchObject(INVALID_GRANT);
  });

  test('is not good for another cluster of the same person', async () => {
    const hub = await oidcUnderTest();
    const data = { members: { ada: 'owner' }, readers: ['ada'] };
    await hub.documents.commit([{ op: 'update', path: `clusters/${hub.other}`, data }]);
    const code = await codeFor(hub);
    const atMine = { redirect_uri: hub.client.redirectUri };
    expect(await hub.exchange(code, atMine, hub.otherClient)).toMatchObject(INVALID_GRANT);
    expect(await hub.exchange(code)).toMatchObject(INVALID_GRANT);
  });

  test('is not good for a verifier that anybody could guess, though it is the one', async () => {
    const hub = await oidcUnderTest();
    const code = await codeFor(hub, 'ada', challengeOf('v'));
    expect(await hub.exchange(code, { code_verifier: 'v' })).toMatchObject(INVALID_GRANT);
  });

  test('made without PKCE is not good with a verifier: somebody took the challenge away', async () => {
    const hub = await oidcUnderTest();
    expect(await hub.exchange(await codeFor(hub), { code_verifier: VERIFIER })).toMatchObject(INVALID_GRANT);
  });

  test('of a member who was removed in between is not good', async () => {
    const hub = await oidcUnderTest();
    const code = await codeFor(hub, 'grace');
    await hub.removeMember('grace');
    expect(await hub.exchange(code)).toMatchObject(INVALID_GRANT);
    const browser = hub.browser();
    const id = await browser.begin(hub.request());
    expect(await browser.answer(id, hub.as('grace'))).toMatchObject({ body: { code: 'NOT_A_MEMBER' } });
  });

  test.each(NOT_GOOD)('of an account that is %s since is not good', async (_, said) => {
    const hub = await oidcUnderTest();
    const code = await codeFor(hub, 'grace');
    await say(hub, 'grace', said);
    expect(await hub.exchange(code)).toMatchObject(INVALID_GRANT);
  });

  test('for a cluster whose owner is suspended since is not good', async () => {
    const hub = await oidcUnderTest();
    const code = await codeFor(hub, 'grace');
    await say(hub, 'ada', SUSPENDED);
    expect(await hub.exchange(code)).toMatchObject(INVALID_GRANT);
  });

  test('of a reader who is no member, or a member who is no reader, is not good', async () => {
    for (const data of [{ readers: ['ada'] }, { members: { ada: 'owner' } }]) {
      const hub = await oidcUnderTest();
      const code = await codeFor(hub, 'grace');
      await hub.documents.commit([{ op: 'update', path: `clusters/${hub.mine}`, data }]);
      expect(await hub.exchange(code)).toMatchObject(INVALID_GRANT);
    }
  });

  test('of a cluster that is gone is not good, and nobody can ask for another', async () => {
    const hub = await oidcUnderTest();
    const code = await codeFor(hub);
    const browser = hub.browser();
    const id = await browser.begin(hub.request());
    await hub.documents.commit([{ op: 'delete', path: `clusters/${hub.mine}` }]);
    expect(await hub.exchange(code)).toMatchObject(INVALID_GRANT);
    expect(await browser.answer(id, hub.as('ada'))).toMatchObject({ body: { code: 'NOT_A_MEMBER' } });
    await hub.ports.documents.commit([noClient(hub.mine)]);
    expect((await browser.authorize(hub.request())).status).toBe(400);
    expect(await hub.exchange(code)).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  test.each(['', 'x', 'a'.repeat(52), '../oidcClients/x', '\u0000'])(
    'that was never made is not good, %j',
    async (code) => {
      const hub = await oidcUnderTest();
      expect(await hub.exchange(code)).toMatchObject(INVALID_GRANT);
    },
  );
});

describe('a client', () => {
  const post = async (hub: OidcUnderTest, form: string, headers: Record<string, string> = {}) => {
    const response = await hub.fetch('/oidc/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: form,
    });
    const body = (await response.json()) as { error?: string };
    return {
      status: response.status,
      error: body.error,
      challenge: response.headers.get('www-authenticate'),
    };
  };

  test.each<[string, (hub: OidcUnderTest) => Record<string, string>]>([
    ['with no secret', ({ client }) => ({ authorization: basic(client.clientId, '') })],
    ['with a wrong secret', ({ client }) => ({ authorization: basic(client.clientId, 'a'.repeat(52)) })],
    [
      'with the secret of another',
      ({ client, otherClient }) => ({
        authorization: basic(client.clientId, otherClient.clientSecret),
      }),
    ],
    [
      'that does not exist',
      ({ client }) => ({ authorization: basic(`cluster-${'z'.repeat(16)}`, client.clientSecret) }),
    ],
    [
      'with two colons',
      ({ client }) => ({ authorization: basic(client.clientId, `${client.clientSecret}:x`) }),
    ],
    ['with no colon', () => ({ authorization: `Basic ${Buffer.from('x').toString('base64')}` })],
    ['with broken Basic', () => ({ authorization: 'Basic !!!' })],
    ['with a broken encoding', ({ client }) => ({ authorization: basic(client.clientId, '%zz') })],
    ['with a bearer token', ({ client }) => ({ authorization: `Bearer ${client.clientSecret}` })],
    ['that says nothing', () => ({})],
  ])('%s is refused in the same words', async (_, headers) => {
    const hub = await oidcUnderTest();
    const code = await codeFor(hub);
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: hub.client.redirectUri,
    });
    expect(await post(hub, String(form), headers(hub))).toEqual({
      status: 401,
      error: 'invalid_client',
      challenge: 'Basic realm="hub"',
    });
    // Whoever is not a client at all does not cost the client its code.
    expect((await hub.exchange(code)).status).toBe(200);
  });

  test('may prove itself in one way only', async () => {
    const hub = await oidcUnderTest();
    const { clientId, clientSecret } = hub.client;
    const headers = { authorization: basic(clientId, clientSecret) };
    for (const form of [`client_secret=${clientSecret}`, `client_id=${hub.otherClient.clientId}`])
      expect(await post(hub, form, headers)).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  test.each(['refresh_token', 'password', 'client_credentials', 'implicit', ''])(
    'gets nothing for %j',
    async (type) => {
      const hub = await oidcUnderTest();
      const { clientId, clientSecret } = hub.client;
      const form = `grant_type=${type}&username=ada&password=hub-local&refresh_token=x`;
      expect(await post(hub, form, { authorization: basic(clientId, clientSecret) })).toMatchObject({
        status: 400,
        error: 'unsupported_grant_type',
      });
    },
  );

  test('that says something twice, too much, or in another form, is refused', async () => {
    const hub = await oidcUnderTest();
    const headers = { authorization: basic(hub.client.clientId, hub.client.clientSecret) };
    expect(await post(hub, 'code=a&code=b', headers)).toMatchObject({ error: 'invalid_request' });
    expect(await post(hub, `code=${'x'.repeat(40_000)}`, headers)).toMatchObject({
      error: 'invalid_request',
    });
    expect(await post(hub, '{}', { ...headers, 'content-type': 'application/json' })).toMatchObject({
      error: 'invalid_request',
    });
  });
});

test('when the database does not answer, everybody hears it in their own words, and nothing is lost', async () => {
  const hub = await oidcUnderTest();
  const { get, commit } = hub.documents;
  const away = () => Promise.reject(new CommitError('unavailable', 'away'));
  const browser = hub.browser();
  const id = await browser.begin(hub.request());
  const code = await codeFor(hub);
  hub.documents.get = away;
  expect((await browser.authorize(hub.request())).status).toBe(503);
  expect(await browser.answer(id, hub.as('ada'))).toMatchObject({
    status: 503,
    body: { code: 'UNAVAILABLE' },
  });
  expect(await hub.exchange(code)).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
  hub.documents.get = get;
  hub.documents.commit = away;
  const sentBack = await browser.authorize(hub.request());
  expect(sentBack.headers.get('location')).toContain('error=temporarily_unavailable');
  hub.documents.commit = commit;
  expect(await browser.answer(id, hub.as('ada'))).toMatchObject({ status: 200 });
  expect((await hub.exchange(code)).status).toBe(200);
});

test('every answer forbids to keep, frame, sniff or follow it', async () => {
  const hub = await oidcUnderTest();
  const answers = await Promise.all([
    hub.browser().authorize(hub.request()),
    hub.browser().authorize('client_id=x'),
    hub.fetch('/oidc/interactions/x', { method: 'POST' }),
    hub.fetch('/oidc/token', { method: 'POST' }),
    hub.fetch('/oidc/nothing'),
  ]);
  for (const { headers } of answers) {
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

test('no secret is in a document, in the log or in what is counted, whatever was tried', async () => {
  const hub = await oidcUnderTest();
  const browser = createBrowser(hub.fetch);
  const secrets: string[] = [hub.client.clientSecret, hub.otherClient.clientSecret];
  const [token, evesToken] = [hub.as('ada'), hub.as('eve')];
  const id = await browser.begin(hub.request({ state: 'canary-state', nonce: 'canary-nonce' }));
  const inTheMiddle = JSON.stringify(await everything(hub));
  await browser.answer(id, evesToken);
  const { location } = await browser.answer(id, token);
  const code = codeOf(location ?? new URL(ISSUER));
  const atTheEnd = JSON.stringify(await everything(hub));
  const { body } = await hub.exchange(code);
  await hub.exchange(code);
  await hub.exchange('canary-code', { code_verifier: VERIFIER });
  await browser.authorize(hub.request({ redirect_uri: 'https://canary.example.com', prompt: 'canary' }));
  secrets.push(
    id,
    code,
    browser.cookie?.split('=')[1] ?? '',
    token,
    evesToken,
    body.id_token ?? '',
    body.access_token ?? '',
  );
  expect(secrets.every((secret) => secret.length > 5)).toBe(true);
  const documents = inTheMiddle + atTheEnd + JSON.stringify(await everything(hub));
  const lines = JSON.stringify([hub.lines, hub.measured]);
  expect(hub.measured.length).toBeGreaterThan(5);
  for (const secret of secrets) {
    expect(documents).not.toContain(secret);
    expect(lines).not.toContain(secret);
  }
  expect(lines).not.toMatch(/canary|example\.com|ada@/);
  // Once a code is used, the address of its person is gone too.
  expect(atTheEnd).toContain('ada@example.com');
  expect(JSON.stringify(await hub.documents.query({ collection: 'oidcCodes' }))).not.toContain('@');
});

async function everything({ documents }: OidcUnderTest): Promise<unknown[]> {
  const collections = ['oidcClients', 'oidcInteractions', 'oidcCodes'];
  return Promise.all(collections.map((collection) => documents.query({ collection })));
}
