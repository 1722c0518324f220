import { describe, expect, test } from 'vitest';
import { memoryHub } from '../../local/memory/hub.ts';
import { priceOf } from '../../shared/catalog/catalog.ts';
import { CLUSTERS, type Cluster, type ClusterSpec, shapeOf } from '../../shared/documents/cluster.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { type PoolFields, poolPath } from '../../shared/documents/pool.ts';
import type { State } from '../../shared/lifecycle/table.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { aCluster, aSpec, clusterIdOf } from '../../test/builders.ts';
import { conceive, createClusters } from '../dispatch/commands.ts';
import { planYield } from './yield.ts';

const spec = aSpec();
const micros = (size: ClusterSpec['size']) => priceOf({ ...spec, size }).hourlyMicros;

describe('spares that yield', () => {
  const aSpare = (n: number, hourlyMicros: number, state: State = 'warm'): Cluster =>
    aCluster({ id: clusterIdOf(n), state, pool: 'default', liability: { clusters: 1, hourlyMicros } });
  const limits = { clusters: 10, hourlyMicros: 100 };
  const yielding = (price: number, taken: number, spares: Cluster[], clusters = spares.length) => [
    ...planYield(price, { schema: DOCUMENT_SCHEMA, clusters, hourlyMicros: taken }, limits, spares),
  ];

  test('are as few as suffice, those that are worth least', () => {
    const spares = [aSpare(1, 10), aSpare(2, 10), aSpare(3, 10)];
    expect(yielding(30, 90, spares)).toEqual([clusterIdOf(1), clusterIdOf(2)]);
    expect(yielding(30, 90, [aSpare(1, 10), aSpare(2, 40)])).toEqual([clusterIdOf(2)]);
  });

  test('are none where all of them would not do', () => {
    expect(yielding(90, 90, [aSpare(1, 10), aSpare(2, 10)])).toEqual([]);
  });

  test('are none where what others give back does, or nothing lacks', () => {
    expect(yielding(30, 90, [aSpare(1, 20, 'deleting'), aSpare(2, 20)])).toEqual([]);
    expect(yielding(10, 90, [aSpare(1, 20)])).toEqual([]);
  });

  test('are those that hold something, and what is stuck gives nothing back', () => {
    const queued = aCluster({ id: clusterIdOf(1), state: 'queued', pool: 'default' });
    expect(yielding(30, 90, [queued, aSpare(2, 20, 'stuck'), aSpare(3, 20)])).toEqual([clusterIdOf(3)]);
  });

  test('are counted by their number, too, and by what an operator has set for the cell', () => {
    expect(yielding(1, 20, [aSpare(1, 10), aSpare(2, 10)], 10)).toEqual([clusterIdOf(1)]);
    const cell = { schema: DOCUMENT_SCHEMA, clusters: 2, hourlyMicros: 20, maxClusters: 2 };
    expect(planYield(1, cell, limits, [aSpare(1, 10), aSpare(2, 10)]).size).toBe(1);
  });
});

test('whoever has waited for half an hour gets the room of warm spares, which come back once there is some', async () => {
  const hub = memoryHub({ limits: { cellHourlyMicros: micros('large') + micros('small') } });
  const inState = async (state: State) =>
    (await hub.documents.query<Cluster>({ collection: CLUSTERS, where: [['state', '==', state]] })).map(
      ({ data }) => data.owner ?? 'spare',
    );
  const pool: PoolFields = { schema: DOCUMENT_SCHEMA, spec, wanted: 2 };
  await hub.run(hub.documents.commit([{ op: 'set', path: poolPath('default'), data: pool }]));
  hub.startScheduler();
  await hub.until(async () => (await inState('warm')).length === 2);

  const large = { ...spec, size: 'large' } as const;
  const birth = conceive(hub.ports, { name: 'mine', spec: large, shape: shapeOf(large), owner: 'ada' });
  await hub.run(createClusters(hub.ports, [birth], []));
  await hub.clock.runFor(minutes(20));
  expect([await inState('queued'), (await inState('warm')).length]).toEqual([['ada'], 2]);

  const givenUp: string[] = [];
  hub.documents.watch<PoolFields>(poolPath('default'), (now) => {
    for (const { action, reason } of now?.data.lastPlan?.actions ?? [])
      if (action === 'delete') givenUp.push(reason);
  });
  await hub.until(async () => (await inState('provisioning')).length === 1);
  expect(await inState('provisioning')).toEqual(['ada']);
  expect(givenUp).toEqual(['somebody has waited for its room']);
  // One of the two was enough; for another there is no room now.
  await hub.until(async () => (await inState('ready')).length === 1);
  await hub.clock.runFor(minutes(10) + seconds(1));
  expect(await inState('warm')).toHaveLength(1);
});
