import { describe, expect, test } from 'vitest';
import { type MemoryHub, memoryHub } from '../../local/memory/hub.ts';
import { findRegion } from '../../shared/catalog/catalog.ts';
import { type Cluster, clusterPath, shapeOf } from '../../shared/documents/cluster.ts';
import { type Ledger, ledgerKey, ledgerPath } from '../../shared/documents/ledger.ts';
import { LIFECYCLE, TOMBSTONE_HOLD_MS } from '../../shared/lifecycle/table.ts';
import { hours, minutes } from '../../shared/units.ts';
import { aSpec } from '../../test/builders.ts';
import { targetOf } from '../clusters/target.ts';
import { conceive, createClusters } from '../dispatch/commands.ts';
import { provision } from './provision.ts';

const spec = aSpec({ product: 'hello', version: '1.1.0' });
const [first = '', second = '', third = ''] = findRegion(spec.region)?.zones ?? [];

async function aCreation(hub: MemoryHub): Promise<string> {
  const birth = conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner: 'ada' });
  await hub.run(createClusters(hub.ports, [birth], []));
  return birth.cluster.id;
}
const read = async (hub: MemoryHub, id: string) =>
  (await hub.documents.get<Cluster>(clusterPath(id)))?.data as Cluster;

/** Notes each create call with what the ledger says of it at that moment. */
function spy(hub: MemoryHub, id: () => string) {
  const asked: { zone: string; planned: Promise<boolean> }[] = [];
  const { ensureCluster, clusterName } = hub.ports.provider;
  hub.ports.provider = {
    ...hub.ports.provider,
    ensureCluster(target) {
      const key = ledgerKey({ kind: 'cluster', name: clusterName(target), location: target.location });
      const planned = hub.documents
        .get<Ledger>(ledgerPath(id()))
        .then((ledger) => ledger?.data.entries[key] !== undefined);
      if (asked.at(-1)?.zone !== target.location) asked.push({ zone: target.location, planned });
      return ensureCluster(target);
    },
  };
  return async () => Promise.all(asked.map(async ({ zone, planned }) => [zone, await planned]));
}

test('before anything is installed the bucket is open to this one cluster, and its control plane reaches the webhooks', async () => {
  const hub = memoryHub();
  hub.startScheduler();
  const id = await aCreation(hub);
  await hub.until(async () => (await read(hub, id)).state === 'installing');
  const name = `hub-${id}-g1`;
  const members = hub.storage.bindingsOf(name).flatMap((binding) => binding.members);
  expect(members.filter((member) => member.startsWith('principal'))).toEqual([
    expect.stringMatching(
      new RegExp(`^principalSet://.*/kubernetes\\.cluster/https://.*/locations/${first}/clusters/${name}$`),
    ),
  ]);
  expect(hub.compute.all().map((row) => row.name)).toContain(`${name}-webhooks`);
});

describe('a zone without machines', () => {
  test('is left for the next, which stands in the ledger before it is asked; nothing stays behind in the first', async () => {
    const hub = memoryHub();
    let id = '';
    const asked = spy(hub, () => id);
    hub.faults.force('stockout', { times: 1, subject: first });
    hub.startScheduler();
    id = await aCreation(hub);
    await hub.until(async () => (await read(hub, id)).state === 'ready');
    expect(await asked()).toEqual([
      [first, true],
      [second, true],
    ]);
    expect(await read(hub, id)).toMatchObject({ location: second, exhausted: [first] });
    await hub.until(() => hub.container.listClusters('-').length === 1);
    expect(hub.container.listClusters('-')[0]?.location).toBe(second);
    // Asked for while that of the first zone was there.
    const subnetworks = hub.compute.all().filter(({ kind }) => kind === 'subnetwork');
    const name = hub.ports.provider.subnetwork({ id, generation: 1, location: second });
    expect(subnetworks.map((one) => one.name)).toEqual([name]);
    const { entries } = (await hub.documents.get<Ledger>(ledgerPath(id)))?.data ?? {};
    expect(entries).toHaveProperty([ledgerKey({ kind: 'subnetwork', name, location: spec.region })]);
  });

  test('has taken none of the time that the next one has', async () => {
    const hub = memoryHub();
    hub.faults.force('stockout', { subject: first });
    hub.startScheduler();
    const id = await aCreation(hub);
    await hub.until(async () => (await read(hub, id)).location === second);
    const { since, deadlineAt } = await read(hub, id);
    const sinceMs = (deadlineAt?.getTime() ?? 0) - LIFECYCLE.provisioning.timeoutMs;
    expect(sinceMs).toBeGreaterThan(since.getTime() + minutes(1));
  });

  test('in every zone of the region ends in a failure that costs nothing', async () => {
    const hub = memoryHub();
    let id = '';
    const asked = spy(hub, () => id);
    hub.faults.force('stockout');
    hub.startScheduler();
    id = await aCreation(hub);
    await hub.until(async () => (await read(hub, id)).state === 'failed', hours(3));
    expect((await asked()).map(([zone]) => zone)).toEqual([first, second, third]);
    expect((await read(hub, id)).error?.code).toBe('ZONE_EXHAUSTED');
    expect(hub.objects()).toBe(0);
    expect((await hub.documents.get('accounts/ada'))?.data).toMatchObject({ clusters: 0, hourlyMicros: 0 });
  });
});

