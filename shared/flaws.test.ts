import { describe, expect, test } from 'vitest';
import type { Cluster } from './documents/cluster.ts';
import { flawedSinceOf, flawOf, flawsOf, isGone } from './flaws.ts';
import { STATES } from './lifecycle/table.ts';

type Condition = Cluster['conditions'][number];

const condition = (type: string, status = false, since = 0): Condition => ({
  type,
  status,
  message: type,
  since: new Date(since),
});

describe('flaws', () => {
  test('are what does not hold and should, the worst first and what nobody knows last', () => {
    const conditions = [
      condition('Unheard'),
      condition('Certificate'),
      condition('Members', true),
      condition('UpToDate'),
      condition('Exists'),
    ];
    expect(flawsOf({ conditions }).map(({ type }) => type)).toEqual(['Exists', 'Certificate', 'Unheard']);
  });

  test('do not include an upgrade that is due', () => {
    expect(flawOf({ state: 'ready', conditions: [condition('UpToDate')] })).toBeUndefined();
  });

  test('are told where people would use the cluster, and not where Hub is at work or nobody is there', () => {
    const conditions = [condition('Workloads')];
    const told = STATES.filter((state) => flawOf({ state, conditions }) !== undefined);
    expect(told).toEqual(['ready']);
  });

  test('tell a cluster that is gone from one that can be mended', () => {
    expect(isGone(flawOf({ state: 'ready', conditions: [condition('Reachable')] }))).toBe(false);
    expect(isGone(flawOf({ state: 'ready', conditions: [condition('Exists')] }))).toBe(true);
  });

  test('count from the first of them, and not at all where there is none', () => {
    const conditions = [
      condition('Locked', false, 5),
      condition('Workloads', false, 3),
      condition('Exists', true, 1),
    ];
    expect(flawedSinceOf({ state: 'ready', conditions })).toEqual(new Date(3));
    expect(flawedSinceOf({ state: 'repairing', conditions })).toBeUndefined();
    expect(flawedSinceOf({ state: 'ready', conditions: [condition('Exists', true)] })).toBeUndefined();
  });
});
