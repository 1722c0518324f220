/** Whoever writes to the database as Hub does, and has not its keys: what they make is good for nothing. */
import { describe, expect, test } from 'vitest';
import { memorySealKeys } from '../../local/memory/seal-keys.ts';
import { HUB_EMAIL } from '../../shared/catalog/pachyderm.ts';
import {
  type OidcClient,
  oidcClientPath,
  oidcCodePath,
  oidcInteractionPath,
} from '../../shared/documents/oidc.ts';
import { codeOf, type OidcUnderTest, oidcUnderTest } from '../../test/oidc.ts';
import { digestOf } from '../secrets.ts';
import { ensureClient } from './clients.ts';
import { newCode, newHubCode } from './codes.ts';
import { authorizeHub } from './hub.ts';
import { isSealed, parseSealKeys, type SealKey, sealOf } from './seal.ts';

const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } };

const withKeys = (hub: OidcUnderTest, ...seeds: number[]): OidcUnderTest['ports'] => ({
  ...hub.ports,
  settings: {
    ...hub.ports.settings,
    oidc: { ...hub.ports.settings.oidc, sealKeys: memorySealKeys(...seeds) },
  },
});

/** As a function that was taken over would: it sees all documents, and writes any. */
const overwrite = async (hub: OidcUnderTest, path: string, more: object): Promise<void> => {
  const { data } = (await hub.documents.get(path)) ?? {};
  await hub.documents.commit([{ op: 'set', path, data: { ...data, ...more } }]);
};

describe('a code', () => {
  const asked = (hub: OidcUnderTest) => ({
    cluster: hub.mine,
    redirectUri: hub.client.redirectUri,
    scopes: ['openid' as const],
  });

  test.each<[string, object]>([
    ['without a seal', {}],
    ['with a seal of its own', { seal: 'a'.repeat(64) }],
    ['with something else for a seal', { seal: '' }],
  ])('that was written past Hub is refused, %s', async (_, seal) => {
    const hub = await oidcUnderTest();
    const code = 'b'.repeat(52);
    const expiresAt = new Date(hub.clock.now() + 1000);
    const data = { schema: 1, ...asked(hub), uid: 'hub', email: HUB_EMAIL, hub: true, expiresAt, ...seal };
    await hub.documents.commit([{ op: 'create', path: oidcCodePath(digestOf(code)), data }]);
    expect(await hub.exchange(code)).toMatchObject(INVALID_GRANT);
    expect(hub.lines).toContainEqual(
      expect.objectContaining({
        event: 'code refused',
        fields: expect.objectContaining({ detail: 'not one of Hub’s' }),
      }),
    );
  });

  test.each<[string, (hub: OidcUnderTest) => object]>([
    ['for Hub', () => ({ hub: true })],
    ['for somebody else', () => ({ uid: 'ada' })],
    ['by another address', () => ({ email: 'ada@example.com' })],
    ['for another cluster', ({ other }) => ({ cluster: other })],
    ['for longer', ({ clock }) => ({ expiresAt: new Date(clock.now() + 1e9) })],
    ['with a nonce', () => ({ nonce: 'n' })],
    ['with scopes', () => ({ scopes: ['openid', 'email'] })],
  ])('that was changed is refused: it is %s now', async (_, change) => {
    const hub = await oidcUnderTest();
    const { code, write } = newCode(hub.ports, asked(hub), { uid: 'grace', email: 'grace@example.com' });
    await hub.documents.commit([write]);
    await overwrite(hub, write.path, change(hub));
    expect(await hub.exchange(code)).toMatchObject(INVALID_GRANT);
    const { other, otherClient } = hub;
    if ('cluster' in change(hub))
      expect(
        await hub.exchange(code, { redirect_uri: hub.client.redirectUri }, otherClient),
        other,
      ).toMatchObject(INVALID_GRANT);
  });

  test('is not good at the address of another, nor once its key is gone', async () => {
    const hub = await oidcUnderTest();
    const { write } = newHubCode(hub.ports, asked(hub));
    const code = 'b'.repeat(52);
    if (write.op !== 'create') throw new Error('it is not created');
    await hub.documents.commit([{ ...write, path: oidcCodePath(digestOf(code)) }]);
    expect(await hub.exchange(code)).toMatchObject(INVALID_GRANT);
    const ofOld = newHubCode(withKeys(hub, 2), asked(hub));
    await hub.documents.commit([ofOld.write]);
    expect(await hub.exchange(ofOld.code)).toMatchObject(INVALID_GRANT);
  });
});

