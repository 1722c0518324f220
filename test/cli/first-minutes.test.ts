/** The first five minutes with the command `hub`, against a Hub that runs, as the README tells them; and what goes wrong in them. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { load } from 'js-yaml';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { cleanUpKeySet } from '../../functions/clean-up/keys.ts';
import { memoryCleanUpKey } from '../../local/memory/clean-up-keys.ts';
import { COMMAND } from '../../scripts/build-cli.ts';
import type { ClusterReply } from '../../shared/api/clusters.ts';
import { clusterPath } from '../../shared/documents/cluster.ts';
import { hours, minutes } from '../../shared/units.ts';
import { aCluster, clusterIdOf } from '../builders.ts';
import { aHub, type Driver } from '../journeys/hub.ts';
import { findTools, hasTools, run } from '../k8s/tools.ts';
import { aShell, pageOf, postSession, type Shell, signedIn, tokensOf } from './program.ts';

/** Some twenty processes one after the other, on a machine that may be shared. */
const LIFE_MS = minutes(10);

let driver: Driver;
/** Of Ada, who is signed in. */
let ada: Shell;
let auth: string;

beforeAll(async () => {
  driver = await aHub({ spares: 0, speed: 60 });
  auth = driver.hub.addresses.auth ?? '';
  ada = aShell(driver.hub.url);
});
afterAll(() => driver?.close());

/** Somebody else, by the token of a script. */
const asGrace = async (): Promise<Shell> =>
  aShell(driver.hub.url, { HUB_TOKEN: (await tokensOf(auth, 'grace@example.com')).idToken });

test('each Hub serves the command that fits it', async () => {
  const answer = await fetch(`${driver.hub.url}/hub.mjs`);
  expect(answer.headers.get('content-type')).toMatch(/javascript/);
  expect(await answer.text()).toBe(readFileSync(COMMAND, 'utf8'));
});

test('a life of a cluster: signed in, made, used, shared, deleted and proven gone', {
  timeout: LIFE_MS,
}, async () => {
  const login = ada.start('login', '--no-browser');
  const page = await pageOf(login);
  const { refreshToken } = await tokensOf(auth, 'ada@example.com');
  // A page of somebody else's does not know the word, and does not end the wait.
  expect((await postSession(page, 'a stranger’s session', 'abc')).status).toBe(403);
  const answer = await postSession(page, refreshToken);
  expect(answer.headers.get('refresh')).toBe(`0; url=${driver.hub.url}/command-line/done`);
  const { code, out, err } = await login.ended;
  expect({ code, out }).toEqual({
    code: 0,
    out: `You are signed in to ${driver.hub.url} as ada@example.com.\n`,
  });
  expect(err + out).not.toContain(refreshToken);
  const kept = join(ada.home, 'config/hub/hubs', encodeURIComponent(driver.hub.url), 'session.json');
  expect(statSync(kept).mode & 0o777).toBe(0o600);

  const made = await ada.hub('create', 'first', '--lifetime', '8h', '--wait', '--json');
  expect(made).toMatchObject({ code: 0 });
  const cluster = JSON.parse(made.out) as ClusterReply;
  expect(cluster).toMatchObject({ name: 'first', state: 'ready', ttlHours: 8 });
  expect(made.err).toMatch(/^first: provisioning, .*\n(first: .*\n)*first: ready, 100 %: Ready\n$/);
  expect((await ada.hub('list')).out).toMatch(new RegExp(`^NAME .*\nfirst +${cluster.id} +ready `));
  expect((await ada.hub('watch', 'first', '--until', 'ready')).code).toBe(0);
  expect((await ada.hub('events', 'first')).out).toMatch(/ exposing +ready /);

  expect((await ada.hub('share', 'first', 'grace@example.com', '--role', 'viewer')).code).toBe(0);
  expect((await ada.hub('members', 'first')).out).toMatch(/grace@example.com +viewer/);
  const grace = await asGrace();
  // By its id, before Hub knows that she has come.
  expect((await grace.hub('show', cluster.id)).code).toBe(0);
  const refused = await grace.hub('delete', 'first', '--yes');
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('(OWNER_ONLY)') });

  if (hasTools) await withKubectl(ada, cluster.id);
  const pachctl = JSON.parse((await ada.hub('pachctl', 'first')).out);
  expect(pachctl).toMatchObject({ v2: { contexts: expect.any(Object) } });

  expect(await ada.hub('delete', 'first')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
  const deleted = await ada.hub('delete', 'first', '--yes', '--wait');
  expect(deleted).toMatchObject({ code: 0, err: expect.stringMatching(/first: deleted, 100 %/) });
  const proof = await ada.hub('cleanup', 'first', '--verify', '--file', 'certificate.json');
  expect(proof).toMatchObject({
    code: 0,
    out: expect.stringMatching(new RegExp(`^VALID: nothing is left of cluster ${cluster.id}`)),
  });
  // With keys that were kept, as whoever doubts the Hub of today does; and not with those of another one.
  writeFileSync(join(ada.home, 'keys.json'), (await ada.hub('keys')).out);
  expect((await ada.hub('cleanup', 'first', '--keys', 'keys.json')).code).toBe(0);
  writeFileSync(join(ada.home, 'other.json'), JSON.stringify(cleanUpKeySet([memoryCleanUpKey(1)])));
  expect(await ada.hub('cleanup', 'first', '--keys', 'other.json')).toMatchObject({
    code: 1,
    err: expect.stringContaining('NOT VALID: Nobody knows who signed this'),
  });
  expect((await ada.hub('list')).out).toContain('You have no clusters');
  expect((await ada.hub('list', '--all')).out).toContain(cluster.id);

  expect((await ada.hub('logout')).code).toBe(0);
  expect(await ada.hub('list')).toMatchObject({
    code: 1,
    err: expect.stringContaining('You are not signed in'),
  });
});