describe("the cloud's own quota", () => {
  test('sends the cluster back to the queue, with its place given back, until there is room', async () => {
    const hub = memoryHub();
    hub.container.setQuota(spec.region, { cpus: 0 });
    hub.startScheduler();
    const id = await aCreation(hub);
    await hub.until(
      async () =>
        (await read(hub, id)).error?.code === 'CLOUD_QUOTA' && (await read(hub, id)).state === 'queued',
    );
    expect(hub.container.listClusters('-')).toEqual([]);
    expect((await hub.documents.get('accounts/ada'))?.data).toMatchObject({ clusters: 0, hourlyMicros: 0 });
    hub.container.setQuota(spec.region, { cpus: 1000 });
    await hub.until(async () => (await read(hub, id)).state === 'ready', minutes(60));
    expect((await read(hub, id)).error).toBeUndefined();
  });

  test('what the next try has made is not taken away by a handler of the one before', async () => {
    const hub = memoryHub();
    hub.container.setQuota(spec.region, { cpus: 0 });
    hub.startScheduler();
    const id = await aCreation(hub);
    await hub.until(async () => (await read(hub, id)).error?.code === 'CLOUD_QUOTA');
    const before = await read(hub, id);
    expect(before.state).toBe('provisioning');
    hub.container.setQuota(spec.region, { cpus: 1000 });
    await hub.until(async () => (await read(hub, id)).state === 'installing', minutes(60));
    await hub.run(provision({ ...before, id }, hub.ports));
    expect(hub.container.listClusters('-').map(({ status }) => status)).toEqual(['RUNNING']);
  });

  test('has given it as long to go as a failure has, however late it showed', async () => {
    const hub = memoryHub();
    // It shows when the cloud has worked on it for long, in each zone.
    hub.faults.force('quota', { subject: `${spec.region} operation` });
    hub.faults.force('slow-operation');
    hub.startScheduler();
    const id = await aCreation(hub);
    await hub.until(async () => (await read(hub, id)).error?.code === 'CLOUD_QUOTA', hours(3));
    const { holdUntilAt, deadlineAt } = await read(hub, id);
    const sinceMs = (holdUntilAt?.getTime() ?? 0) - TOMBSTONE_HOLD_MS;
    expect(deadlineAt?.getTime()).toBe(sinceMs + LIFECYCLE.undoing.timeoutMs);
    await hub.until(async () => (await read(hub, id)).state !== 'provisioning', hours(3));
    expect(await read(hub, id)).toMatchObject({ state: 'queued', error: { code: 'CLOUD_QUOTA' } });
  });

  test('is tried again under the same name, also where the cloud left a subnetwork behind', async () => {
    const hub = memoryHub();
    for (const subject of [first, second]) hub.faults.force('stockout', { times: 1, subject });
    hub.faults.force('quota', { times: 1, subject: `${spec.region} operation` });
    hub.startScheduler();
    const id = await aCreation(hub);
    hub.faults.force('leak', { times: 2, subject: `hub-${id}-g1` });
    await hub.until(async () => (await read(hub, id)).error?.code === 'CLOUD_QUOTA', hours(1));
    const subnetworks = () => hub.compute.all().filter(({ kind }) => kind === 'subnetwork');
    await hub.until(() => hub.container.listClusters('-').length === 0, hours(1));
    expect(subnetworks()).toHaveLength(2);
    await hub.until(async () => (await read(hub, id)).state === 'queued', hours(1));
    expect(subnetworks()).toEqual([]);
    await hub.until(async () => (await read(hub, id)).state === 'ready', hours(1));
  });

  test('leaves it its place until nothing that was asked for before can appear any more', async () => {
    const hub = memoryHub();
    hub.container.setQuota(spec.region, { cpus: 0 });
    hub.startScheduler();
    const id = await aCreation(hub);
    await hub.until(async () => (await read(hub, id)).error?.code === 'CLOUD_QUOTA');
    await hub.clock.runFor(minutes(4));
    // The order of a handler that hung, and was given up.
    hub.container.setQuota(spec.region, { cpus: 1000 });
    const cluster = await read(hub, id);
    await hub.run(hub.ports.provider.ensureCluster(targetOf({ ...cluster, id })));
    expect(cluster).toMatchObject({ state: 'provisioning', liability: { clusters: 1 } });
    await hub.until(async () => (await read(hub, id)).state === 'queued', hours(1));
    expect(hub.container.listClusters('-')).toEqual([]);
  });
});

