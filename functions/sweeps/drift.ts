/**
 * Looks from time to time at each cluster that stands, whether it is still as it was left: somebody may have deleted a part of it, opened
 * it, or let its certificate come near its end. One message starts it and becomes one per cluster, so that each look has its own time.
 */

import { type Cluster, clusterPath } from '../../shared/documents/cluster.ts';
import { REPAIRABLE } from '../../shared/lifecycle/derive.ts';
import { type Outcome, type Transition, transition } from '../../shared/lifecycle/transition.ts';
import { driftMessage } from '../../shared/messages.ts';
import { hours, minutes } from '../../shared/units.ts';
import { allGood, type Condition, withCondition } from '../access/conditions.ts';
import { type Drift, type Finding, findDrift } from '../access/drift.ts';
import { CommitError } from '../cloud.ts';
import { circumstances } from '../clusters/circumstances.ts';
import { type Read, readCluster } from '../clusters/read.ts';
import { announce, commitOnce, writesOf } from '../dispatch/commit.ts';
import { tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { sendToAll } from './looks.ts';

/** What a repair could not mend is tried again after that: not at each look, for every try shows on the timeline. */
const REPAIR_AGAIN_MS = hours(11);
/** Whoever was shut out may have access for as long as nobody has seen that they have none. */
const LOOK_AGAIN_MS = minutes(10);

export async function sweepDrift(ports: Ports, body: unknown): Promise<void> {
  const message = driftMessage.safeParse(body);
  if (message.data?.id !== undefined) return look(ports, message.data.id);
  await sendToAll(ports);
  ports.metrics.record('sweptAt', ports.clock.now() / 1000, { sweep: 'drift' });
}

/** What cannot be seen now is seen next time. @throws CommitError `unavailable` */
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
    if (isDue) await putOff(ports, read);
    return;
  }
  await settle(ports, read, drift, isDue);
}

async function putOff(ports: Ports, { cluster: { id }, version }: Read): Promise<void> {
  const data = { lookAt: lookAgain(ports) };
  await commitOnce(ports, [{ op: 'update', path: clusterPath(id), data, ifVersion: version }], id, undefined);
}

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
  const conditions = judged(cluster, findings, new Date(ports.clock.now()));
  const known = sameStatus(cluster.conditions, conditions);
  const outcome = planDrift(cluster, findings, known, (since) => ports.clock.elapsed(since.getTime()));
  // What went wrong earlier has come right by itself.
  const over = findings.length === 0 && cluster.error !== undefined;
  if (outcome === undefined && known && !over && !isDue) return;
  // Where something is done about it, the look comes again after that.
  const looked = isDue && { lookAt: isLocked ? undefined : lookAgain(ports) };
  const next: Transition | undefined = outcome
    ? transition(cluster, { ...outcome, patch: { conditions } }, circumstances(ports))
    : { fields: { ...before, conditions, ...looked, ...(over && { error: undefined }) }, wake: false };
  if (!next) return;
  for (const { type, message } of findings)
    ports.log.warn('drift found', { cluster: id, state: cluster.state, resource: type, detail: message });
  if (await commitOnce(ports, writesOf(read, next, {}, ports), id, next.event)) {
    await announce(ports, cluster, next);
  }
}

const judged = ({ conditions }: Cluster, findings: readonly Finding[], now: Date): Condition[] => {
  const found = new Set<string>(findings.map(({ type }) => type));
  const good = allGood(conditions, now).map((condition) =>
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
  if (!findings.some(({ repairable }) => repairable)) return undefined;
  if (known && elapsed(cluster.since) < REPAIR_AGAIN_MS) return undefined;
  return { kind: 'command', command: 'repair', note };
}
