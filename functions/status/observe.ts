/**
 * Finds out how Hub is, for everybody and for who operates it. The Scheduler starts it every minute; each question is one small query or
 * a count, and while nothing changes nothing is written. What cannot be asked is left out: the rest is still worth saying.
 */

import type { z } from 'zod';
import { ALL_SHARDS, CLUSTERS, clusterDocument } from '../../shared/documents/cluster.ts';
import { DEAD_LETTERS } from '../../shared/documents/dead-letter.ts';
import { DURATIONS, durationsDocument } from '../../shared/documents/durations.ts';
import { OPEN_ORPHANS, ORPHANS } from '../../shared/documents/orphan.ts';
import { parseDocument } from '../../shared/documents/parse.ts';
import { idOf } from '../../shared/documents/paths.ts';
import { POOLS, poolDocument } from '../../shared/documents/pool.ts';
import { type Health, type Status, statusDocument, statusPath } from '../../shared/documents/status.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { flawOf, isGone } from '../../shared/flaws.ts';
import { lateAfterMs, leadsToWarm, REPAIRABLE } from '../../shared/lifecycle/derive.ts';
import { rowOf, STATES, type State } from '../../shared/lifecycle/table.ts';
import { MAX_WANTED } from '../../shared/limits.ts';
import { hours, minutes } from '../../shared/units.ts';
import { isSwitchedOff, limitsOf } from '../accounts/admission.ts';
import { cellLimits, readCell } from '../accounts/allowance.ts';
import type { DocumentData, Query } from '../cloud.ts';
import { commitUnlessLost, queryPages, readableDocuments } from '../documents.ts';
import { tellFailure } from '../failure.ts';
import { isFit } from '../pool/fitness.ts';
import type { Ports } from '../ports.ts';
import { SCHEDULES } from '../schedules.ts';
import { OVERDUE_MS } from '../slos.ts';
import { type Facts, planStatus } from './plan.ts';

/** More clusters in trouble than these make no difference to what is said. */
const MAX_TROUBLED = 50;
/** Read for one question at most, where many look like trouble and are none. */
const MAX_READ = 500;
/** Regions and pools: what an operator sets up by hand, so that there are never as many. */
const MAX_KINDS = 50;
const READY_MS = hours(6);
const LATELY_MS = hours(1);
/** A look that meets an upgrade of a control plane is no trouble; those after it are. */
const UNSEEN_MS = hours(1);
/** Hub looks again after ten minutes at what people cannot use, and repairs what it can. */
const FLAWED_MS = minutes(30);
/** Four looks at what has drifted, each of which renews what is due. */
const RENEWAL_LATE_MS = 4 * SCHEDULES.drift.everyMs;

const WORKING = STATES.filter((state) => Number.isFinite(lateAfterMs(state)));
const MIN_LATE_MS = Math.min(...WORKING.map(lateAfterMs));
/** Where a creation goes that did not succeed. */
const UNDONE = STATES.filter((state) => {
  const row = rowOf(state);
  return row.compensates !== undefined || row.accepts.retry === 'queued';
});
const STUCK: State = 'stuck';

/** All of a cluster that each question is about: one whose other fields cannot be read is in trouble like others. */
const oldestDue = clusterDocument.pick({ dueAt: true }).required();
const stay = clusterDocument.pick({ state: true, since: true });
const failure = clusterDocument.pick({ error: true });
const flaw = clusterDocument.pick({ state: true, conditions: true });
const spare = clusterDocument.pick({
  state: true,
  since: true,
  conditions: true,
  seenAt: true,
  missedAt: true,
});

/** Never fails by one question; @throws CommitError if what is new cannot be written */
export async function observeStatus(ports: Ports): Promise<void> {
  const { documents, clock, settings, metrics } = ports;
  const path = statusPath(settings.cell);
  const ask = asking(ports);
  const [before, facts] = await Promise.all([
    ask('status', async () => {
      const found = await documents.get(path);
      return { status: found && statusDocument.safeParse(found.data).data, version: found?.version };
    }),
    factsOf(ports, ask),
  ]);
  count(ports, facts);
  metrics.record('sweptAt', clock.now() / 1000, { sweep: 'status' });
  // What was said before is not known, so nor is what is new.
  if (!before) return;
  const next = planStatus(before.status, facts, new Date(clock.now()), settings.signIn);
  if (!next) return;
  if (await write(ports, path, before.version, next)) report(ports, before.status, next);
}

/** @returns false if another run was quicker: it has looked as well */
function write(
  { documents }: Ports,
  path: string,
  version: string | undefined,
  next: Status,
): Promise<boolean> {
  const data = { readySeconds: undefined, signIn: undefined, ...next } as DocumentData;
  return commitUnlessLost(documents, [
    version === undefined ? { op: 'create', path, data } : { op: 'update', path, data, ifVersion: version },
  ]);
}

