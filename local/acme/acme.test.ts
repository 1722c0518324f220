/** The ACME stand-in by RFC 8555: accounts and their binding, signatures, orders of others, revocation, restarts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import acme from 'acme-client';
import { FlattenedSign, importPKCS8 } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { days, minutes } from '../../shared/units.ts';
import { aWorld } from '../a-world.ts';
import { type VirtualClock, virtualClock } from '../clock.ts';
import type { World } from '../service.ts';
import { journaledStore, memoryStore, type Store } from '../store.ts';
import { type AcmeModel, createAcmeModel } from './model.ts';
import type { NameLookup } from './names.ts';
import { operatorAccount } from './operator.ts';
import { type AcmeFace, serveAcme } from './server.ts';

const HOST = 'abc.hub.example.com';

/** What DNS says, by name. */
const texts = new Map<string, string[]>();
const lookup: NameLookup = {
  txt: async (name) => texts.get(name) ?? [],
  caa: async () => [],
};

const worldAt = (clock: VirtualClock, store: Store = memoryStore()): World => aWorld({ clock, store });

let clock: VirtualClock;
let model: AcmeModel;
let face: AcmeFace;
beforeEach(async () => {
  texts.clear();
  clock = virtualClock({ startMs: Date.now() });
  const world = worldAt(clock);
  model = createAcmeModel(world, { lookup });
  face = await serveAcme(world, 0, model);
});
afterEach(() => face.close());

const clientOf = (accountKey: Buffer | string, externalAccountBinding?: { kid: string; hmacKey: string }) =>
  new acme.Client({
    directoryUrl: face.directoryUrl,
    accountKey,
    ...(externalAccountBinding && { externalAccountBinding }),
  });
const AGREED = { termsOfServiceAgreed: true };

async function aClient(accountKey?: Buffer): Promise<acme.Client> {
  const client = clientOf(
    accountKey ?? (await acme.crypto.createPrivateEcdsaKey()),
    model.createExternalKey(),
  );
  await client.createAccount({ ...AGREED });
  return client;
}
const order = (client: acme.Client, ...names: string[]) =>
  client.createOrder({ identifiers: names.map((value) => ({ type: 'dns', value })) });

async function proven(client: acme.Client, ...names: string[]): Promise<acme.Order> {
  const made = await order(client, ...names);
  for (const authorization of await client.getAuthorizations(made)) {
    const [challenge] = authorization.challenges;
    if (!challenge) throw new Error('no challenge');
    const host = `_acme-challenge.${authorization.identifier.value}`;
    const value = await client.getChallengeKeyAuthorization(challenge);
    texts.set(host, [...(texts.get(host) ?? []), value]);
    await client.completeChallenge(challenge);
  }
  await clock.runFor(minutes(5));
  return client.getOrder(made);
}

async function issued(client: acme.Client, ...names: string[]): Promise<string> {
  const ready = await proven(client, ...names);
  const [, csr] = await acme.crypto.createCsr({ altNames: names });
  await client.finalizeOrder(ready, csr);
  await clock.runFor(minutes(5));
  return client.getCertificate(await client.getOrder(ready));
}

