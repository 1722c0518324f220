/**
 * `npm run simulate`: many seeds on all cores, or one again.
 *
 *     --seeds N [--from M]    N seeds, from M on (1000 from 1)
 *     --seed N [--verbose]    one seed again; all of its lines
 *     --shrink N              the least of a failing seed that still fails
 *     --pairs                 every call of the golden lifecycles struck in every way, alone and in pairs; or of the pairs `--share 0.01`,
 *                             and of those alone `--singles 0.1`
 *     --mutants [name]        the product with one fault in it, each until it is found
 *     --cost                  the calls to the cloud while 5 % of all calls have no answer
 *     --wire N [--from M]     seeds over the real wires, with processes that are killed
 *
 * `--workers N`: on so many cores, not on all.
 */
import { parseArgs } from 'node:util';
import { cost } from './cost.ts';
import { exhaustively } from './pairs.ts';
import { runMutants } from './run-mutants.ts';
import { runSeeds } from './run-seeds.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
    shrink: { type: 'string' },
    pairs: { type: 'boolean', default: false },
    share: { type: 'string', default: '1' },
    singles: { type: 'string', default: '1' },
    mutants: { type: 'boolean', default: false },
    cost: { type: 'boolean', default: false },
    wire: { type: 'string' },
    workers: { type: 'string' },
  },
  allowPositionals: true,
});

const workers = values.workers === undefined ? undefined : Number(values.workers);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<boolean> {
  if (values.seed !== undefined) return replay(Number(values.seed));
  if (values.shrink !== undefined) return shrink(Number(values.shrink), print);
  if (values.pairs)
    return exhaustively({ singles: Number(values.singles), pairs: Number(values.share) }, print, workers);
  if (values.cost) return cost(print);
  if (values.mutants)
    return runMutants(
      Number(values.seeds ?? 10_000),
      process.argv.slice(2).find((text, at, all) => !text.startsWith('--') && all[at - 1] === '--mutants'),
      print,
      workers,
    );
  // Loaded only then: it brings all of Google's clients along.
  if (values.wire !== undefined)
    return (await import('./run-wire.ts')).runWire(Number(values.from), Number(values.wire), print);
  return runSeeds(Number(values.from), Number(values.seeds ?? 1000), print, workers);
}

async function replay(seed: number): Promise<boolean> {
  const run = await simulate({ seed, verbose: values.verbose });
  print(run.lines.join('\n'));
  print(
    `seed ${seed}: ${run.counts.faults} faults, ${run.counts.crashes} crashes, ${run.counts.events} events, trace ${run.hash.toString(16)}`,
  );
  print(run.violation ? `${run.violation.name}: ${run.violation.text}` : 'no violation');
  return run.violation === undefined;
}

process.exitCode = (await main()) ? 0 : 1;
