/**
 * `npm run bench`: what Hub costs and how fast it is, beside the design that went before, on the same stand-ins and a virtual clock.
 * These figures are exact and the same on every machine: modelled are 100 ms per message, 30 ms per commit and 10 ms per call to
 * an application in a cluster; the cloud's own notice of an ended operation counts as the cloud's time. Exit code 1: one of them is beyond its
 * bound. Figures of this machine have no bounds.
 */
import { claimSpare } from '../functions/pool/claim.ts';
import { runCommand, takeNothing } from '../local/command.ts';
import { type MemoryHub, memoryHub } from '../local/memory/hub.ts';
import { resolveSpec } from '../shared/catalog/catalog.ts';
import { accountPath } from '../shared/documents/account.ts';
import { poolPath } from '../shared/documents/pool.ts';
import { hours, minutes } from '../shared/units.ts';
import { CHROMIUM_MISSING, findChromium } from '../test/browser/chromium.ts';
import { BROWSER_MS, startLoop } from './baseline.ts';
import { benchBrowser } from './browser.ts';
import { benchConsole } from './console.ts';
import { benchFirestore, type Figure } from './firestore.ts';
import { benchKubernetes } from './kubernetes.ts';
import {
  type BaselineCreation,
  type Creation,
  create,
  createByLoop,
  type Life,
  live,
  stateOf,
  untilState,
} from './lives.ts';

interface Line {
  metric: string;
  baseline: number | string;
  ours: number | string;
  /** What `ours` may be at most; beyond it the command fails. Absent: it is told, and nothing is asked of it. */
  most?: number;
  /** What it must be. */
  exactly?: number;
}

const IDLE_CLUSTERS = 50;
const CLAIMS = 100;
/** Luck decides when a record is served and when a sweep begins: one life alone says little. */
const LIVES = 12;
const spec = resolveSpec({});
const aWish = (owner: string) => ({ name: 'mine', spec, owner, email: `${owner}@example.com` });

interface Idle {
  /** Reads (an empty query is billed as one) and writes. */
  operations: number;
  queries: number;
}

/** One hour in which nothing happens to that many ready clusters. */
async function idleHour(clusters: number): Promise<Idle> {
  const hub = memoryHub();
  hub.startScheduler();
  const asked = Array.from({ length: clusters }, (_, n) => create(hub, `idle-${n}`));
  const ids = await hub.run(Promise.all(asked));
  await hub.until(async () =>
    (await Promise.all(ids.map((id) => stateOf(hub, id)))).every((c) => c?.state === 'ready'),
  );
  await hub.clock.runFor(minutes(30));
  return countHour(hub);
}

async function idleHourOfBaseline(clusters: number): Promise<Idle> {
  const hub = memoryHub();
  const data = { state: 'ready', living: true, createdAt: new Date(0) };
  for (let n = 0; n < clusters; n++) {
    await hub.run(hub.documents.commit([{ op: 'create', path: `baseline/idle-${n}`, data }]));
  }
  startLoop(hub);
  return countHour(hub);
}

async function countHour({ documents, clock }: MemoryHub): Promise<Idle> {
  const { reads, writes, queries } = documents.counters;
  await clock.runFor(hours(1));
  const after = documents.counters;
  return { operations: after.reads - reads + after.writes - writes, queries: after.queries - queries };
}

/** What a cluster adds to the bill while it rests: the growth from half as many to as many. */
async function idle(): Promise<Line[]> {
  const half = IDLE_CLUSTERS / 2;
  const slope = async (hour: (clusters: number) => Promise<Idle>) =>
    ((await hour(IDLE_CLUSTERS)).operations - (await hour(half)).operations) / half;
  return [
    {
      metric: 'document reads and writes per further idle cluster and hour',
      baseline: round(await slope(idleHourOfBaseline)),
      ours: round(await slope(idleHour)),
      most: 0.1,
    },
    {
      metric: 'queries per hour, all idle clusters together',
      baseline: (await idleHourOfBaseline(half)).queries,
      ours: (await idleHour(half)).queries,
      most: 900,
    },
  ];
}

/** Time to ready beyond the cloud's own, and what a whole life costs. */
async function lifecycle(): Promise<Line[]> {
  const ours: Life[] = [];
  const theirs: BaselineCreation[] = [];
  for (let seed = 1; seed <= LIVES; seed++) {
    ours.push(await live(seed));
    theirs.push(await createByLoop(seed));
  }
  const both = (metric: string, of: (one: Creation) => number, most?: number): Line[] =>
    (['median', 'worst'] as const).map((rank) => ({
      metric: `${metric}: ${rank} of ${LIVES}`,
      baseline: round(RANKS[rank](theirs.map(of))),
      ours: round(RANKS[rank](ours.map(of))),
      ...(most !== undefined && { most }),
    }));
  const most = (of: (one: Life) => number): number => RANKS.worst(ours.map(of));
  return [
    ...both('time to ready beyond the cloud’s own, ms', (one) => Math.round(one.tookMs - one.busyMs), 2500),
    ...both('time to ready / the cloud’s own chain', (one) => one.tookMs / one.busyMs, 1.05),
    ...both('time to ready / cluster and installation alone', (one) => one.tookMs / one.leastMs),
    ...both('commits to ready, with those of Hub’s sign-in', (one) => one.commits),
    {
      metric: 'commits of a whole life (create to deleted): median',
      baseline: '–',
      ours: RANKS.median(ours.map((one) => one.lifeCommits)),
      most: 22,
    },
    {
      metric: 'commits of a sharing: most',
      baseline: '–',
      ours: most((one) => one.sharingCommits),
    },
    {
      metric: 'calls of Google’s APIs for a sharing: most',
      baseline: '–',
      ours: most((one) => one.sharingCalls),
      exactly: 1,
    },
    {
      metric: `reads of a browser and the loop per watched creation (browser every ${BROWSER_MS / 1000} s)`,
      baseline: RANKS.median(theirs.map((one) => one.reads)),
      ours: 'listener',
    },
  ];
}

