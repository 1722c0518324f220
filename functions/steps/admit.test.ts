import { describe, expect, test } from 'vitest';
import { type MemoryHub, memoryHub } from '../../local/memory/hub.ts';
import { priceOf } from '../../shared/catalog/catalog.ts';
import { type Allowance, accountPath, cellPath } from '../../shared/documents/account.ts';
import { CLUSTERS, type Cluster, shapeOf } from '../../shared/documents/cluster.ts';
import { eventsOf } from '../../shared/documents/event.ts';
import { type Ledger, ledgerPath } from '../../shared/documents/ledger.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { microsOf } from '../../shared/money.ts';
import { hours, minutes, seconds } from '../../shared/units.ts';
import { aCluster, aSpec, clusterIdOf, writeOf } from '../../test/builders.ts';
import { requestOf } from '../../test/request.ts';
import { planAdmission, taken } from '../accounts/admission.ts';
import { createApi } from '../api/app.ts';
import type { DocumentData, Write } from '../cloud.ts';
import { findOwed, isQueueAhead } from '../clusters/queue.ts';
import { command, conceive, createClusters } from '../dispatch/commands.ts';

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
      { clusters: 1, hourlyMicros: 1, maxHourlyMicros: 400 },
      400,
      'ACCOUNT_BUDGET',
    ],
    [
      'one that alone is too much',
      { clusters: 3, hourlyMicros: 0, maxHourlyMicros: 399 },
      400,
      'SIZE_OVER_BUDGET',
    ],
  ] as const)('of %s', (_, now, price, expected) => {
    const allowance = now && { schema: 1 as const, ...now };
    expect(planAdmission(allowance, limits, price, 'account')?.blocked).toBe(expected);
  });

  test('of one too many for the cell says so, whichever limit it is', () => {
    const full = { blocked: 'CELL_FULL' };
    expect(planAdmission({ schema: 1, clusters: 3, hourlyMicros: 0 }, limits, 1, 'cell')).toEqual(full);
    expect(planAdmission({ schema: 1, clusters: 0, hourlyMicros: 1000 }, limits, 1, 'cell')).toEqual(full);
  });

  test('of what alone is too much says how much it is, and tells nobody what the cell may cost', () => {
    const budget = { clusters: 3, hourlyMicros: microsOf(2) };
    expect(planAdmission(undefined, budget, microsOf(2.912), 'account')).toEqual({
      blocked: 'SIZE_OVER_BUDGET',
      detail: 'It costs $2.92, and $2 is allowed.',
      never: true,
    });
    expect(planAdmission(undefined, budget, microsOf(2.5), 'cell')).toEqual({
      blocked: 'SIZE_OVER_CAPACITY',
      detail: 'It costs $2.50.',
      never: true,
    });
    const off = { clusters: 3, hourlyMicros: microsOf(0.01) };
    expect(planAdmission(undefined, off, microsOf(2.5), 'cell')).toEqual({ blocked: 'CELL_FULL' });
  });

  test('takes room on the condition that the count is the one that was read', () => {
    expect(taken('accounts/ada', undefined, 5)).toEqual({
      path: 'accounts/ada',
      data: { schema: 1, clusters: 1, hourlyMicros: 5 },
    });
    const at = new Date(0);
    const data: Allowance = { schema: 1, clusters: 2, hourlyMicros: 10 };
    const snapshot = {
      path: 'accounts/ada',
      data,
      version: 'v',
      createTime: at,
      updateTime: at,
      readTime: at,
    };
    expect(taken('accounts/ada', snapshot, 5)).toMatchObject({
      version: 'v',
      data: { clusters: 3, hourlyMicros: 15 },
    });
  });
});

const spec = aSpec({ product: 'hello', version: '1.1.0' });

