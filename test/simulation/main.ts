/** `npm run simulate`: many seeds on all cores, or one again. Exit code 0: all held; 1: something did not; 2: it cannot begin. */
import { availableParallelism } from 'node:os';
import { decimalNumber, readArguments, runCommand, Unusable, wholeNumber } from '../../local/command.ts';
import { MAX_SEED } from '../../local/options.ts';

const USAGE = `usage: npm run simulate -- one of
  [--seeds 1000] [--from 1]     so many seeds, from that one on
  --seed <n> [--verbose]        one seed again; all of its lines
  --shrink <n>                  the least of a failing seed that still fails
  --pairs                       every call of the golden lifecycles struck in every way, alone and in pairs; or of the pairs --share 0.01,
                                and of those alone --singles 0.1
  --mutants [name]              the product with one fault in it, each until it is found, or so many --seeds were run (10000)
  --cost                        the calls to the cloud while 5 % of all calls have no answer
  --wire <n> [--from 1]         so many seeds over the real wires, with processes that are killed
  --restore <n> [--from 1]      so many seeds whose database is set back to a copy in the middle, and forward again
and --workers <n>: on so many cores, not on all.
`;
/** Each is another thing to do. */
const MODES = ['seed', 'shrink', 'pairs', 'mutants', 'cost', 'wire', 'restore'] as const;
const MAX_SEEDS = 1_000_000_000;
const MAX_WORKERS = 1024;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(args: readonly string[]): Promise<number> {
  return (await holds(args)) ? 0 : 1;
}

async function holds(args: readonly string[]): Promise<boolean> {
  const { options, words } = readArguments(
    args,
    ['seed', 'seeds', 'from', 'shrink', 'share', 'singles', 'wire', 'restore', 'workers'],
    USAGE,
    { flags: ['verbose', 'pairs', 'mutants', 'cost'], words: 1 },
  );
  const [mutant] = words;
  const modes = MODES.filter((mode) => options[mode] !== undefined);
  if (modes.length > 1) throw new Unusable(`--${modes.join(' and --')}: only one at a time\n${USAGE}`);
  if (mutant !== undefined) await requireMutant(mutant, options.mutants);
  const seedOf = (name: 'seed' | 'shrink' | 'from'): number =>
    wholeNumber(`--${name}`, options[name], { from: 0, to: MAX_SEED, fallback: 1 });
  const countOf = (name: 'seeds' | 'wire' | 'restore', fallback: number): number =>
    wholeNumber(`--${name}`, options[name], { from: 1, to: MAX_SEEDS, fallback });
  const shareOf = (name: 'share' | 'singles'): number =>
    decimalNumber(`--${name}`, options[name], { from: 0, to: 1, fallback: 1 });
  const workers = wholeNumber('--workers', options.workers, {
    from: 1,
    to: MAX_WORKERS,
    fallback: availableParallelism(),
  });
  // Loaded only now, and only what is needed: whoever called it wrongly is told at once.
  switch (modes[0]) {
    case 'seed':
      return replay(seedOf('seed'), options.verbose);
    case 'shrink':
      return (await import('./shrink.ts')).shrink(seedOf('shrink'), print);
    case 'pairs':
      return (await import('./pairs.ts')).exhaustively(
        { singles: shareOf('singles'), pairs: shareOf('share') },
        print,
        workers,
      );
    case 'cost':
      return (await import('./cost.ts')).cost(print);
    case 'mutants':
      return (await import('./run-mutants.ts')).runMutants(countOf('seeds', 10_000), mutant, print, workers);
    case 'wire':
      return (await import('./run-wire.ts')).runWire(seedOf('from'), countOf('wire', 1), print);
    case 'restore':
      return (await import('./run-restore.ts')).runRestore(
        { from: seedOf('from'), seeds: countOf('restore', 1), verbose: options.verbose },
        print,
      );
    default:
      return (await import('./run-seeds.ts')).runSeeds(
        seedOf('from'),
        countOf('seeds', 1000),
        print,
        workers,
      );
  }
}

/** @throws Unusable if there is no such one, or nobody asked for mutants */
async function requireMutant(mutant: string, asked = false): Promise<void> {
  if (!asked) throw new Unusable(`Unexpected argument '${mutant}'\n${USAGE}`);
  const { MUTANTS } = await import('./mutants.ts');
  if (!MUTANTS.some(({ name }) => name === mutant)) throw new Unusable(`There is no mutant "${mutant}"`);
}

async function replay(seed: number, verbose = false): Promise<boolean> {
  const { simulate } = await import('./simulate.ts');
  const run = await simulate({ seed, verbose });
  print(run.lines.join('\n'));
  print(
    `seed ${seed}: ${run.counts.faults} faults, ${run.counts.crashes} crashes, ${run.counts.events} events, trace ${run.hash.toString(16)}`,
  );
  print(run.violation ? `${run.violation.name}: ${run.violation.text}` : 'no violation');
  return run.violation === undefined;
}

await runCommand(main);
