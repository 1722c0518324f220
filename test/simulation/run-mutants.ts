/** Each mutant until a seed, or a struck call, finds it; and by the invariant that it breaks, for by another one it was not seen to be found. */
import { runAll } from './crew.ts';
import { SCENARIOS } from './exhaustive.ts';
import { MUTANTS, type Mutant } from './mutants.ts';
import { findMutant, mutated } from './mutate.ts';
import type { Task } from './worker.ts';

interface Verdict {
  mutant: Mutant;
  /** How many seeds were run until one found it. */
  seeds: number;
  /** What found it; absent: nothing did. */
  found?: Found;
}

interface Found {
  /** An invariant, or `throws`: the run came to no end. */
  by: string;
  text: string;
}

/** So often each. */
const UNDISTURBED = 3;

/** @returns whether all were found but those that nobody could, and each by what it breaks */
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
  const survivors = verdicts.filter(
    ({ found, mutant }) => found === undefined && mutant.equivalent === undefined,
  );
  const others = verdicts.filter(isByAnother);
  print(
    `${verdicts.filter(({ found }) => found !== undefined).length} of ${verdicts.length} mutants found, ${survivors.length} not found that should be, ${others.length} found by another invariant than they name`,
  );
  return survivors.length === 0 && others.length === 0;
}

const isByAnother = ({ mutant, found }: Verdict): boolean =>
  found !== undefined && !mutant.by.some((name) => name === found.by);

async function judge(mutant: Mutant, most: number, workers: number | undefined): Promise<Verdict> {
  let seeds = 0;
  let found: Found | undefined;
  const find = (by: string, text: string): false => {
    found ??= { by, text };
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
        return run.violation && find(run.violation.name, run.violation.text);
      },
      { mutant: mutant.name, workers },
    );
  } catch (error) {
    find('throws', error instanceof Error ? error.message : String(error));
  }
  return { mutant, seeds, ...(found && { found }) };
}

function lineOf(verdict: Verdict): string {
  const { mutant, seeds, found } = verdict;
  if (found) {
    const how = isByAnother(verdict) ? `BY ANOTHER than ${mutant.by.join(', ') || 'none'}:` : 'found     ';
    return `${how} ${mutant.name} (${seeds} seeds) by ${found.by}: ${found.text.slice(0, 140)}`;
  }
  if (mutant.equivalent !== undefined) return `equivalent ${mutant.name}: ${mutant.equivalent}`;
  return `NOT FOUND  ${mutant.name} in ${seeds} seeds`;
}
