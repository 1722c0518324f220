import { describe, expect, test } from 'vitest';
import { type Breaker, type Place, placeKey } from '../../shared/documents/breaker.ts';
import { minutes } from '../../shared/units.ts';
import {
  FIRST_PAUSE_MS,
  MAX_PAUSE_MS,
  OPEN_AFTER,
  PROBE_MS,
  planFailure,
  planLocation,
  planSuccess,
  SILENT_PROBE_MS,
  stateOf,
  WINDOW_MS,
} from './plan.ts';

const START = Date.UTC(2026, 0, 1);
const at = (ms = 0, jitter = 1) => {
  const now = START + ms;
  return { now, after: (more: number) => now + more, elapsed: (since: number) => now - since, jitter };
};
const where = { location: 'a', size: 'small' };
const attempt = (name: string, beganMs = 0) => ({ name, beganAt: new Date(START + beganMs) });
const aPlace = (place: Partial<Place> = {}): Place => ({ ...where, failed: {}, openings: 0, ...place });
const openUntil = (ms: number, openings = 1) => aPlace({ openings, openUntilAt: new Date(START + ms) });

/** What failures of these attempts, one a minute, make of a place. */
const failedBy = (...names: string[]): Place | undefined =>
  names.reduce<Place | undefined>(
    (place, name, n) => planFailure(place, where, attempt(name), 'ZONE_EXHAUSTED', at(minutes(n))) ?? place,
    undefined,
  );

describe('a place', () => {
  test('opens after so many failures, and not before', () => {
    const names = Array.from({ length: OPEN_AFTER }, (_, n) => `attempt-${n}`);
    expect(stateOf(failedBy(...names.slice(1)), at(minutes(3)))).toBe('closed');
    expect(failedBy(...names)).toMatchObject({ openings: 1, failed: {}, code: 'ZONE_EXHAUSTED' });
    expect(stateOf(failedBy(...names), at(minutes(OPEN_AFTER - 1)))).toBe('open');
  });

  test('does not count a failure twice, however often it is told', () => {
    expect(stateOf(failedBy('x', 'x', 'x', 'x', 'x'), at())).toBe('closed');
  });

  test('forgets failures that lie far back', () => {
    const failed = { x: new Date(START), y: new Date(START) };
    const later = planFailure(aPlace({ failed }), where, attempt('z'), 'CLOUD_QUOTA', at(WINDOW_MS));
    expect(Object.keys(later?.failed ?? {})).toEqual(['z']);
  });

  test('is not held against by what was begun before it last succeeded', () => {
    const place = aPlace({ provenAt: new Date(START + minutes(5)) });
    const failure = (beganMs: number) =>
      planFailure(place, where, attempt('x', beganMs), 'ZONE_EXHAUSTED', at(minutes(9)));
    expect(failure(minutes(4))).toBeUndefined();
    expect(failure(minutes(6))).toMatchObject({ failed: { x: new Date(START + minutes(9)) } });
  });

  test.each([
    [0, 1, FIRST_PAUSE_MS],
    [0, 0.5, FIRST_PAUSE_MS / 2],
    [1, 1, 2 * FIRST_PAUSE_MS],
    [2, 1, 4 * FIRST_PAUSE_MS],
    [9, 1, MAX_PAUSE_MS],
    [9, 0.1, MAX_PAUSE_MS / 10],
  ])(
    'found failing after %i times pauses for any part (%d) of a doubling bound',
    (openings, jitter, pauseMs) => {
      const probe = { attempt: 'x', untilAt: new Date(START) };
      const place = aPlace({ openings, openUntilAt: new Date(START), probe });
      const again = planFailure(place, where, attempt('x'), 'ZONE_EXHAUSTED', at(0, jitter));
      expect(again).toMatchObject({ openings: openings + 1, openUntilAt: new Date(START + pauseMs) });
      expect(again?.probe).toBeUndefined();
    },
  );

  test('that is open is not opened anew by those who were there before', () => {
    expect(planFailure(openUntil(1000), where, attempt('late'), 'ZONE_EXHAUSTED', at())).toBeUndefined();
  });

  test('whose trial fails late is opened anew, also when another was sent since', () => {
    const place = {
      ...openUntil(minutes(1), 3),
      probe: { attempt: 'later', untilAt: new Date(START + minutes(40)) },
    };
    const failure = (beganMs: number) =>
      planFailure(place, where, attempt('first', beganMs), 'ZONE_EXHAUSTED', at(minutes(36)));
    expect(failure(0)).toBeUndefined();
    expect(failure(minutes(1) + 1)).toMatchObject({ openings: 4 });
  });

  test('is closed by a success, which writes nothing where nothing was wrong', () => {
    expect(planSuccess(openUntil(0), at())).toEqual(aPlace({ provenAt: new Date(START) }));
    expect(planSuccess(failedBy('x'), at())).toEqual(aPlace({ provenAt: new Date(START) }));
    expect(planSuccess(aPlace({ provenAt: new Date(START) }), at())).toBeUndefined();
    expect(planSuccess(undefined, at())).toBeUndefined();
  });
});

describe('the next location', () => {
  const locations = ['a', 'b', 'c'];
  const breakerOf = (places: Record<string, Place>): Breaker => ({
    schema: 1,
    places: Object.fromEntries(
      Object.entries(places).map(([location, place]) => [
        placeKey(location, 'small'),
        { ...place, location },
      ]),
    ),
  });
  const next = (places: Record<string, Place>, exhausted: string[] = [], size = 'small') =>
    planLocation(breakerOf(places), { locations, size, exhausted }, 'me', at());
  const open = openUntil(1000);
  const probing = aPlace({
    openUntilAt: new Date(START - 1),
    probe: { attempt: 'other', untilAt: new Date(START + 2000) },
  });

  test('is the first where nothing is wrong', () => {
    expect(next({})).toEqual({ location: 'a' });
    expect(next({ a: open })).toEqual({ location: 'b' });
    expect(next({ a: open }, ['b'])).toEqual({ location: 'c' });
    expect(next({ a: open, b: probing, c: open }, [], 'large')).toEqual({ location: 'a' });
  });

  test('is at last one where something is, and none where all have been tried', () => {
    expect(next({ a: open }, ['b', 'c'])).toEqual({ location: 'a' });
    expect(next({ a: open }, locations)).toBeUndefined();
  });

  test('is before all others one whose pause is over, for one attempt, until nothing is heard of it', () => {
    const ripe = openUntil(-1);
    const untilAt = new Date(START + PROBE_MS);
    expect(next({ b: ripe })).toMatchObject({
      location: 'b',
      probe: { location: 'b', openings: 1, probe: { attempt: 'me', untilAt } },
    });
    expect(next({ b: probing })).toEqual({ location: 'a' });
    const silent = { ...probing, probe: { attempt: 'other', untilAt: new Date(START) } };
    expect(next({ b: silent })).toMatchObject({ location: 'b', probe: { probe: { attempt: 'me' } } });
    const hanging = { ...ripe, code: 'CLUSTER_CREATE_FAILED' } as const;
    const later = new Date(START + SILENT_PROBE_MS);
    expect(next({ b: hanging })).toMatchObject({ probe: { probe: { attempt: 'me', untilAt: later } } });
  });

  test('is none at all while every place is open, and the earliest of them says when', () => {
    expect(next({ a: open, b: openUntil(500), c: openUntil(9000) })).toEqual({
      nextTryAtMs: START + 500,
      probing: false,
    });
    expect(next({ a: openUntil(9000), b: probing, c: openUntil(9000) }, ['a'])).toEqual({
      nextTryAtMs: START + 2000,
      probing: true,
    });
  });
});
