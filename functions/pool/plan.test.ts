import { describe, expect, test } from 'vitest';
import { type Cluster, shapeOf } from '../../shared/documents/cluster.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import type { Pool } from '../../shared/documents/pool.ts';
import type { State } from '../../shared/lifecycle/table.ts';
import { aCluster, aSpec, clusterIdOf } from '../../test/builders.ts';
import { planPool } from './plan.ts';

const spec = aSpec();
const aPool = (wanted: number): Pool => ({ id: 'default', schema: DOCUMENT_SCHEMA, spec, wanted });
const aSpare = (n: number, state: State, more: Partial<Cluster> = {}): Cluster =>
  aCluster({ id: clusterIdOf(n), state, pool: 'default', spec, shape: shapeOf(spec), ...more });

describe('a plan', () => {
  test('makes what is missing, and counts what is in the making', () => {
    const spares = [aSpare(1, 'warm'), aSpare(2, 'installing'), aSpare(3, 'queued')];
    expect(planPool(aPool(5), spares)).toEqual({ warm: 1, inTheMaking: 2, create: 2, giveUp: [] });
  });

  test('has nothing to do where there are as many as wanted', () => {
    expect(planPool(aPool(1), [aSpare(1, 'warm')])).toMatchObject({ create: 0, giveUp: [] });
    expect(planPool(aPool(0), [])).toMatchObject({ create: 0, giveUp: [] });
  });

  test('gives up the least finished first, and of equals the youngest', () => {
    const spares = [
      aSpare(1, 'warm', { createdAt: new Date(1000) }),
      aSpare(2, 'warm', { createdAt: new Date(2000) }),
      aSpare(3, 'installing'),
      aSpare(4, 'provisioning'),
    ];
    expect(planPool(aPool(1), spares).giveUp).toEqual([
      { id: clusterIdOf(4), reason: 'more than wanted' },
      { id: clusterIdOf(3), reason: 'more than wanted' },
      { id: clusterIdOf(2), reason: 'more than wanted' },
    ]);
  });

  test('replaces spares of another shape, and those that failed', () => {
    const other = shapeOf(aSpec({ size: 'large' }));
    const plan = planPool(aPool(1), [aSpare(1, 'warm', { shape: other }), aSpare(2, 'failed')]);
    expect(plan).toEqual({
      warm: 0,
      inTheMaking: 0,
      create: 1,
      giveUp: [
        { id: clusterIdOf(2), reason: 'failed' },
        { id: clusterIdOf(1), reason: 'another shape is wanted' },
      ],
    });
  });

  test.each(['undoing', 'deleting', 'deprovisioning', 'sweeping', 'stuck'] as const)(
    'lets a spare that is %s go its way and makes another',
    (state) => {
      expect(planPool(aPool(1), [aSpare(1, state)])).toMatchObject({ create: 1, giveUp: [] });
    },
  );
});
