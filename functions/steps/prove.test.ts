import { describe, expect, test } from 'vitest';
import { type MemoryHub, memoryHub } from '../../local/memory/hub.ts';
import { type Cluster, clusterPath, shapeOf } from '../../shared/documents/cluster.ts';
import { type ClusterEvent, eventPath, eventsOf } from '../../shared/documents/event.ts';
import { type Ledger, ledgerPath } from '../../shared/documents/ledger.ts';
import { type State, TOMBSTONE_HOLD_MS } from '../../shared/lifecycle/table.ts';
import { hours, minutes } from '../../shared/units.ts';
import { aSpec } from '../../test/builders.ts';
import type { Write } from '../cloud.ts';
import { targetOf } from '../clusters/target.ts';
import { command, conceive, createClusters } from '../dispatch/commands.ts';
import { proveGone } from './prove.ts';

const spec = aSpec({ product: 'hello', version: '1.1.0' });

const read = async (hub: MemoryHub, id: string): Promise<Cluster> => ({
  ...((await hub.documents.get<Cluster>(clusterPath(id)))?.data as Cluster),
  id,
});
/** A cluster that is deleted while it is in this state. */
async function deletedIn(state: State) {
  const hub = memoryHub();
  hub.startScheduler();
  const birth = conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner: 'ada' });
  const { id } = birth.cluster;
  await hub.run(createClusters(hub.ports, [birth], []));
  await hub.until(async () => (await read(hub, id)).state === state);
  const deletedAt = hub.clock.now();
  await hub.run(command(hub.ports, id, 'delete', 'ada'));
  return {
    hub,
    id,
    deletedAt,
    until: (to: State) => hub.until(async () => (await read(hub, id)).state === to, hours(4)),
  };
}

describe('a cluster deleted while it was being made', () => {
  test('is not called deleted before the tombstone hold is over', async () => {
    const { hub, id, deletedAt, until } = await deletedIn('provisioning');
    const { holdUntilAt } = await read(hub, id);
    expect(holdUntilAt?.getTime()).toBeGreaterThanOrEqual(deletedAt + TOMBSTONE_HOLD_MS);
    await until('sweeping');
    expect(hub.clock.now()).toBeLessThan(holdUntilAt?.getTime() ?? 0);
    await until('deleted');
    const { since } = await read(hub, id);
    expect(since.getTime()).toBeGreaterThanOrEqual(holdUntilAt?.getTime() ?? Number.POSITIVE_INFINITY);
    expect(hub.objects()).toBe(0);
  });

  test('loses also what a late handler created after everything seemed gone', async () => {
    const { hub, id, until } = await deletedIn('provisioning');
    await until('sweeping');
    expect(hub.objects()).toBe(0);
    const cluster = await read(hub, id);
    // The handler that was given up: it asks for the cluster and its bucket as if nothing had happened.
    await hub.run(hub.ports.provider.ensureCluster(targetOf(cluster)));
    const [made] = hub.container.listClusters('-');
    await hub.run(
      hub.ports.buckets.ensureBucket({ name: made?.name ?? '', region: spec.region, clusterId: id }),
    );
    expect(hub.objects()).toBeGreaterThanOrEqual(2);
    await until('deleted');
    expect(hub.objects()).toBe(0);
  });

  test('loses also what landed in a zone of which the ledger knows nothing', async () => {
    const { hub, id, until } = await deletedIn('provisioning');
    await until('sweeping');
    const target = targetOf(await read(hub, id));
    const zone = hub.ports.provider.locations(spec.region, 'zonal').at(-1) ?? '';
    await hub.run(hub.ports.provider.ensureCluster({ ...target, location: zone }));
    await until('deleted');
    expect(hub.objects()).toBe(0);
    const ledger = await hub.documents.get<Ledger>(ledgerPath(id));
    const entries = Object.values(ledger?.data.entries ?? {});
    expect(entries.map(({ location }) => location)).toContain(zone);
    for (const entry of entries) expect(entry.goneAt).toBeInstanceOf(Date);
  });
});

