/** Who has a cluster after its owner's account is deleted. */
import { describe, expect, test } from 'vitest';
import type { Allowance } from '../../shared/documents/account.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { hours } from '../../shared/units.ts';
import { aCluster } from '../../test/builders.ts';
import { fateOf, isWithheld, mayOffer } from './plan.ts';

/** One of ada's that others use, too. */
const owned = (fields: Partial<Cluster> = {}): Cluster =>
  aCluster({ owner: 'ada', members: { ada: 'owner', grace: 'owner', vera: 'editor' }, ...fields });

describe('what somebody pays for', () => {
  test.each(['queued', 'provisioning', 'ready', 'failed', 'stuck'] as const)(
    'and is %s is offered to its other owners, and deleted when their time is over',
    (state) => {
      expect(fateOf(owned({ state }), 'ada', true, hours(100))).toBe('offered');
      expect(fateOf(owned({ state }), 'ada', false, hours(100))).toBe('deleted');
    },
  );

  test('stays offered until the time that its other owners were told, even if no more is offered', () => {
    const told = owned({ handOverUntilAt: new Date(hours(110)) });
    expect(fateOf(told, 'ada', false, hours(110) - 1)).toBe('offered');
    expect(fateOf(told, 'ada', false, hours(110))).toBe('deleted');
    expect(fateOf({ ...told, members: { ada: 'owner' } }, 'ada', false, hours(109))).toBe('deleted');
    expect(fateOf({ ...told, state: 'sweeping' }, 'ada', false, hours(109))).toBe('deleted');
  });

  test('is not offered to editors', () => {
    expect(fateOf(owned({ members: { ada: 'owner', vera: 'editor' } }), 'ada', true, hours(100))).toBe(
      'deleted',
    );
  });

  test.each(['deleting', 'deprovisioning', 'sweeping'] as const)('and is %s is not offered', (state) => {
    expect(fateOf(owned({ state }), 'ada', true, hours(100))).toBe('deleted');
  });
});

test('what counts for somebody else is left, unless nobody else owns it', () => {
  expect(fateOf(owned({ owner: 'grace' }), 'ada', true, hours(100))).toBe('left');
  expect(fateOf(owned({ owner: 'zoe', members: { ada: 'owner' } }), 'ada', true, hours(100))).toBe('deleted');
});

test('what is deleted is forgotten', () => {
  expect(fateOf(owned({ state: 'deleted' }), 'ada', true, hours(100))).toBe('forgotten');
});

describe('others are asked', () => {
  const account = (fields: Partial<Allowance>): Allowance => ({
    schema: 1,
    clusters: 1,
    hourlyMicros: 40,
    ...fields,
  });
  const since = new Date(hours(100));
  const closing = { since, by: 'ada' };

  test('for so long from when it was asked for', () => {
    expect(mayOffer(undefined, hours(72), hours(100))).toBe(true);
    expect(mayOffer(account({ closing }), hours(72), hours(172) - 1)).toBe(true);
    expect(mayOffer(account({ closing }), hours(72), hours(172))).toBe(false);
    expect(mayOffer(undefined, 0, hours(100))).toBe(false);
  });

  test('for as long as they were told, whatever is configured since', () => {
    const told = { ...closing, waitsUntilAt: new Date(hours(110)) };
    expect(mayOffer(account({ closing: told }), hours(72), hours(109))).toBe(true);
    expect(mayOffer(account({ closing: told }), hours(72), hours(110))).toBe(false);
  });

  test.each(['throttled', 'suspended'] as const)('not by an account that is %s', (state) => {
    const standing = { state, reason: 'busy', since, by: 'hub' };
    expect(mayOffer(account({ standing }), hours(72), hours(100))).toBe(false);
  });

  test('and what they were told is withheld from them only by an operator who suspends', () => {
    const by = (who: string, state: 'throttled' | 'suspended') =>
      isWithheld(account({ standing: { state, reason: 'busy', since, by: who } }));
    expect([by('hub', 'throttled'), by('hub', 'suspended'), by('op', 'throttled')]).toEqual([
      false,
      false,
      false,
    ]);
    expect(by('op', 'suspended')).toBe(true);
    expect(isWithheld(account({}))).toBe(false);
  });
});
