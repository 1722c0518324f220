import { describe, expect, test } from 'vitest';
import { COMPONENTS, type Health, type SignIn, statusDocument } from '../../shared/documents/status.ts';
import { lateAfterMs } from '../../shared/lifecycle/derive.ts';
import { STATES, stepRowOf } from '../../shared/lifecycle/table.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { componentOf, type Facts, planStatus } from './plan.ts';

const NOW = new Date('2030-01-01T00:00:00Z');
const LATER = new Date('2030-01-01T00:05:00Z');

const FINE: Facts = {
  overdue: { forMs: 0, health: 'operational' },
  late: [],
  failed: 0,
  ready: { tookMs: [seconds(400), seconds(2)], lately: 2 },
  full: 0,
  idlePools: 0,
  stuck: 0,
  deadLetters: 0,
  orphans: 0,
};

function planned(facts: Facts) {
  const status = planStatus(undefined, { ...FINE, ...facts }, NOW);
  if (!status) throw new Error('nothing was planned');
  return status;
}

describe('how Hub is', () => {
  test('all is well', () => {
    const status = planned({});
    expect(statusDocument.parse(status)).toEqual(status);
    expect(status.health).toBe('operational');
    expect(status.readySeconds).toEqual({ p50: 2, p95: 400 });
  });

  test.each<[string, Facts, (typeof COMPONENTS)[number], Health]>([
    ['creations fail and none succeeds', { failed: 3, ready: { tookMs: [], lately: 0 } }, 'creating', 'down'],
    ['many creations fail', { failed: 2, ready: { tookMs: [], lately: 5 } }, 'creating', 'degraded'],
    ['one of many fails', { failed: 1, ready: { tookMs: [], lately: 50 } }, 'creating', 'operational'],
    [
      'one is late and nobody else got any',
      { late: ['provisioning'], ready: { tookMs: [], lately: 0 } },
      'creating',
      'degraded',
    ],
    ['the cell is full', { full: 1 }, 'creating', 'degraded'],
    ['the cloud is full', { exhausted: 1 }, 'creating', 'degraded'],
    ['one deletion is late', { late: ['deprovisioning'] }, 'deleting', 'operational'],
    ['several deletions are late', { late: ['deprovisioning', 'sweeping'] }, 'deleting', 'degraded'],
    ['several clusters are stuck', { stuck: 2 }, 'deleting', 'degraded'],
    ['several changes of members are late', { late: ['sharing', 'repairing'] }, 'access', 'degraded'],
    ['a pool is empty', { idlePools: 1 }, 'pools', 'degraded'],
    ['the sweep is late', { overdue: { forMs: minutes(4), health: 'degraded' } }, 'sweeps', 'degraded'],
    ['there is no sweep', { overdue: { forMs: minutes(40), health: 'down' } }, 'sweeps', 'down'],
  ])('%s', (_, facts, component, health) => {
    const status = planned(facts);
    expect(status.components[component].health).toBe(health);
    expect(status.health).toBe(health);
    for (const other of COMPONENTS)
      if (other !== component) expect(status.components[other].health).toBe('operational');
  });

  test('what cannot be found out stays said as it was', () => {
    const before = planned({
      late: ['sharing', 'sharing'],
      stuck: 1,
      orphans: 2,
      overdue: { forMs: minutes(9), health: 'degraded' },
    });
    expect(planStatus(before, {}, LATER)).toBeUndefined();
  });

  test('a Hub of which nothing is known yet is not said to be down', () => {
    expect(planStatus(undefined, {}, NOW)?.health).toBe('operational');
  });
});

describe('what is news', () => {
  test('nothing, while all stays as it is', () => {
    expect(planStatus(planned({}), FINE, LATER)).toBeUndefined();
  });

  test('another way in', () => {
    const signIn: SignIn = { ways: ['google'], open: false };
    const before = planStatus(undefined, FINE, NOW, signIn);
    expect(before).toMatchObject({ signIn });
    expect(planStatus(before, FINE, LATER, { ...signIn })).toBeUndefined();
    expect(planStatus(before, FINE, LATER, { ...signIn, ways: ['github'] })?.updatedAt).toEqual(LATER);
    expect(planStatus(before, FINE, LATER)).not.toHaveProperty('signIn');
  });

  test('not the second by which something is overdue, nor one more cluster like the others', () => {
    const before = planned({ overdue: { forMs: seconds(61), health: 'operational' } });
    const facts: Facts = {
      ...FINE,
      overdue: { forMs: seconds(80), health: 'operational' },
      ready: { tookMs: [seconds(401), seconds(403), seconds(2), seconds(2)], lately: 4 },
    };
    expect(planStatus(before, facts, LATER)).toBeUndefined();
  });

  test('a count, and a component that is worse: since then', () => {
    const before = planned({});
    expect(planStatus(before, { ...FINE, deadLetters: 1 }, LATER)).toMatchObject({
      deadLetters: 1,
      updatedAt: LATER,
    });
    const worse = planStatus(before, { ...FINE, idlePools: 1 }, LATER);
    expect(worse?.components.pools.since).toEqual(LATER);
    expect(worse?.components.creating.since).toEqual(NOW);
  });
});

test('every state that is worked on is late before its deadline, and belongs to a part of Hub', () => {
  const working = STATES.filter((state) => Number.isFinite(lateAfterMs(state)));
  expect(working.length).toBeGreaterThan(5);
  for (const state of working) {
    const row = stepRowOf(state);
    expect(lateAfterMs(state)).toBeLessThan(row.timeoutMs);
    expect(lateAfterMs(state)).toBeGreaterThan(row.expectedMs);
    expect(['creating', 'deleting', 'access']).toContain(componentOf(state));
  }
});
