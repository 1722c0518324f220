/** Signing in to a cluster, over every wire: Hosting's rewrite and its cookies, the functions framework, Firestore, the Auth stand-in. */
import * as client from 'openid-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDocuments } from '../../functions/google/documents.ts';
import type { ClientCredentials } from '../../functions/oidc/clients.ts';
import { aCluster, clusterIdOf, writeOf } from '../builders.ts';
import { createBrowser } from '../oidc.ts';
import { aHub, type Driver, signIn } from './hub.ts';

let driver: Driver;
let credentials: ClientCredentials;

beforeAll(async () => {
  driver = await aHub();
  const documents = createDocuments(driver.firestore);
  const id = clusterIdOf(7);
  await documents.commit([writeOf(aCluster({ id, owner: 'ada' }))]);
  credentials = await driver.register(id);
});
afterAll(() => driver.close());

/** A browser that also sends cookies of other names, as any does. */
const browserOf = (url: string) =>
  createBrowser((to, init = {}) => {
    const headers = new Headers(init.headers);
    if (headers.has('cookie')) headers.set('cookie', `theme=dark; ${headers.get('cookie')}; _ga=1`);
    if (headers.has('origin')) headers.set('origin', url);
    return fetch(new URL(to, url), { ...init, headers });
  });

test('a member gets an ID token, a stranger is told why not, and a code is good once', async () => {
  const { url, addresses } = driver.hub;
  const { clientId, clientSecret, redirectUri } = credentials;
  const configuration = await client.discovery(
    new URL(`${url}/oidc`),
    clientId,
    undefined,
    client.ClientSecretBasic(clientSecret),
    { execute: [client.allowInsecureRequests] },
  );
  const request = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid email profile',
    state: 'over every wire',
  });
  const browser = browserOf(url);
  const id = await browser.begin(request.searchParams);
  const [ada, grace] = await Promise.all(
    ['ada', 'grace'].map((name) => signIn(addresses.auth ?? '', `${name}@example.com`)),
  );
  expect(await browser.answer(id, grace)).toMatchObject({ status: 403, body: { code: 'NOT_A_MEMBER' } });
  const { location } = await browser.answer(id, ada);
  const answer = location ?? new URL(url);
  const exchange = () =>
    client.authorizationCodeGrant(configuration, answer, { expectedState: 'over every wire' });
  const tokens = await exchange();
  expect(tokens.claims()).toMatchObject({
    iss: `${url}/oidc`,
    sub: 'ada',
    email: 'ada@example.com',
    email_verified: true,
  });
  await expect(exchange()).rejects.toMatchObject({ error: 'invalid_grant' });
});

test('a body that is too large is refused before it fills anything', async () => {
  const { url } = driver.hub;
  const response = await fetch(`${url}/oidc/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `code=${'x'.repeat(5_000_000)}`,
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: 'invalid_request' });
});