const RANKS = {
  median: (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? 0,
  worst: (all: readonly number[]): number => Math.max(...all),
};

/** Parallel claims on as many spares. */
async function claims(): Promise<Line[]> {
  const ours = memoryHub();
  const pool = { schema: 1, spec, wanted: CLAIMS };
  await ours.run(ours.documents.commit([{ op: 'create', path: poolPath('default'), data: pool }]));
  ours.startScheduler();
  const warm = () => ours.documents.count({ collection: 'clusters', where: [['state', '==', 'warm']] });
  await ours.until(async () => (await warm()) === CLAIMS);
  // The very first one of an account costs a word that it is new, and a look at how many there are of those.
  const hour = { since: new Date(ours.clock.now()), made: 1 };
  const account = { schema: 1, clusters: 0, hourlyMicros: 0, hour };
  await ours.run(ours.documents.commit([{ op: 'create', path: accountPath('first'), data: account }]));
  const before = { ...ours.documents.counters };
  const claimedAtMs = ours.clock.now();
  const one = await ours.run(claimSpare(ours.ports, aWish('first'), () => []));
  const afterOne = { ...ours.documents.counters };
  const claimedId = one?.id ?? '';
  await untilState(ours, claimedId, 'ready');
  const readyAt = (await stateOf(ours, claimedId))?.readyAt;
  const won = countClaims(ours);
  const many = await ours.run(
    Promise.all(
      Array.from({ length: CLAIMS - 1 }, (_, n) => claimSpare(ours.ports, aWish(`user-${n}`), () => [])),
    ),
  );
  const ids = new Set([one, ...many].flatMap((claimed) => (claimed ? [claimed.id] : [])));
  return [
    { metric: 'warm claim: queries', baseline: '–', ours: afterOne.queries - before.queries, exactly: 1 },
    {
      metric: 'warm claim: until its owner can use it, ms',
      baseline: '–',
      ours: Math.round((readyAt?.getTime() ?? 0) - claimedAtMs),
      most: 1500,
    },
    { metric: 'warm claim: commits', baseline: '–', ours: afterOne.commits - before.commits, exactly: 1 },
    {
      metric: `${CLAIMS} claims on ${CLAIMS} spares: owners`,
      baseline: '–',
      ours: ids.size,
      exactly: CLAIMS,
    },
    {
      metric: `${CLAIMS} claims on ${CLAIMS} spares: commits that won, per claim`,
      baseline: '–',
      ours: round(won() / (CLAIMS - 1)),
      most: 1.2,
    },
  ];
}

/** Starts counting the commits that hand a cluster over; what is done in the cluster afterwards has commits of its own. */
function countClaims({ documents }: MemoryHub): () => number {
  let claims = 0;
  const { commit } = documents;
  documents.commit = async (writes) => {
    await commit(writes);
    const isIn = (collection: string) => writes.some(({ path }) => path.startsWith(`${collection}/`));
    // Who is new is written down alone.
    if (isIn('accounts') && isIn('clusters')) claims++;
  };
  return () => claims;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

function ratioOf({ baseline, ours }: Line): string {
  if (typeof baseline !== 'number' || typeof ours !== 'number') return '–';
  if (ours === 0) return baseline === 0 ? '1' : '∞';
  return String(round(baseline / ours));
}

function print(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const cell = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0);
  for (const row of rows) process.stdout.write(`${row.map(cell).join('  ')}\n`);
  process.stdout.write('\n');
}

/** Of a machine: what it should be is for whoever reads it, for each has another one. */
function printFigures(title: string, figures: readonly Figure[]): void {
  print([[title, 'ours', 'aim'], ...figures.map(({ metric, ours, aim }) => [metric, ours, aim])]);
}

const boundOf = ({ most, exactly }: Line): string =>
  exactly !== undefined ? String(exactly) : most !== undefined ? `≤ ${most}` : '–';

/** Not a number is within no bound. */
const isWithin = ({ ours, most, exactly }: Line): boolean =>
  (most === undefined || Number(ours) <= most) && (exactly === undefined || ours === exactly);

async function main(args: readonly string[]): Promise<number> {
  takeNothing(args, 'bench');
  const lines = [...(await idle()), ...(await lifecycle()), ...(await claims())];
  print([
    ['Hub, modelled', 'baseline', 'ours', 'ratio', 'bound'],
    ...lines.map((line) => [
      line.metric,
      String(line.baseline),
      String(line.ours),
      ratioOf(line),
      boundOf(line),
    ]),
  ]);
  const beyond = lines.filter((line) => !isWithin(line));
  for (const line of beyond)
    process.stdout.write(`BEYOND ${line.metric}: ${line.ours}, and should be ${boundOf(line)}\n`);
  const chromium = findChromium();
  if (!chromium) process.stdout.write(`Figures of a browser: ${CHROMIUM_MISSING}\n\n`);
  const figures = [...(await benchFirestore()), ...(chromium ? await benchBrowser(chromium) : [])];
  printFigures('Firestore stand-in, on this machine', figures);
  if (chromium) printFigures('Console in Chromium, on this machine', await benchConsole(chromium));
  printFigures('Kubernetes stand-in, on this machine', await benchKubernetes());
  return beyond.length === 0 ? 0 : 1;
}

await runCommand(main);
