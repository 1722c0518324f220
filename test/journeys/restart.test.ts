/** Hub killed with SIGKILL in the middle of things and started again on the same data: everything converges, nothing is doubled. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Firestore } from '@google-cloud/firestore';
import { expect, test } from 'vitest';
import type { Cluster } from '../../shared/documents/cluster.ts';
import type { State } from '../../shared/lifecycle/table.ts';
import { bucketsIn, clustersIn, computeIn, leavesIn } from '../cloud-contents.ts';
import { type Answer, aHub, firestoreAt, personAt, signIn, until } from './hub.ts';
import { aFolder, type HubProcess, killedAt, startProcess } from './process.ts';

async function settledIn({ addresses }: HubProcess, id: string, state: State): Promise<Cluster> {
  const firestore = firestoreAt(addresses.firestore ?? '');
  const cluster = await until(firestore, id, state);
  await firestore.terminate();
  return cluster;
}

/**
 * Resolves once it listens for a cluster of that name in that state; `seen` resolves with its id. To be called before what leads there is asked
 * for: the state may last a third of a second, which is over before one has begun to listen.
 */
function listenFor(firestore: Firestore, name: string, state: State): Promise<{ seen: Promise<string> }> {
  return new Promise((resolve, reject) => {
    const seen = new Promise<string>((see, miss) => {
      const stop = firestore
        .collection('clusters')
        .where('name', '==', name)
        .onSnapshot(
          ({ docs: [cluster] }) => {
            resolve({ seen });
            if (!cluster) return;
            if (cluster.get('state') === state) see(cluster.id);
            else if (cluster.get('state') !== 'deleted') return;
            else miss(new Error(`${name} is deleted, and nobody saw it ${state}`));
            stop();
          },
          (error) => {
            reject(error);
            miss(error);
          },
        );
    });
  });
}

test('killed in provisioning, in installing and in deprovisioning, every cluster converges and nothing is doubled', async () => {
  const folder = aFolder();
  let hub = await startProcess(folder);
  const token = await signIn(hub.addresses.auth ?? '', 'ada@example.com');
  /** Asks for what leads the cluster of that name there. */
  const killIn = async (name: string, state: State, ask: () => Promise<Answer>): Promise<string> => {
    const firestore = firestoreAt(hub.addresses.firestore ?? '');
    const { seen } = await listenFor(firestore, name, state);
    expect((await ask()).status).toBe(202);
    const id = await seen;
    await firestore.terminate();
    await hub.kill();
    hub = await startProcess(folder);
    return id;
  };
  const ada = () => personAt(hub.addresses.url ?? '', token);
  const settled = (id: string, state: State) => settledIn(hub, id, state);

  const firestore = firestoreAt(hub.addresses.firestore ?? '');
  await firestore.doc('pools/default').update({ wanted: 0 });
  const spares = await firestore.collection('clusters').where('pool', '==', 'default').get();
  await firestore.terminate();
  for (const { id } of spares.docs) {
    // The spare of a fresh Hub may be on its way; it is somebody else's story.
    const operator = personAt(
      hub.addresses.url ?? '',
      await signIn(hub.addresses.auth ?? '', 'operator@example.com'),
    );
    await operator('DELETE', `/v1/clusters/${id}`);
    await settled(id, 'deleted');
  }

  const create = (name: string) => () => ada()('POST', '/v1/clusters', { name, product: 'hello' });
  const first = await killIn('first', 'provisioning', create('first'));
  const second = await killIn('second', 'installing', create('second'));
  for (const id of [first, second]) expect((await settled(id, 'ready')).owner).toBe('ada');
  const both = [`hub-${first}-g1`, `hub-${second}-g1`].sort();
  expect(await leavesIn(hub.addresses)).toEqual(both);
  expect(await clustersIn(hub.addresses)).toEqual(both);
  expect((await computeIn(hub.addresses)).length).toBeGreaterThan(0);
  expect((await bucketsIn(hub.addresses)).length).toBe(2);

  await killIn('first', 'deprovisioning', () => ada()('DELETE', `/v1/clusters/${first}`));
  await ada()('DELETE', `/v1/clusters/${second}`);
  for (const id of [first, second]) await settled(id, 'deleted');
  expect(await leavesIn(hub.addresses)).toEqual([]);
  expect(await clustersIn(hub.addresses)).toEqual([]);
  expect(await computeIn(hub.addresses)).toEqual([]);
  expect(await bucketsIn(hub.addresses)).toEqual([]);
  expect(await hub.end()).toBe(0);
});

