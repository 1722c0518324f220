/**
 * `npm run bench`: what Hub costs and how fast it is, beside the design that went before, on the same stand-ins and a virtual clock.
 * These figures are exact and the same on every machine: modelled are 100 ms per message and 30 ms per commit; the cloud's own notice of
 * an ended operation counts as the cloud's time.
 */
import { command, conceive, createClusters } from '../functions/dispatch/commands.ts';
import { claimSpare } from '../functions/pool/claim.ts';
import { type MemoryHub, memoryHub } from '../local/memory/hub.ts';
import { resolveSpec } from '../shared/catalog/catalog.ts';
import { type Cluster, clusterPath, shapeOf } from '../shared/documents/cluster.ts';
import { poolPath } from '../shared/documents/pool.ts';
import { hours, minutes } from '../shared/units.ts';
import { CHROMIUM_MISSING, findChromium } from '../test/browser/chromium.ts';
import { ask, BROWSER_MS, startLoop, watchUntilReady } from './baseline.ts';
import { benchBrowser } from './browser.ts';
import { watchCloud } from './cloud-time.ts';
import { benchFirestore } from './firestore.ts';

interface Line {
  metric: string;
  baseline: number | string;
  ours: number | string;
  target: string;
  /** Whether more is worse, for the ratio. */
  ratio?: string;
}

const IDLE_CLUSTERS = 50;
const CLAIMS = 100;
const spec = resolveSpec({});

async function create(hub: MemoryHub, name: string, owner = 'ada'): Promise<string> {
  const birth = conceive(hub.ports, { name, spec, shape: shapeOf(spec), owner });
  await createClusters(hub.ports, [birth], []);
  return birth.cluster.id;
}

const stateOf = async (hub: MemoryHub, id: string): Promise<Cluster | undefined> =>
  (await hub.documents.get<Cluster>(clusterPath(id)))?.data;

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
      target: '0',
    },
    {
      metric: 'queries per hour, all idle clusters together (sweep 60, pools 12)',
      baseline: (await idleHourOfBaseline(half)).queries,
      ours: (await idleHour(half)).queries,
      target: '72, whatever their number',
    },
  ];
}

/** Time to ready beyond the cloud's own, and what a whole life costs. */
async function lifecycle(): Promise<Line[]> {
  const ours = memoryHub();
  const ourCloud = watchCloud(ours);
  ours.startScheduler();
  const before = { ...ours.documents.counters };
  const id = await ours.run(create(ours, 'one'));
  await ours.until(async () => (await stateOf(ours, id))?.state === 'ready', minutes(60), 10);
  const ready = await stateOf(ours, id);
  const tookMs = (ready?.readyAt?.getTime() ?? 0) - (ready?.createdAt.getTime() ?? 0);
  const overheadMs = tookMs - ourCloud.chainMs(id);
  const commitsToReady = ours.documents.counters.commits - before.commits;
  await ours.run(command(ours.ports, id, 'delete', 'ada'));
  await ours.until(async () => (await stateOf(ours, id))?.state === 'deleted');
  const commits = ours.documents.counters.commits - before.commits;

  const theirs = memoryHub();
  const theirCloud = watchCloud(theirs);
  startLoop(theirs);
  await theirs.clock.runFor(minutes(1));
  const name = 'a'.repeat(16);
  const polls = theirs.documents.counters.reads;
  const asked = theirs.clock.now();
  await theirs.run(ask(theirs, name));
  let readyAt: Date | undefined;
  void watchUntilReady(theirs, name).then((at) => {
    readyAt = at;
  });
  await theirs.until(() => readyAt !== undefined, minutes(60), 10);
  const theirsMs = theirs.clock.now() - asked;
  const theirOverheadMs = theirsMs - theirCloud.chainMs(name);
  return [
    {
      metric: 'time to ready beyond the cloud’s own, ms',
      baseline: Math.round(theirOverheadMs),
      ours: Math.round(overheadMs),
      target: '≤ 1500',
    },
    {
      metric: 'time to ready / the cloud’s own chain',
      baseline: round(theirsMs / (theirsMs - theirOverheadMs)),
      ours: round(tookMs / (tookMs - overheadMs)),
      target: '≤ 1.05',
    },
    { metric: 'commits to ready', baseline: 4, ours: commitsToReady, target: '≤ 6' },
    { metric: 'commits of a whole life (create to deleted)', baseline: '–', ours: commits, target: '≤ 12' },
    {
      metric: `reads of a browser and the loop per watched creation (browser every ${BROWSER_MS / 1000} s)`,
      baseline: theirs.documents.counters.reads - polls,
      ours: 'listener',
      target: '–',
    },
  ];
}

/** Parallel claims on as many spares. */
async function claims(): Promise<Line[]> {
  const ours = memoryHub();
  const pool = { schema: 1, spec, wanted: CLAIMS };
  await ours.run(ours.documents.commit([{ op: 'create', path: poolPath('default'), data: pool }]));
  ours.startScheduler();
  const warm = () => ours.documents.count({ collection: 'clusters', where: [['state', '==', 'warm']] });
  await ours.until(async () => (await warm()) === CLAIMS);
  const before = { ...ours.documents.counters };
  const one = await ours.run(claimSpare(ours.ports, { name: 'one', spec, owner: 'first' }, () => []));
  const afterOne = { ...ours.documents.counters };
  const many = await ours.run(
    Promise.all(
      Array.from({ length: CLAIMS - 1 }, (_, n) =>
        claimSpare(ours.ports, { name: 'mine', spec, owner: `user-${n}` }, () => []),
      ),
    ),
  );
  const ids = new Set([one, ...many].flatMap((claimed) => (claimed ? [claimed.id] : [])));
  const commits = ours.documents.counters.commits - afterOne.commits;
  return [
    { metric: 'warm claim: queries', baseline: '–', ours: afterOne.queries - before.queries, target: '1' },
    { metric: 'warm claim: commits', baseline: '–', ours: afterOne.commits - before.commits, target: '1' },
    {
      metric: `${CLAIMS} claims on ${CLAIMS} spares: owners`,
      baseline: '–',
      ours: ids.size,
      target: String(CLAIMS),
    },
    {
      metric: `${CLAIMS} claims on ${CLAIMS} spares: commits that won, per claim`,
      baseline: '–',
      ours: round(commits / (CLAIMS - 1)),
      target: '≤ 1.2',
    },
  ];
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

const lines = [...(await idle()), ...(await lifecycle()), ...(await claims())];
print([
  ['Hub, modelled', 'baseline', 'ours', 'ratio', 'target'],
  ...lines.map((line) => [line.metric, String(line.baseline), String(line.ours), ratioOf(line), line.target]),
]);
const chromium = findChromium();
if (!chromium) process.stdout.write(`Figures of a browser: ${CHROMIUM_MISSING}\n\n`);
const figures = [...(await benchFirestore()), ...(chromium ? await benchBrowser(chromium) : [])];
print([
  ['Firestore stand-in, on this machine', 'ours', 'target'],
  ...figures.map(({ metric, ours, target }) => [metric, ours, target]),
]);
