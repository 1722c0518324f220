/** Whatever is sent, nobody gets a code or a token who should not, nothing of ours fails, and nobody is sent anywhere but to the client. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeOf, ISSUER, oidcUnderTest } from '../../test/oidc.ts';

const SEED = 7;
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
);
const oneOf = (...words: string[]) => fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...words) }, text);

test('authorization requests: 1,000', async () => {
  const hub = await oidcUnderTest();
  const { clientId, redirectUri } = hub.client;
  const pairs = fc.array(
    fc.oneof(
      fc.tuple(fc.constant('client_id'), oneOf(clientId, hub.otherClient.clientId)),
      fc.tuple(
        fc.constant('redirect_uri'),
        oneOf(redirectUri, hub.otherClient.redirectUri, 'javascript:1', '//evil'),
      ),
      fc.tuple(fc.constant('response_type'), oneOf('code', 'token')),
      fc.tuple(fc.constant('scope'), oneOf('openid', 'openid email profile')),
      fc.tuple(fc.constantFrom('state', 'nonce', 'prompt', 'code_challenge', '__proto__', 'x'), text),
    ),
    { maxLength: 9 },
  );
  let begun = 0;
  await fc.assert(
    fc.asyncProperty(pairs, fc.boolean(), async (more, usual) => {
      const query = usual ? hub.request() : new URLSearchParams();
      if (usual) query.delete('state');
      for (const [name, value] of more) query.append(name, value);
      const response = await hub.fetch(`/oidc/authorize?${query}`);
      expect([303, 400]).toContain(response.status);
      const location = response.headers.get('location');
      expect(location === null).toBe(response.status === 400);
      if (location === null) return;
      const isAnswer = [redirectUri, hub.otherClient.redirectUri].some((uri) =>
        location.startsWith(`${uri}?error=`),
      );
      if (!isAnswer) {
        begun++;
        expect(location).toMatch(/^https:\/\/hub\.example\.com\/signin\/oidc\?interaction=[a-z2-7]{52}$/);
      }
    }),
    { numRuns: 1000, seed: SEED },
  );
  expect(begun).toBeGreaterThan(20);
});

test('exchanges: 500', async () => {
  const hub = await oidcUnderTest();
  const { clientId, clientSecret, redirectUri } = hub.client;
  const code = codeOf(await hub.browser().signIn(hub.request(), hub.as('ada')));
  const header = fc.option(
    oneOf(`Basic ${Buffer.from(`${clientId}:${clientSecret}x`).toString('base64')}`, 'Basic', 'Bearer x').map(
      (value) => value.replace(/[^\x20-\x7e]/g, '?'),
    ),
    { nil: undefined },
  );
  const form = fc.array(
    fc.tuple(
      oneOf('client_id', 'client_secret', 'code', 'grant_type', 'redirect_uri', 'code_verifier', '__proto__'),
      oneOf(clientId, code, redirectUri, 'authorization_code', `${clientSecret}x`, ''),
    ),
    { maxLength: 9 },
  );
  const body = fc.oneof(
    { weight: 4, arbitrary: form.map((pairs) => String(new URLSearchParams(pairs))) },
    text,
    fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  );
  await fc.assert(
    fc.asyncProperty(header, body, async (authorization, sent) => {
      const response = await hub.fetch('/oidc/token', {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: sent,
      });
      expect([400, 401]).toContain(response.status);
      expect(await response.json()).toMatchObject({ error: expect.stringMatching(/^[a-z_]+$/) });
    }),
    { numRuns: 500, seed: SEED },
  );
  // Nobody who tried was the client, so its code is as good as before.
  expect((await hub.exchange(code)).status).toBe(200);
});

test('answers to a sign-in, and addresses: 500', async () => {
  const hub = await oidcUnderTest();
  const browser = hub.browser();
  const id = await browser.begin(hub.request());
  const strangers = [hub.as('eve'), hub.as('ada', { emailVerified: false })];
  const printable = (value: string): string => value.replace(/[^\x20-\x7e]/g, '?');
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD');
  const path = oneOf(
    `interactions/${id}`,
    'interactions/',
    'jwks',
    'token',
    'authorize',
    '.well-known/x',
    '..',
    '%F0',
  ).map((value) =>
    value
      .split('/')
      .map((part) => (part.startsWith('%') ? part : encodeURIComponent(part)))
      .join('/'),
  );
  const headers = fc.record(
    {
      cookie: oneOf(browser.cookie ?? '', '__session=', `x=y; ${browser.cookie}`).map(printable),
      authorization: oneOf(...strangers.map((token) => `Bearer ${token}`), 'Bearer').map(printable),
      origin: oneOf(new URL(ISSUER).origin, 'null').map(printable),
      'content-type': fc.constantFrom('application/json', 'text/plain'),
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(fc.constant('{"decision":"continue"}'), fc.json(), text);
  await fc.assert(
    fc.asyncProperty(method, path, headers, body, async (verb, to, sent, said) => {
      const response = await hub.fetch(`/oidc/${to}`, {
        method: verb,
        headers: sent,
        ...(verb === 'GET' || verb === 'HEAD' ? {} : { body: said }),
      });
      expect(response.status).toBeLessThan(500);
      expect(await response.text()).not.toContain('redirectTo');
    }),
    { numRuns: 500, seed: SEED },
  );
  expect(await hub.documents.query({ collection: 'oidcCodes' })).toEqual([]);
  expect(await browser.answer(id, hub.as('ada'))).toMatchObject({ status: 200 });
});
