/**
 * The proof of liveness: whatever is due is looked at again, however its message got lost. One query finds it; while something falls
 * due within this minute the sweep stays and sends it to the second, and with nothing due it ends at once.
 */

import { ALL_SHARDS, CLUSTERS, type Cluster } from '../../shared/documents/cluster.ts';
import { rowOf } from '../../shared/lifecycle/table.ts';
import { seconds } from '../../shared/units.ts';
import { publishStep } from '../clusters/publish-step.ts';
import { readableClusters } from '../clusters/read.ts';
import { expire } from '../dispatch/commands.ts';
import { queryPages } from '../documents.ts';
import { tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { SCHEDULES } from '../schedules.ts';
import { sendDue } from './looks.ts';
import { forget, remember, type Sent } from './sent.ts';

const EVERY_MS = SCHEDULES.sweep.everyMs;
/** After something was sent, when to look whether it has asked for a further look within this minute. */
const SETTLE_MS = seconds(5);
/** More than this at a time wait for the next query. */
const PAGE = 500;

interface Due {
  id: string;
  /** A look that asked for another one is due anew. */
  key: string;
  atMs: number;
  send(): Promise<void>;
}

/**
 * What cannot be sent or read stays due and keeps nobody else waiting.
 * @param lately what this instance has sent in its sweeps before
 * @returns how many were sent
 * @throws CommitError `unavailable` if the query fails
 */
export async function sweepOverdue(ports: Ports, lately: Sent = new Map()): Promise<number> {
  const endAtMs = ports.clock.after(EVERY_MS);
  forget(lately, ports.clock);
  await sendDue(ports, lately);
  const sent = new Set<string>();
  for (;;) {
    const { due, more } = await findDue(ports, endAtMs, sent, lately);
    const next = due[0];
    if (!next) return finished(ports, sent);
    await ports.clock.sleepUntil(next.atMs);
    const now = ports.clock.now();
    const ripe = due.filter(({ atMs }) => atMs <= now);
    const before = sent.size;
    await Promise.all(ripe.map((one) => sendOne(ports, one, sent, lately)));
    // At once only from one full page to the next, and not while the bus takes nothing.
    if (!more || ripe.length < due.length || sent.size === before) {
      const followingAtMs = due.find(({ atMs }) => atMs > now)?.atMs ?? Number.POSITIVE_INFINITY;
      await ports.clock.sleepUntil(Math.min(ports.clock.after(SETTLE_MS), followingAtMs, endAtMs));
    }
    if (ports.clock.now() >= endAtMs) return finished(ports, sent);
  }
}

/** Its heartbeat: a sweep that does not come to its end proves nothing. */
function finished(ports: Ports, sent: ReadonlySet<string>): number {
  ports.metrics.record('sweptAt', ports.clock.now() / 1000, { sweep: 'overdue' });
  if (sent.size > 0) ports.log.info('sweep sent again', { count: sent.size });
  return sent.size;
}

async function sendOne(ports: Ports, one: Due, sent: Set<string>, lately: Sent): Promise<void> {
  sent.add(one.key);
  try {
    await one.send();
    remember(lately, one.key, ports.clock);
  } catch (error) {
    sent.delete(one.key);
    tellFailure(ports.log, 'message not sent', error, { cluster: one.id });
  }
}

/**
 * The first page that holds something not yet sent, in the order in which it falls due.
 * @returns `more`: there may be another page
 */
async function findDue(
  ports: Ports,
  untilAtMs: number,
  sent: ReadonlySet<string>,
  lately: Sent,
): Promise<{ due: Due[]; more: boolean }> {
  for await (const page of queryPages(ports.documents, {
    collection: CLUSTERS,
    where: [
      ['shard', 'in', [...ALL_SHARDS]],
      ['dueAt', '<=', new Date(untilAtMs)],
    ],
    orderBy: [['dueAt', 'asc']],
    limit: PAGE,
  })) {
    const due = readableClusters(ports, page)
      .flatMap(({ cluster }) => dueOf(ports, cluster, lately))
      .filter(({ key, atMs }) => !sent.has(key) && atMs <= untilAtMs)
      .sort((a, b) => a.atMs - b.atMs);
    if (due.length > 0) return { due, more: page.length === PAGE };
  }
  return { due: [], more: false };
}

function dueOf(ports: Ports, { id, epoch, dueAt, state }: Cluster, lately: Sent): Due[] {
  if (!dueAt) return [];
  const { step } = rowOf(state);
  const send =
    step === undefined ? () => expire(ports, id, epoch) : () => publishStep(ports, step, id, epoch);
  const key = `${id} ${epoch} ${dueAt.getTime()}`;
  return [{ id, key, atMs: Math.max(dueAt.getTime(), lately.get(key) ?? 0), send }];
}