test('a claimed cluster keeps its owner through a kill, and the spare that was being made becomes one', async () => {
  const folder = aFolder();
  let hub = await startProcess(folder);
  const warm = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const firestore = firestoreAt(hub.addresses.firestore ?? '');
      const stop = firestore
        .collection('clusters')
        .where('state', '==', 'warm')
        .onSnapshot((found) => {
          const [spare] = found.docs;
          if (!spare) return;
          stop();
          firestore.terminate().then(() => resolve(spare.id), reject);
        }, reject);
    });
  const spare = await warm();
  const token = await signIn(hub.addresses.auth ?? '', 'ada@example.com');
  const claimed = (await personAt(hub.addresses.url ?? '', token)('POST', '/v1/clusters', { name: 'mine' }))
    .body;
  expect(claimed).toMatchObject({ id: spare, state: 'personalizing' });
  await hub.kill();

  hub = await startProcess(folder);
  const ada = personAt(hub.addresses.url ?? '', token);
  expect((await ada('GET', `/v1/clusters/${spare}`)).body).toMatchObject({
    name: 'mine',
    members: { ada: 'owner' },
  });
  expect((await settledIn(hub, spare, 'ready')).owner).toBe('ada');
  const next = await warm();
  expect(next).not.toBe(spare);
  const grace = personAt(
    hub.addresses.url ?? '',
    await signIn(hub.addresses.auth ?? '', 'grace@example.com'),
  );
  expect((await grace('GET', `/v1/clusters/${spare}`)).status).toBe(404);
  expect((await grace('POST', '/v1/clusters', { name: 'hers' })).body).toMatchObject({
    id: next,
    state: 'personalizing',
  });
  await hub.end();
});

test('the functions’ host killed while a cluster is made, installed and taken away is started again on its ports, and the cluster converges', async () => {
  const driver = await aHub({ spares: 0 });
  const { host } = driver.hub;
  const ports = { ...host.ports };
  const ada = await driver.person('ada@example.com');
  const { seen } = await listenFor(driver.firestore, 'mine', 'provisioning');
  await ada('POST', '/v1/clusters', { name: 'mine', product: 'hello' });
  const id = await seen;
  host.kill();
  // Without a host it goes no further.
  await driver.until(id, (cluster) => cluster.state === 'installing');
  host.kill();
  await driver.until(id, 'ready');
  expect(driver.left().filter((name) => name.startsWith('cluster'))).toContain(`cluster hub-${id}-g1`);

  const leaving = await listenFor(driver.firestore, 'mine', 'deprovisioning');
  // There may be no host yet after the last kill.
  while ((await ada('DELETE', `/v1/clusters/${id}`)).status !== 202) await setTimeout(50);
  await leaving.seen;
  host.kill();
  await driver.until(id, 'deleted');
  expect(driver.left().filter((name) => name.includes(id))).toEqual([]);
  expect(host.restarts).toBe(3);
  expect(host.ports).toEqual(ports);
  await driver.close();
});

test('a polite end takes every child along and lets the next Hub in', async () => {
  const folder = aFolder();
  const hub = await startProcess(folder);
  expect(existsSync(join(folder, 'hub.pid'))).toBe(true);
  expect(await hub.end()).toBe(0);
  expect(existsSync(join(folder, 'hub.pid'))).toBe(false);
});

test('Hub that is killed while its functions load leaves nobody behind, and starts the next time', async () => {
  const folder = aFolder();
  // Its journal is the last to be opened before the functions are loaded.
  await killedAt(folder, 'container.jsonl');
  const hub = await startProcess(folder);
  await hub.kill();
});
