import { expect, test } from 'vitest';
import { virtualClock } from '../../local/clock.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { aCluster } from '../../test/builders.ts';
import { untilNextLook } from './pace.ts';

/** When it is looked at, in seconds since it came to this state, if no word comes. */
function looks(state: 'provisioning' | 'installing', count: number): number[] {
  const clock = virtualClock();
  const sinceMs = clock.now();
  const cluster = aCluster({ state, since: new Date(sinceMs) });
  let atMs = sinceMs;
  const told = { ...clock, now: () => atMs, elapsed: (fromMs: number) => atMs - fromMs };
  return Array.from({ length: count }, () => {
    atMs += untilNextLook(cluster, { clock: told });
    return Math.round((atMs - sinceMs) / 1000);
  });
}

test('the first look comes when word is late, the next ones at longer distances', () => {
  expect(looks('installing', 3)).toEqual([240, 360, 480]);
  expect(looks('provisioning', 2)).toEqual([368, 488]);
});

test('a first look whose timer was a little early is the first all the same', () => {
  const clock = virtualClock();
  const cluster = aCluster({ state: 'installing', since: new Date(clock.now() - seconds(240) + 50) });
  expect(untilNextLook(cluster, { clock })).toBe(minutes(2));
});

test('a look that came early does not move the first one', () => {
  const clock = virtualClock();
  const cluster = aCluster({ state: 'installing', since: new Date(clock.now() - minutes(2)) });
  expect(untilNextLook(cluster, { clock })).toBe(seconds(240) - minutes(2));
});
