/**
 * Counts anew what accounts and the cell hold, from their clusters: `npm run recount -- --project <id>` says where something else is counted,
 * and `--write yes` writes what is held. For operators, after the database was restored from a copy. It may run while Hub does; with
 * `kill_switch` it is done sooner. Exit code 0: all counters are right, or are now; 1: some are wrong; 2: it could not count.
 */
import { Firestore } from '@google-cloud/firestore';
import type { Documents } from '../functions/cloud.ts';
import { type Difference, findDifferences, type Held, recount } from '../functions/counters/recount.ts';
import { createDocuments, DEADLINES_MS } from '../functions/google/documents.ts';
import { versioned } from '../functions/versioned.ts';
import { decimalNumber, readOptions, runCommand, Unusable } from '../local/command.ts';
import { seconds } from '../shared/units.ts';

const USAGE = `usage: npm run recount -- --project <id> [--cell default] [--write yes]
--cell: the name of the cell whose database the project has. Without --write nothing is changed.
`;

async function main(args: readonly string[]): Promise<number> {
  const { project, cell = 'default', write, endpoint, patience } = readOptions(args, OPTIONS, USAGE);
  if (project === undefined || (write !== undefined && write !== 'yes')) throw new Unusable(USAGE);
  const patienceS = decimalNumber('--patience', patience, { from: 0.001, to: 3600, fallback: PATIENCE_S });
  const firestore = new Firestore({ projectId: project, ...(endpoint && { host: endpoint, ssl: false }) });
  const documents = versioned(createDocuments(firestore, seconds(patienceS)));
  try {
    return await count(documents, cell, write === 'yes');
  } catch (error) {
    if (error instanceof Unusable) throw error;
    throw new Unusable(`It could not be counted: ${(error as Error).message}`);
  }
}

/** `endpoint`, `host:port`: the embedded cloud's database, and `patience`, in seconds: with each call of it; for tests. */
const OPTIONS = ['project', 'cell', 'write', 'endpoint', 'patience'] as const;
const PATIENCE_S = DEADLINES_MS.topic / seconds(1);

/** @returns the exit code */
async function count(documents: Documents, cell: string, write: boolean): Promise<number> {
  await requireCell(documents, cell);
  const wrong = write
    ? await recount(documents, cell)
    : (await findDifferences(documents, cell)).map(({ difference }) => difference);
  for (const difference of wrong) process.stdout.write(`${lineOf(difference)}\n`);
  if (wrong.length === 0) process.stdout.write('All counters are right.\n');
  else
    process.stdout.write(
      write ? `${wrong.length} were wrong and are right now.\n` : 'Nothing was written: --write yes\n',
    );
  return wrong.length === 0 || write ? 0 : 1;
}

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
  `${clusters} clusters of ${(hourlyMicros / 1e6).toFixed(2)} $/h${making > 0 ? ` (${making} in the making)` : ''}`;

await runCommand(main);
// The client tries for ten minutes to reach whom nobody waits for any more, and nothing of its interface stops it.
process.exit();
