import { describe, expect, test } from 'vitest';
import { type MemoryHub, memoryHub } from '../../local/memory/hub.ts';
import { findRegion } from '../../shared/catalog/catalog.ts';
import { type Breaker, placeKey } from '../../shared/documents/breaker.ts';
import { type Cluster, clusterPath, shapeOf } from '../../shared/documents/cluster.ts';
import { type Ledger, ledgerKey, ledgerPath } from '../../shared/documents/ledger.ts';
import { AppError } from '../../shared/errors.ts';
import { LIFECYCLE, TOMBSTONE_HOLD_MS } from '../../shared/lifecycle/table.ts';
import { hours, minutes } from '../../shared/units.ts';
import { aSpec } from '../../test/builders.ts';
import { OPEN_AFTER } from '../breaker/plan.ts';
import { targetOf } from '../clusters/target.ts';
import { conceive, createClusters } from '../dispatch/commands.ts';
import { provision } from './provision.ts';

const spec = aSpec({ product: 'hello', version: '1.1.0' });
const [first = '', second = '', third = ''] = findRegion(spec.region)?.zones ?? [];

async function aCreation(hub: MemoryHub, of = spec): Promise<string> {
  const birth = conceive(hub.ports, { name: 'mine', spec: of, shape: shapeOf(of), owner: 'ada' });
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

  test('for all of its nodes is left, too, though what there is of it runs', async () => {
    const hub = memoryHub();
    hub.faults.force('stockout-in-part', { subject: first });
    hub.startScheduler();
    const id = await aCreation(hub);
    await hub.until(async () => (await read(hub, id)).state === 'ready', hours(1));
    expect(await read(hub, id)).toMatchObject({ location: second, exhausted: [first] });
    const { places } = (await hub.documents.get<Breaker>(`breakers/${spec.region}`))?.data ?? {};
    expect(places?.[placeKey(first, spec.size)]?.code).toBe('ZONE_EXHAUSTED');
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

describe('what is left in a zone that was given up', () => {
  /** In the next zone, with a half-made cluster left in the first. */
  async function inTheNextZone(hub: MemoryHub): Promise<string> {
    hub.faults.force('stockout', { subject: first });
    hub.startScheduler();
    const id = await aCreation(hub);
    await hub.until(async () => (await read(hub, id)).location === second);
    hub.faults.clear('stockout');
    return id;
  }
  const leftIn = (hub: MemoryHub, zone: string) =>
    hub.container.listClusters('-').filter(({ location }) => location === zone);

  test('holds nobody back where that zone does not answer any more; the sweep takes it away once it does', async () => {
    const hub = memoryHub();
    const id = await inTheNextZone(hub);
    for (const subject of [first, 'ListClusters'])
      hub.faults.force('unavailable', { subject, mayMiss: true });
    await hub.until(async () => (await read(hub, id)).state === 'ready', minutes(20));
    hub.faults.clear('unavailable');
    expect(leftIn(hub, first)).toHaveLength(1);
    const key = ledgerKey({ kind: 'cluster', name: `hub-${id}-g1`, location: first });
    const entry = async () => (await hub.documents.get<Ledger>(ledgerPath(id)))?.data.entries[key];
    expect((await entry())?.goneAt).toBeUndefined();
    await hub.until(() => leftIn(hub, first).length === 0, hours(1));
    expect(leftIn(hub, second)).toHaveLength(1);
    expect(await read(hub, id)).toMatchObject({ state: 'ready', location: second });
  });

  test('costs no running cluster its place where the cloud takes no order to delete it', async () => {
    const hub = memoryHub();
    const { ensureGone } = hub.ports.provider;
    hub.ports.provider = {
      ...hub.ports.provider,
      async ensureGone(target, isOvertaken) {
        if (target.location === first) throw new AppError('CLOUD_BUSY');
        return ensureGone(target, isOvertaken);
      },
    };
    const id = await inTheNextZone(hub);
    await hub.until(async () => (await read(hub, id)).state === 'ready', minutes(20));
    expect(await read(hub, id)).toMatchObject({ location: second, generation: 1 });
  });
});

describe('a zone that does not answer', () => {
  test('is left after minutes for the next, and each cluster that was sent there is held against it', async () => {
    const hub = memoryHub();
    hub.faults.force('unavailable', { subject: first });
    hub.startScheduler();
    const ids = await Promise.all(Array.from({ length: OPEN_AFTER }, () => aCreation(hub)));
    for (const id of ids) {
      await hub.until(async () => (await read(hub, id)).state === 'ready', minutes(25));
      expect(await read(hub, id)).toMatchObject({ location: second, exhausted: [first] });
      expect(await read(hub, id)).not.toHaveProperty('unansweredSince');
    }
    const { places } = (await hub.documents.get<Breaker>(`breakers/${spec.region}`))?.data ?? {};
    expect(places?.[placeKey(first, spec.size)]?.openings).toBe(1);
    // Of those that come now one tries whether it is still so, and nobody else finds it out for themselves.
    const late = [await aCreation(hub), await aCreation(hub)];
    const at = async () =>
      (await Promise.all(late.map((id) => read(hub, id)))).map(({ location }) => location).sort();
    await hub.until(async () => !(await at()).includes(undefined));
    expect(await at()).toEqual([first, second]);
  });

  test('for a moment, or now and then, is not left', async () => {
    const hub = memoryHub();
    hub.faults.force('slow-operation', { subject: `CREATE_CLUSTER ${first}` });
    hub.startScheduler();
    const id = await aCreation(hub);
    await hub.until(() => hub.container.listClusters('-').length === 1);
    for (let at = 0; at < 3; at++) {
      const silent = hub.faults.force('unavailable', { subject: `GetCluster ${first}`, times: 1 });
      await hub.until(() => silent.struck === 1, minutes(10));
      await hub.clock.runFor(minutes(3));
    }
    expect(await read(hub, id)).toMatchObject({ state: 'provisioning', location: first, exhausted: [] });
  });

  test('and is the last one is waited for', async () => {
    const hub = memoryHub();
    const region = aSpec({ ...spec, availability: 'regional' });
    hub.faults.force('unavailable', { subject: region.region });
    hub.startScheduler();
    const id = await aCreation(hub, region);
    await hub.clock.runFor(minutes(30));
    expect(await read(hub, id)).toMatchObject({
      state: 'provisioning',
      location: region.region,
      attempts: 0,
    });
    const { places } = (await hub.documents.get<Breaker>(`breakers/${spec.region}`))?.data ?? {};
    expect(Object.keys(places?.[placeKey(region.region, region.size)]?.failed ?? {})).toHaveLength(1);
    hub.faults.clear('unavailable');
    await hub.until(async () => (await read(hub, id)).state === 'ready', minutes(20));
  });
});

describe('a zone whose creations hang', () => {
  test('is left for the next, where the cluster has all its time; nothing stays behind', async () => {
    const hub = memoryHub();
    hub.faults.force('stuck-operation', { subject: `CREATE_CLUSTER ${first}` });
    hub.startScheduler();
    const id = await aCreation(hub);
    await hub.until(async () => (await read(hub, id)).location === second, minutes(25));
    const { deadlineAt } = await read(hub, id);
    expect(hub.clock.elapsed(deadlineAt?.getTime() ?? 0)).toBeLessThan(
      -LIFECYCLE.provisioning.timeoutMs + minutes(1),
    );
    const { places } = (await hub.documents.get<Breaker>(`breakers/${spec.region}`))?.data ?? {};
    expect(Object.keys(places?.[placeKey(first, spec.size)]?.failed ?? {})).toHaveLength(1);
    await hub.until(async () => (await read(hub, id)).state === 'ready', minutes(20));
    await hub.until(() => hub.container.listClusters('-').length === 1, hours(1));
    expect(hub.container.listClusters('-')[0]?.location).toBe(second);
  });

  test('is left, too, where it only ever says that something else is under way', async () => {
    const hub = memoryHub();
    const { ensureCluster } = hub.ports.provider;
    hub.ports.provider = {
      ...hub.ports.provider,
      async ensureCluster(target) {
        if (target.location === first) throw new AppError('OPERATION_IN_PROGRESS');
        return ensureCluster(target);
      },
    };
    hub.startScheduler();
    const id = await aCreation(hub);
    await hub.clock.runFor(minutes(18));
    expect(await read(hub, id)).toMatchObject({ location: first, exhausted: [], attempts: 0 });
    await hub.until(async () => (await read(hub, id)).state === 'ready', minutes(20));
    expect(await read(hub, id)).toMatchObject({ location: second, exhausted: [first] });
  });

  test('counts from when the cluster came to it', async () => {
    const hub = memoryHub();
    for (const zone of [first, second])
      hub.faults.force('stuck-operation', { subject: `CREATE_CLUSTER ${zone}` });
    hub.startScheduler();
    const id = await aCreation(hub);
    await hub.until(async () => (await read(hub, id)).location === second, minutes(25));
    const atMs = hub.clock.now();
    await hub.until(async () => (await read(hub, id)).location === third, minutes(25));
    expect(hub.clock.elapsed(atMs)).toBeGreaterThan(minutes(19));
    await hub.until(async () => (await read(hub, id)).state === 'ready', minutes(20));
  });

  test('and is the last one has until the deadline, which is held against it', async () => {
    const hub = memoryHub();
    hub.faults.force('stuck-operation', { subject: 'CREATE_CLUSTER' });
    hub.startScheduler();
    const id = await aCreation(hub);
    await hub.until(async () => (await read(hub, id)).state === 'failed', hours(3));
    expect(await read(hub, id)).toMatchObject({ location: third, error: { code: 'STEP_TIMEOUT' } });
    const { places } = (await hub.documents.get<Breaker>(`breakers/${spec.region}`))?.data ?? {};
    for (const zone of [first, second, third])
      expect(Object.keys(places?.[placeKey(zone, spec.size)]?.failed ?? {})).toHaveLength(1);
    expect(hub.container.listClusters('-')).toEqual([]);
  });
});

describe('what Google does to a cluster as soon as it is made', () => {
  /** @param until in minutes; the two looks after that have no answer */
  async function changedUntil(until: number) {
    const hub = memoryHub();
    const { ensureCluster } = hub.ports.provider;
    const startMs = hub.clock.now();
    let unanswered = 2;
    hub.ports.provider = {
      ...hub.ports.provider,
      async ensureCluster(target) {
        const seen = await ensureCluster(target);
        if (seen.status !== 'ready') return seen;
        if (hub.clock.elapsed(startMs) < minutes(until)) return { ...seen, changing: true };
        if (unanswered-- > 0) throw new AppError('PROVIDER_UNAVAILABLE');
        return seen;
      },
    };
    hub.startScheduler();
    return { hub, id: await aCreation(hub) };
  }

  test('costs time, and no cluster, though it takes nearly all of the state’s', async () => {
    const { hub, id } = await changedUntil(59.5);
    await hub.until(async () => (await read(hub, id)).state === 'ready', minutes(90));
  });

  test('and never ends costs the cluster', async () => {
    const { hub, id } = await changedUntil(Number.POSITIVE_INFINITY);
    await hub.until(async () => (await read(hub, id)).state === 'failed', hours(3));
    expect(await read(hub, id)).toMatchObject({ error: { code: 'STEP_TIMEOUT' } });
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
