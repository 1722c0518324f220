import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pauseMs, persist } from './persist.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Fails so many times, and answers then. */
function asking(failures: number) {
  const told: string[] = [];
  let asked = 0;
  const ask = async (): Promise<string> => {
    if (asked++ < failures) throw new TypeError('Failed to fetch');
    return 'the answer';
  };
  const persistence = persist(ask, {
    answered: (value) => void told.push(value),
    failed: ({ message }) => void told.push(message),
  });
  return { told, persistence, asked: () => asked };
}
const UNREACHABLE = 'Hub cannot be reached at the moment.';

test('what fails is told in words, and asked again until there is an answer', async () => {
  const { told, asked } = asking(2);
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([UNREACHABLE]);
  await vi.advanceTimersByTimeAsync(pauseMs(1));
  await vi.advanceTimersByTimeAsync(pauseMs(2));
  expect(told).toEqual([UNREACHABLE, UNREACHABLE, 'the answer']);
  await vi.runAllTimersAsync();
  expect(asked()).toBe(3);
});

test('the pauses grow, and end at a minute', () => {
  expect([1, 2, 3, 6, 40].map(pauseMs)).toEqual([2_000, 4_000, 8_000, 60_000, 60_000]);
});

test('who does not want to wait asks at once, and not twice', async () => {
  const { told, persistence, asked } = asking(1);
  persistence.now();
  await vi.advanceTimersByTimeAsync(0);
  persistence.now();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([UNREACHABLE, 'the answer']);
  await vi.runAllTimersAsync();
  expect(asked()).toBe(2);
});

test('who has gone is told nothing, and nothing is asked for them', async () => {
  const { told, persistence, asked } = asking(1);
  persistence.stop();
  await vi.runAllTimersAsync();
  persistence.now();
  expect([told, asked()]).toEqual([[], 1]);
});