type Ask = <T>(what: string, question: () => Promise<T>) => Promise<T | undefined>;

/** A question without an answer leaves a gap, and a line in the log. */
const asking =
  ({ log }: Ports): Ask =>
  async (what, question) => {
    try {
      return await question();
    } catch (thrown) {
      tellFailure(log, 'status input missing', thrown, { resource: what });
      return undefined;
    }
  };

/** Shares of what the cell may hold and spend. */
type AllowanceUsed = Partial<Record<'clusters' | 'money', number>>;

/** What operators alone are told, too. */
interface Findings extends Facts {
  certificatesLate?: number;
  unseen?: number;
  flawed?: number;
  allowance?: AllowanceUsed;
}

async function factsOf(ports: Ports, ask: Ask): Promise<Findings> {
  const { documents } = ports;
  const counted = (collection: string, where: NonNullable<Query['where']>) => () =>
    documents.count({ collection, where });
  const waitingFor = (code: ErrorCode, ...more: NonNullable<Query['where']>) =>
    counted(CLUSTERS, [['state', '==', 'queued'], ['error.code', '==', code], ...more]);
  const now = ports.clock.now();
  const found = {
    overdue: ask('overdue', () => overdue(ports)),
    late: ask('late', () => late(ports)),
    failed: ask('failed', () => failed(ports)),
    ready: ask('ready', () => ready(ports)),
    // A spare may be too large for what is left, while people find room for what they ask for.
    full: ask('full', waitingFor('CELL_FULL', ['owner', '>', ''])),
    exhausted: ask('exhausted', waitingFor('REGION_EXHAUSTED')),
    idlePools: ask('pools', () => idlePools(ports)),
    stuck: ask('stuck', counted(CLUSTERS, [['state', '==', STUCK]])),
    deadLetters: ask(
      'dead letters',
      counted(DEAD_LETTERS, [
        ['state', '==', 'open'],
        ['format', '==', 'message'],
      ]),
    ),
    orphans: ask('orphans', counted(ORPHANS, [['state', 'in', OPEN_ORPHANS]])),
    certificatesLate: ask(
      'certificates',
      counted(CLUSTERS, [
        ['state', 'in', [...REPAIRABLE]],
        ['certificate.renewAt', '<=', new Date(now - lengthOf(ports, RENEWAL_LATE_MS))],
      ]),
    ),
    unseen: ask(
      'unseen',
      counted(CLUSTERS, [
        ['state', 'in', [...REPAIRABLE]],
        ['missedAt', '<=', new Date(now - lengthOf(ports, UNSEEN_MS))],
      ]),
    ),
    flawed: ask('flawed', () => flawed(ports)),
    allowance: ask('cell', () => allowanceUsed(ports)),
  };
  const entries = await Promise.all(
    Object.entries(found).map(async ([name, answer]) => [name, await answer] as const),
  );
  return Object.fromEntries(entries.filter(([, answer]) => answer !== undefined)) as Findings;
}

/** That much cloud time as the clock on the wall has it. But a laptop's own work is not the faster for a cloud that runs fast. */
const lengthOf = ({ clock }: Ports, cloudMs: number): number => clock.afterWork(cloudMs) - clock.now();

async function overdue(ports: Ports): Promise<NonNullable<Facts['overdue']>> {
  const { clock, documents } = ports;
  const now = clock.now();
  const [oldest] = await documents.query({
    collection: CLUSTERS,
    where: [
      ['shard', 'in', [...ALL_SHARDS]],
      ['dueAt', '<=', new Date(now)],
    ],
    orderBy: [['dueAt', 'asc']],
    limit: 1,
  });
  const dueAtMs = (oldest && parseDocument(oldestDue, oldest).dueAt.getTime()) ?? now;
  const isBeyond = (health: keyof typeof OVERDUE_MS) => now - dueAtMs > lengthOf(ports, OVERDUE_MS[health]);
  const health: Health = isBeyond('down') ? 'down' : isBeyond('degraded') ? 'degraded' : 'operational';
  return { forMs: Math.max(0, clock.elapsed(dueAtMs)), health };
}

async function late(ports: Ports): Promise<State[]> {
  const now = ports.clock.now();
  const query: Query = {
    collection: CLUSTERS,
    where: [
      ['state', 'in', WORKING],
      ['since', '<=', new Date(now - lengthOf(ports, MIN_LATE_MS))],
    ],
    orderBy: [['since', 'asc']],
  };
  const long = await troubled(
    ports,
    query,
    stay,
    ({ state, since }) => now - since.getTime() > lengthOf(ports, lateAfterMs(state)),
  );
  return long.map(({ state }) => state);
}

async function failed(ports: Ports): Promise<number> {
  const query: Query = {
    collection: CLUSTERS,
    where: [
      ['state', 'in', UNDONE],
      ['since', '>=', new Date(ports.clock.now() - lengthOf(ports, LATELY_MS))],
    ],
    orderBy: [['since', 'asc']],
  };
  return (await troubled(ports, query, failure, ({ error }) => error?.fault !== 'user')).length;
}

