/** Certificates of clusters that lived, on a virtual clock. */
import { expect, test } from 'vitest';
import { MEMORY_CLEAN_UP_KEYS, memoryCleanUpKey } from '../../local/memory/clean-up-keys.ts';
import type { MemoryHubOptions } from '../../local/memory/hub.ts';
import { ServiceError, STATUS } from '../../local/service.ts';
import { clusterPath } from '../../shared/documents/cluster.ts';
import { type Ledger, ledgerDocument, ledgerKey, ledgerPath } from '../../shared/documents/ledger.ts';
import { hours, minutes } from '../../shared/units.ts';
import { publicHalves } from '../../test/certificates.ts';
import { type RunningHub, runHub } from '../../test/running-hub.ts';
import { checkCleanUp } from './check.ts';

const keys = publicHalves(...MEMORY_CLEAN_UP_KEYS);

const ledgerOf = async (hub: RunningHub, id: string): Promise<Ledger> =>
  ledgerDocument.parse((await hub.run(hub.documents.get(ledgerPath(id))))?.data);

/** The certificate of a deleted cluster. @throws Error if it does not hold */
async function statementOf(hub: RunningHub, id: string, known = keys) {
  const verdict = checkCleanUp((await ledgerOf(hub, id)).certificate, known);
  if (!verdict.holds) throw new Error(`${verdict.fault}: ${verdict.details.join(', ')}`);
  return verdict.statement;
}

/** It says what the ledger says, and nothing else of the cluster. */
async function expectToEqualLedger(hub: RunningHub, id: string): Promise<void> {
  const statement = await statementOf(hub, id);
  const { entries } = await ledgerOf(hub, id);
  const ofLedger = Object.values(entries).map(({ kind, name, location, plannedAt, goneAt }) => ({
    kind,
    name,
    location,
    plannedAt: plannedAt.toISOString(),
    goneAt: goneAt?.toISOString(),
  }));
  const { since } = await hub.cluster(id);
  const byKey = (a: Parameters<typeof ledgerKey>[0], b: typeof a) => (ledgerKey(a) < ledgerKey(b) ? -1 : 1);
  const sorted = (list: readonly { kind: string }[]) =>
    [...(list as Parameters<typeof ledgerKey>[0][])].sort(byKey);
  expect(sorted(statement.resources)).toEqual(sorted(ofLedger));
  expect(statement).toMatchObject({
    issuer: 'https://hub.example.com',
    cluster: id,
    deletedAt: since.toISOString(),
    counts: { planned: ofLedger.length, gone: ofLedger.length },
  });
}

async function deleted(options: MemoryHubOptions = {}) {
  const hub = runHub(options);
  const id = await hub.created();
  await hub.delete(id);
  await hub.reach(id, 'deleted');
  return { hub, id };
}

test('a cluster that was used has one when it is called deleted: what its ledger holds, and where Hub looked again', async () => {
  const { hub, id } = await deleted();
  await expectToEqualLedger(hub, id);
  const { resources, listing } = await statementOf(hub, id);
  const kinds = new Set(resources.map(({ kind }) => kind));
  expect([...kinds]).toEqual(expect.arrayContaining(['cluster', 'bucket', 'firewall', 'dns-record']));
  // Everywhere that such things can be.
  const looked = new Set(listing.scopes.flatMap((scope) => scope.kinds));
  expect(looked).toEqual(
    new Set([
      'cluster',
      'disk',
      'address',
      'forwarding-rule',
      'target-pool',
      'health-check',
      'backend-service',
      'network-endpoint-group',
      'region-health-check',
      'firewall',
      'subnetwork',
      'bucket',
      'dns-record',
    ]),
  );
});

test('nobody is named in it', async () => {
  const { hub, id } = await deleted();
  const text = JSON.stringify(await statementOf(hub, id));
  for (const theirs of ['ada', 'mine', '@example.com']) expect(text).not.toContain(theirs);
});

