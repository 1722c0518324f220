import { describe, expect, test } from 'vitest';
import { memoryHub } from '../../local/memory/hub.ts';
import { CLUSTERS, type Cluster, shapeOf } from '../../shared/documents/cluster.ts';
import {
  DEFAULT_LOSSES,
  type Pause,
  type Pool,
  type PoolFields,
  poolPath,
} from '../../shared/documents/pool.ts';
import { microsOf } from '../../shared/money.ts';
import { hours, minutes } from '../../shared/units.ts';
import { aCluster, aSpec, clusterIdOf, writeOf } from '../../test/builders.ts';
import { FIRST_PAUSE_MS, type Loss, MAX_PAUSE_MS, planPause } from './budget.ts';
import { topUp } from './top-up.ts';

const START = Date.UTC(2026, 0, 1);
const at = (ms = 0) => {
  const now = START + ms;
  return { now, after: (more: number) => now + more, elapsed: (since: number) => now - since };
};
const instant = (ms: number) => new Date(START + ms);
const spec = aSpec({ product: 'hello', version: '1.1.0' });
const shape = shapeOf(spec);
const aPool = (more: Partial<Pool> = {}): Pool => ({ id: 'default', schema: 1, spec, wanted: 3, ...more });
const aLoss = (minutesAgo: number, more: Partial<Loss> = {}): Loss => ({
  shape,
  lostAt: instant(-minutes(minutesAgo)),
  micros: microsOf(0.1),
  ...more,
});
const aPause = (more: Partial<Pause> = {}): Pause => ({
  shape,
  reason: 'failures',
  times: 1,
  sinceAt: instant(-minutes(20)),
  untilAt: instant(-minutes(10)),
  ...more,
});
const three = [aLoss(1), aLoss(2), aLoss(3)];

describe('a pool', () => {
  test.each<[string, Loss[], Date | undefined, Partial<Pool>, Partial<Pause> | undefined]>([
    ['that lost nothing does not pause', [], undefined, {}, undefined],
    ['that lost less than it may does not', three.slice(1), undefined, {}, undefined],
    ['that lost as many as it may pauses', three, undefined, {}, { reason: 'failures', times: 1 }],
    [
      'whose losses lie back does not',
      three.map((loss) => ({ ...loss, lostAt: instant(-hours(2)) })),
      undefined,
      {},
      undefined,
    ],
    ['that succeeded after them does not', three, instant(0), {}, undefined],
    ['that lost some since it succeeded does not', three, instant(-minutes(2.5)), {}, undefined],
    [
      'that lost them in another shape does not',
      three.map((loss) => ({ ...loss, shape: 'x' })),
      undefined,
      {},
      undefined,
    ],
    [
      'that may lose more does not',
      three,
      undefined,
      { losses: { ...DEFAULT_LOSSES, perHour: 4 } },
      undefined,
    ],
    [
      'that lost too much money pauses',
      [aLoss(700, { micros: microsOf(20) })],
      instant(0),
      {},
      { reason: 'money' },
    ],
  ])('%s', (_, losses, succeededAt, pool, expected) => {
    const pause = planPause(aPool(pool), succeededAt, losses, at());
    if (expected) expect(pause).toMatchObject(expected);
    else expect(pause).toBeUndefined();
  });
});

describe('a pause', () => {
  test('lasts, and stays the same, while it is not over or nothing has become of the trial', () => {
    const lasting = aPause({ untilAt: instant(1000) });
    expect(planPause(aPool({ pause: lasting }), undefined, three, at())).toBe(lasting);
    const over = aPause();
    expect(planPause(aPool({ pause: over }), undefined, [], at())).toBe(over);
  });

  test('ends with the first spare that is ready', () => {
    expect(planPause(aPool({ pause: aPause() }), instant(-minutes(1)), three, at())).toBeUndefined();
  });

  test.each([
    [1, 2 * FIRST_PAUSE_MS],
    [2, 4 * FIRST_PAUSE_MS],
    [7, MAX_PAUSE_MS],
  ])('after %i in a row is longer, if the trial fails', (times, lengthMs) => {
    const next = planPause(aPool({ pause: aPause({ times }) }), undefined, [aLoss(5)], at());
    expect(next).toMatchObject({ times: times + 1, untilAt: instant(lengthMs) });
  });

  test('is not longer for what was in the making when it began', () => {
    const pause = aPause();
    expect(planPause(aPool({ pause }), undefined, [aLoss(15)], at())).toBe(pause);
  });

  test('is over when the pool wants another shape', () => {
    const pause = aPause({ shape: 'x', untilAt: instant(hours(1)) });
    expect(planPause(aPool({ pause }), undefined, [], at())).toBeUndefined();
  });
});

