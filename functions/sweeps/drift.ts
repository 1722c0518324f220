/**
 * Looks from time to time at each cluster that stands, whether it is still as it was left: somebody may have deleted a part of it, opened
 * it, or let its certificate come near its end. One message starts it and becomes one per cluster, so that each look has its own time.
 */
import { CLUSTERS, type Cluster } from '../../shared/documents/cluster.ts';
import { asAppError } from '../../shared/errors.ts';
import { commandEdge } from '../../shared/lifecycle/derive.ts';
import { STATES } from '../../shared/lifecycle/table.ts';
import { type Outcome, type Transition, transition } from '../../shared/lifecycle/transition.ts';
import { driftMessage, MESSAGE_SCHEMA, TOPICS } from '../../shared/messages.ts';
import { hours } from '../../shared/units.ts';
import { allGood, type Condition, withCondition } from '../access/conditions.ts';
import { type Finding, findDrift } from '../access/drift.ts';
import { CommitError, type Value } from '../cloud.ts';
import { announce, circumstances, commitOnce, type Read, readCluster, writesOf } from '../dispatch/commit.ts';
import type { Ports } from '../ports.ts';

/** States in which something can be done about it. */
const STANDING = STATES.filter((state) => commandEdge(state, 'repair') !== undefined);
const PAGE = 500;
/** What a repair could not mend is tried again after that: not at each look, for every try shows on the timeline. */
const REPAIR_AGAIN_MS = hours(11);

export async function sweepDrift(ports: Ports, body: unknown): Promise<void> {
  const message = driftMessage.safeParse(body);
  if (message.data?.id === undefined) await sendToAll(ports);
  else await look(ports, message.data.id);
}

/** @throws CommitError `unavailable` if the query fails */
async function sendToAll(ports: Ports): Promise<void> {
  for (let startAfter: readonly Value[] | undefined; ; ) {
    const page = await ports.documents.query({
      collection: CLUSTERS,
      where: [['state', 'in', STANDING]],
      orderBy: [['createdAt', 'asc']],
      limit: PAGE,
      ...(startAfter ? { startAfter } : {}),
    });
    const sent = await Promise.allSettled(
      page.map(({ path }) => {
        const id = path.slice(path.lastIndexOf('/') + 1);
        return ports.messages.publish(TOPICS.drift, { schema: MESSAGE_SCHEMA, id });
      }),
    );
    const lost = sent.filter(({ status }) => status === 'rejected').length;
    if (lost > 0) ports.log.warn('message not sent', { topic: TOPICS.drift, count: lost });
    const last = page.at(-1);
    if (page.length < PAGE || !last) break;
    startAfter = [last.data.createdAt ?? null, last.path];
  }
  ports.metrics.record('sweeps', 1, { sweep: 'drift' });
}

/** What cannot be seen now is seen next time. @throws CommitError `unavailable` */
async function look(ports: Ports, id: string): Promise<void> {
  const read = await readCluster(ports, id);
  if (!read || !STANDING.includes(read.cluster.state)) return;
  let findings: Finding[];
  try {
    findings = await findDrift(read.cluster, ports);
  } catch (thrown) {
    // That Hub's own database is away tells nothing of the cluster; the bus sends the message again.
    if (thrown instanceof CommitError && thrown.fault === 'unavailable') throw thrown;
    const { code, detail } = asAppError(thrown);
    ports.log.warn('cluster not looked at', { cluster: id, code, ...(detail && { detail }) });
    return;
  }
  await settle(ports, read, findings);
}

async function settle(ports: Ports, read: Read, findings: readonly Finding[]): Promise<void> {
  const { cluster } = read;
  const { id, ...before } = cluster;
  const conditions = judged(cluster, findings, new Date(ports.clock.now()));
  const known = sameStatus(cluster.conditions, conditions);
  const outcome = planDrift(cluster, findings, known, (since) => ports.clock.elapsed(since.getTime()));
  // What went wrong earlier has come right by itself.
  const over = findings.length === 0 && cluster.error !== undefined;
  if (outcome === undefined && known && !over) return;
  const next: Transition | undefined = outcome
    ? transition(cluster, { ...outcome, patch: { conditions } }, circumstances(ports))
    : { fields: { ...before, conditions, ...(over && { error: undefined }) }, wake: false };
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
export function planDrift(
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
