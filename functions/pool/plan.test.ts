import { describe, expect, test } from 'vitest';
import { type Cluster, shapeOf } from '../../shared/documents/cluster.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import type { Pool } from '../../shared/documents/pool.ts';
import type { State } from '../../shared/lifecycle/table.ts';
import { hours, minutes } from '../../shared/units.ts';
import { aCluster, aSpec, clusterIdOf } from '../../test/builders.ts';
import { planPool } from './plan.ts';

const spec = aSpec();
const aPool = (wanted: number): Pool => ({ id: 'default', schema: DOCUMENT_SCHEMA, spec, wanted });
const aSpare = (n: number, state: State, more: Partial<Cluster> = {}): Cluster =>
  aCluster({
    ...{ id: clusterIdOf(n), state, since: ago(minutes(1)), pool: 'default', spec, shape: shapeOf(spec) },
    ...more,
  });

const NOW_MS = Date.UTC(2026, 0, 2);
const ago = (ms: number): Date => new Date(NOW_MS - ms);
const plan = (pool: Pool, spares: readonly Cluster[]) =>
  planPool(pool, spares, { elapsed: (sinceMs) => NOW_MS - sinceMs });
const found = (type: string, since: Date): Cluster['conditions'][number] => ({
  type,
  status: false,
  message: 'It is not.',
  since,
});

describe('a plan', () => {
  test('makes what is missing, and counts what is in the making', () => {
    const spares = [aSpare(1, 'warm'), aSpare(2, 'installing'), aSpare(3, 'queued')];
    expect(plan(aPool(5), spares)).toEqual({ warm: 1, inTheMaking: 2, create: 2, giveUp: [], look: [] });
  });

  test('has nothing to do where there are as many as wanted', () => {
    expect(plan(aPool(1), [aSpare(1, 'warm')])).toMatchObject({ create: 0, giveUp: [] });
    expect(plan(aPool(0), [])).toMatchObject({ create: 0, giveUp: [] });
  });

  test('gives up the least finished first, and of equals the youngest', () => {
    const spares = [
      aSpare(1, 'warm', { createdAt: new Date(1000) }),
      aSpare(2, 'warm', { createdAt: new Date(2000) }),
      aSpare(3, 'installing'),
      aSpare(4, 'provisioning'),
    ];
    expect(plan(aPool(1), spares).giveUp).toEqual([
      { id: clusterIdOf(4), reason: 'more than wanted' },
      { id: clusterIdOf(3), reason: 'more than wanted' },
      { id: clusterIdOf(2), reason: 'more than wanted' },
    ]);
  });

  test('replaces spares of another shape, and those that failed', () => {
    const other = shapeOf(aSpec({ size: 'large' }));
    const planned = plan(aPool(1), [aSpare(1, 'warm', { shape: other }), aSpare(2, 'failed')]);
    expect(planned).toEqual({
      warm: 0,
      inTheMaking: 0,
      create: 1,
      giveUp: [
        { id: clusterIdOf(2), reason: 'failed' },
        { id: clusterIdOf(1), reason: 'another shape is wanted' },
      ],
      look: [],
    });
  });

  test.each(['undoing', 'deleting', 'deprovisioning', 'sweeping', 'stuck'] as const)(
    'lets a spare that is %s go its way and makes another',
    (state) => {
      expect(plan(aPool(1), [aSpare(1, state)])).toMatchObject({ create: 1, giveUp: [] });
    },
  );

  test.each([1, 2, 5])(
    'of a pool that wants %i makes no more while others of before are not gone',
    (wanted) => {
      const margin = Math.max(2, wanted);
      const stuck = (count: number) => Array.from({ length: count }, (_, n) => aSpare(n + 1, 'stuck'));
      expect(plan(aPool(wanted), stuck(margin)).create).toBe(wanted);
      expect(plan(aPool(wanted), stuck(margin + 1))).toMatchObject({
        create: wanted - 1,
        held: 'too many of before are not gone yet',
      });
      expect(plan(aPool(wanted), stuck(margin + wanted + 1)).create).toBe(0);
    },
  );

  test('gives up a spare that two looks found to be of no use, and no other one', () => {
    const since = hours(5);
    const spares = (seenAt: Date, type = 'Workloads') => [
      aSpare(1, 'warm', { since: ago(since), seenAt, conditions: [found(type, ago(hours(2)))] }),
    ];
    const lost = { id: clusterIdOf(1), reason: 'not fit for use' };
    expect(plan(aPool(1), spares(ago(hours(2))))).toMatchObject({ warm: 0, create: 0, giveUp: [] });
    expect(plan(aPool(1), spares(ago(hours(1.4))))).toMatchObject({ create: 0, giveUp: [lost] });
    expect(plan(aPool(0), spares(ago(hours(1.4)))).giveUp).toEqual([lost]);
    expect(plan(aPool(1), spares(ago(1), 'UpToDate'))).toMatchObject({ warm: 1, create: 0, giveUp: [] });
  });

  test('gives up a spare that two looks could not see', () => {
    const missed = { since: ago(hours(5)), seenAt: ago(hours(2)), missedAt: ago(hours(1)) };
    expect(plan(aPool(1), [aSpare(1, 'warm', missed)])).toMatchObject({ warm: 0, create: 0, giveUp: [] });
    const told = { ...missed, conditions: [found('Reachable', ago(1))] };
    expect(plan(aPool(1), [aSpare(1, 'warm', told)])).toMatchObject({
      create: 0,
      giveUp: [{ id: clusterIdOf(1), reason: 'not fit for use' }],
    });
  });

  test('has a spare looked at every half an hour', () => {
    const spares = [
      aSpare(1, 'warm', { since: ago(hours(5)), seenAt: ago(minutes(29)) }),
      aSpare(2, 'warm', { since: ago(hours(5)), seenAt: ago(minutes(30)) }),
      aSpare(3, 'warm', { since: ago(minutes(29)), seenAt: ago(hours(5)) }),
      // It has a time of its own.
      aSpare(4, 'warm', { since: ago(hours(5)), missedAt: ago(hours(2)) }),
      aSpare(5, 'installing', { since: ago(hours(5)) }),
    ];
    expect(plan(aPool(5), spares).look).toEqual([clusterIdOf(2)]);
  });

  test('gives up first, of more than wanted, what nobody would get', () => {
    const spares = [aSpare(1, 'warm', { missedAt: ago(1) }), aSpare(2, 'queued')];
    expect(plan(aPool(1), spares).giveUp).toEqual([{ id: clusterIdOf(1), reason: 'more than wanted' }]);
  });
});
