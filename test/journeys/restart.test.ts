/** Hub killed with SIGKILL in the middle of things and started again on the same data: everything converges, nothing is doubled. */
import { expect, test } from 'vitest';
import type { State } from '../../shared/lifecycle/table.ts';
import { firestoreAt, personAt, signIn, until } from './hub.ts';
import { aFolder, type HubProcess, startProcess } from './process.ts';

/** Names of the clusters that GKE's own stand-in runs, from the index of leaves. */
async function leaves({ addresses }: HubProcess): Promise<string[]> {
  const answer = await fetch(`http://${addresses.kubernetes}/`);
  return ((await answer.json()) as { name: string }[]).map(({ name }) => name).sort();
}

async function bucketsOf({ addresses }: HubProcess): Promise<string[]> {
  const answer = await fetch(`http://${addresses.storage}/storage/v1/b?project=${addresses.projectId}`);
  return (((await answer.json()) as { items?: { name: string }[] }).items ?? []).map(({ name }) => name);
}

test('killed in provisioning, in installing and in deprovisioning, every cluster converges and nothing is doubled', async () => {
  const folder = aFolder();
  let hub = await startProcess(folder);
  const token = await signIn(hub.addresses.auth ?? '', 'ada@example.com');
  const killIn = async (id: string, state: State): Promise<void> => {
    const firestore = firestoreAt(hub.addresses.firestore ?? '');
    await until(firestore, id, (cluster) => cluster.state === state);
    await firestore.terminate();
    await hub.kill();
    hub = await startProcess(folder);
  };
  const ada = () => personAt(hub.addresses.url ?? '', token);
  const settled = async (id: string, state: State) => {
    const firestore = firestoreAt(hub.addresses.firestore ?? '');
    const cluster = await until(firestore, id, state);
    await firestore.terminate();
    return cluster;
  };

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

  const first = (await ada()('POST', '/v1/clusters', { name: 'first', product: 'hello' })).body.id;
  await killIn(first, 'provisioning');
  const second = (await ada()('POST', '/v1/clusters', { name: 'second', product: 'hello' })).body.id;
  await killIn(second, 'installing');
  for (const id of [first, second]) expect((await settled(id, 'ready')).owner).toBe('ada');
  expect(await leaves(hub)).toEqual([`hub-${first}-g1`, `hub-${second}-g1`].sort());
  expect((await bucketsOf(hub)).length).toBe(2);

  await ada()('DELETE', `/v1/clusters/${first}`);
  await killIn(first, 'deprovisioning');
  await ada()('DELETE', `/v1/clusters/${second}`);
  for (const id of [first, second]) await settled(id, 'deleted');
  expect(await leaves(hub)).toEqual([]);
  expect(await bucketsOf(hub)).toEqual([]);
  expect(await hub.end()).toBe(0);
}, 180_000);
