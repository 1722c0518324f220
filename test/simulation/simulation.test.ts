/**
 * The simulation in the default suite: so many seeds, the golden lifecycles, and that the simulation itself can be trusted. More of it runs
 * by `npm run simulate`.
 */
import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { runAll } from './crew.ts';
import { exhaust, SCENARIOS } from './exhaustive.ts';
import { MUTANTS } from './mutants.ts';
import { mutated } from './mutate.ts';
import { regressSeeds } from './run-seeds.ts';
import { simulate } from './simulate.ts';
import { count, emptyTally } from './tally.ts';
import type { Task } from './worker.ts';

const SEEDS = 16;
/** Others run at the same time. */
const WORKERS = Math.max(1, Math.floor(availableParallelism() / 2));

test(`${SEEDS} seeds, and those that failed once, violate nothing`, async () => {
  const tally = emptyTally();
  const seeds = [...regressSeeds(), ...Array.from({ length: SEEDS }, (_, at) => at + 1)];
  const lines: string[] = [];
  await runAll(
    seeds.map((seed): Task => ({ kind: 'seed', seed })),
    (run) => {
      count(tally, run);
      if (run.violation && lines.length === 0) lines.push(`seed ${run.seed}`, ...run.lines);
      return undefined;
    },
    { workers: WORKERS },
  );
  expect(tally.failed, lines.join('\n')).toEqual([]);
  expect(tally.faults.least).toBeGreaterThanOrEqual(100);
  expect(tally.crashes.least).toBeGreaterThanOrEqual(20);
});

describe('a golden lifecycle', () => {
  test.each(Object.keys(SCENARIOS))('undisturbed: %s', async (scenario) => {
    expect((await exhaust({ scenario, strikes: [] })).violation).toBeUndefined();
  });

  test('whose handlers die at every call of its beginning comes to its end all the same', async () => {
    for (let at = 0; at < 20; at++) {
      const run = await exhaust({ scenario: 'cold', strikes: [{ at, how: 'crash after' }] });
      expect(run.violation, `struck at call ${at}`).toBeUndefined();
    }
  });
});

/** Pairs that violated something once. By now their calls may be others. */
test('what was struck in two places comes to its end, where it once did not', async () => {
  // A look found what a handler had left behind, right before the end was looked at.
  const strikes = [{ at: 93, how: 'stall' } as const, { at: 108, how: 'error before' } as const];
  expect((await exhaust({ scenario: 'doubted while leaving', strikes })).violation).toBeUndefined();
});

describe('the simulation', () => {
  test('gives the same run for the same seed, also if it waits for the whole event loop after each event', async () => {
    const [first, again, thorough] = [
      await simulate({ seed: 7 }),
      await simulate({ seed: 7 }),
      await simulate({ seed: 7, thorough: true }),
    ];
    expect(again.hash).toBe(first.hash);
    expect(thorough.hash).toBe(first.hash);
  });

  test('finds a fault that is put into the product', async () => {
    const found: string[] = [];
    await runAll(
      Array.from({ length: 20 }, (_, seed): Task => ({ kind: 'seed', seed })),
      (run) => {
        if (run.violation) found.push(run.violation.name);
        return found.length === 0;
      },
      { workers: 1, mutant: 'commits without their condition' },
    );
    expect(found).toHaveLength(1);
  });

  test('has at least 40 such faults, and each still finds its place in the product', () => {
    expect(MUTANTS.filter(({ equivalent }) => equivalent === undefined).length).toBeGreaterThanOrEqual(40);
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
    for (const mutant of MUTANTS) expect(mutated(mutant)).toContain(mutant.to);
  });
});
