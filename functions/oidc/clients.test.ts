/** The client of a cluster: made once or many times, by one run of a step or by several at once. */
import { expect, test } from 'vitest';
import { oidcClientDocument } from '../../shared/documents/oidc.ts';
import { codeOf, exchange, type OidcUnderTest, oidcUnderTest } from '../../test/oidc.ts';
import { dexConnectors } from '../pachyderm/dex.ts';
import { type ClientCredentials, ensureClient, noClient } from './clients.ts';

/** Whether these credentials open the door. */
async function works(hub: OidcUnderTest, credentials: ClientCredentials): Promise<boolean> {
  const code = codeOf(await hub.browser().signIn(hub.request(), hub.as('ada')));
  const { status } = await exchange(hub.fetch, credentials, { code, redirect_uri: hub.client.redirectUri });
  return status === 200;
}

const stored = async ({ documents, mine }: OidcUnderTest) =>
  oidcClientDocument.strict().parse((await documents.get(`oidcClients/${mine}`))?.data);

test('a client has one address and a secret of 260 bits, of which only the hash is kept', async () => {
  const hub = await oidcUnderTest();
  expect(hub.client).toEqual({
    clientId: `cluster-${hub.mine}`,
    clientSecret: expect.stringMatching(/^[a-z2-7]{52}$/),
    redirectUri: `https://${hub.mine}.clusters.example.com/dex/callback`,
  });
  expect(await works(hub, hub.client)).toBe(true);
});

test('made again it gets a new secret, and the one before stays good until the next', async () => {
  const hub = await oidcUnderTest();
  const second = await ensureClient(hub.ports, hub.mine);
  expect(second.clientSecret).not.toBe(hub.client.clientSecret);
  expect([await works(hub, hub.client), await works(hub, second)]).toEqual([true, true]);
  const third = await ensureClient(hub.ports, hub.mine);
  expect([await works(hub, hub.client), await works(hub, second), await works(hub, third)]).toEqual([
    false,
    true,
    true,
  ]);
});

test('what the leaf holds is registered, is the only one then, and is not written twice', async () => {
  const hub = await oidcUnderTest();
  await ensureClient(hub.ports, hub.mine);
  const held = hub.client.clientSecret;
  await hub.ports.documents.commit([noClient(hub.mine)]);
  expect(await ensureClient(hub.ports, hub.mine, { held })).toEqual(hub.client);
  const { commits } = hub.documents.counters;
  expect(await ensureClient(hub.ports, hub.mine, { held })).toEqual(hub.client);
  expect(hub.documents.counters.commits).toBe(commits);
  expect((await stored(hub)).secretDigests).toHaveLength(1);
  expect(await works(hub, hub.client)).toBe(true);
});

test('something that is no secret of ours is not taken from the leaf', async () => {
  const hub = await oidcUnderTest();
  const { clientSecret } = await ensureClient(hub.ports, hub.mine, { held: 'secret' });
  expect(clientSecret).toMatch(/^[a-z2-7]{52}$/);
});

test('of two runs at once both secrets are good', async () => {
  const hub = await oidcUnderTest();
  await hub.ports.documents.commit([noClient(hub.mine)]);
  const both = await Promise.all([ensureClient(hub.ports, hub.mine), ensureClient(hub.ports, hub.mine)]);
  for (const credentials of both) expect(await works(hub, credentials)).toBe(true);
});

test('the way PKCE is asked for can be changed', async () => {
  const hub = await oidcUnderTest();
  await ensureClient(hub.ports, hub.mine, { held: hub.client.clientSecret, pkce: 'required' });
  expect((await stored(hub)).pkce).toBe('required');
});

test('removing it can be repeated', async () => {
  const hub = await oidcUnderTest();
  await hub.ports.documents.commit([noClient(hub.mine)]);
  await hub.ports.documents.commit([noClient(hub.mine)]);
  expect((await hub.browser().authorize(hub.request())).status).toBe(400);
});

test('the connector tells dex the issuer, the client and its address, and takes only verified e-mail addresses', async () => {
  const { client, ports } = await oidcUnderTest();
  const { issuer } = ports.settings.oidc;
  expect(JSON.parse(JSON.stringify(dexConnectors(issuer, client)))).toEqual([
    {
      id: 'hub',
      name: 'Hub',
      type: 'oidc',
      config: {
        issuer,
        clientID: client.clientId,
        clientSecret: client.clientSecret,
        redirectURI: client.redirectUri,
        scopes: ['email', 'profile'],
        getUserInfo: false,
        insecureSkipEmailVerified: false,
        insecureEnableGroups: false,
      },
    },
  ]);
});