test('a spare that nobody wants any more has one', async () => {
  const hub = runHub();
  await hub.pool(1);
  const [id = ''] = await hub.spares();
  await hub.pool(0);
  await hub.reach(id, 'deleted');
  await expectToEqualLedger(hub, id);
});

test('a cluster that failed has none before it is deleted, however clean it was left', async () => {
  const hub = runHub();
  hub.faults.force('job-fails');
  const id = await hub.create({ product: 'hello' });
  await hub.reach(id, 'failed');
  hub.faults.clear();
  const failed = await ledgerOf(hub, id);
  expect(failed.certificate).toBeUndefined();
  for (const { goneAt } of Object.values(failed.entries)) expect(goneAt).toBeInstanceOf(Date);
  await hub.delete(id);
  await hub.reach(id, 'deleted');
  await expectToEqualLedger(hub, id);
  // Checked gone then, and not only by the look that ended it.
  expect((await ledgerOf(hub, id)).entries).toEqual(failed.entries);
});

test('what another handler wrote into the ledger meanwhile is looked at before anything is signed', async () => {
  const hub = runHub();
  const id = await hub.created({ product: 'hello' });
  const { spec } = await hub.cluster(id);
  await hub.delete(id);
  await hub.reach(id, 'sweeping');
  const { provider } = hub.ports;
  // Of a try before: what comes after the one that the document knows is left alone.
  await hub.run(hub.documents.commit([{ op: 'update', path: clusterPath(id), data: { generation: 9 } }]));
  const late = { kind: 'bucket', name: `hub-${id}-g8`, location: spec.region, generation: 8 } as const;
  let others = 1;
  hub.ports.provider = {
    ...provider,
    // It lists, and before it can say that there was nothing, a handler that was given up comes to life.
    async listOwned(clusterId, locations) {
      const found = await provider.listOwned(clusterId, locations);
      if (others-- > 0) {
        const entry = { ...late, plannedAt: new Date(hub.clock.now()) };
        const data = { [`entries.${ledgerKey(late)}`]: entry };
        await hub.documents.commit([{ op: 'update', path: ledgerPath(id), data }]);
        hub.clock.schedule(hub.clock.now() + 10, () => {
          void hub.ports.buckets.ensureBucket({ name: late.name, region: spec.region, clusterId: id });
        });
      }
      return found;
    },
  };
  await hub.reach(id, 'deleted');
  await expectToEqualLedger(hub, id);
  expect((await statementOf(hub, id)).resources.map(({ name }) => name)).toContain(late.name);
  expect(hub.objects()).toBe(0);
});

test('nothing is signed that lies before what a faster clock wrote down', async () => {
  const hub = runHub();
  const id = await hub.created({ product: 'hello' });
  await hub.delete(id);
  await hub.reach(id, 'sweeping');
  const [key = ''] = Object.keys((await ledgerOf(hub, id)).entries);
  const plannedAt = new Date(hub.clock.now() + minutes(30));
  const data = { [`entries.${key}.plannedAt`]: plannedAt };
  await hub.run(hub.documents.commit([{ op: 'update', path: ledgerPath(id), data }]));
  await hub.reach(id, 'deleted', { limitMs: hours(2) });
  expect((await hub.cluster(id)).since.getTime()).toBeGreaterThanOrEqual(plannedAt.getTime());
  await expectToEqualLedger(hub, id);
});

test('places that are away for weeks, where nothing of it was, are named in it and keep it from nothing', async () => {
  const hub = runHub();
  hub.faults.force('range-untold');
  hub.faults.force('unreachable', { subject: 'us-east1' });
  const id = await hub.created({ product: 'hello' });
  await hub.delete(id);
  await hub.reach(id, 'deleted', { limitMs: hours(1) });
  const { version, listing } = await statementOf(hub, id);
  expect(version).toBe(2);
  const excepted = listing.scopes.filter(({ except }) => except).flatMap(({ kinds }) => kinds);
  expect(excepted).toEqual(expect.arrayContaining(['cluster', 'disk', 'subnetwork']));
  expect(excepted).not.toContain('bucket');
  await expectToEqualLedger(hub, id);
});

