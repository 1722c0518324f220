/** Every call of the golden lifecycles struck in every way: each alone, then a share of all pairs. */
import { randomStream } from '../../local/random.ts';
import { runAll } from './crew.ts';
import { exhaust, SCENARIOS, type Struck, WAYS } from './exhaustive.ts';
import { quantile } from './tally.ts';
import type { Task } from './worker.ts';

/** What is run of all there is, 0 to 1; the same ones each time. */
interface Shares {
  singles: number;
  pairs: number;
}

/** @returns whether all held */
export async function exhaustively(
  shares: Shares,
  print: (text: string) => void,
  workers?: number,
): Promise<boolean> {
  const calls = new Map<string, number>();
  for (const scenario of Object.keys(SCENARIOS)) {
    const run = await exhaust({ scenario, strikes: [] });
    if (run.violation) {
      print(`${scenario}, undisturbed: ${run.violation.name}: ${run.violation.text}`);
      return false;
    }
    calls.set(scenario, run.counts.calls);
  }
  let singles = 0;
  let pairs = 0;
  const failed: string[] = [];
  const recoveries: number[] = [];
  const startedAt = performance.now();
  await runAll(
    strikesOf(calls, shares),
    (run, task) => {
      if (task.kind !== 'strikes') return undefined;
      if (task.strikes.length > 1) pairs++;
      else {
        singles++;
        recoveries.push(...run.recoveries);
      }
      if (run.violation) {
        const struck = task.strikes.map(({ at, how }) => `${how} at call ${at}`).join(' and ');
        failed.push(`${task.scenario}, ${struck}: ${run.violation.name}: ${run.violation.text}`);
        if (failed.length === 1) print(run.lines.slice(-40).join('\n'));
      }
      return undefined;
    },
    { workers },
  );
  for (const line of failed.slice(0, 20)) print(line);
  const all = [...calls.values()].reduce((sum, n) => sum + n, 0) * WAYS.length;
  const total = [...calls.values()].reduce((sum, n) => sum + ((n * (n - 1)) / 2) * WAYS.length ** 2, 0);
  print(`${[...calls].map(([name, n]) => `${name}: ${n} calls`).join(', ')}`);
  print(
    `${singles} of ${all} strikes and ${pairs} of ${total} pairs in ${((performance.now() - startedAt) / 1000).toFixed(0)} s, ${failed.length} violate an invariant`,
  );
  const [median, p99, longest] = [0.5, 0.99, 1].map((of) => (quantile(recoveries, of) / 1000).toFixed(1));
  print(
    `from a handler that died, or a message that was lost, alone, to the next look: median ${median} s, p99 ${p99} s, longest ${longest} s (${recoveries.length} times)`,
  );
  return failed.length === 0;
}

function* strikesOf(calls: ReadonlyMap<string, number>, shares: Shares): Iterable<Task> {
  const random = randomStream(1, 'pairs');
  const isDrawn = (share: number): boolean => share >= 1 || random.fraction() < share;
  for (const [scenario, count] of calls) {
    for (let at = 0; at < count; at++)
      for (const how of WAYS) if (isDrawn(shares.singles)) yield strike(scenario, { at, how });
  }
  if (shares.pairs <= 0) return;
  for (const [scenario, count] of calls) {
    for (let first = 0; first < count; first++)
      for (let second = first + 1; second < count; second++)
        for (const how of WAYS)
          for (const then of WAYS)
            if (isDrawn(shares.pairs)) yield strike(scenario, { at: first, how }, { at: second, how: then });
  }
}

const strike = (scenario: string, ...strikes: Struck[]): Task => ({ kind: 'strikes', scenario, strikes });
