/** What people do with a cluster of theirs: work in it with tools of their own, share it, and take it back. Over every wire. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock, systemRandom } from '../../functions/google/clock.ts';
import { embeddedOutside } from '../../functions/google/outside.ts';
import { createWeb } from '../../functions/google/web.ts';
import { openPachyderm } from '../../functions/pachyderm/client.ts';
import type { Pachyderm } from '../../functions/pachyderm/pachyderm.ts';
import { reachByTls } from '../../functions/pachyderm/reach.ts';
import type { ClusterReply } from '../../shared/api/clusters.ts';
import { findTools, hasTools, type Output, run } from '../k8s/tools.ts';
import { aHub, type Driver, type Person, personAt, signIn } from './hub.ts';

let driver: Driver;
let ada: Person;
let grace: Person;
let folder: string;
/** Ada's, ready. */
let id: string;

beforeAll(async () => {
  driver = await aHub({ spares: 0 });
  ada = await driver.person('ada@example.com');
  grace = await driver.person('grace@example.com');
  folder = mkdtempSync(join(tmpdir(), 'hub-inside-'));
  id = (await ada('POST', '/v1/clusters', { name: 'mine' })).body.id;
  await driver.until(id, 'ready');
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await driver.close();
});

const settled = (): Promise<unknown> => driver.until(id, 'ready');
const member = (email: string) => `/v1/clusters/${id}/members/${encodeURIComponent(email)}`;

/** What somebody is given, as it comes. */
async function credentialsOf(
  token: string,
  kind: string,
): Promise<{ status: number; text: string; headers: Headers }> {
  const answer = await fetch(`${driver.hub.url}/v1/clusters/${id}/credentials?kind=${kind}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

const tokenOf = (name: string): Promise<string> =>
  signIn(driver.hub.addresses.auth ?? '', `${name}@example.com`);

/** kubectl as this person, with the configuration they downloaded. */
async function kubectlOf(name: string): Promise<(...args: string[]) => Promise<Output>> {
  const { status, text, headers } = await credentialsOf(await tokenOf(name), 'kubeconfig');
  expect(status).toBe(200);
  expect(headers.get('cache-control')).toBe('no-store');
  const file = join(folder, `${name}.kubeconfig`);
  writeFileSync(file, text, { mode: 0o600 });
  const env = { KUBECONFIG: file, HOME: folder, PATH: '/usr/bin:/bin' };
  return (...args) => run(findTools().kubectl, args, { env });
}

const outside = () => {
  const { addresses, cloud } = driver.hub;
  return embeddedOutside({
    dnsNames: `127.0.0.1:${cloud.dns.namesPort}`,
    ingress: addresses.ingress ?? '',
    acmeRoot: cloud.acme.model.authority.root,
  });
};
const consoleOf = async (cluster: string): Promise<URL> => {
  const { body } = await ada('GET', `/v1/clusters/${cluster}`);
  return new URL((body as ClusterReply).endpoints.console ?? '');
};

/** Pachyderm by its name and certificate, as pachctl reaches it. */
async function pachydermOutside(): Promise<Pachyderm> {
  const { host } = await consoleOf(id);
  return openPachyderm(reachByTls(await outside()(host)), { clock: systemClock(1), random: systemRandom });
}

/** The session that somebody's pachctl would use. */
async function sessionOf(name: string): Promise<string> {
  const { status, text } = await credentialsOf(await tokenOf(name), 'pachctl');
  expect(status).toBe(200);
  const { v2 } = JSON.parse(text) as {
    v2: { active_context: string; contexts: Record<string, { session_token: string }> };
  };
  return v2.contexts[v2.active_context]?.session_token ?? '';
}

describe('the way in', () => {
  test('is by name, with a certificate that proves it, to the console and to pachd', async () => {
    const { host, hostname } = await consoleOf(id);
    expect(hostname.startsWith(id)).toBe(true);
    const page = await createWeb(outside()).page(host, '/');
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('Pachyderm Console') });
    const pachyderm = await pachydermOutside();
    expect((await pachyderm.version()).text).toBe('2.12.2');
    expect(await pachyderm.whoAmI()).toMatchObject({ known: false });
    pachyderm.close();
  });

  test('is not there under any other name', async () => {
    const { port } = new URL(`https://${driver.hub.addresses.ingress}`);
    const refused = await new Promise<string>((resolve) => {
      const socket = connectTls({ port: Number(port), servername: `${'a'.repeat(16)}.clusters.localhost` });
      socket.on('error', (error) => resolve(error.message));
      socket.on('secureConnect', () => resolve('let in'));
    });
    expect(refused).toMatch(/unrecognized/);
  });

  test('leads a stranger through Pachyderm’s own sign-in to Hub, and to nobody else', async () => {
    const console = await consoleOf(id);
    const target = await outside()(console.host);
    const { page } = await import('../../functions/pachyderm/sign-in.ts');
    const reach = reachByTls(target);
    const start = await page(reach, 'console', { path: '/oauth/start' });
    const dex = new URL(start.location ?? '');
    expect(dex.host).toBe(console.host);
    let at = dex;
    for (let hop = 0; hop < 4 && at.host === console.host; hop++) {
      const reply = await page(reach, 'identity', { path: `${at.pathname}${at.search}` });
      at = new URL(reply.location ?? '', at);
    }
    expect(`${at.origin}${at.pathname}`).toBe(`${driver.hub.url}/oidc/authorize`);
  });
});