test('a cluster deleted in the queue is gone without a hold: nothing was ever asked for', async () => {
  const hub = memoryHub({ limits: { accountClusters: 0 } });
  const birth = conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner: 'ada' });
  const { id } = birth.cluster;
  await hub.run(createClusters(hub.ports, [birth], []));
  await hub.clock.runFor(5000);
  await hub.run(command(hub.ports, id, 'delete', 'ada'));
  await hub.until(async () => (await read(hub, id)).state === 'deleted', minutes(1));
});

test('what a deleted cluster left leaking in the cloud is found and removed', async () => {
  const { hub, id, until } = await deletedIn('ready');
  hub.faults.force('leak');
  await until('deleted');
  expect(hub.objects()).toBe(0);
  const ledger = await hub.documents.get<Ledger>(ledgerPath(id));
  const kinds = new Set(Object.values(ledger?.data.entries ?? {}).map(({ kind }) => kind));
  expect([...kinds]).toEqual(expect.arrayContaining(['cluster', 'bucket', 'disk']));
});

test('a handler of an earlier try, held up until the next one is under way, takes nothing of that away', async () => {
  const hub = memoryHub();
  hub.startScheduler();
  const birth = conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner: 'ada' });
  const { id } = birth.cluster;
  await hub.run(createClusters(hub.ports, [birth], []));
  await hub.until(async () => (await read(hub, id)).state === 'ready');
  const cluster = await read(hub, id);
  const before = hub.objects();
  const { generation, epoch } = cluster;
  await hub.run(proveGone({ ...cluster, generation: generation - 1, epoch: epoch - 1 }, hub.ports));
  await hub.clock.runFor(minutes(10));
  expect(hub.objects()).toBe(before);
  expect((await read(hub, id)).state).toBe('ready');
});

test('of a cluster whose document was set back to an earlier try the one in use is left alone, and an operator told', async () => {
  const { hub, id, until } = await deletedIn('ready');
  await until('sweeping');
  const target = targetOf({ ...(await read(hub, id)), generation: 2 });
  await hub.run(hub.ports.provider.ensureCluster(target));
  await until('stuck');
  expect(await read(hub, id)).toMatchObject({ error: { code: 'CLUSTER_NEWER', fault: 'operator' } });
  expect(hub.container.listClusters('-')).toHaveLength(1);
  const ledger = await hub.documents.get<Ledger>(ledgerPath(id));
  const entries = Object.values(ledger?.data.entries ?? {});
  expect(entries.filter(({ generation }) => generation !== 1)).toEqual([]);
});

test('a timeline of any length is put away, however little fits into one commit', {
  timeout: 120_000,
}, async () => {
  const { hub, id, until } = await deletedIn('ready');
  await until('sweeping');
  const { epoch } = await read(hub, id);
  // As if so much had happened before: the engine goes on from there.
  const early = 30_000;
  const lines = Array.from({ length: early }, (_, n): Write => {
    const data = { epoch: epoch + 1 + n, at: new Date(hub.clock.now()), message: 'words '.repeat(60) };
    return { op: 'set', path: eventPath(id, data.epoch), data };
  });
  for (let n = 0; n < early; n += 1000) await hub.run(hub.documents.commit(lines.slice(n, n + 1000)));
  await hub.run(
    hub.documents.commit([{ op: 'update', path: clusterPath(id), data: { epoch: epoch + early } }]),
  );
  await until('deleted');
  const cluster = await read(hub, id);
  expect(cluster).not.toHaveProperty('purgedEpoch');
  const events = await hub.documents.query<ClusterEvent>({
    collection: eventsOf(id),
    orderBy: [['epoch', 'asc']],
  });
  expect(events).toHaveLength(cluster.epoch + 1);
  expect(events.filter(({ data }) => data.purgeAt === undefined)).toEqual([]);
  const ledger = await hub.documents.get<Ledger>(ledgerPath(id));
  expect(ledger?.data).toHaveProperty('certificate');
});
