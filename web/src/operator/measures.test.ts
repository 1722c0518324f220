/** Insights: what is counted, from which clusters, and where it belongs. */
import { expect, test } from 'vitest';
import { aCluster, clusterIdOf } from '../../../test/builders.ts';
import { askedOf, edgesOf, hitRatesOf, leadTimesOf, medianOf, spendingOf, sumOf } from './measures.ts';

const HOUR = 3_600_000;
/** By the reader's clock, wherever the reader is. */
const NOON = new Date(2026, 5, 15, 12, 30).getTime();
const at = (hoursAgo: number): Date => new Date(NOON - hoursAgo * HOUR);
const edges = edgesOf('day', NOON);
const part = (hoursAgo: number): number => 23 - Math.ceil(hoursAgo - 0.5);

test('a day has 24 whole hours, the last one going on', () => {
  expect(edges).toHaveLength(25);
  expect(edges[24]).toBe(new Date(2026, 5, 15, 13).getTime());
  expect(edges[0]).toBe(new Date(2026, 5, 14, 13).getTime());
});

test.each(['week', 'month'] as const)('a %s has whole days of the calendar, today the last', (range) => {
  const days = edgesOf(range, NOON).map((edge) => new Date(edge));
  expect(days.at(-1)).toEqual(new Date(2026, 5, 16));
  expect(days.at(-2)).toEqual(new Date(2026, 5, 15));
  expect(days[0]).toEqual(new Date(2026, 5, 16 - (range === 'week' ? 7 : 30)));
});

test.each<[number[], number | undefined]>([
  [[], undefined],
  [[4], 4],
  [[9, 1], 5],
  [[9, 1, 2], 2],
])('the median of %j is %j', (values, median) => expect(medianOf(values)).toBe(median));

test('a lead time is cloud time from asking to ready, of those who asked once and have it', () => {
  const asked = { owner: 'ada', createdAt: at(2), readyAt: new Date(at(2).getTime() + 5000) };
  const times = leadTimesOf(
    [
      aCluster({ ...asked, id: clusterIdOf(1) }),
      aCluster({ ...asked, id: clusterIdOf(2), createdAt: at(3), readyAt: at(2), claimedFrom: 'default' }),
      aCluster({ id: clusterIdOf(3), pool: 'default', state: 'warm', createdAt: at(1) }),
      aCluster({ ...asked, id: clusterIdOf(4), generation: 2 }),
      aCluster({ ...asked, id: clusterIdOf(5), createdAt: at(50), readyAt: at(49) }),
    ],
    at(24).getTime(),
    60,
  );
  expect(times.map(({ id, way, ms }) => [id, way, ms])).toEqual([
    [clusterIdOf(2), 'claimed', 60 * HOUR],
    [clusterIdOf(1), 'cold', 300_000],
  ]);
});

test('who asked is counted in the hour they asked, spares are not', () => {
  const asked = askedOf(
    [
      aCluster({ owner: 'ada', createdAt: at(0) }),
      aCluster({ owner: 'ada', createdAt: at(0), claimedFrom: 'default' }),
      aCluster({ owner: 'ada', createdAt: at(0), claimedFrom: 'default' }),
      aCluster({ owner: 'ada', createdAt: at(5) }),
      aCluster({ owner: 'ada', createdAt: at(90) }),
      aCluster({ pool: 'default', createdAt: at(5) }),
    ],
    edges,
  );
  expect(asked.claimed[23]).toBe(2);
  expect(asked.cold[23]).toBe(1);
  expect(asked.cold[part(5)]).toBe(1);
  expect(sumOf(asked.claimed) + sumOf(asked.cold)).toBe(4);
  const rates = hitRatesOf(asked);
  expect([rates[23], rates[part(5)], rates[0]]).toEqual([2 / 3, 0, null]);
});

test('money is spent evenly while the meter runs, by who has it or by nobody', () => {
  const elapsed = (since: number): number => NOON - since;
  const running = aCluster({
    owner: 'ada',
    createdAt: at(1),
    cost: { micros: 0, hourlyMicros: 1000, since: at(1) },
  });
  const over = aCluster({
    pool: 'default',
    createdAt: at(3),
    since: at(1),
    cost: { micros: 2000, hourlyMicros: 1000 },
  });
  const claimed = aCluster({ owner: 'ada', createdAt: at(2), claimedFrom: 'default', idleMicros: 70 });
  const { used, idle } = spendingOf([running, over, claimed], edges, NOON, elapsed);
  expect([used[22], used[23], sumOf(used)]).toEqual([500, 500, 1000]);
  expect([idle[20], idle[21], idle[22], sumOf(idle)]).toEqual([500, 1070, 500, 2070]);
});

test('what was spent before the range began is not in it', () => {
  const long = aCluster({
    owner: 'ada',
    createdAt: at(48),
    since: at(0.5),
    cost: { micros: 47_500, hourlyMicros: 1000 },
  });
  expect(Math.round(sumOf(spendingOf([long], edges, NOON, () => 0).used))).toBe(23_000);
});
