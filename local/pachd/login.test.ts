import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { WebReply } from '../../functions/net/exchange.ts';
import { askedBy, callOne } from '../../functions/pachyderm/calls.ts';
import { grpcChannel } from '../../functions/pachyderm/grpc.ts';
import { type Door, visit } from '../../functions/pachyderm/reach.ts';
import type { AuthValues } from './chart.ts';
import { type Pachd, PORTS } from './pachd.ts';
import {
  aPachd,
  connectTo,
  HOST,
  lockedValues,
  ROOT_TOKEN,
  reachOf,
  startIssuer,
  type TestIssuer,
} from './testing.ts';

let issuer: TestIssuer;
let pachd: Pachd;
beforeAll(async () => {
  issuer = await startIssuer();
  pachd = await aPachd(lockedValues(issuer.url, { 'user:ada@example.com': ['clusterAdmin'] }));
});
afterAll(async () => {
  pachd.close();
  await issuer.close();
});
afterEach(() => {
  issuer.person = { email: 'ada@example.com' };
});

const get = (door: Door, path: string, cookie?: string, of = pachd): Promise<WebReply> =>
  visit(reachOf(of), door, { path, timeoutMs: 10_000, ...(cookie !== undefined && { cookie }) });

const pathOf = (location: string | undefined): string => {
  const url = new URL(location ?? '', `https://${HOST}`);
  return url.pathname + url.search;
};

/** Opens the console and goes where it leads, up to the way back from the issuer to dex. */
async function toIssuerAndBack(): Promise<{ state: string; back: string }> {
  const home = await get('console', '/');
  expect(home.status).toBe(200);
  const start = await get('console', /href="([^"]+)"/.exec(home.text)?.[1] ?? '');
  const dex = await get('identity', pathOf(start.location));
  expect(new URL(start.location ?? '').origin).toBe(`https://${HOST}`);
  const connector = await get('identity', pathOf(dex.location));
  expect(connector.location).toMatch(new RegExp(`^${issuer.url}/auth\\?`));
  const back = await issuer.authorize(new URL(connector.location ?? ''));
  return { state: start.cookies.join('; '), back: pathOf(back.href) };
}

describe('signing in to the console', () => {
  test('leads over dex to the issuer and back, and ends in a session of that person', async () => {
    const { state, back } = await toIssuerAndBack();
    const code = await get('identity', back);
    expect(code.status).toBe(303);
    const session = await get('console', pathOf(code.location), state);
    expect(session.location).toBe('/');
    const cookie = session.cookies.join('; ');
    expect((await get('console', '/', cookie)).text).toContain('user:ada@example.com');
    const channel = grpcChannel(connectTo(pachd, PORTS.grpc), HOST);
    const token = cookie.slice(cookie.indexOf('=') + 1);
    const { username } = await callOne(channel, 'auth_v2.API/WhoAmI', {}, askedBy(token));
    expect(username).toBe('user:ada@example.com');
    // Who is removed is removed here too.
    const revoke = { username: 'user:ada@example.com' };
    await callOne(channel, 'auth_v2.API/RevokeAuthTokensForUser', revoke, askedBy(ROOT_TOKEN));
    expect((await get('console', '/', cookie)).text).toContain('Log in');
    channel.close();
  });

  test('is refused to an address that is not verified', async () => {
    issuer.person = { email: 'eve@example.com', verified: false };
    const { state, back } = await toIssuerAndBack();
    const code = await get('identity', back);
    const session = await get('console', pathOf(code.location), state);
    expect(session.status).toBe(401);
    expect(session.cookies).toEqual([]);
  });

  test('takes no code twice, none that is made up, and no login begun elsewhere', async () => {
    const { state, back } = await toIssuerAndBack();
    const code = await get('identity', back);
    expect((await get('console', pathOf(code.location))).status).toBe(401);
    expect((await get('console', pathOf(code.location), state)).status).toBe(303);
    expect((await get('console', pathOf(code.location), state)).status).toBe(401);
    expect((await get('identity', back)).status).toBe(400);
    const { back: fresh } = await toIssuerAndBack();
    expect((await get('identity', fresh.replace(/code=[^&]+/, 'code=made-up'))).status).toBe(500);
  });

  test('is refused to clients that dex does not know and to addresses that they did not register', async () => {
    const query = {
      response_type: 'code',
      scope: 'openid',
      redirect_uri: 'https://evil.example/',
      client_id: 'console',
    };
    const ask = (more: object) =>
      get('identity', `/dex/auth/hub?${new URLSearchParams({ ...query, ...more })}`);
    expect((await ask({ client_id: 'other' })).status).toBe(404);
    expect((await ask({})).status).toBe(400);
    const registered = `https://${HOST}/oauth/callback/?inline=true`;
    const scope = await ask({ redirect_uri: registered, scope: 'email' });
    expect(scope.location).toContain('error=invalid_scope');
    expect((await get('identity', `/dex/auth/%E0%A4%A?${new URLSearchParams(query)}`)).status).toBe(400);
  });

  test('a token that the issuer did not sign is refused', async () => {
    const forged: typeof fetch = async (url, init) => {
      const reply = await fetch(url, init);
      if (!String(url).endsWith('/token') || !reply.ok) return reply;
      const body = (await reply.json()) as { id_token: string };
      const [head, , signature] = body.id_token.split('.');
      const claims = { iss: issuer.url, aud: 'cluster', sub: 'x', name: 'x', email: 'root@example.com' };
      const payload = { ...claims, email_verified: true, exp: Math.floor(Date.now() / 1000) + 60 };
      const middle = Buffer.from(JSON.stringify(payload)).toString('base64url');
      return Response.json({ ...body, id_token: `${head}.${middle}.${signature}` });
    };
    const other = await aPachd(lockedValues(issuer.url), { fetch: (url, init) => forged(url, init) });
    const start = await get('console', '/oauth/start', undefined, other);
    const dex = await get('identity', pathOf(start.location), undefined, other);
    const connector = await get('identity', pathOf(dex.location), undefined, other);
    const back = await issuer.authorize(new URL(connector.location ?? ''));
    const answer = await get('identity', pathOf(back.href), undefined, other);
    expect(answer.status).toBe(500);
    expect(answer.text).toContain('failed to verify ID Token');
    other.close();
  });
});

