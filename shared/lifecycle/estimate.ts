/** How long a way through the lifecycle will take. Pure, and light enough for a browser. */
import type { Durations } from '../documents/durations.ts';
import { type State, stepRowOf } from './table.ts';

/** Fewer say less than the table does. */
export const ENOUGH_SAMPLES = 5;

interface Estimate {
  /** Cloud time. */
  expectedMs: number;
  /** Absent if nothing was observed; else the fewest observations behind a state that was. */
  samples?: number;
}

/**
 * The sum over the way: of each state the median of what was observed, or what the table expects where too little was. How long others
 * waited for room says nothing about whoever has it, so of a queue it is the table's.
 */
export function estimate(way: readonly State[], observed: Durations['steps'] = {}): Estimate {
  let expectedMs = 0;
  let fewest: number | undefined;
  for (const state of way) {
    const row = stepRowOf(state);
    const { samples = [], medianMs = 0 } = observed[state] ?? {};
    if (row.waiting || samples.length < ENOUGH_SAMPLES) expectedMs += row.expectedMs;
    else {
      expectedMs += medianMs;
      fewest = Math.min(fewest ?? samples.length, samples.length);
    }
  }
  return { expectedMs, ...(fewest === undefined ? {} : { samples: fewest }) };
}
