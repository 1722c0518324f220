/** Hub signs in to its clusters as a principal that nobody else can be. */
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { HUB_EMAIL } from '../../shared/catalog/pachyderm.ts';
import { codeOf, ISSUER, type OidcUnderTest, oidcUnderTest } from '../../test/oidc.ts';
import { newCode } from './codes.ts';
import { authorizeHub } from './hub.ts';

const requestOf = (hub: OidcUnderTest, more: Record<string, string> = {}, of = hub.client): URL =>
  new URL(`${ISSUER}/authorize?${hub.request(more, of)}`);

test('a code of Hub’s is exchanged for an ID token of Hub’s, once, and names no member', async () => {
  const hub = await oidcUnderTest();
  const answer = await authorizeHub(hub.ports, hub.mine, requestOf(hub, { nonce: 'n' }));
  expect(answer.origin + answer.pathname).toBe(hub.client.redirectUri);
  expect(Object.fromEntries(answer.searchParams)).toEqual({
    code: expect.stringMatching(/^[a-z2-7]{52}$/),
    state: 'a-state',
    iss: ISSUER,
  });
  const { status, body } = await hub.exchange(codeOf(answer));
  expect(status).toBe(200);
  expect(decodeJwt(body.id_token ?? '')).toMatchObject({
    sub: 'hub',
    aud: hub.client.clientId,
    email: HUB_EMAIL,
    email_verified: true,
    nonce: 'n',
  });
  expect(await hub.exchange(codeOf(answer))).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
});

test('a code of Hub’s for one cluster is good for no other', async () => {
  const hub = await oidcUnderTest();
  const code = codeOf(await authorizeHub(hub.ports, hub.mine, requestOf(hub)));
  const { otherClient } = hub;
  expect(await hub.exchange(code, { redirect_uri: otherClient.redirectUri }, otherClient)).toMatchObject({
    status: 400,
  });
});

test.each<[string, (hub: OidcUnderTest) => URL]>([
  ['of another cluster', (hub) => requestOf(hub, {}, hub.otherClient)],
  ['of no client', (hub) => requestOf(hub, { client_id: 'cluster-x' })],
  ['to another address', (hub) => requestOf(hub, { redirect_uri: 'https://evil.example.com/dex/callback' })],
  ['to another cluster', (hub) => requestOf(hub, { redirect_uri: hub.otherClient.redirectUri })],
  ['for a token instead of a code', (hub) => requestOf(hub, { response_type: 'token' })],
  ['without OpenID', (hub) => requestOf(hub, { scope: 'email' })],
  ['with a parameter twice', (hub) => new URL(`${requestOf(hub)}&scope=openid`)],
  ['at another provider', (hub) => new URL(`https://evil.example.com/oidc/authorize?${hub.request()}`)],
  ['at another address of Hub', (hub) => new URL(`${ISSUER}/token?${hub.request()}`)],
])('a request %s gets no code', async (_, request) => {
  const hub = await oidcUnderTest();
  const { commits } = hub.documents.counters;
  await expect(authorizeHub(hub.ports, hub.mine, request(hub))).rejects.toThrow('PRODUCT_REFUSED');
  expect(hub.documents.counters.commits).toBe(commits);
});

test('somebody whose uid is hub is nobody special', async () => {
  const hub = await oidcUnderTest();
  const browser = hub.browser();
  const answer = await browser.answer(await browser.begin(hub.request()), hub.as('hub'));
  expect(answer).toMatchObject({ body: { code: 'NOT_A_MEMBER' } });
  const { redirectUri } = hub.client;
  const { code, write } = newCode(
    hub.ports,
    { cluster: hub.mine, redirectUri, scopes: ['openid'] },
    { uid: 'hub', email: HUB_EMAIL },
  );
  await hub.documents.commit([write]);
  expect(await hub.exchange(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
});

test.each([HUB_EMAIL, HUB_EMAIL.toUpperCase(), 'ada@example.invalid'])(
  'no person signs in as %s, member or not',
  async (email) => {
    const hub = await oidcUnderTest();
    const browser = hub.browser();
    const answer = await browser.answer(await browser.begin(hub.request()), hub.as('ada', { email }));
    expect(answer).toMatchObject({ status: 403, body: { code: 'EMAIL_NOT_VERIFIED' } });
    expect(answer.location).toBeUndefined();
  },
);

test('somebody who is invited goes straight to the cluster; an address that is not verified does not', async () => {
  const hub = await oidcUnderTest();
  const at = `/v1/clusters/${hub.mine}/members/vera@example.com`;
  await hub.send('PUT', at, hub.as('ada'), { body: { role: 'viewer' } });
  const browser = hub.browser();
  const id = await browser.begin(hub.request());
  const impostor = hub.as('eve', { email: 'vera@example.com', emailVerified: false });
  expect(await browser.answer(id, impostor)).toMatchObject({ body: { code: 'EMAIL_NOT_VERIFIED' } });
  expect(await browser.answer(id, hub.as('linus'))).toMatchObject({ body: { code: 'NOT_A_MEMBER' } });
  const { location } = await browser.answer(id, hub.as('vera'));
  const { body } = await hub.exchange(codeOf(location as URL));
  expect(decodeJwt(body.id_token ?? '')).toMatchObject({ sub: 'vera', email: 'vera@example.com' });
  await hub.send('DELETE', at, hub.as('ada'));
  const again = hub.browser();
  expect(await again.answer(await again.begin(hub.request()), hub.as('vera'))).toMatchObject({
    body: { code: 'NOT_A_MEMBER' },
  });
});