const create = (hub: MemoryHub, owners: readonly string[], wanted = spec) => {
  const births = owners.map((owner) =>
    conceive(hub.ports, { name: 'mine', spec: wanted, shape: shapeOf(wanted), owner }),
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

describe('what can never fit', () => {
  const price = priceOf(spec).hourlyMicros;
  const large = priceOf({ ...spec, size: 'large' }).hourlyMicros;

  test.each([
    ['SIZE_OVER_BUDGET', { accountHourlyMicros: large - 1 }],
    ['SIZE_OVER_CAPACITY', { cellHourlyMicros: large - 1, accountClusters: 0 }],
  ] as const)('and waits already stays in no line, and is seldom looked at: %s', async (code, limits) => {
    const hub = memoryHub({ limits });
    const stop = hub.startScheduler();
    await create(hub, ['ada'], { ...spec, size: 'large' });
    const seen = async () => (await inState(hub, 'queued'))[0]?.data;
    await hub.until(async () => (await seen())?.error?.code === code, minutes(2));
    expect(await seen()).toMatchObject({ detail: 'Until then it has no place in the queue.' });
    const dueAt = (await seen())?.dueAt;
    await hub.clock.runFor(minutes(50));
    // Each look says when the next one is.
    expect(await seen()).toMatchObject({ error: { code }, dueAt });
    stop();
  });

  test('starts when an operator allows as much', async () => {
    const hub = memoryHub({ limits: { accountHourlyMicros: price - 1 } });
    await create(hub, ['ada']);
    await hub.clock.runFor(seconds(5));
    expect((await inState(hub, 'queued')).map(({ data }) => data.error?.code)).toEqual(['SIZE_OVER_BUDGET']);
    const op = hub.tokens.issue({ uid: 'op', email: 'op@example.com', emailVerified: true, operator: true });
    const sending = requestOf('PUT', op, { body: { maxHourlyDollars: 100 } });
    await hub.run(Promise.resolve(createApi(hub.ports).request('/v1/admin/accounts/ada', sending)));
    await hub.clock.runFor(seconds(5));
    expect(await inState(hub, 'queued')).toEqual([]);
  });

  test('is not counted among those who wait', async () => {
    const hub = memoryHub({ limits: { accountClusters: 1 } });
    await hub.run(
      hub.documents.commit([
        {
          op: 'set',
          path: accountPath('ada'),
          data: { schema: 1, clusters: 0, hourlyMicros: 0, maxHourlyMicros: 1 },
        },
      ]),
    );
    await create(hub, ['ada', 'ada']);
    await hub.clock.runFor(seconds(5));
    await create(hub, ['grace']);
    await create(hub, ['grace']);
    await hub.clock.runFor(seconds(5));
    const [last] = (await inState(hub, 'queued')).slice(-1);
    expect(last?.data).toMatchObject({
      owner: 'grace',
      detail: 'Number 1 among its owner’s waiting clusters.',
    });
  });
});

describe('who waits for their own account', () => {
  test('is not counted by others, and is told the place among their own', async () => {
    const hub = memoryHub({ limits: { accountClusters: 1, cellClusters: 3 } });
    await create(hub, ['eve', 'bob', 'ada']);
    for (const owner of ['ada', 'ada', 'bob', 'ada', 'linus', 'grace']) {
      await create(hub, [owner]);
      await hub.clock.runFor(seconds(1));
    }
    const said = (await inState(hub, 'queued')).map(({ data }) => `${data.owner}: ${data.detail}`);
    expect(said).toEqual([
      'ada: Number 1 among its owner’s waiting clusters.',
      'ada: Number 2 among its owner’s waiting clusters.',
      'bob: Number 1 among its owner’s waiting clusters.',
      'ada: Number 3 among its owner’s waiting clusters.',
      'linus: Number 1 in the queue.',
      'grace: Number 2 in the queue.',
    ]);
  });

  test('has what never fits not counted among their own either', async () => {
    const large = { ...spec, size: 'large' as const };
    const hub = memoryHub({
      limits: { accountClusters: 1, accountHourlyMicros: priceOf(large).hourlyMicros - 1 },
    });
    await create(hub, ['ada']);
    for (const wanted of [large, spec]) {
      await create(hub, ['ada'], wanted);
      await hub.clock.runFor(seconds(1));
    }
    const [never, next] = await inState(hub, 'queued');
    expect(never?.data.error?.code).toBe('SIZE_OVER_BUDGET');
    expect(next?.data.detail).toBe('Number 1 among its owner’s waiting clusters.');
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

  test('goes past those whom their own account holds back, however many they are', async () => {
    const hub = memoryHub({ limits: { accountClusters: 1, cellClusters: 2 } });
    await create(hub, ['bob', 'ada']);
    await hub.until(async () => (await inState(hub, 'ready')).length === 2);
    for (let n = 0; n < 5; n++) await create(hub, ['ada']);
    await hub.clock.runFor(1000);
    await create(hub, ['eve']);
    await hub.clock.runFor(1000);
    const ready = await inState(hub, 'ready');
    const bobs = ready.find(({ data }) => data.owner === 'bob')?.path.split('/')[1] ?? '';
    await hub.run(command(hub.ports, bobs, 'delete', 'bob'));
    const stop = hub.startScheduler();
    await hub.until(async () => (await inState(hub, 'deleted')).length === 1);
    stop();
    await hub.clock.runFor(1000);
    expect((await inState(hub, 'provisioning')).map(({ data }) => data.owner)).toEqual(['eve']);
  });
});

describe('who needs more than there is', () => {
  const micros = (size: 'small' | 'large') => priceOf({ ...spec, size }).hourlyMicros;
  const ofOwner = async (hub: MemoryHub, owner: string) =>
    (await hub.documents.query<Cluster>({ collection: CLUSTERS, where: [['owner', '==', owner]] }))[0]?.data;
  const ask = async (hub: MemoryHub, owner: string, size: 'small' | 'large' = 'small') => {
    await create(hub, [owner], { ...spec, size });
    await hub.clock.runFor(seconds(5));
    return (await ofOwner(hub, owner))?.state;
  };
  const remove = async (hub: MemoryHub, owner: string) => {
    const [found] = await hub.documents.query({ collection: CLUSTERS, where: [['owner', '==', owner]] });
    await hub.run(command(hub.ports, found?.path.split('/')[1] ?? '', 'delete', owner));
    await hub.until(async () => ['deleted', undefined].includes((await ofOwner(hub, owner))?.state));
    await hub.clock.runFor(seconds(5));
  };
  /** Room for a small one more, or for a large one if one of those that are there were not. */
  const aFullCell = async () => {
    const hub = memoryHub({ limits: { cellHourlyMicros: micros('large') + 2 * micros('small') } });
    hub.startScheduler();
    for (const owner of ['a', 'b', 'c']) await ask(hub, owner);
    return hub;
  };

  test('is passed by who needs less, but not for ever: what becomes free is then kept until it suffices', async () => {
    const hub = await aFullCell();
    expect(await ask(hub, 'large', 'large')).toBe('queued');
    expect(await ask(hub, 'early')).toBe('provisioning');
    await hub.clock.runFor(minutes(30));
    expect(await ask(hub, 'late')).toBe('queued');
    expect(await ofOwner(hub, 'late')).toMatchObject({
      error: { code: 'CELL_FULL', message: expect.stringContaining('has waited longer') },
      detail: 'Number 2 in the queue.',
    });
    await remove(hub, 'early');
    await hub.clock.runFor(minutes(10));
    expect((await ofOwner(hub, 'late'))?.state).toBe('queued');
    await remove(hub, 'a');
    expect((await ofOwner(hub, 'large'))?.state).toBe('provisioning');
    await remove(hub, 'b');
    expect((await ofOwner(hub, 'late'))?.state).toBe('provisioning');
  });

  test('holds nobody up when it is deleted: those behind are told', async () => {
    const hub = await aFullCell();
    await ask(hub, 'large', 'large');
    await hub.clock.runFor(minutes(31));
    expect(await ask(hub, 'late')).toBe('queued');
    await remove(hub, 'large');
    expect((await ofOwner(hub, 'late'))?.state).toBe('provisioning');
  });

  test('goes first if it came first', async () => {
    const hub = await aFullCell();
    await ask(hub, 'first', 'large');
    await ask(hub, 'second', 'large');
    await hub.clock.runFor(minutes(31));
    await remove(hub, 'a');
    const states = await Promise.all(
      ['first', 'second'].map(async (one) => (await ofOwner(hub, one))?.state),
    );
    expect(states).toEqual(['provisioning', 'queued']);
  });

  test('is not passed either while too many are in the making', async () => {
    const hub = memoryHub({ limits: { cellMaking: 0 } });
    await ask(hub, 'first');
    await hub.clock.runFor(minutes(31));
    expect((await ofOwner(hub, 'first'))?.error?.code).toBe('CELL_BUSY');
    // It does not know of the place that became free; who comes later leaves it alone.
    hub.ports.settings.limits.cellMaking = 1;
    expect(await ask(hub, 'late')).toBe('queued');
    expect((await ofOwner(hub, 'late'))?.error?.message).toContain('has waited longer');
    hub.startScheduler();
    await hub.until(async () => (await ofOwner(hub, 'late'))?.state === 'ready');
    expect((await ofOwner(hub, 'first'))?.state).toBe('ready');
  });

  /** It has waited for an hour; nothing looks at it. */
  const aWaiting = (hub: MemoryHub, fields: Partial<Cluster> = {}) =>
    writeOf(
      aCluster({
        owner: 'ahead',
        state: 'queued',
        error: errorOf('CELL_FULL'),
        createdAt: new Date(hub.clock.now() - minutes(60)),
        since: new Date(hub.clock.now() - minutes(60)),
        ...fields,
      }),
    );
  const errorOf = (code: ErrorCode) => ({ code, message: '', remedy: '', fault: 'user' as const });
  /** Who asks for several waits in the queue with all of them, be there room or not. */
  const admittedBehind = async (hub: MemoryHub, ...ahead: Write[]) => {
    await hub.run(hub.documents.commit(ahead));
    const late = Array.from({ length: 2 }, () =>
      conceive(hub.ports, { name: 'late', spec, shape: shapeOf(spec), owner: 'late' }),
    );
    await hub.run(createClusters(hub.ports, late, []));
    await hub.clock.runFor(seconds(5));
    return (await inState(hub, 'provisioning')).length;
  };

  test('has its turn again once looks at it succeed, be it that earlier ones failed', async () => {
    const hub = memoryHub({ limits: { cellClusters: 0 } });
    const write = aWaiting(hub, {
      attempts: 3,
      dueAt: new Date(hub.clock.now()),
      spec,
      shape: shapeOf(spec),
    });
    await hub.run(hub.documents.commit([write]));
    expect(await hub.run(findOwed(hub.ports))).toBeUndefined();
    const stop = hub.startScheduler();
    await hub.clock.runFor(minutes(2));
    stop();
    expect(await hub.run(findOwed(hub.ports))).toMatchObject({ owner: 'ahead', attempts: 0 });
  });

  test('is passed by nobody who came to the queue later, however long ago that cluster was asked for', async () => {
    const hub = memoryHub();
    const failed = aCluster({ id: clusterIdOf(2), owner: 'ada', state: 'failed', createdAt: new Date(0) });
    await hub.run(hub.documents.commit([aWaiting(hub), writeOf({ ...failed, spec, shape: shapeOf(spec) })]));
    await hub.run(command(hub.ports, failed.id, 'retry', 'ada'));
    await hub.clock.runFor(seconds(5));
    expect(await ofOwner(hub, 'ada')).toMatchObject({ state: 'queued', error: { code: 'CELL_FULL' } });
    expect(await hub.run(findOwed(hub.ports))).toMatchObject({ owner: 'ahead' });
  });

  test('lets the others have their turn after hours, for its own room may never come', async () => {
    const hub = memoryHub();
    const waited = async (hoursAgo: number) => {
      const since = new Date(hub.clock.now() - hours(hoursAgo));
      await hub.run(hub.documents.commit([aWaiting(hub, { since })]));
      return (await hub.run(findOwed(hub.ports))) !== undefined;
    };
    const turns: boolean[] = [];
    for (const at of [0.4, 0.6, 5.9, 6.1, 11.9, 12.1]) turns.push(await waited(at));
    expect(turns).toEqual([false, true, true, false, false, true]);
  });

  test('is found behind others who are out of turn, however many they are', async () => {
    const hub = memoryHub();
    const since = new Date(hub.clock.now() - hours(7));
    const before = Array.from({ length: 8 }, (_, n) => aWaiting(hub, { id: clusterIdOf(10 + n), since }));
    await hub.run(hub.documents.commit(before));
    expect(await hub.run(findOwed(hub.ports))).toBeUndefined();
    await hub.run(hub.documents.commit([aWaiting(hub, { id: clusterIdOf(30) })]));
    expect(await hub.run(findOwed(hub.ports))).toMatchObject({ id: clusterIdOf(30) });
  });

  test('holds nobody up once it waits for something else: those behind are told', async () => {
    const hub = await aFullCell();
    await ask(hub, 'large', 'large');
    await hub.clock.runFor(minutes(31));
    expect(await ask(hub, 'late')).toBe('queued');
    const standing = { state: 'suspended', reason: 'busy', since: new Date(0), by: 'op' };
    const path = accountPath('large');
    await hub.run(
      hub.documents.commit([
        { op: 'set', path, data: { schema: 1, clusters: 0, hourlyMicros: 0, standing } },
      ]),
    );
    await hub.until(async () => (await ofOwner(hub, 'large'))?.error?.code === 'OWNER_HELD');
    await hub.clock.runFor(seconds(5));
    expect((await ofOwner(hub, 'late'))?.state).toBe('provisioning');
  });

  test('is seen behind a spare that waits, too', async () => {
    const hub = memoryHub();
    const spare = { owner: undefined, pool: 'default', createdAt: new Date(0) };
    const spares = [1, 2].map((n) => aWaiting(hub, { id: clusterIdOf(n), ...spare }));
    expect(await admittedBehind(hub, ...spares, aWaiting(hub, { id: clusterIdOf(3) }))).toBe(0);
  });

  test.each<[string, Partial<Cluster>]>([
    ['a spare', { owner: undefined, pool: 'default' }],
    ['one whose account is held', { error: errorOf('OWNER_HELD') }],
    ['one that never fits', { error: errorOf('SIZE_OVER_CAPACITY') }],
    ['one whose account is full', { error: errorOf('ACCOUNT_BUDGET') }],
    ['one whose looks fail', { attempts: 3 }],
    ['one that nobody looks at', { parked: { at: new Date(0), deadLetter: 'x', reason: 'x' } }],
    ['one that cannot be read', { schema: 99 } as object],
  ])('stands in nobody’s way if it is %s', async (_, fields) => {
    const hub = memoryHub();
    expect(await admittedBehind(hub, aWaiting(hub, fields))).toBe(2);
  });
});

describe('the valve', () => {
  const spares = (hub: MemoryHub, count: number) => {
    const births = Array.from({ length: count }, () =>
      conceive(hub.ports, { name: 'spare', spec, shape: shapeOf(spec), pool: 'default' }),
    );
    return hub.run(createClusters(hub.ports, births, []));
  };
  const making = async (hub: MemoryHub) =>
    (await hub.documents.get<Allowance>(cellPath('default')))?.data.making;

  test('lets no more be made at once than may be, and each that is made lets the next one in', async () => {
    const hub = memoryHub({ limits: { cellMaking: 3 } });
    hub.container.setQuota(spec.region, { cpus: 10_000, clusters: 1000 });
    let most = 0;
    hub.documents.watch<Allowance>(cellPath('default'), (now) => {
      most = Math.max(most, now?.data.making ?? 0);
    });
    await create(
      hub,
      Array.from({ length: 10 }, (_, n) => `user-${n}`),
    );
    await hub.clock.runFor(minutes(1));
    expect(await inState(hub, 'provisioning')).toHaveLength(3);
    const queued = await inState(hub, 'queued');
    expect(queued[0]?.data).toMatchObject({
      error: { code: 'CELL_BUSY' },
      detail: expect.stringMatching(/^Number \d+ in the queue\.$/),
    });
    hub.startScheduler();
    await hub.until(async () => (await inState(hub, 'ready')).length === 10);
    expect(most).toBe(3);
    expect(await making(hub)).toBe(0);
  });

  test.each(['delete', 'failure'] as const)('gives a place back on a %s, once', async (how) => {
    const hub = memoryHub({ limits: { cellMaking: 1 } });
    await create(hub, ['ada']);
    const id = (await inState(hub, 'provisioning'))[0]?.path.split('/')[1] ?? '';
    expect(await making(hub)).toBe(1);
    hub.startScheduler();
    if (how === 'delete') await hub.run(command(hub.ports, id, 'delete', 'ada'));
    else hub.faults.force('operation-fails', { subject: 'CREATE_CLUSTER' });
    const end = how === 'delete' ? 'deleted' : 'failed';
    await hub.until(async () => (await inState(hub, end)).length === 1);
    expect(await making(hub)).toBe(0);
  });

  test('leaves room for people where spares are made', async () => {
    const hub = memoryHub({ limits: { cellMaking: 4 } });
    await spares(hub, 6);
    await hub.clock.runFor(minutes(1));
    expect(await inState(hub, 'provisioning')).toHaveLength(3);
    await create(hub, ['ada']);
    expect((await inState(hub, 'provisioning')).map(({ data }) => data.owner)).toContain('ada');
  });

  test('lets people in before spares that have waited longer', async () => {
    const hub = memoryHub({ limits: { cellMaking: 2 } });
    await create(hub, ['a', 'b']);
    await spares(hub, 2);
    await hub.clock.runFor(seconds(5));
    await create(hub, ['c', 'd', 'e']);
    hub.startScheduler();
    const order: string[] = [];
    const seen = new Set<string>();
    await hub.until(async () => {
      for (const { path, data } of await inState(hub, 'provisioning')) {
        if (!seen.has(path)) order.push(data.owner ?? 'spare');
        seen.add(path);
      }
      return seen.size === 7;
    });
    expect(order.slice(-2)).toEqual(['spare', 'spare']);
  });

  test('is not held shut for spares by people who wait for their own account', async () => {
    const hub = memoryHub({ limits: { accountClusters: 0 } });
    await create(hub, ['ada']);
    await hub.clock.runFor(seconds(1));
    await spares(hub, 1);
    await hub.clock.runFor(seconds(1));
    expect(await inState(hub, 'provisioning')).toHaveLength(1);
  });
});

describe('a newcomer', () => {
  const timeline = async (hub: MemoryHub, id: string) =>
    (await hub.documents.query({ collection: eventsOf(id), orderBy: [['epoch', 'asc']] })).map(
      ({ data }) => data.to,
    );
  const alone = (hub: MemoryHub, owner: string) =>
    conceive(hub.ports, { name: 'mine', spec, shape: shapeOf(spec), owner });

  test('for whom there is room is admitted in the commit that creates it', async () => {
    const hub = memoryHub();
    const { commits } = hub.documents.counters;
    const [created] = (await hub.run(createClusters(hub.ports, [alone(hub, 'ada')], []))) ?? [];
    expect(hub.documents.counters.commits - commits).toBe(1);
    expect(created).toMatchObject({ state: 'provisioning', epoch: 1, liability: { clusters: 1 } });
    expect(await timeline(hub, created?.id ?? '')).toEqual(['queued', 'provisioning']);
    for (const path of [accountPath('ada'), cellPath('default')])
      expect((await hub.documents.get(path))?.data).toMatchObject({ clusters: 1 });
  });

  test('whose first message is lost is found by the sweep', async () => {
    const hub = memoryHub();
    hub.faults.force('lost', { subject: 'step-provision' });
    await create(hub, ['ada']);
    await hub.clock.runFor(seconds(30));
    hub.faults.clear();
    expect(hub.objects()).toBe(0);
    hub.startScheduler();
    await hub.until(async () => (await inState(hub, 'installing')).length === 1);
  });

  test('whose commit was applied but never answered is recognised, once', async () => {
    const hub = memoryHub();
    hub.faults.force('reply-lost', { times: 1, subject: 'commit' });
    const [created] = (await hub.run(createClusters(hub.ports, [alone(hub, 'ada')], []))) ?? [];
    expect(created?.state).toBe('provisioning');
    expect((await hub.documents.get(accountPath('ada')))?.data).toMatchObject({ clusters: 1 });
  });

  test('does not overtake one of the same account that waits', async () => {
    const hub = memoryHub({ limits: { accountClusters: 0 } });
    await create(hub, ['ada']);
    await hub.clock.runFor(seconds(1));
    // Raised by an operator, which nobody has told the one that waits.
    const data = { schema: 1, clusters: 0, hourlyMicros: 0, maxClusters: 5 };
    await hub.run(hub.documents.commit([{ op: 'create', path: accountPath('ada'), data }]));
    const [second] = (await hub.run(createClusters(hub.ports, [alone(hub, 'ada')], []))) ?? [];
    expect(second?.state).toBe('queued');
    const [other] = (await hub.run(createClusters(hub.ports, [alone(hub, 'grace')], []))) ?? [];
    // Who waits for her own account stands in nobody else's way; but this one has no room either.
    expect(other?.state).toBe('queued');
    expect(await isQueueAhead(hub.ports, 'linus', spec.region)).toBe(false);
  });

  test('overtakes nobody, whoever it is, who waits for room in the cell', async () => {
    const hub = memoryHub({ limits: { cellClusters: 0 } });
    await create(hub, ['ada']);
    await hub.clock.runFor(seconds(1));
    expect(
      await Promise.all(['linus', undefined].map((owner) => isQueueAhead(hub.ports, owner, spec.region))),
    ).toEqual([true, true]);
  });

  test('who loses the race for the last place waits in the queue, under the id that it was promised', async () => {
    const hub = memoryHub({ limits: { accountClusters: 1 } });
    const births = [alone(hub, 'ada'), alone(hub, 'ada')];
    const created = await hub.run(Promise.all(births.map((birth) => createClusters(hub.ports, [birth], []))));
    expect(created.map((clusters) => clusters?.[0]?.state).sort()).toEqual(['provisioning', 'queued']);
    expect(created.map((clusters) => clusters?.[0]?.id)).toEqual(births.map(({ cluster }) => cluster.id));
  });
});

describe('a cluster whose owner’s account is held', () => {
  const at = new Date(0);
  const held = (state: 'throttled' | 'suspended') => ({
    standing: { state, reason: 'busy', since: at, by: 'hub' },
  });
  const say = (hub: MemoryHub, uid: string, said: Partial<Allowance>) => {
    const data = { schema: 1, clusters: 0, hourlyMicros: 0, ...said } as DocumentData;
    return hub.run(hub.documents.commit([{ op: 'set', path: accountPath(uid), data }]));
  };

  test.each<[string, Partial<Allowance>]>([
    ['throttled', held('throttled')],
    ['suspended', held('suspended')],
    ['being deleted', { closing: { since: at, by: 'ada' } }],
  ])('(%s) gets no room, and what it waits for is said', async (_, said) => {
    const hub = memoryHub();
    await say(hub, 'ada', said);
    await create(hub, ['ada']);
    await hub.clock.runFor(seconds(5));
    expect((await inState(hub, 'queued')).map(({ data }) => data)).toMatchObject([
      {
        error: { code: 'OWNER_HELD', message: expect.stringContaining('owner') },
        detail: expect.not.stringContaining('Number'),
      },
    ]);
    expect((await hub.documents.get<Allowance>(accountPath('ada')))?.data.clusters).toBe(0);
    await create(hub, ['grace']);
    expect((await inState(hub, 'provisioning')).map(({ data }) => data.owner)).toEqual(['grace']);
  });

  test('gets none either if somebody else tries it again', async () => {
    const hub = memoryHub();
    await create(hub, ['ada']);
    const stop = hub.startScheduler();
    hub.faults.force('operation-fails', { subject: 'CREATE_CLUSTER' });
    await hub.until(async () => (await inState(hub, 'failed')).length === 1);
    hub.faults.clear();
    stop();
    await say(hub, 'ada', held('suspended'));
    const id = (await inState(hub, 'failed'))[0]?.path.split('/')[1] ?? '';
    await hub.run(command(hub.ports, id, 'retry', 'grace'));
    await hub.clock.runFor(seconds(5));
    expect((await inState(hub, 'queued')).map(({ data }) => data.error?.code)).toEqual(['OWNER_HELD']);
  });

  test('starts when an operator restores the account', async () => {
    const hub = memoryHub();
    await say(hub, 'ada', held('suspended'));
    await create(hub, ['ada', 'ada']);
    await hub.clock.runFor(seconds(5));
    const op = hub.tokens.issue({ uid: 'op', email: 'op@example.com', emailVerified: true, operator: true });
    const put = (state: string) => {
      const sending = requestOf('PUT', op, { body: { standing: { state, reason: 'Looked at.' } } });
      return hub.run(Promise.resolve(createApi(hub.ports).request('/v1/admin/accounts/ada', sending)));
    };
    for (const [state, left] of [
      ['throttled', 2],
      ['good', 0],
    ] as const) {
      expect((await put(state)).status).toBe(200);
      await hub.clock.runFor(seconds(5));
      expect(await inState(hub, 'queued')).toHaveLength(left);
    }
  });

  test('stands in nobody’s way: it is not counted, and the next one is woken past it', async () => {
    const hub = memoryHub({ limits: { cellClusters: 1 } });
    await create(hub, ['grace']);
    await hub.until(async () => (await inState(hub, 'ready')).length === 1);
    await say(hub, 'ada', held('suspended'));
    await create(hub, Array(12).fill('ada'));
    await hub.clock.runFor(seconds(5));
    await create(hub, ['linus']);
    await hub.clock.runFor(seconds(5));
    const ofLinus = async () =>
      (await inState(hub, 'queued')).find(({ data }) => data.owner === 'linus')?.data;
    expect(await ofLinus()).toMatchObject({
      error: { code: 'CELL_FULL' },
      detail: 'Number 1 in the queue.',
    });
    const first = (await inState(hub, 'ready'))[0]?.path.split('/')[1] ?? '';
    await hub.run(command(hub.ports, first, 'delete', 'grace'));
    const stop = hub.startScheduler();
    await hub.until(async () => (await inState(hub, 'deleted')).length === 1);
    stop();
    await hub.clock.runFor(seconds(1));
    expect(await ofLinus()).toBeUndefined();
  });
});

describe('being admitted', () => {
  test('writes down everything with a name before anything is asked for', async () => {
    const hub = memoryHub();
    await create(hub, ['ada']);
    expect(hub.objects()).toBe(0);
    const id = (await inState(hub, 'provisioning'))[0]?.path.split('/')[1] ?? '';
    const ledger = await hub.documents.get<Ledger>(ledgerPath(id));
    expect(
      Object.values(ledger?.data.entries ?? {})
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['bucket', 'cluster', 'dns-record', 'dns-record', 'firewall', 'subnetwork']);
  });
});
