/**
 * Looks from time to time at each cluster that stands, whether it is still as it was left: somebody may have deleted a part of it, opened
 * it, or let its certificate come near its end. One message starts it and becomes one per cluster, so that each look has its own time.
 */

import { type Cluster, type ClusterPatch, clusterPath } from '../../shared/documents/cluster.ts';
import { ERRORS } from '../../shared/errors.ts';
import { flawedSinceOf } from '../../shared/flaws.ts';
import { REPAIRABLE } from '../../shared/lifecycle/derive.ts';
import { type Outcome, type Transition, transition } from '../../shared/lifecycle/transition.ts';
import { driftMessage } from '../../shared/messages.ts';
import { hours, minutes } from '../../shared/units.ts';
import { allGood, type Condition, withCondition } from '../access/conditions.ts';
import { type Drift, type Finding, findDrift } from '../access/drift.ts';
import { CommitError, type DocumentData } from '../cloud.ts';
import { circumstances } from '../clusters/circumstances.ts';
import { type Read, readCluster } from '../clusters/read.ts';
import { APART_MS, lastSeenMs, notSeenSince } from '../clusters/seen.ts';
import { announce, commitOnce, writesOf } from '../dispatch/commit.ts';
import { asAppError, tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { SCHEDULES } from '../schedules.ts';
import { sendToAll } from './looks.ts';

/** What a repair could not mend is tried again at the second look after it: not at each, for every try shows on the timeline. */
const REPAIR_AGAIN_MS = 2 * SCHEDULES.drift.everyMs - hours(1);
/** But what is about who may come in: it is looked at every few minutes, and tried again after a share of the time since it was found. */
const REPAIR_SOON_MS = hours(1);
/** Whoever was shut out may have access for as long as nobody has seen that they have none. */
const LOOK_AGAIN_MS = minutes(10);
/** What was away or of no use for long is looked at again after a share of that time, and after no more than this: each such look is a commit. */
const MAX_LOOK_AGAIN_MS = hours(1);
/** That a spare was seen is written down no sooner again: by then the pool may want to know. */
const SEEN_EVERY_MS = minutes(25);

export async function sweepDrift(ports: Ports, body: unknown): Promise<void> {
  const message = driftMessage.safeParse(body);
  if (message.data?.id !== undefined) return look(ports, message.data.id);
  await sendToAll(ports);
  ports.metrics.record('sweptAt', ports.clock.now() / 1000, { sweep: 'drift' });
}

/** @throws CommitError `unavailable` */
async function look(ports: Ports, id: string): Promise<void> {
  const read = await readCluster(ports, id);
  if (!read || !REPAIRABLE.includes(read.cluster.state)) return;
  // What is seen before the time has come proves nothing of what comes after.
  const isDue = (read.cluster.lookAt?.getTime() ?? Number.POSITIVE_INFINITY) <= ports.clock.now();
  let drift: Drift;
  try {
    drift = await findDrift(read.cluster, ports);
  } catch (thrown) {
    // That Hub's own database is away tells nothing of the cluster; the bus sends the message again.
    if (thrown instanceof CommitError && thrown.fault === 'unavailable') throw thrown;
    tellFailure(ports.log, 'cluster not looked at', thrown, { cluster: id });
    await miss(ports, read, thrown, isDue);
    return;
  }
  await settle(ports, read, drift, isDue);
}

/** It could not be seen: noted the first time, and told to its owner the second. What cannot be seen now is seen next time. */
async function miss(
  ports: Ports,
  { cluster, version }: Read,
  thrown: unknown,
  isDue: boolean,
): Promise<void> {
  const { id, missedAt, lookAt, conditions } = cluster;
  const { clock, random } = ports;
  // It tells nothing of the cluster that Hub asks too much: when that happens many are looked at, and each would seem to be away.
  const isHubs = asAppError(thrown).code === 'CLOUD_BUSY';
  const now = new Date(clock.now());
  const missedMs = missedAt ? clock.elapsed(missedAt.getTime()) : 0;
  const say =
    missedAt && missedMs >= APART_MS && !isHubs && isTold(cluster, thrown)
      ? notSeenSince(missedAt)
      : undefined;
  // Of all the rest it is not known that it is otherwise.
  const told = say === undefined ? conditions : withCondition(conditions, 'Reachable', false, say, now);
  const againMs = againAfterMs(missedMs) * (isHubs ? 1 + random.fraction() : 1);
  const data = {
    ...(missedAt === undefined && !isHubs && { missedAt: now }),
    ...(say !== undefined && !conditions.some(({ message }) => message === say) && { conditions: told }),
    ...flawedAnew(cluster, told),
    ...(isDue
      ? { lookAt: new Date(clock.after(againMs)) }
      : lookAt === undefined && !isHubs && { lookAt: new Date(clock.after(APART_MS)) }),
  } as DocumentData;
  if (Object.keys(data).length === 0) return;
  await commitOnce(ports, [{ op: 'update', path: clusterPath(id), data, ifVersion: version }], id, undefined);
}

/** That Hub itself may not look, or cannot, would else cost every pool all its spares. */
const isTold = ({ pool }: Cluster, thrown: unknown): boolean =>
  pool === undefined || ERRORS[asAppError(thrown).code].fault === 'cloud';

const againAfterMs = (forMs: number): number =>
  Math.min(MAX_LOOK_AGAIN_MS, Math.max(LOOK_AGAIN_MS, forMs / 8));

const lookAgain = ({ clock }: Ports): Date => new Date(clock.after(LOOK_AGAIN_MS));

/** @param isDue whether it is the look that was wanted after somebody was shut out */
async function settle(
  ports: Ports,
  read: Read,
  { findings, isLocked }: Drift,
  isDue: boolean,
): Promise<void> {
  const { cluster } = read;
  const { id, ...before } = cluster;
  const now = new Date(ports.clock.now());
  const conditions = judged(cluster, findings, now);
  const wasMissed = cluster.missedAt !== undefined;
  const flawed = flawedAnew(cluster, conditions);
  const known = !wasMissed && sameStatus(cluster.conditions, conditions);
  const outcome = planDrift(cluster, findings, known, (since) => ports.clock.elapsed(since.getTime()));
  // What went wrong earlier has come right by itself.
  const over = findings.length === 0 && cluster.error !== undefined;
  const isSpare = cluster.pool !== undefined;
  const isNews = isSpare && ports.clock.elapsed(lastSeenMs(cluster)) >= SEEN_EVERY_MS;
  if (outcome === undefined && known && !flawed && !over && !isDue && !isNews) return;
  const isSomebodys = findings.some((one) => one.isSomebodys);
  // Out of its pool nobody is handed it, and nobody gives it up.
  const seen = {
    missedAt: undefined,
    ...(isSpare && { seenAt: now }),
    ...(isSomebodys && { pool: undefined }),
  };
  // Where something is done about it, the look comes again after that.
  const looked =
    comesRight(cluster, conditions, findings, isDue, ports) ??
    (isDue && { lookAt: isLocked ? undefined : lookAgain(ports) });
  const next: Transition | undefined = outcome
    ? transition(cluster, { ...outcome, patch: { conditions, ...seen } }, circumstances(ports))
    : {
        fields: { ...before, conditions, ...flawed, ...seen, ...looked, ...(over && { error: undefined }) },
        wake: false,
      };
  if (!next) return;
  for (const { type, message } of findings)
    ports.log.warn('drift found', { cluster: id, state: cluster.state, resource: type, detail: message });
  if (!(await commitOnce(ports, writesOf(read, next, {}, ports), id, next.event))) return;
  // Whoever was handed it while it was looked at is no secret to the document: then this look was not committed.
  if (isSomebodys && cluster.pool !== undefined)
    ports.log.error('spare in use', { cluster: id, pool: cluster.pool });
  await announce(ports, cluster, next);
}

/**
 * Where nobody can do anything but wait, what people read of their cluster would else be hours old: its parts run again in minutes, as they do
 * when a node was replaced.
 * @returns when to look again; undefined if it is not so, or a time is set already
 */
function comesRight(
  cluster: Cluster,
  conditions: Condition[],
  findings: readonly Finding[],
  isDue: boolean,
  { clock }: Ports,
): Pick<ClusterPatch, 'lookAt'> | undefined {
  const flawedSince = flawedSinceOf({ ...cluster, conditions });
  if (!flawedSince || (cluster.lookAt && !isDue)) return undefined;
  if (findings.some(({ type, repairable }) => repairable || type === 'Exists')) return undefined;
  return { lookAt: new Date(clock.after(againAfterMs(clock.elapsed(flawedSince.getTime())))) };
}

/** @returns undefined if the document says it already: one from before it was kept does not */
function flawedAnew(
  cluster: Cluster,
  conditions: Condition[],
): Pick<ClusterPatch, 'flawedSince'> | undefined {
  const flawedSince = flawedSinceOf({ ...cluster, conditions });
  return flawedSince?.getTime() === cluster.flawedSince?.getTime() ? undefined : { flawedSince };
}

const judged = ({ conditions }: Cluster, findings: readonly Finding[], now: Date): Condition[] => {
  const found = new Set<string>(findings.map(({ type }) => type));
  // Of what is not there nothing else is known.
  const seen = found.has('Exists') ? [] : allGood(conditions, now);
  const good = seen.map((condition) =>
    // What is found stays since when it was found first.
    found.has(condition.type)
      ? (conditions.find(({ type }) => type === condition.type) ?? condition)
      : condition,
  );
  return findings.reduce<Condition[]>(
    (kept, { type, message }) => withCondition(kept, type, false, message, now),
    good,
  );
};

const sameStatus = (before: readonly Condition[], after: readonly Condition[]): boolean =>
  before.length === after.length &&
  after.every(({ type, status }) => before.some((one) => one.type === type && one.status === status));

/**
 * What is to be done about it. Pure.
 * @param known whether the document says all of it already
 * @param elapsed cloud time since then
 */
function planDrift(
  cluster: Cluster,
  findings: readonly Finding[],
  known: boolean,
  elapsed: (since: Date) => number,
): (Outcome & { kind: 'command' }) | undefined {
  const note = findings.map(({ message }) => message).join(' ');
  // Nobody misses a spare; the pool makes another.
  if (cluster.pool !== undefined && findings.some(({ type }) => type === 'Exists')) {
    return { kind: 'command', command: 'delete', note };
  }
  if (findings.some(({ isSomebodys }) => isSomebodys)) return undefined;
  // It has left its pool, and people have yet to find out whose it is.
  if (cluster.pool === undefined && cluster.owner === undefined) return undefined;
  if (!findings.some(({ repairable }) => repairable)) return undefined;
  // A repair closes what it finds open, if it gets as far; one that did not is not begun again at each look.
  const isNew = ({ type, message }: Finding) =>
    !cluster.conditions.some((one) => one.type === type && one.message === message);
  const isOpen =
    findings.some((one) => one.isOpen && isNew(one)) && Object.keys(cluster.endpoints).length > 0;
  if (known && !isOpen && elapsed(cluster.since) < repairAgainMs(cluster, findings, elapsed))
    return undefined;
  return { kind: 'command', command: 'repair', note };
}

function repairAgainMs(
  { flawedSince }: Cluster,
  findings: readonly Finding[],
  elapsed: (since: Date) => number,
): number {
  const isUrgent = findings.some(({ type, repairable }) => repairable && ABOUT_ACCESS.includes(type));
  if (!isUrgent) return REPAIR_AGAIN_MS;
  const flawedMs = flawedSince ? elapsed(flawedSince) : 0;
  return Math.min(REPAIR_AGAIN_MS, Math.max(REPAIR_SOON_MS, flawedMs / 4));
}

const ABOUT_ACCESS: readonly Finding['type'][] = ['Locked', 'Members'];