/** kubectl gets its tokens by itself, the first from what is kept; the file has no secret in it. */
async function withKubectl(shell: Shell, id: string): Promise<void> {
  expect((await shell.hub('kubeconfig', 'first', '--file', 'kubeconfig')).code).toBe(0);
  const file = join(shell.home, 'kubeconfig');
  const text = readFileSync(file, 'utf8');
  const { users } = load(text) as { users: { user: object }[] };
  expect(users.map(({ user }) => Object.keys(user))).toEqual([['exec']]);
  const env = { ...shell.env, KUBECONFIG: file };
  const { kubectl } = findTools();
  const namespaces = await run(kubectl, ['get', 'pods', '-o', 'name'], { env });
  expect(namespaces).toMatchObject({ code: 0, stdout: expect.stringContaining('pod/pachd') });
  const issued = async (): Promise<number> => {
    const entries = await driver.firestore
      .collection('audit')
      .where('action', '==', 'issue-credentials')
      .get();
    return entries.docs.filter((entry) => entry.get('cluster') === id).length;
  };
  // One for the file and every call since.
  expect(await issued()).toBe(1);
  const credential = JSON.parse((await shell.hub('token', id, '--anew')).out);
  expect(credential).toMatchObject({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: expect.any(String), expirationTimestamp: expect.any(String) },
  });
  expect(text).not.toContain(credential.status.token);
  expect(await issued()).toBe(2);
  expect((await shell.hub('kubeconfig', 'first', '--merge')).code).toBe(0);
  const merged = await run(kubectl, ['config', 'current-context'], {
    env: { ...shell.env, KUBECONFIG: join(shell.home, '.kube/config') },
  });
  expect(merged.stdout).toMatch(/^first-/);
}

test('who stops watching ends nothing but that', async () => {
  const grace = await asGrace();
  const watching = grace.start('create', 'unwatched', '--wait');
  await watching.says(/unwatched: provisioning/);
  watching.child.kill('SIGINT');
  const { code, err } = await watching.ended;
  const [, id = ''] = /The cluster goes on without you: hub watch ([a-z2-7]{16})\n$/.exec(err) ?? [];
  expect(code).toBe(130);
  await driver.until(id, 'ready');
  await grace.hub('delete', id, '--yes');
  // What becomes of one that is on its way out is not what was waited for.
  expect(await grace.hub('watch', id, '--until', 'ready')).toMatchObject({
    code: 1,
    err: expect.stringContaining('is not ready'),
  });
});

