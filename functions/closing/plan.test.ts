/** Who has a cluster after its owner's account is deleted. */
import { describe, expect, test } from 'vitest';
import type { Allowance } from '../../shared/documents/account.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { aCluster, clusterIdOf } from '../../test/builders.ts';
import { planFates } from './plan.ts';

const AT = new Date(0);
const NOTHING: Allowance = { schema: 1, clusters: 0, hourlyMicros: 0 };
const LIMITS = { clusters: 2, hourlyMicros: 100 };

/** One of ada's that is there and costs 40 an hour. */
const owned = (fields: Partial<Cluster> = {}): Cluster =>
  aCluster({
    owner: 'ada',
    members: { ada: 'owner', grace: 'owner', linus: 'owner', vera: 'editor' },
    liability: { clusters: 1, hourlyMicros: 40 },
    ...fields,
  });

/** What becomes of ada's clusters, given what is different about whose accounts. */
const fates = (clusters: readonly Cluster[], accounts: Record<string, Partial<Allowance>> = {}): string[] =>
  planFates(clusters, 'ada', {
    accounts: new Map(
      Object.entries(accounts).map(([uid, fields]) => {
        const times = { createTime: AT, updateTime: AT, readTime: AT };
        return [uid, { path: `accounts/${uid}`, data: { ...NOTHING, ...fields }, version: '1', ...times }];
      }),
    ),
    limits: LIMITS,
  }).map(({ fate, heir }) => heir ?? fate);

const standing = (state: 'throttled' | 'suspended') => ({ state, reason: 'busy', since: AT, by: 'hub' });
const closing = { since: AT, by: 'grace' };

describe('the heir is', () => {
  test('the first of the other owners by uid', () => {
    expect(fates([owned()])).toEqual(['grace']);
  });

  test.each<[string, Partial<Allowance>]>([
    ['has as many as they may', { clusters: 2 }],
    ['has as many as an operator said', { clusters: 0, maxClusters: 0 }],
    ['could not pay for it', { hourlyMicros: 61 }],
    ['could not pay for it, by an operator’s word', { maxHourlyMicros: 39 }],
    ['is throttled', { standing: standing('throttled') }],
    ['is suspended', { standing: standing('suspended') }],
    ['is leaving too', { closing }],
  ])('another one than who %s', (_, account) => {
    expect(fates([owned()], { grace: account })).toEqual(['linus']);
    expect(fates([owned()], { grace: account, linus: account })).toEqual(['deleted']);
  });

  test('whoever has just the room', () => {
    expect(fates([owned()], { grace: { clusters: 1, hourlyMicros: 60 } })).toEqual(['grace']);
  });

  test('given no more clusters than fit together', () => {
    const three = [1, 2, 3].map((n) => owned({ id: clusterIdOf(n) }));
    expect(fates(three)).toEqual(['grace', 'grace', 'linus']);
    expect(fates(three, { linus: { clusters: 2 } })).toEqual(['grace', 'grace', 'deleted']);
    expect(fates(three, { grace: { maxHourlyMicros: 79 } })).toEqual(['grace', 'linus', 'linus']);
  });

  test('anybody in good standing for what holds nothing', () => {
    const { liability: _, ...waiting } = owned({ state: 'queued' });
    expect(fates([waiting], { grace: { clusters: 2 } })).toEqual(['grace']);
    expect(fates([waiting], { grace: { standing: standing('throttled') } })).toEqual(['linus']);
  });
});

describe('there is no heir', () => {
  test.each(['throttled', 'suspended'] as const)('of an account that is %s', (state) => {
    expect(fates([owned()], { ada: { standing: standing(state) } })).toEqual(['deleted']);
  });

  test('among editors', () => {
    expect(fates([owned({ members: { ada: 'owner', vera: 'editor' } })])).toEqual(['deleted']);
  });

  test.each(['deleting', 'deprovisioning', 'sweeping'] as const)('of what is %s', (state) => {
    expect(fates([owned({ state })])).toEqual(['deleted']);
  });
});

test('what counts for somebody else is left, whatever room there is, unless nobody else owns it', () => {
  expect(fates([owned({ owner: 'grace' })], { grace: { clusters: 2 } })).toEqual(['left']);
  expect(fates([owned({ owner: 'zoe', members: { ada: 'owner' } })])).toEqual(['deleted']);
});

test('what is deleted is forgotten', () => {
  expect(fates([owned({ state: 'deleted' })])).toEqual(['forgotten']);
});