describe('a cloud account', () => {
  test.each(['account-deleted', 'key-error'] as const)(
    'that is not set up as it must be (%s) fails the cluster at once, in one zone, and is held against none',
    async (fault) => {
      const hub = memoryHub();
      let id = '';
      const asked = spy(hub, () => id);
      hub.faults.force(fault);
      hub.startScheduler();
      id = await aCreation(hub);
      await hub.until(async () => (await read(hub, id)).state === 'failed', hours(3));
      expect(await read(hub, id)).toMatchObject({ error: { code: 'CLOUD_SETUP', fault: 'operator' } });
      expect(await asked()).toHaveLength(1);
      expect(await hub.documents.get(`breakers/${spec.region}`)).toBeUndefined();
    },
  );

  test('that takes no more orders is asked again without counting, and after long the cluster waits in the queue', async () => {
    const hub = memoryHub();
    hub.faults.force('too-many-operations');
    hub.startScheduler();
    const id = await aCreation(hub);
    await hub.clock.runFor(minutes(5));
    expect(await read(hub, id)).toMatchObject({ state: 'provisioning', attempts: 0 });
    await hub.until(async () => (await read(hub, id)).state === 'queued');
    expect(await read(hub, id)).toMatchObject({ error: { code: 'CLOUD_QUOTA' } });
    hub.faults.clear('too-many-operations');
    await hub.until(async () => (await read(hub, id)).state === 'ready', minutes(30));
  });
});

describe('a cluster in the making', () => {
  test('that somebody deletes is made again', async () => {
    const hub = memoryHub();
    hub.startScheduler();
    const id = await aCreation(hub);
    await hub.until(() => hub.container.listClusters('-').length === 1);
    const [made] = hub.container.listClusters('-');
    const [operation] = hub.container.listOperations('-');
    hub.container.cancelOperation(first, operation?.name ?? '');
    await hub.until(() => hub.container.listClusters('-')[0]?.status === 'ERROR', minutes(5), 50);
    hub.container.deleteCluster(first, made?.name ?? '');
    await hub.until(async () => (await read(hub, id)).state === 'ready', hours(1));
  });

  test('that Google upgrades is waited for, which counts as no failure', async () => {
    const hub = memoryHub();
    hub.startScheduler();
    const id = await aCreation(hub);
    let upgraded = false;
    await hub.until(
      async () => {
        const [made] = hub.container.listClusters('-');
        if (!upgraded && made?.status === 'RUNNING') {
          hub.container.startUpgrade(first, made.name);
          upgraded = true;
        }
        return (await read(hub, id)).state === 'ready';
      },
      hours(2),
      100,
    );
    expect(upgraded).toBe(true);
  });
});

test.each([
  ['CA_EXPIRING', 'ready'],
  ['SET_BY_OPERATOR', 'ready'],
  ['CLOUD_KMS_KEY_ERROR', 'broken'],
] as const)('a running cluster with %s is seen as %s', async (code, status) => {
  const hub = memoryHub();
  hub.startScheduler();
  const id = await aCreation(hub);
  await hub.until(async () => (await read(hub, id)).state === 'ready');
  const name = hub.ports.provider.clusterName({ id, generation: 1 });
  hub.container.degrade(first, name, { code, message: 'It is so.', canonicalCode: 'FAILED_PRECONDITION' });
  const seen = await hub.run(hub.ports.provider.observeCluster({ id, generation: 1, location: first }));
  expect(seen).toMatchObject({
    status,
    ...(code === 'CA_EXPIRING' && { warning: 'CA_EXPIRING: It is so.' }),
    ...(code === 'SET_BY_OPERATOR' && { changing: true }),
    ...(status === 'broken' && { code: 'CLOUD_SETUP' }),
  });
});