test('whoever stops is not kept by a line that is still being made', async () => {
  const grace = await asGrace();
  const { out } = await grace.hub('create', 'brief', '--json');
  const { id } = JSON.parse(out) as ClusterReply;
  // Each is stopped at another moment of its beginning; one in four was kept for minutes.
  const stopped = Array.from({ length: 12 }, async (_, index) => {
    const watching = grace.start('watch', id, '--until', 'deleted');
    await watching.says(/brief: /);
    await setTimeout(index * 40);
    watching.child.kill('SIGINT');
    return (await watching.ended).code;
  });
  expect(await Promise.all(stopped)).toEqual(stopped.map(() => 130));
  expect((await grace.hub('delete', id, '--yes')).code).toBe(0);
});

test('a name that two clusters have is asked about, and an id is not', async () => {
  const grace = await asGrace();
  const ids: string[] = [];
  for (let count = 0; count < 2; count++) {
    const { out } = await grace.hub('create', 'twin', '--json');
    ids.push((JSON.parse(out) as ClusterReply).id);
  }
  const { code, err } = await grace.hub('show', 'twin');
  expect(code).toBe(1);
  for (const id of ids) {
    expect(err).toContain(id);
    expect((await grace.hub('show', id)).code).toBe(0);
    expect((await grace.hub('delete', id, '--yes')).code).toBe(0);
  }
});

test('what ends, is offered or is of no use says so, with the command that helps', async () => {
  const grace = await asGrace();
  const [, claims = ''] = (grace.env.HUB_TOKEN ?? '').split('.');
  const { sub: uid } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sub: string };
  const until = new Date(Date.now() + hours(72));
  const gone = { type: 'Exists', status: false, message: 'The cluster itself is gone.', since: new Date() };
  const shared = { owner: 'mallory', members: { mallory: 'owner', [uid]: 'owner' } } as const;
  for (const { id, ...data } of [
    aCluster({ id: clusterIdOf(801), name: 'going', ...shared, handOverUntilAt: until }),
    aCluster({ id: clusterIdOf(802), name: 'asked', ...shared, offeredTo: uid }),
    aCluster({ id: clusterIdOf(803), name: 'lost', owner: uid, conditions: [gone] }),
  ])
    await driver.firestore.doc(clusterPath(id)).set(data);
  const [head = '', ...rows] = (await grace.hub('list')).out.split('\n');
  const rowOf = (name: string) => rows.find((row) => row.startsWith(`${name} `));
  expect(rowOf('going')?.slice(head.indexOf('ENDS'))).toBe(until.toISOString());
  expect(rowOf('lost')).toContain('ready (needs attention)');
  const accept = (id: string) => `hub transfer ${id} --accept`;
  for (const command of ['show', 'members']) {
    expect((await grace.hub(command, 'going')).out).toContain(accept(clusterIdOf(801)));
    expect((await grace.hub(command, 'asked')).out).toContain(accept(clusterIdOf(802)));
  }
  expect((await grace.hub('members', 'asked')).out).toMatch(
    /owner +was asked to pay for it\n(.*\n)*.*pays for it/,
  );
  const lost = (await grace.hub('show', 'lost')).out;
  expect(lost).toMatch(new RegExp(`Attention: +${gone.message}.* hub delete ${clusterIdOf(803)} `));
  expect(lost).toMatch(/Paid by: +you\n/);
});

