/** What holds for an account, and what a dialog proposes to an operator. */
import { expect, test } from 'vitest';
import { limitsOf, proposal } from './limits.ts';

const defaults = { maxClusters: 5, maxHourlyMicros: 20_000_000 };

test('an account has its own limits, and the defaults where it has none', () => {
  expect(limitsOf({ clusters: 2, maxClusters: 9 }, defaults)).toEqual({ ...defaults, maxClusters: 9 });
  expect(limitsOf({ maxClusters: 0 }, defaults).maxClusters).toBe(0);
  expect(limitsOf({}, {})).toEqual({});
});

test.each<[number, number, string]>([
  [8, 32, 'more clusters may cost more'],
  [6, 24, 'in whole dollars'],
  [5, 20, 'as many as now'],
  [2, 20, 'and fewer take nothing away'],
])('for %d clusters %d dollars an hour are proposed: %s', (maxClusters, maxHourlyDollars) => {
  expect(proposal(defaults, { maxClusters })).toEqual({ maxClusters, maxHourlyDollars });
});

test('a budget that is asked for is the one that is proposed', () => {
  const asked = { maxClusters: 9, maxHourlyMicros: 12_500_000 };
  expect(proposal(defaults, asked)).toEqual({ maxClusters: 9, maxHourlyDollars: 12.5 });
});

test('who may have nothing yet gets no other budget proposed', () => {
  expect(proposal({ maxClusters: 0, maxHourlyMicros: 7_500_000 }, { maxClusters: 3 }).maxHourlyDollars).toBe(
    7.5,
  );
});