/** A request signed by hand, to be wrong in ways that no client is. */
async function post(
  path: string,
  header: Record<string, unknown>,
  payload: object | '',
  key: string,
): Promise<{ status: number; problem: string; nonce: string | null }> {
  const base = face.directoryUrl.replace('/directory', '');
  const nonce = (await fetch(`${base}/new-nonce`, { method: 'HEAD' })).headers.get('replay-nonce');
  const bytes = payload === '' ? Buffer.alloc(0) : Buffer.from(JSON.stringify(payload));
  const jws = await new FlattenedSign(bytes)
    .setProtectedHeader({ alg: 'ES256', nonce, url: `${base}${path}`, ...header } as { alg: string })
    .sign(await importPKCS8(key, 'ES256'));
  const response = await fetch(`${base}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/jose+json' },
    body: JSON.stringify(jws),
  });
  const body = (await response.json()) as { type?: string };
  return {
    status: response.status,
    problem: body.type?.replace('urn:ietf:params:acme:error:', '') ?? '',
    nonce: response.headers.get('replay-nonce'),
  };
}

describe('accounts', () => {
  test('are bound to a customer’s key, which is good for one of them', async () => {
    const external = model.createExternalKey();
    const [first, second] = [await acme.crypto.createPrivateKey(), await acme.crypto.createPrivateEcdsaKey()];
    await expect(clientOf(first).createAccount({ ...AGREED })).rejects.toThrow('binding is required');
    const forged = { ...external, hmacKey: Buffer.alloc(32).toString('base64url') };
    await expect(clientOf(first, forged).createAccount({ ...AGREED })).rejects.toThrow(
      'not signed by its key',
    );
    const unknown = { ...external, kid: 'unknown' };
    await expect(clientOf(first, unknown).createAccount({ ...AGREED })).rejects.toThrow('Unknown external');
    expect(await clientOf(first, external).createAccount({ ...AGREED })).toMatchObject({ status: 'valid' });
    await expect(clientOf(second, external).createAccount({ ...AGREED })).rejects.toThrow('used already');
  });

  test('that are there are found by their key, without binding or terms', async () => {
    const key = await acme.crypto.createPrivateEcdsaKey();
    await expect(clientOf(key).createAccount({ onlyReturnExisting: true })).rejects.toThrow(
      'No account exists',
    );
    const first = await aClient(key);
    const again = clientOf(key);
    await again.createAccount({ onlyReturnExisting: true });
    expect(again.getAccountUrl()).toBe(first.getAccountUrl());
  });

  test('need the terms of service agreed to', async () => {
    const client = clientOf(await acme.crypto.createPrivateEcdsaKey(), model.createExternalKey());
    await expect(client.createAccount({})).rejects.toThrow('terms of service');
  });

  test('may change their key, after which the old one is nothing', async () => {
    const [old, fresh] = [await acme.crypto.createPrivateEcdsaKey(), await acme.crypto.createPrivateKey()];
    const client = await aClient(old);
    await client.updateAccountKey(fresh);
    await order(client, HOST);
    await expect(clientOf(old).createAccount({ onlyReturnExisting: true })).rejects.toThrow(
      'No account exists',
    );
    const other = await aClient();
    await expect(other.updateAccountKey(fresh)).rejects.toThrow('in use by an account');
  });

  test('that are deactivated may do nothing any more', async () => {
    const client = await aClient();
    await client.updateAccount({ status: 'deactivated' });
    await expect(order(client, HOST)).rejects.toThrow('deactivated');
  });
});

describe('requests', () => {
  let key: string;
  let kid: string;
  beforeEach(async () => {
    const pem = await acme.crypto.createPrivateEcdsaKey();
    key = pem.toString();
    kid = (await aClient(pem)).getAccountUrl();
  });
  const body = { identifiers: [{ type: 'dns', value: HOST }] };

  test('are refused if anything about their signature is wrong', async () => {
    const stranger = (await acme.crypto.createPrivateEcdsaKey()).toString();
    expect(await post('/new-order', { kid }, body, key)).toMatchObject({ status: 201 });
    expect(await post('/new-order', { kid }, body, stranger)).toMatchObject({ problem: 'malformed' });
    expect(await post('/new-order', { kid, url: 'http://x/new-order' }, body, key)).toMatchObject({
      problem: 'unauthorized',
    });
    expect(await post('/new-order', { kid: `${kid}x` }, body, key)).toMatchObject({
      problem: 'accountDoesNotExist',
    });
    expect(await post('/new-order', {}, body, key)).toMatchObject({ problem: 'malformed' });
    expect(await post('/new-order', { kid, jwk: { kty: 'oct' } }, body, key)).toMatchObject({
      problem: 'malformed',
    });
    expect(await post('/new-order', { jwk: { kty: 'oct', k: 'x' } }, body, key)).toMatchObject({
      problem: 'badPublicKey',
    });
  });

  test('are refused if the nonce was used or never given, with a new one to try again', async () => {
    const wrong = await post('/new-order', { kid, nonce: 'made-up' }, body, key);
    expect(wrong).toMatchObject({ status: 400, problem: 'badNonce', nonce: expect.any(String) });
    expect(await post('/new-order', { kid, nonce: wrong.nonce }, body, key)).toMatchObject({ status: 201 });
    expect(await post('/new-order', { kid, nonce: wrong.nonce }, body, key)).toMatchObject({
      problem: 'badNonce',
    });
  });

  test.each([
    ['an address', [{ type: 'ip', value: '192.0.2.1' }], 'unsupportedIdentifier'],
    ['no names', [], 'malformed'],
    ['something else', 'x', 'malformed'],
    ['nothing', [null], 'unsupportedIdentifier'],
    ['a name of one label', [{ type: 'dns', value: 'localhost' }], 'rejectedIdentifier'],
    ['an address as a name', [{ type: 'dns', value: '192.0.2.1' }], 'rejectedIdentifier'],
    ['a wildcard in the middle', [{ type: 'dns', value: 'a.*.example.com' }], 'rejectedIdentifier'],
  ])('for %s are refused', async (_which, identifiers, problem) => {
    expect(await post('/new-order', { kid }, { identifiers }, key)).toMatchObject({ problem });
  });

  test('that are none get an error and harm nobody', async () => {
    const base = face.directoryUrl.replace('/directory', '');
    const send = (path: string, content: string, type = 'application/jose+json') =>
      fetch(`${base}${path}`, { method: 'POST', body: content, headers: { 'content-type': type } });
    expect((await send('/new-order', '{')).status).toBe(400);
    expect((await send('/new-order', '[]')).status).toBe(400);
    expect((await send('/new-order', '{"protected":"x","payload":"","signature":""}')).status).toBe(400);
    expect((await send('/new-order', '{}', 'application/json')).status).toBe(415);
    expect((await send('/constructor', '{}')).status).toBe(404);
    expect((await fetch(`${base}/new-order`)).status).toBe(405);
    expect((await fetch(face.directoryUrl)).status).toBe(200);
  });
});

describe('orders', () => {
  test('are those of their account alone', async () => {
    const [one, other] = [await aClient(), await aClient()];
    const made = await order(one, HOST);
    await expect(other.getOrder(made)).rejects.toThrow('another account');
    await expect(other.getAuthorizations(made)).rejects.toThrow('another account');
  });

  test('for a name and its wildcard want two proofs at the same place', async () => {
    const chain = await issued(await aClient(), HOST, `*.${HOST}`);
    expect(acme.crypto.readCertificateInfo(chain).domains.altNames).toEqual([HOST, `*.${HOST}`]);
  });

  test('a challenge is looked into after a while, not at once', async () => {
    const client = await aClient();
    const made = await order(client, HOST);
    const [authorization] = await client.getAuthorizations(made);
    const [challenge] = authorization?.challenges ?? [];
    if (!challenge) throw new Error('no challenge');
    expect(await client.completeChallenge(challenge)).toMatchObject({ status: 'processing' });
    expect(await client.getOrder(made)).toMatchObject({ status: 'pending' });
    await clock.runFor(minutes(5));
    expect(await client.getOrder(made)).toMatchObject({ status: 'invalid' });
  });

  test('are finalised only when ready, with just their names and another key than the account’s', async () => {
    const key = await acme.crypto.createPrivateKey();
    const client = await aClient(key);
    const request = async (names: string[], withKey?: Buffer) =>
      (await acme.crypto.createCsr({ altNames: names }, withKey))[1];
    await expect(client.finalizeOrder(await order(client, HOST), await request([HOST]))).rejects.toThrow(
      'not acceptable for finalization',
    );
    const ready = await proven(client, HOST);
    expect(ready.status).toBe('ready');
    await expect(client.finalizeOrder(ready, await request([HOST, 'x.example.com']))).rejects.toThrow(
      'same id',
    );
    await expect(client.finalizeOrder(ready, await request(['x.example.com']))).rejects.toThrow('same id');
    await expect(client.finalizeOrder(ready, await request([HOST], key))).rejects.toThrow('of the account');
    await expect(
      client.finalizeOrder(ready, Buffer.from('-----BEGIN X-----\nAAAA\n-----END X-----')),
    ).rejects.toThrow();
    expect(await client.getOrder(ready)).toMatchObject({ status: 'ready' });
    expect(await client.finalizeOrder(ready, await request([HOST]))).toMatchObject({ status: 'processing' });
  });

  test('that nobody finishes end after a week', async () => {
    const client = await aClient();
    const made = await order(client, HOST);
    await clock.runFor(days(8));
    expect(await client.getOrder(made)).toMatchObject({ status: 'invalid' });
  });

  test('a proof that was given up has to be given again', async () => {
    const client = await aClient();
    const ready = await proven(client, HOST);
    const [authorization] = await client.getAuthorizations(ready);
    if (!authorization) throw new Error('no authorization');
    await client.deactivateAuthorization(authorization);
    expect(await client.getOrder(ready)).toMatchObject({ status: 'invalid' });
    expect(await order(client, HOST)).toMatchObject({ status: 'pending' });
  });
});

test('a certificate is revoked once, by its account and by nobody else’s', async () => {
  const [client, other] = [await aClient(), await aClient()];
  const chain = await issued(client, HOST);
  await expect(other.revokeCertificate(chain)).rejects.toThrow('not yours');
  await client.revokeCertificate(chain, { reason: 4 });
  await expect(client.revokeCertificate(chain)).rejects.toThrow('revoked already');
});

test('everything but nonces survives a restart, and what was under way goes on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-acme-'));
  await face.close();
  let port = 0;
  const start = async () => {
    const world = worldAt(clock, journaledStore(folder, 'acme'));
    model = createAcmeModel(world, { lookup });
    face = await serveAcme(world, port, model);
    port = face.port;
    return operatorAccount(world, model);
  };
  const before = await start();
  const root = model.authority.root;
  const client = clientOf(before.accountKey, { kid: before.eabKid, hmacKey: before.eabHmacKey });
  await client.createAccount({ ...AGREED });
  const made = await order(client, HOST);
  const [authorization] = await client.getAuthorizations(made);
  const [challenge] = authorization?.challenges ?? [];
  if (!challenge) throw new Error('no challenge');
  texts.set(`_acme-challenge.${HOST}`, [await client.getChallengeKeyAuthorization(challenge)]);
  await client.completeChallenge(challenge);
  await face.close();

  expect(await start()).toEqual(before);
  expect(model.authority.root).toBe(root);
  await clock.runFor(minutes(5));
  const ready = await client.getOrder(made);
  expect(ready.status).toBe('ready');
  const [, csr] = await acme.crypto.createCsr({ altNames: [HOST] });
  await client.finalizeOrder(ready, csr);
  await face.close();

  await start();
  await clock.runFor(minutes(5));
  expect(await client.getCertificate(await client.getOrder(made))).toContain('BEGIN CERTIFICATE');
  rmSync(folder, { recursive: true });
});