test('a pool whose shape is broken loses a few spares a day, not hundreds, and recovers by itself', async () => {
  const hub = memoryHub({ inside: 'sketch' });
  hub.startScheduler();
  hub.faults.force('job-fails');
  const pool: PoolFields = { schema: 1, spec, wanted: 2 };
  await hub.run(hub.documents.commit([{ op: 'set', path: poolPath('default'), data: pool }]));
  await hub.clock.runFor(hours(24));
  const lost = await hub.documents.query<Cluster>({
    collection: CLUSTERS,
    where: [['pool', '==', 'default']],
  });
  expect(lost.filter(({ data }) => data.lostAt).length).toBeGreaterThan(2);
  expect(lost.length).toBeLessThan(30);
  const read = async () => (await hub.documents.get<PoolFields>(poolPath('default')))?.data;
  expect(await read()).toMatchObject({ pause: { reason: 'failures' } });

  hub.faults.clear('job-fails');
  const warm = () => hub.documents.count({ collection: CLUSTERS, where: [['state', '==', 'warm']] });
  await hub.until(async () => (await warm()) === 2, hours(2));
  await hub.run(topUp(hub.ports));
  expect((await read())?.pause).toBeUndefined();
});

test('spares that were claimed at once prove as much as those that wait', async () => {
  const hub = memoryHub({ inside: 'sketch' });
  const lost = (n: number) =>
    aCluster({ id: clusterIdOf(n), pool: 'default', spec, shape, state: 'failed', lostAt: at(-minutes(9)) });
  const at = (ms: number) => new Date(hub.clock.now() + ms);
  const claimed = aCluster({
    spec,
    shape,
    claimedFrom: 'default',
    owner: 'ada',
    state: 'ready',
    warmAt: at(-minutes(1)),
  });
  const pool: PoolFields = { schema: 1, spec, wanted: 1 };
  const losses = Array.from({ length: DEFAULT_LOSSES.perHour }, (_, n) => lost(n + 1));
  const writes = [...losses, claimed].map(writeOf);
  await hub.run(hub.documents.commit([{ op: 'set', path: poolPath('default'), data: pool }, ...writes]));
  await hub.run(topUp(hub.ports));
  expect((await hub.documents.get<PoolFields>(poolPath('default')))?.data.pause).toBeUndefined();
});

test('a loss counts once, however often the pool is looked at', async () => {
  const hub = memoryHub({ inside: 'sketch' });
  const pool: PoolFields = { schema: 1, spec, wanted: 1, losses: { ...DEFAULT_LOSSES, perHour: 2 } };
  const lost = aCluster({ pool: 'default', spec, shape, state: 'failed', lostAt: new Date(hub.clock.now()) });
  const { id, ...data } = lost;
  await hub.run(
    hub.documents.commit([
      { op: 'set', path: poolPath('default'), data: pool },
      { op: 'set', path: `${CLUSTERS}/${id}`, data: data as never },
    ]),
  );
  for (let n = 0; n < 5; n++) await hub.run(topUp(hub.ports));
  expect((await hub.documents.get<PoolFields>(poolPath('default')))?.data.pause).toBeUndefined();
});

test('while people wait for room no spares are begun, and that is said once', async () => {
  const hub = memoryHub({ limits: { cellMaking: 1 }, inside: 'sketch' });
  const waiting = aCluster({
    owner: 'ada',
    state: 'queued',
    error: { code: 'CELL_BUSY', message: '', remedy: '', fault: 'operator' },
  });
  const { id, ...data } = waiting;
  const pool: PoolFields = { schema: 1, spec, wanted: 2 };
  await hub.run(
    hub.documents.commit([
      { op: 'set', path: poolPath('default'), data: pool },
      { op: 'set', path: `${CLUSTERS}/${id}`, data: data as never },
    ]),
  );
  const lastPlan = async () => (await hub.documents.get<PoolFields>(poolPath('default')))?.data.lastPlan;
  await hub.run(topUp(hub.ports));
  expect(await hub.documents.count({ collection: CLUSTERS })).toBe(1);
  expect(await lastPlan()).toMatchObject({ held: 'people wait for room', actions: [] });
  const { commits } = hub.documents.counters;
  await hub.run(topUp(hub.ports));
  expect(hub.documents.counters.commits).toBe(commits);
  // What keeps it from making them has changed.
  const going = [1, 2, 3, 4].map((n) =>
    writeOf(aCluster({ id: clusterIdOf(n + 1), pool: 'default', spec, shape, state: 'deleting' })),
  );
  await hub.run(hub.documents.commit([...going, { op: 'delete', path: `${CLUSTERS}/${id}` }]));
  await hub.run(topUp(hub.ports));
  expect((await lastPlan())?.held).toBe('too many of before are not gone yet');
});