describe.skipIf(!hasTools)('kubectl', () => {
  test('shows its owner what runs, and gives nobody what would open it', async () => {
    const kubectl = await kubectlOf('ada');
    const pods = await kubectl('get', 'pods');
    expect(pods).toMatchObject({ code: 0, stdout: expect.stringContaining('pachd-') });
    expect((await kubectl('get', 'secrets')).stderr).toMatch(/forbidden/);
    const may = async (...question: string[]) => (await kubectl('auth', 'can-i', ...question)).stdout.trim();
    for (const question of [
      ['create', 'pods'],
      ['create', 'pods', '--subresource=exec'],
      ['patch', 'deployments'],
      ['get', 'secrets', '-n', 'istio-ingress'],
      ['create', 'serviceaccounts', '--subresource=token', '-n', 'hub-members'],
      ['create', 'pods', '-n', 'hub-system'],
    ]) {
      expect(await may(...question), question.join(' ')).toBe('no');
    }
    expect(await may('get', 'pods', '--subresource=log')).toBe('yes');
    expect(await may('delete', 'pods')).toBe('yes');
  });
});

describe('sharing', () => {
  test('lets the other one see it, use it and no more, and removing them ends all of it at once', async () => {
    expect((await grace('GET', `/v1/clusters/${id}`)).status).toBe(404);
    expect((await ada('PUT', member('grace@example.com'), { role: 'viewer' })).status).toBe(202);
    expect((await grace<{ clusters: object[] }>('GET', '/v1/clusters')).body.clusters).toMatchObject([
      { id },
    ]);
    await settled();
    expect((await grace('GET', `/v1/clusters/${id}`)).body).toMatchObject({ state: 'ready' });
    const session = await sessionOf('grace');
    const pachyderm = await pachydermOutside();
    expect(await pachyderm.whoAmI(session)).toMatchObject({
      known: true,
      username: 'user:grace@example.com',
    });
    // kubectl is carried for one platform; that all else ends is seen on each.
    const kubectl = hasTools ? await kubectlOf('grace') : undefined;
    if (kubectl) {
      expect(await kubectl('get', 'pods')).toMatchObject({ code: 0 });
      expect((await kubectl('auth', 'can-i', 'get', 'pods', '--subresource=log')).stdout.trim()).toBe('no');
    }

    expect((await ada('DELETE', member('grace@example.com'))).status).toBe(202);
    await settled();
    expect((await grace('GET', `/v1/clusters/${id}`)).status).toBe(404);
    expect(await pachyderm.whoAmI(session)).toMatchObject({ known: false });
    pachyderm.close();
    if (kubectl)
      expect((await kubectl('get', 'pods')).stderr).toMatch(
        /Unauthorized|must be logged in|provide credentials/,
      );
    expect((await credentialsOf(await tokenOf('grace'), 'kubeconfig')).status).toBe(404);
    const events = await driver.events(id);
    expect(events.map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringContaining('grace@example.com')]),
    );
  });

  test('with somebody who is not here yet waits until they have proven their address', async () => {
    const email = 'newcomer@example.com';
    expect((await ada('PUT', member(email), { role: 'editor' })).status).toBe(202);
    const auth = `http://${driver.hub.addresses.auth}/identitytoolkit.googleapis.com/v1`;
    const post = async <T>(path: string, body: object, authorization = ''): Promise<T> =>
      (await (
        await fetch(`${auth}/${path}?key=local`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
          body: JSON.stringify(body),
        })
      ).json()) as T;
    const password = 'hub-local';
    const { localId } = await post<{ localId: string }>('accounts:signUp', { email, password });
    const unproven = personAt(driver.hub.url, await signIn(driver.hub.addresses.auth ?? '', email));
    expect((await unproven<{ clusters: object[] }>('GET', '/v1/clusters')).body.clusters).toEqual([]);
    await post('accounts:update', { localId, emailVerified: true }, 'Bearer owner');
    const proven = personAt(driver.hub.url, await signIn(driver.hub.addresses.auth ?? '', email));
    expect((await proven<{ clusters: object[] }>('GET', '/v1/clusters')).body.clusters).toMatchObject([
      { id },
    ]);
    await settled();
    expect(
      (await ada<{ members: object[] }>('GET', `/v1/clusters/${id}/members`)).body.members,
    ).toContainEqual(expect.objectContaining({ email, role: 'editor', pending: false }));
  });

  test('goes on where the functions were killed in the middle of it', async () => {
    const { host } = driver.hub;
    const before = host.restarts;
    expect((await ada('PUT', member('grace@example.com'), { role: 'owner' })).status).toBe(202);
    expect((await grace('GET', '/v1/me')).status).toBe(200);
    host.kill();
    await expect.poll(() => host.restarts).toBe(before + 1);
    await settled();
    // The state is written before its word is sent, so the new host may still be on its way up.
    await expect.poll(async () => (await ada('GET', '/v1/health')).status).toBe(200);
    expect(await sessionOf('grace')).not.toBe('');
    // Either owner may go but her for whom it counts.
    expect((await grace('DELETE', member('ada@example.com'))).body).toMatchObject({ code: 'OWNER_PAYS' });
    expect((await ada('DELETE', member('grace@example.com'))).status).toBe(202);
    await settled();
    expect((await ada('DELETE', member('ada@example.com'))).body).toMatchObject({ code: 'OWNER_PAYS' });
  });
});

test('a Pachyderm that cannot be locked is never exposed, and is taken back with a sentence', async () => {
  driver.hub.cloud.faults.force('unlocked');
  const open = (await ada('POST', '/v1/clusters', { name: 'open' })).body.id;
  const failed = await driver.until(open, (cluster) => cluster.state === 'failed');
  driver.hub.cloud.faults.clear();
  expect(failed.error).toMatchObject({ code: 'LOCK_FAILED', remedy: expect.any(String) });
  expect((await driver.events(open)).map(({ to }) => to)).not.toContain('exposing');
  expect(driver.left().filter((name) => name.includes(open))).toEqual([]);
});