test.each(['europe-west1-d', 'us-central1'])(
  'nothing is signed while %s is away, where it would be made or was',
  async (subject) => {
    const hub = runHub();
    const id = await hub.created({ product: 'hello' });
    const elsewhere = {
      kind: 'disk',
      name: `pvc-of-${id}`,
      location: 'us-central1-a',
      generation: 1,
    } as const;
    const entry = { ...elsewhere, plannedAt: new Date(hub.clock.now()), goneAt: new Date(hub.clock.now()) };
    const data = { [`entries.${ledgerKey(elsewhere)}`]: entry };
    await hub.run(hub.documents.commit([{ op: 'update', path: ledgerPath(id), data }]));
    hub.faults.force('unreachable', { subject });
    await hub.delete(id);
    await hub.reach(id, 'sweeping');
    await hub.clock.runFor(hours(1));
    expect((await hub.cluster(id)).state).toBe('sweeping');
    hub.faults.clear('unreachable');
    await hub.reach(id, 'deleted');
    expect((await statementOf(hub, id)).version).toBe(1);
  },
);

test('a cluster that never got room has one that names nothing', async () => {
  const hub = runHub();
  await hub.allow('ada', 0);
  const id = await hub.create();
  await hub.reach(id, 'queued');
  await hub.delete(id);
  await hub.reach(id, 'deleted');
  expect((await statementOf(hub, id)).resources).toEqual([]);
});

test('it holds when another key signs by now', async () => {
  const old = memoryCleanUpKey(7);
  const { hub, id } = await deleted({ cleanUpKeys: [old, ...MEMORY_CLEAN_UP_KEYS] });
  const retired = publicHalves(...MEMORY_CLEAN_UP_KEYS, old);
  expect((await statementOf(hub, id, retired)).cluster).toBe(id);
  await expect(statementOf(hub, id)).rejects.toThrow('unknown-key');
});

test('what is there again after it had been seen gone is accounted for with the later instant', async () => {
  const hub = runHub();
  const id = await hub.created({ product: 'hello' });
  await hub.delete(id);
  await hub.reach(id, 'sweeping');
  const [key = '', bucket] =
    Object.entries((await ledgerOf(hub, id)).entries).find(([, { kind }]) => kind === 'bucket') ?? [];
  // An earlier undoing had seen it gone.
  const goneAt = new Date(hub.clock.now());
  await hub.run(
    hub.documents.commit([
      { op: 'update', path: ledgerPath(id), data: { [`entries.${key}.goneAt`]: goneAt } },
    ]),
  );
  const { spec } = await hub.cluster(id);
  await hub.run(
    hub.ports.buckets.ensureBucket({ name: bucket?.name ?? '', region: spec.region, clusterId: id }),
  );
  await hub.reach(id, 'deleted');
  await expectToEqualLedger(hub, id);
  const again = (await statementOf(hub, id)).resources.find(({ kind }) => kind === 'bucket');
  expect(Date.parse(again?.goneAt ?? '')).toBeGreaterThan(goneAt.getTime());
  expect(hub.objects()).toBe(0);
});

test('a deletion that nothing lets happen for hours, as an upgrade of GKE’s own, is stuck until that is over, and then goes on by itself', async () => {
  const hub = runHub({ inside: 'sketch' });
  const id = await hub.created({ product: 'hello' });
  const { deleteCluster } = hub.container;
  hub.container.deleteCluster = (_, name) => {
    throw new ServiceError(
      STATUS.FAILED_PRECONDITION,
      `Operation operation-1-abc is currently upgrading cluster ${name}. Please wait and try again once it is done.`,
    );
  };
  await hub.delete(id);
  await hub.reach(id, 'stuck');
  await hub.clock.runFor(hours(1));
  hub.container.deleteCluster = deleteCluster;
  await hub.reach(id, 'deleted');
  await expectToEqualLedger(hub, id);
  expect(hub.objects()).toBe(0);
});
