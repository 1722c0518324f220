import { describe, expect, test } from 'vitest';
import { type MemoryHub, memoryHub } from '../../local/memory/hub.ts';
import { type Allowance, accountPath, cellPath } from '../../shared/documents/account.ts';
import { CLUSTERS, type Cluster, shapeOf } from '../../shared/documents/cluster.ts';
import { type Ledger, ledgerPath } from '../../shared/documents/ledger.ts';
import { minutes } from '../../shared/units.ts';
import { aSpec } from '../../test/builders.ts';
import { command, conceive, createClusters } from '../dispatch/commands.ts';
import { planAdmission, taken } from './admit.ts';

const limits = { clusters: 3, hourlyMicros: 1000 };

describe('admission', () => {
  test.each([
    ['the first of all', undefined, 400, undefined],
    ['the last place', { clusters: 2, hourlyMicros: 600 }, 400, undefined],
    ['one too many', { clusters: 3, hourlyMicros: 0 }, 0, 'ACCOUNT_QUOTA'],
    ['one micro-dollar too many', { clusters: 2, hourlyMicros: 601 }, 400, 'ACCOUNT_BUDGET'],
    ["the operator's higher limit", { clusters: 3, hourlyMicros: 0, maxClusters: 4 }, 400, undefined],
    ["the operator's zero", { clusters: 0, hourlyMicros: 0, maxClusters: 0 }, 0, 'ACCOUNT_QUOTA'],
    [
      "the operator's lower budget",
      { clusters: 0, hourlyMicros: 0, maxHourlyMicros: 399 },
      400,
      'ACCOUNT_BUDGET',
    ],
  ] as const)('of %s', (_, now, price, expected) => {
    const allowance = now && { schema: 1 as const, ...now };
    expect(planAdmission(allowance, limits, price, 'account')).toBe(expected);
  });

  test('of one too many for the cell says so, whichever limit it is', () => {
    expect(planAdmission({ schema: 1, clusters: 3, hourlyMicros: 0 }, limits, 1, 'cell')).toBe('CELL_FULL');
    expect(planAdmission({ schema: 1, clusters: 0, hourlyMicros: 1000 }, limits, 1, 'cell')).toBe(
      'CELL_FULL',
    );
  });

  test('takes room on the condition that the count is the one that was read', () => {
    expect(taken('accounts/ada', undefined, 5)).toEqual({
      path: 'accounts/ada',
      data: { schema: 1, clusters: 1, hourlyMicros: 5 },
    });
    const at = new Date(0);
    const data: Allowance = { schema: 1, clusters: 2, hourlyMicros: 10 };
    const snapshot = { path: 'accounts/ada', data, version: 'v', createTime: at, updateTime: at };
    expect(taken('accounts/ada', snapshot, 5)).toMatchObject({
      version: 'v',
      data: { clusters: 3, hourlyMicros: 15 },
    });
  });
});

const spec = aSpec({ product: 'hello', version: '1.1.0' });

const create = (hub: MemoryHub, owners: readonly string[]) => {
  const births = owners.map((owner) =>
    conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner }),
  );
  return hub.run(Promise.all(births.map((birth) => createClusters(hub.ports, [birth], []))));
};
const inState = (hub: MemoryHub, state: string) =>
  hub.documents.query<Cluster>({
    collection: CLUSTERS,
    where: [['state', '==', state]],
    orderBy: [['createdAt', 'asc']],
  });

describe('fifty creates at once', () => {
  test('never take more than the account has, and the rest wait in line', async () => {
    const hub = memoryHub({ limits: { accountClusters: 7 } });
    const seen = new Set<number>();
    hub.documents.watch<Allowance>(accountPath('ada'), (now) => seen.add(now?.data.clusters ?? 0));
    await create(hub, Array(50).fill('ada'));
    await hub.clock.runFor(minutes(2));
    expect(Math.max(...seen)).toBe(7);
    expect(await inState(hub, 'provisioning')).toHaveLength(7);
    const queued = await inState(hub, 'queued');
    expect(queued).toHaveLength(43);
    expect(queued[0]?.data).toMatchObject({ error: { code: 'ACCOUNT_QUOTA' } });
    expect((await hub.documents.get(cellPath('default')))?.data).toMatchObject({ clusters: 7 });
  });

  test('never take more than the cell has, whoever asks', async () => {
    const hub = memoryHub({ limits: { cellClusters: 7 } });
    await create(
      hub,
      Array.from({ length: 50 }, (_, n) => `user-${n}`),
    );
    await hub.clock.runFor(minutes(2));
    expect((await hub.documents.get(cellPath('default')))?.data).toMatchObject({ clusters: 7 });
    expect(await inState(hub, 'provisioning')).toHaveLength(7);
  });
});

describe('a freed place', () => {
  test('goes to the oldest that waits, without a sweep', async () => {
    const hub = memoryHub({ limits: { accountClusters: 1 } });
    await create(hub, ['ada']);
    await hub.until(async () => (await inState(hub, 'ready')).length === 1);
    for (let n = 0; n < 3; n++) {
      await create(hub, ['ada']);
      await hub.clock.runFor(1000);
    }
    const [oldest] = await inState(hub, 'queued');
    const [first] = await inState(hub, 'ready');
    const id = first?.path.split('/')[1] ?? '';
    await hub.run(command(hub.ports, id, 'delete', 'ada'));
    // Nothing sends what is overdue here, so the delete is seen through by hand; the word to the queue is the commit's own.
    const stop = hub.startScheduler();
    await hub.until(async () => (await inState(hub, 'deleted')).length === 1);
    stop();
    await hub.clock.runFor(1000);
    expect((await inState(hub, 'provisioning')).map(({ path }) => path)).toEqual([oldest?.path]);
    expect(await inState(hub, 'queued')).toHaveLength(2);
  });
});

describe('being admitted', () => {
  test('writes down everything with a name before anything is asked for', async () => {
    const hub = memoryHub();
    await create(hub, ['ada']);
    await hub.until(async () => (await inState(hub, 'provisioning')).length === 1, minutes(1), 1);
    expect(hub.objects()).toBe(0);
    const id = (await inState(hub, 'provisioning'))[0]?.path.split('/')[1] ?? '';
    const ledger = await hub.documents.get<Ledger>(ledgerPath(id));
    expect(
      Object.values(ledger?.data.entries ?? {})
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['bucket', 'cluster', 'dns-record', 'dns-record', 'firewall']);
  });
});
