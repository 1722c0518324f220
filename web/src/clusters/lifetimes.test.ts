import { expect, test } from 'vitest';
import { hours, minutes } from '../../../shared/units.ts';
import { LIFETIMES, laterLifetimes, nearEndMs } from './lifetimes.ts';

test.each([
  ['whose end has come', -minutes(3), LIFETIMES.length],
  ['with half an hour left', minutes(30), LIFETIMES.length],
  // Hub would take it for the same request again.
  ['with 8 hours left, but for a moment', hours(8) - 1000, LIFETIMES.length - 1],
  ['with 9 hours left', hours(9), LIFETIMES.length - 1],
  ['with a year left', hours(8760), 0],
])('of a cluster %s those lifetimes are offered that are longer', (_, leftMs, count) => {
  expect(laterLifetimes(leftMs)).toEqual(LIFETIMES.slice(LIFETIMES.length - count));
});

test.each([
  [1, hours(1)],
  [8, hours(2)],
  [24, hours(6)],
  [24 * 7, hours(42)],
  [24 * 30, hours(48)],
])('that one of %i hours ends is said from %i ms before on', (ttlHours, beforeMs) => {
  expect(nearEndMs(ttlHours)).toBe(beforeMs);
});