describe('the mock login', () => {
  const post = (of: Pachd, path: string, password: string): Promise<WebReply> =>
    visit(reachOf(of), 'identity', {
      method: 'POST',
      path,
      form: { login: 'admin', password },
      timeoutMs: 10_000,
    });

  test('lets admin in with the password of the chart, where the values leave it on', async () => {
    const values: AuthValues = { proxy: { enabled: true, host: HOST, tls: { enabled: true } } };
    const mocked = await aPachd(values);
    const start = await get('console', '/oauth/start', undefined, mocked);
    const dex = await get('identity', pathOf(start.location), undefined, mocked);
    expect(dex.location).toMatch(/^\/dex\/auth\/test\?/);
    const login = await get('identity', pathOf(dex.location), undefined, mocked);
    const wrong = await post(mocked, pathOf(login.location), 'guess');
    expect(wrong.location).toBeUndefined();
    const right = await post(mocked, pathOf(login.location), 'password');
    const session = await get('console', pathOf(right.location), start.cookies.join('; '), mocked);
    const home = await get('console', '/', session.cookies.join('; '), mocked);
    expect(home.text).toContain('user:kilgore@kilgore.trout');
    mocked.close();
  });

  test('is not there where a provider is given', async () => {
    expect((await get('identity', '/dex/auth?connector_id=test')).status).toBe(400);
    expect((await post(pachd, '/dex/auth/test/login?state=x', 'password')).status).toBe(400);
  });
});

test('whatever is asked of the pages gets an answer', async () => {
  const part = fc.oneof(
    fc.constantFrom(
      'dex',
      'auth',
      'hub',
      'login',
      'callback',
      'token',
      'keys',
      'oauth',
      'authorization-code',
      '%',
      '%00',
    ),
    fc.webFragments(),
  );
  const query = fc.dictionary(
    fc.constantFrom(
      'state',
      'code',
      'client_id',
      'redirect_uri',
      'scope',
      'response_type',
      'connector_id',
      'error',
    ),
    fc.oneof(
      fc.string(),
      fc.constantFrom('pachd', 'console', 'code', 'openid', `https://${HOST}/authorization-code/callback`),
    ),
  );
  const door = fc.constantFrom<Door>('identity', 'callback', 'console');
  await fc.assert(
    fc.asyncProperty(
      door,
      fc.array(part, { maxLength: 4 }),
      query,
      fc.boolean(),
      async (to, parts, asked, posts) => {
        const path = `/${parts.join('/')}?${new URLSearchParams(asked)}`.replace(/[^\x21-\x7e]|#/g, '');
        const form = posts ? { form: asked, method: 'POST' as const } : {};
        const reply = await visit(reachOf(pachd), to, { path, timeoutMs: 10_000, ...form });
        expect(reply.status).toBeGreaterThanOrEqual(200);
      },
    ),
    { seed: 4, numRuns: 300 },
  );
});