/** What is gone for good is its owner's to delete: no operator could do more. */
async function flawed(ports: Ports): Promise<number> {
  const query: Query = {
    collection: CLUSTERS,
    where: [['flawedSince', '<=', new Date(ports.clock.now() - lengthOf(ports, FLAWED_MS))]],
    orderBy: [['flawedSince', 'asc']],
  };
  return (await troubled(ports, query, flaw, (one) => !isGone(flawOf(one)))).length;
}

/** Page by page: fifty that are none must not hide the next one. @returns `MAX_TROUBLED` at least, if there are more */
async function troubled<S extends z.ZodType>(
  ports: Ports,
  query: Query,
  schema: S,
  isTroubled: (one: z.infer<S>) => boolean,
): Promise<z.infer<S>[]> {
  const found: z.infer<S>[] = [];
  let read = 0;
  for await (const page of queryPages(ports.documents, { ...query, limit: MAX_TROUBLED })) {
    found.push(
      ...readableDocuments(ports, page, schema)
        .map(({ data }) => data)
        .filter(isTroubled),
    );
    read += page.length;
    if (found.length >= MAX_TROUBLED || read >= MAX_READ) break;
  }
  return found;
}

async function ready(ports: Ports): Promise<NonNullable<Facts['ready']>> {
  const { documents, clock } = ports;
  const all = await documents.query({ collection: DURATIONS, limit: MAX_KINDS });
  const known = readableDocuments(ports, all, durationsDocument).flatMap(({ data }) => data.ready ?? []);
  const since = (forMs: number) => known.filter(({ at }) => clock.elapsed(at.getTime()) <= forMs);
  return { tookMs: since(READY_MS).map(({ tookMs }) => tookMs), lately: since(LATELY_MS).length };
}

/**
 * A spare in the making is worth waiting for; a pool that holds nothing at all is not topped up, and one whose ready spares are all unfit has
 * nothing to give.
 */
async function idlePools(ports: Ports): Promise<number> {
  const { documents } = ports;
  const pools = await documents.query({ collection: POOLS, limit: MAX_KINDS });
  const wanted = readableDocuments(ports, pools, poolDocument).filter(({ data }) => data.wanted > 0);
  const idle = await Promise.all(wanted.map(({ path }) => isIdle(ports, idOf(path))));
  return idle.filter(Boolean).length;
}

const SPARE = STATES.filter(leadsToWarm);

async function isIdle(ports: Ports, pool: string): Promise<boolean> {
  const found = await ports.documents.query({
    collection: CLUSTERS,
    where: [
      ['pool', '==', pool],
      ['state', 'in', SPARE],
    ],
    limit: MAX_WANTED,
  });
  const spares = readableDocuments(ports, found, spare).map(({ data }) => data);
  const warm = spares.filter(({ state }) => state === 'warm');
  return warm.length > 0 ? !warm.some((one) => isFit(one, ports.clock.elapsed)) : spares.length === 0;
}

async function allowanceUsed(ports: Ports): Promise<AllowanceUsed> {
  const { data } = (await readCell(ports, ports.settings.cell)) ?? {};
  const most = limitsOf(data, cellLimits(ports));
  return {
    clusters: share(data?.clusters, most.clusters),
    ...(!isSwitchedOff(most) && { money: share(data?.hourlyMicros, most.hourlyMicros) }),
  };
}

const share = (taken: number | undefined, limit: number): number => (limit > 0 ? (taken ?? 0) / limit : 1);

function count({ metrics }: Ports, found: Findings): void {
  const { overdue: due, stuck, deadLetters, orphans, certificatesLate, unseen, flawed, allowance } = found;
  if (due) metrics.record('overdue', due.forMs / 1000, {});
  if (stuck !== undefined) metrics.record('stuck', stuck, {});
  if (deadLetters !== undefined) metrics.record('deadLetters', deadLetters, {});
  if (orphans !== undefined) metrics.record('orphans', orphans, {});
  if (certificatesLate !== undefined) metrics.record('certificatesLate', certificatesLate, {});
  if (unseen !== undefined) metrics.record('unseen', unseen, {});
  if (flawed !== undefined) metrics.record('flawed', flawed, {});
  for (const limit of ['clusters', 'money'] as const) {
    const used = allowance?.[limit];
    if (used !== undefined) metrics.record('allowance', used, { limit });
  }
}

/** So that the log alone tells what was said to people, and when. */
function report({ log }: Ports, before: Status | undefined, { health, components }: Status): void {
  if (before?.health === health) return;
  const poor = Object.values(components).filter((one) => one.health !== 'operational');
  const detail = poor.map(({ message }) => message).join(' ');
  log[health === 'operational' ? 'info' : 'warn']('status changed', {
    state: health,
    ...(detail && { detail }),
  });
}