describe('a client', () => {
  const worksFor = async (hub: OidcUnderTest, by = hub.client): Promise<number> => {
    const response = await hub.browser().authorize(hub.request({}, by));
    return response.status;
  };

  test.each<[string, object]>([
    ['with another address', { redirectUri: 'https://evil.example.com/dex/callback' }],
    ['with another secret', { secretDigests: [digestOf('a'.repeat(52))] }],
    ['that asks for less', { pkce: 'optional' }],
    ['without a seal', { seal: undefined }],
  ])('that was changed past Hub signs nobody in: one %s', async (_, change) => {
    const hub = await oidcUnderTest({ pkce: 'required' });
    const path = oidcClientPath(hub.mine);
    await overwrite(hub, path, change);
    expect(await worksFor(hub)).toBe(400);
    const request = new URL(`${hub.ports.settings.oidc.issuer}/authorize?${hub.request()}`);
    await expect(authorizeHub(hub.ports, hub.mine, request)).rejects.toThrow('PRODUCT_REFUSED');
    // Whoever repairs the cluster makes it anew, and nothing of what was written stays in it.
    await ensureClient(hub.ports, hub.mine);
    const { secretDigests, redirectUri } = ((await hub.documents.get(path))?.data ??
      {}) as unknown as OidcClient;
    expect([secretDigests, redirectUri]).toEqual([[expect.any(String)], hub.client.redirectUri]);
    expect(secretDigests).not.toContain(digestOf('a'.repeat(52)));
    expect(await worksFor(hub)).toBe(303);
  });

  test('does not stand in another’s place', async () => {
    const hub = await oidcUnderTest();
    const { data } = (await hub.documents.get(oidcClientPath(hub.other))) ?? {};
    if (!data) throw new Error('there is no client');
    await hub.documents.commit([{ op: 'set', path: oidcClientPath(hub.mine), data }]);
    expect(await worksFor(hub, { ...hub.client, redirectUri: hub.otherClient.redirectUri })).toBe(400);
  });

  test('goes over to a new key when Hub signs in, and then needs the old one no more', async () => {
    const before = await oidcUnderTest({ sealKeys: memorySealKeys(1) });
    const request = new URL(`${before.ports.settings.oidc.issuer}/authorize?${before.request()}`);
    const statusWith = async (...seeds: number[]): Promise<string> => {
      const ports = withKeys(before, ...seeds);
      return authorizeHub(ports, before.mine, request).then(
        () => 'in',
        () => 'refused',
      );
    };
    expect(await statusWith(2)).toBe('refused');
    expect(await statusWith(1, 2)).toBe('in');
    expect(await statusWith(2)).toBe('refused');
    expect(await statusWith(2, 1)).toBe('in');
    expect(await statusWith(2)).toBe('in');
    const { commits } = before.documents.counters;
    await statusWith(2, 1);
    // The code alone: nothing is sealed twice.
    expect(before.documents.counters.commits).toBe(commits + 1);
  });
});

test.each<[string, (hub: OidcUnderTest) => object]>([
  [
    'to another cluster',
    ({ other, otherClient }) => ({ cluster: other, redirectUri: otherClient.redirectUri }),
  ],
  ['to another address', () => ({ redirectUri: 'https://evil.example.com/dex/callback' })],
  ['with the state of somebody else', () => ({ state: 'a-state-of-mallorys' })],
  ['of another browser', () => ({ browserDigest: digestOf('a'.repeat(52)) })],
  ['without a seal', () => ({ seal: undefined })],
])('a sign-in that was changed past Hub is over: it leads %s', async (_, change) => {
  const hub = await oidcUnderTest();
  const browser = hub.browser();
  const id = await browser.begin(hub.request());
  await overwrite(hub, oidcInteractionPath(digestOf(id)), change(hub));
  expect(await browser.answer(id, hub.as('ada'))).toMatchObject({
    status: 410,
    body: { code: 'SIGN_IN_OVER' },
  });
});

test('a code that Hub made is taken with either of two keys', async () => {
  const hub = await oidcUnderTest({ sealKeys: memorySealKeys(2, 1) });
  const code = codeOf(await hub.browser().signIn(hub.request(), hub.as('ada')));
  expect(await hub.exchange(code)).toMatchObject({ status: 200 });
});

test('without a key nothing is sealed, and nothing is taken for sealed', () => {
  const none: readonly SealKey[] = [];
  expect(() => sealOf(none, ['code', 'x'])).toThrow('HUB_OIDC_SEAL_KEYS');
  expect(() => isSealed(none, ['code', 'x'], '')).toThrow('HUB_OIDC_SEAL_KEYS');
});

test.each([
  ['', 'holds no key'],
  ['canary', 'holds a line that is not 64 hexadecimal digits'],
  [Array.from({ length: 5 }, (_, n) => `${n}`.repeat(64)).join('\n'), 'holds more than 4 keys'],
])('keys like %j are refused without being told', (text, why) => {
  expect(() => parseSealKeys(text)).toThrow(new Error(why));
});
