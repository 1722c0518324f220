/** Spares: which count, what they cost, and how often one was there. */
import { expect, test } from 'vitest';
import { aCluster, aSpec, clusterIdOf } from '../../../test/builders.ts';
import { hitRateOf, idleCostOf, sortSpares, standingOf } from './spares.ts';

test('a spare is ready where it can be claimed, in the making where that is ahead, and leaving otherwise', () => {
  expect(standingOf('warm')).toBe('ready');
  for (const state of ['queued', 'provisioning', 'exposing', 'repairing'] as const)
    expect(standingOf(state)).toBe('making');
  for (const state of ['undoing', 'failed', 'deleting', 'sweeping', 'stuck', 'deleted', 'ready'] as const)
    expect(standingOf(state)).toBe('leaving');
  // Of a state that the page does not know nobody can say that it leads to a spare.
  expect(standingOf('warping' as never)).toBe('leaving');
});

test('ready ones come first, then those that are furthest', () => {
  const spares = [
    aCluster({ id: clusterIdOf(1), state: 'stuck' }),
    aCluster({ id: clusterIdOf(2), state: 'provisioning', progress: 0.2 }),
    aCluster({ id: clusterIdOf(3), state: 'exposing', progress: 0.9 }),
    aCluster({ id: clusterIdOf(4), state: 'warm', progress: 1 }),
  ];
  expect(sortSpares(spares).map(({ id }) => id)).toEqual([4, 3, 2, 1].map(clusterIdOf));
});

test('the hit rate is of those that became ready in the shape of the pool', () => {
  const ready = { owner: 'ada', readyAt: new Date() };
  const clusters = [
    aCluster({ ...ready, claimedFrom: 'default' }),
    aCluster(ready),
    aCluster({ ...ready, spec: aSpec({ size: 'large' }) }),
    aCluster({ pool: 'default', state: 'warm' }),
    aCluster({ owner: 'ada', state: 'provisioning' }),
  ];
  expect(hitRateOf(aSpec(), clusters)).toEqual({ claimed: 1, of: 2 });
});

test('spares cost while they wait, and what nobody claimed is told apart', () => {
  const waiting = aCluster({
    id: clusterIdOf(1),
    pool: 'default',
    state: 'warm',
    cost: { micros: 5, hourlyMicros: 3_600_000, since: new Date(0) },
  });
  const gone = aCluster({
    id: clusterIdOf(2),
    pool: 'default',
    state: 'deleted',
    cost: { micros: 70, hourlyMicros: 9 },
  });
  const others = aCluster({ id: clusterIdOf(3), pool: 'another', cost: { micros: 1, hourlyMicros: 1 } });
  expect(idleCostOf('default', [waiting], [waiting, gone, others], () => 2)).toEqual({
    hourlyMicros: 3_600_000,
    waitingMicros: 7,
    unclaimedMicros: 70,
    unclaimed: 1,
  });
});
