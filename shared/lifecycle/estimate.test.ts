import { expect, test } from 'vitest';
import type { StateDurations } from '../documents/durations.ts';
import { COLD_WAY } from './derive.ts';
import { ENOUGH_SAMPLES, estimate } from './estimate.ts';
import { LIFECYCLE } from './table.ts';

const observed = (count: number, medianMs: number): StateDurations => ({
  samples: Array(count).fill(medianMs),
  medianMs,
  p90Ms: medianMs,
});
const typicalMs = COLD_WAY.reduce(
  (sum, state) => sum + (LIFECYCLE[state] as { expectedMs: number }).expectedMs,
  0,
);

test('what nobody observed is typical', () => {
  expect(estimate(COLD_WAY)).toEqual({ expectedMs: typicalMs });
  expect(estimate(COLD_WAY, { installing: observed(ENOUGH_SAMPLES - 1, 1) })).toEqual({
    expectedMs: typicalMs,
  });
});

test('enough observations take the place of what is typical, state by state', () => {
  const steps = {
    provisioning: observed(ENOUGH_SAMPLES + 3, 1000),
    installing: observed(ENOUGH_SAMPLES, 2000),
    // Of a way that is not this one.
    personalizing: observed(1, 5),
  };
  const { provisioning, installing } = LIFECYCLE;
  expect(estimate(COLD_WAY, steps)).toEqual({
    expectedMs: typicalMs - provisioning.expectedMs - installing.expectedMs + 3000,
    samples: ENOUGH_SAMPLES,
  });
});

test('how long others waited for room is not expected of whoever has it', () => {
  expect(estimate(['queued'], { queued: observed(50, 1e9) })).toEqual({
    expectedMs: LIFECYCLE.queued.expectedMs,
  });
});
