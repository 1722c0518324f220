/** Many seeds, and what they come to. Those that failed once are among them for ever. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { runAll } from './crew.ts';
import { count, emptyTally, missing, rarest, report } from './tally.ts';
import type { Task } from './worker.ts';

/** From so many on, everything that can happen must have happened; from fewer on, it is told what has not. */
const FULL_RUN = 10_000;
const TELLING_RUN = 200;
/** Of so many one is run twice: the same seed must give the same run. */
const TWICE = 100;
/** A run of an hour says after so many how it goes. */
const PROGRESS = 1000;

/** Seeds that failed once. */
export const regressSeeds = (): number[] =>
  JSON.parse(readFileSync(new URL('./regress.json', import.meta.url), 'utf8')).map(
    ({ seed }: { seed: number }) => seed,
  );

function* tasks(from: number, seeds: number): Iterable<Task> {
  for (const seed of regressSeeds()) yield { kind: 'seed', seed };
  for (let seed = from; seed < from + seeds; seed++) {
    yield { kind: 'seed', seed };
    if (seed % TWICE === 0) yield { kind: 'seed', seed };
  }
}

/** @returns whether all held */
export async function runSeeds(
  from: number,
  seeds: number,
  print: (text: string) => void,
  workers?: number,
): Promise<boolean> {
  const tally = emptyTally();
  const hashes = new Map<number, number>();
  const startedAt = performance.now();
  let shown = false;
  await runAll(
    tasks(from, seeds),
    (run) => {
      const before = hashes.get(run.seed);
      if (before === undefined) {
        count(tally, run);
        hashes.set(run.seed, run.hash);
      } else if (before !== run.hash) tally.unsteady.push(run.seed);
      if (run.violation) {
        print(`seed ${run.seed} at ${commit()}: ${run.violation.name}: ${run.violation.text}`);
        // Of the first, what led to it; of the others `--seed` tells.
        if (!shown) print(run.lines.join('\n'));
        shown = true;
      }
      if (hashes.size % PROGRESS === 0 && before === undefined) {
        const perSecond = (hashes.size / (performance.now() - startedAt)) * 1000;
        print(`${hashes.size} seeds, ${tally.failed.length} failed; ${perSecond.toFixed(1)} per second`);
      }
      return undefined;
    },
    { workers },
  );
  print(report(tally, (performance.now() - startedAt) / 1000));
  const lacking = missing(tally);
  if (seeds >= TELLING_RUN) for (const line of [rarest(tally), ...lacking]) print(line);
  const isFull = seeds < FULL_RUN || lacking.length === 0;
  return tally.failed.length === 0 && tally.unsteady.length === 0 && isFull;
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'an unknown commit';
  }
}