test('who was asked to pay comes to it by no word but that they accept', async () => {
  const grace = await asGrace();
  const [, claims = ''] = (grace.env.HUB_TOKEN ?? '').split('.');
  const { sub: uid } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sub: string };
  const id = clusterIdOf(804);
  const { id: _, ...data } = aCluster({
    ...{ id, name: 'offered', owner: 'mallory', offeredTo: uid },
    members: { mallory: 'owner', [uid]: 'owner' },
    emails: { mallory: 'mallory@example.com', [uid]: 'grace@example.com' },
  });
  const document = driver.firestore.doc(clusterPath(id));
  await document.set(data);
  expect(await grace.hub('transfer', 'offered', '--withdraw')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/offered was offered to you.* Nothing was done.*--accept.*--decline/s),
  });
  expect((await document.get()).data()).toMatchObject({ owner: 'mallory', offeredTo: uid });
  expect(await grace.hub('transfer', 'offered', '--decline')).toMatchObject({
    code: 0,
    out: 'You declined to pay for offered.\n',
  });
  expect((await document.get()).data()).toMatchObject({ owner: 'mallory' });
  expect((await document.get()).get('offeredTo')).toBeUndefined();
});

test('what is wrong is told in a line, with what to do, and never as a stack', async () => {
  const grace = await asGrace();
  const cases: [Shell, string[], number, RegExp][] = [
    [grace, ['create', 'No_Name'], 1, /INVALID_NAME/],
    [grace, ['create', 'fine', '--size', 'giant'], 1, /UNKNOWN_SIZE.*hub catalog/s],
    [grace, ['create', 'fine', '--lifetime', 'long'], 2, /8h or 3d/],
    [grace, ['show', 'nothing-like-it'], 1, /NOT_FOUND/],
    [grace, ['share', 'x', 'y@example.com', '--role', 'king'], 2, /viewer, editor, owner/],
    [grace, ['invent'], 2, /unknown command/],
    [aShell('http://127.0.0.1:1', grace.env), ['list', '--hub', 'http://127.0.0.1:1'], 1, /UNREACHABLE/],
    [grace, ['list', '--hub', 'http://hub.example.com'], 2, /not encrypted/],
    [aShell(driver.hub.url), ['list'], 1, /hub login/],
    [aShell(driver.hub.url, { HUB_TOKEN: 'e30.e30.x' }), ['list'], 1, /HUB_TOKEN is not good any more/],
    [aShell(`http://${auth}`), ['login', '--no-browser'], 1, /is no Hub/],
  ];
  for (const [shell, args, code, says] of cases) {
    const ended = await shell.hub(...args);
    expect(ended, args.join(' ')).toMatchObject({ code, out: '', err: expect.stringMatching(says) });
    expect(ended.err).not.toMatch(/^\s+at |Error:/m);
  }
});

test('a session that is over is told, and what to do', async () => {
  const shell = aShell(driver.hub.url);
  const { idToken, refreshToken } = await tokensOf(auth, 'short@example.com', 'signUp');
  expect((await signedIn(shell, refreshToken)).code).toBe(0);
  await fetch(`http://${auth}/identitytoolkit.googleapis.com/v1/accounts:delete?key=local`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ idToken }),
  });
  expect(await shell.hub('whoami')).toMatchObject({
    code: 1,
    err: expect.stringMatching(
      /^error: Your session at \S+ is over\. \(UNAUTHENTICATED\)\nSign in again: hub login/,
    ),
  });
});

test('an answer that is lost is asked for again, and there is one cluster', async () => {
  const { idToken } = await tokensOf(auth, 'operator@example.com');
  let lost = 0;
  // It passes everything on, and hangs up on the first answer to a creation.
  const line = createServer((incoming, outgoing) => {
    const { method, headers, url } = incoming;
    const onward = request(`${driver.hub.url}${url}`, { method, headers }, (answer) => {
      if (method === 'POST' && lost++ === 0) return void outgoing.destroy();
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void line.close());
  const { port } = line.address() as AddressInfo;
  const shell = aShell(`http://127.0.0.1:${port}`, { HUB_TOKEN: idToken });
  const made = await shell.hub('create', 'once', '--json');
  expect(made).toMatchObject({ code: 0, err: '' });
  expect(lost).toBe(2);
  const listed = JSON.parse((await shell.hub('list', '--json')).out) as { clusters: ClusterReply[] };
  expect(listed.clusters.map(({ id }) => id)).toEqual([(JSON.parse(made.out) as ClusterReply).id]);
  await shell.hub('delete', 'once', '--yes');
});
