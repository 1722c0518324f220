/**
 * Reconciles a database that was restored from a copy: `npm run reconcile -- --project <id>` says which commits are there only in part, and
 * where something else is counted than accounts and the cell hold; `--write yes` mends it, all but ledgers that have no cluster: whose those are
 * only people can find out. For operators. It may run while Hub does; with `kill_switch` it is done sooner. Exit code 0: all agrees, or does
 * now; 1: something does not; 2: it could not look.
 */
import type { Documents } from '../functions/cloud.ts';
import { type Difference, findDifferences, type Held, recount } from '../functions/reconcile/counters.ts';
import { findOrphaned, findTorn, mendTorn, type Torn } from '../functions/reconcile/torn.ts';
import { readOptions, runCommand, Unusable } from '../local/command.ts';
import { exactInDollars } from '../shared/money.ts';
import { DATABASE_OPTIONS, withDatabase } from './database.ts';

const USAGE = `usage: npm run reconcile -- --project <id> [--cell default] [--write yes]
--cell: the name of the cell whose database the project has. Without --write nothing is changed.
`;

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args, [...DATABASE_OPTIONS, 'cell', 'write'], USAGE);
  const { project, cell = 'default', write } = options;
  if (project === undefined || (write !== undefined && write !== 'yes')) throw new Unusable(USAGE);
  return withDatabase(options, 'It could not be reconciled', (documents) =>
    reconcile(documents, cell, write === 'yes'),
  );
}

/** @returns the exit code */
async function reconcile(documents: Documents, cell: string, write: boolean): Promise<number> {
  await requireCell(documents, cell);
  const torn = write ? await mendTorn(documents) : (await findTorn(documents)).map((found) => found.torn);
  for (const one of torn) process.stdout.write(`${one.path}: ${TORN[one.kind]}\n`);
  const wrong = write
    ? await recount(documents, cell)
    : (await findDifferences(documents, cell)).map(({ difference }) => difference);
  for (const difference of wrong) process.stdout.write(`${lineOf(difference)}\n`);
  const orphaned = await findOrphaned(documents);
  for (const path of orphaned) process.stdout.write(`${path}: ${ORPHANED}\n`);
  const count = torn.length + wrong.length;
  process.stdout.write(sumOf(count, orphaned.length, write));
  return orphaned.length === 0 && (count === 0 || write) ? 0 : 1;
}

function sumOf(count: number, orphaned: number, write: boolean): string {
  if (count + orphaned === 0) return 'All agrees.\n';
  const mended = write ? `${count} did not agree, and do now.\n` : 'Nothing was written: --write yes\n';
  return `${count > 0 ? mended : ''}${orphaned > 0 ? `${orphaned} for people to mend.\n` : ''}`;
}

const TORN: Readonly<Record<Torn['kind'], string>> = {
  claimed:
    'says that somebody was handed this spare: it has to leave its pool, and people have to find out whose it is',
  early: 'is of a change that its cluster has not heard of, and has to go',
  missing: 'is missing, and has to begin anew',
};

const ORPHANED = 'has no cluster; what it names may still run, and its owner has to be found';

/** Counting for a cell that is not there would make one. */
async function requireCell(documents: Documents, cell: string): Promise<void> {
  const names = (await documents.query({ collection: 'cells' })).map(({ path }) => path.split('/')[1]);
  if (names.length > 0 && !names.includes(cell))
    throw new Unusable(`There is no cell ${cell} in this database, but ${names.join(', ')}: --cell\n`);
}

function lineOf({ path, counted, held }: Difference): string {
  return `${path}: ${counted ? `${textOf(counted)} are counted` : 'nothing is counted'}, ${textOf(held)} are held`;
}

const textOf = ({ clusters, hourlyMicros, making = 0 }: Held): string =>
  `${clusters} clusters of ${exactInDollars(hourlyMicros)} per hour${making > 0 ? ` (${making} in the making)` : ''}`;

await runCommand(main);
process.exit();
