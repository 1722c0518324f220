/** Each mutant until a seed, or a struck call, finds it. */
import { runAll } from './crew.ts';
import { SCENARIOS } from './exhaustive.ts';
import { MUTANTS, type Mutant } from './mutants.ts';
import { findMutant, mutated } from './mutate.ts';
import type { Task } from './worker.ts';

interface Verdict {
  mutant: Mutant;
  /** How many seeds were run until one found it. */
  seeds: number;
  /** The invariant that it broke; absent: none did. */
  by?: string;
}

/** So often each. */
const UNDISTURBED = 3;

/** @returns whether all were found but those that nobody could */
export async function runMutants(
  most: number,
  only: string | undefined,
  print: (text: string) => void,
  workers?: number,
): Promise<boolean> {
  const verdicts: Verdict[] = [];
  for (const mutant of only === undefined ? MUTANTS : [findMutant(only)]) {
    mutated(mutant);
    const verdict = await judge(mutant, mutant.equivalent === undefined ? most : Math.min(most, 50), workers);
    verdicts.push(verdict);
    print(lineOf(verdict));
  }
  const survivors = verdicts.filter(({ by, mutant }) => by === undefined && mutant.equivalent === undefined);
  print(
    `${verdicts.filter(({ by }) => by !== undefined).length} of ${verdicts.length} mutants found, ${survivors.length} not found that should be`,
  );
  return survivors.length === 0;
}

async function judge(mutant: Mutant, most: number, workers: number | undefined): Promise<Verdict> {
  let seeds = 0;
  let by: string | undefined;
  const found = (name: string, text: string): false => {
    by ??= `${name}: ${text}`;
    return false;
  };
  function* tasks(): Iterable<Task> {
    // The undisturbed lifecycles first, the cloud as fast as chance will have it: whatever they find is found at once.
    for (let seed = 1; seed <= UNDISTURBED; seed++)
      for (const scenario of Object.keys(SCENARIOS)) yield { kind: 'strikes', scenario, strikes: [], seed };
    for (let seed = 1; seed <= most; seed++) yield { kind: 'seed', seed };
  }
  try {
    await runAll(
      tasks(),
      (run, task) => {
        if (task.kind === 'seed') seeds++;
        return run.violation && found(run.violation.name, run.violation.text);
      },
      { mutant: mutant.name, workers },
    );
  } catch (error) {
    found('throws', error instanceof Error ? error.message : String(error));
  }
  return { mutant, seeds, ...(by !== undefined && { by }) };
}

function lineOf({ mutant, seeds, by }: Verdict): string {
  if (by !== undefined) return `found      ${mutant.name} (${seeds} seeds) by ${by.slice(0, 140)}`;
  if (mutant.equivalent !== undefined) return `equivalent ${mutant.name}: ${mutant.equivalent}`;
  return `NOT FOUND  ${mutant.name} in ${seeds} seeds`;
}
