/**
 * The counters of accounts and of the cell, counted anew from what clusters hold. Hub itself never needs it: it counts in the commit that
 * takes or gives back. A copy of the database that is not of one moment does, and what somebody wrote by hand: see docs/deploy.md.
 */
import {
  ACCOUNTS,
  type Allowance,
  accountPath,
  allowanceDocument,
  cellPath,
} from '../../shared/documents/account.ts';
import { CLUSTERS, type Cluster } from '../../shared/documents/cluster.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { parseDocument } from '../../shared/documents/parse.ts';
import { isFinal } from '../../shared/lifecycle/derive.ts';
import { STATES } from '../../shared/lifecycle/table.ts';
import { readCell } from '../accounts/allowance.ts';
import { CommitError, type Documents, type Snapshot, type Write } from '../cloud.ts';
import { parseCluster } from '../clusters/read.ts';
import { queryPages } from '../documents.ts';

/** What is held: by an account, or in the cell. */
export interface Held {
  clusters: number;
  hourlyMicros: number;
  /** Of the cell only. */
  making?: number | undefined;
}

export interface Difference {
  path: string;
  /** Absent: there is no such document. */
  counted?: Held;
  held: Held;
}

/** Sums of a moment: each is lost to whoever takes or gives back before it is written. */
const TRIES = 10;
const PAGE = 300;

/**
 * What is counted wrongly. Counters are read before clusters, and whatever changes what a cluster holds changes its counters in the same
 * commit: so a difference that can be written onto the versions it was found at is one.
 * @throws Error if a document is none that this code can read: nothing is known then. CommitError `unavailable`
 */
export async function findDifferences(
  documents: Documents,
  cell: string,
): Promise<{ difference: Difference; write: Write }[]> {
  const ofCell = await readCell({ documents }, cell);
  const accounts = await readAll(documents, ACCOUNTS, accountOf);
  const clusters = await readAll(documents, CLUSTERS, holdingOf);
  const counters = new Map([...accounts, ...(ofCell ? [ofCell] : [])].map((found) => [found.path, found]));
  const sums = heldBy(clusters, cell);
  for (const path of counters.keys()) if (!sums.has(path)) sums.set(path, { clusters: 0, hourlyMicros: 0 });
  return [...sums].flatMap(([path, held]) => {
    const found = counters.get(path);
    const counted = found && countedIn(found.data);
    if (counted && isSame(counted, held)) return [];
    return [{ difference: { path, held, ...(counted && { counted }) }, write: writeOf(path, held, found) }];
  });
}

/** Writes what is held where something else is counted. @returns what was wrong; nothing of it is any more */
export async function recount(documents: Documents, cell: string): Promise<Difference[]> {
  const mended = new Map<string, Difference>();
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const found = await findDifferences(documents, cell);
    if (found.length === 0) return [...mended.values()];
    for (const { difference, write } of found) {
      try {
        await documents.commit([write]);
        mended.set(difference.path, difference);
      } catch (error) {
        // Somebody has counted meanwhile, or this was written and the answer was lost: it is looked at again.
        if (!(error instanceof CommitError)) throw error;
      }
    }
  }
  throw new Error(
    'the counters change too fast to be counted anew: set kill_switch, and wait for two minutes',
  );
}

/** By the path of who holds it; nobody is there who holds nothing. */
function heldBy(clusters: readonly Holding[], cell: string): Map<string, Held> {
  const sums = new Map<string, Held>();
  const add = (path: string, { clusters, hourlyMicros }: Held): Held => {
    const before = sums.get(path) ?? { clusters: 0, hourlyMicros: 0 };
    const sum = {
      ...before,
      clusters: before.clusters + clusters,
      hourlyMicros: before.hourlyMicros + hourlyMicros,
    };
    sums.set(path, sum);
    return sum;
  };
  for (const { owner, liability } of clusters) {
    if (!liability) continue;
    const sum = add(cellPath(cell), liability);
    if (liability.making) sum.making = (sum.making ?? 0) + liability.making;
    if (owner !== undefined) add(accountPath(owner), liability);
  }
  return sums;
}

const countedIn = ({ clusters, hourlyMicros, making }: Allowance): Held => ({
  clusters,
  hourlyMicros,
  ...(making !== undefined && { making }),
});

const isSame = (a: Held, b: Held): boolean =>
  a.clusters === b.clusters && a.hourlyMicros === b.hourlyMicros && (a.making ?? 0) === (b.making ?? 0);

function writeOf(path: string, held: Held, found: Snapshot<Allowance> | undefined): Write {
  const { clusters, hourlyMicros, making = 0 } = held;
  const hasMaking = making > 0 || found?.data.making !== undefined;
  const data = { clusters, hourlyMicros, ...(hasMaking && { making }) };
  if (!found) return { op: 'create', path, data: { schema: DOCUMENT_SCHEMA, ...data } };
  return { op: 'update', path, data, ifVersion: found.version };
}

/** @throws Error if it is not readable */
const accountOf = (found: Snapshot): Snapshot<Allowance>[] => [
  { ...found, data: parseDocument(allowanceDocument, found) },
];

type Holding = Pick<Cluster, 'owner' | 'liability'>;

/**
 * What is deleted holds nothing, and there may be thousands of it: that it is readable is nobody's question.
 * @throws Error if it is no cluster that this code can read
 */
function holdingOf(snapshot: Snapshot): Holding[] {
  const { state, liability } = snapshot.data;
  if (DELETED.has(state) && liability === undefined) return [];
  const { cluster } = parseCluster(snapshot);
  return cluster.liability ? [{ owner: cluster.owner, liability: cluster.liability }] : [];
}

const DELETED: ReadonlySet<unknown> = new Set(STATES.filter(isFinal));

/** All of a collection, in the order of names, which needs no index and meets each document once. @param keep what of each is kept */
async function readAll<K>(
  documents: Documents,
  collection: string,
  keep: (found: Snapshot) => readonly K[],
): Promise<K[]> {
  const all: K[] = [];
  for await (const page of queryPages(documents, { collection, limit: PAGE }))
    all.push(...page.flatMap(keep));
  return all;
}
