/**
 * The proof of liveness: whatever is due is looked at again, however its message got lost. One query finds it; while something falls
 * due within this minute the sweep stays and sends it to the second, and with nothing due it ends at once.
 */
import { CLUSTERS, SHARDS } from '../../shared/documents/cluster.ts';
import { rowOf } from '../../shared/lifecycle/table.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { expire } from '../dispatch/commands.ts';
import { parseCluster, publishStep } from '../dispatch/commit.ts';
import type { Ports } from '../ports.ts';

/** How often the Scheduler starts a sweep; its grain is a minute: https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules */
const EVERY_MS = minutes(1);
/** After something was sent, when to look whether it has asked for a further look within this minute. */
const SETTLE_MS = seconds(5);
/** More than this at a time wait for the next query. */
const PAGE = 500;

const ALL_SHARDS = Array.from({ length: SHARDS }, (_, shard) => shard);

interface Due {
  id: string;
  epoch: number;
  atMs: number;
  send(): Promise<void>;
}

/** @returns how many were sent */
export async function sweepOverdue(ports: Ports): Promise<number> {
  const endMs = ports.clock.after(EVERY_MS);
  const sent = new Set<string>();
  for (;;) {
    const due = (await findDue(ports, endMs)).filter((one) => !sent.has(keyOf(one)));
    const next = due[0];
    if (!next) return sent.size;
    await ports.clock.sleepUntil(next.atMs);
    const now = ports.clock.now();
    const ripe = due.filter(({ atMs }) => atMs <= now);
    for (const one of ripe) sent.add(keyOf(one));
    await Promise.all(ripe.map((one) => one.send()));
    if (ripe.length < PAGE) {
      const followingMs = due.find(({ atMs }) => atMs > now)?.atMs ?? Number.POSITIVE_INFINITY;
      await ports.clock.sleepUntil(Math.min(ports.clock.after(SETTLE_MS), followingMs, endMs));
    }
    if (ports.clock.now() >= endMs) return sent.size;
  }
}

/** A look that asked for another one is due anew. */
const keyOf = ({ id, epoch, atMs }: Due): string => `${id} ${epoch} ${atMs}`;

/** In the order in which they fall due. */
async function findDue(ports: Ports, untilMs: number): Promise<Due[]> {
  const snapshots = await ports.documents.query({
    collection: CLUSTERS,
    where: [
      ['shard', 'in', ALL_SHARDS],
      ['dueAt', '<=', new Date(untilMs)],
    ],
    orderBy: [['dueAt', 'asc']],
    limit: PAGE,
  });
  return snapshots.flatMap((snapshot) => {
    const { cluster } = parseCluster(snapshot);
    const { id, epoch, dueAt, state } = cluster;
    if (!dueAt) return [];
    const { step } = rowOf(state);
    const send =
      step === undefined ? () => expire(ports, id, epoch) : () => publishStep(ports, step, id, epoch);
    return [{ id, epoch, atMs: dueAt.getTime(), send }];
  });
}
