import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../functions/google/clock.ts';
import { openPachyderm } from '../../functions/pachyderm/client.ts';
import type { Reach } from '../../functions/pachyderm/reach.ts';
import { reachByForward } from '../../functions/pachyderm/reach.ts';
import { KINDS } from '../kubernetes/kinds.ts';
import { ConnectionRefused, connectToPod } from '../kubernetes/pod-ports.ts';
import { aLeaf, live, made, type TestLeaf } from '../kubernetes/testing.ts';
import { seededRandom } from '../random.ts';
import { type AuthObjects, authObjects } from './chart.ts';
import { pachdListener } from './listener.ts';
import { HOST, HUB, lockedValues, ROOT_TOKEN, startIssuer, type TestIssuer } from './testing.ts';

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.close());

const encode = (texts: Record<string, string>) =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));

const envOf = ({ environment }: AuthObjects) =>
  environment.map((source) => {
    if ('value' in source) return source;
    const { name, key } = source;
    const valueFrom =
      'secret' in source
        ? { secretKeyRef: { name: source.secret, key } }
        : { configMapKeyRef: { name: source.configMap, key } };
    return { name, valueFrom };
  });

const objectsFor = (issuerUrl: string) =>
  authObjects(lockedValues(issuerUrl), { version: '2.12.1', randomText: () => 'made-up' });

const aPachdPod = (issuerUrl: string) => ({
  metadata: { name: 'pachd' },
  spec: {
    containers: [
      {
        name: 'pachd',
        image: 'mirror.example/pachyderm/pachd:2.12.1',
        env: envOf(objectsFor(issuerUrl)),
        ports: [{ containerPort: 1650 }],
      },
    ],
  },
});

async function aLeafWithPachd(issuerUrl: string): Promise<TestLeaf> {
  const test = await aLeaf();
  const objects = objectsFor(issuerUrl);
  for (const [name, texts] of Object.entries(objects.secrets)) {
    made(test.leaf, KINDS.Secret, { metadata: { name }, data: encode(texts) });
  }
  for (const [name, data] of Object.entries(objects.configMaps)) {
    made(test.leaf, KINDS.ConfigMap, { metadata: { name }, data });
  }
  const container = { name: 'pachd', image: 'mirror.example/pachyderm/pachd:2.12.1', env: envOf(objects) };
  const ports = [{ containerPort: 1650 }];
  made(test.leaf, KINDS.Pod, {
    metadata: { name: 'pachd' },
    spec: { containers: [{ ...container, ports }] },
  });
  test.leaf.edges.listener = pachdListener({ fetch: () => fetch, seed: 1 });
  await test.until(() => live(test.leaf, KINDS.Pod, 'pachd').status?.phase === 'Running');
  return test;
}

const reachInto = ({ leaf }: TestLeaf): Reach =>
  reachByForward(HOST, async (port): Promise<Duplex> => connectToPod(leaf, 'default', 'pachd', port));

const options = { clock: systemClock(1), random: seededRandom(2) };

test('the pod of a pachd serves what its Secrets say, through a port-forward', async () => {
  const leaf = await aLeafWithPachd(issuer.url);
  const pachyderm = await openPachyderm(reachInto(leaf), options);
  expect(await pachyderm.version()).toEqual({ text: '2.12.1' });
  expect(await pachyderm.whoAmI()).toMatchObject({ known: false });
  expect(await pachyderm.whoAmI(ROOT_TOKEN)).toMatchObject({ known: true, username: 'pach:root' });
  pachyderm.close();
  expect(() => connectToPod(leaf.leaf, 'default', 'pachd', 5432)).toThrow(ConnectionRefused);
});

test('the next pod has the database of the one before, and the bindings of the Secret as it is then', async () => {
  const leaf = await aLeafWithPachd(issuer.url);
  const first = await openPachyderm(reachInto(leaf), options);
  const bindings = { [HUB]: ['clusterAdmin'], 'user:ada@example.com': ['clusterAdmin'] };
  await first.setMembers(ROOT_TOKEN, bindings);
  first.close();
  const { remove } = await import('../kubernetes/api.ts');
  remove(leaf.leaf, KINDS.Pod, 'default', 'pachd', { gracePeriodSeconds: 0 });
  await leaf.clock.runFor(60_000);
  made(leaf.leaf, KINDS.Pod, aPachdPod(issuer.url));
  await leaf.until(() => live(leaf.leaf, KINDS.Pod, 'pachd').status?.phase === 'Running');
  const second = await openPachyderm(reachInto(leaf), options);
  const proof = await second.proveLocked(ROOT_TOKEN, {
    ...{ version: '2.12.1', owner: 'ada@example.com', bindings, issuer: issuer.url },
  });
  // The Secret did not name Ada: a restart takes her away. The default project stays as Hub left it.
  expect(proof.checks.filter(({ ok }) => !ok).map(({ check }) => check)).toEqual([
    'nobody else is bound',
    'the owner is accepted',
  ]);
  second.close();
});

test('a pachd that cannot start hangs up', async () => {
  const leaf = await aLeafWithPachd('http://127.0.0.1:9');
  const pachyderm = await openPachyderm(reachInto(leaf), options);
  await expect(pachyderm.version()).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
  pachyderm.close();
});

test('faults: it starts unlocked, or hangs up', async () => {
  const leaf = await aLeafWithPachd(issuer.url);
  leaf.faults.force('unlocked', { times: 1 });
  const open = await openPachyderm(reachInto(leaf), options);
  expect(await open.whoAmI()).toMatchObject({
    known: false,
    reason: expect.stringContaining('the auth service is not activated'),
  });
  open.close();
  leaf.faults.force('unavailable', { times: 1, subject: 'pachd:1650' });
  const away = await openPachyderm(reachInto(leaf), options);
  await expect(away.version()).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
  away.close();
});
