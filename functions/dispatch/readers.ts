/**
 * Who may read the timeline. Security rules look at each event by itself, so a change of members is not done before it is in every event
 * that was there already; those that come later take it from the cluster.
 */
import { eventsOf } from '../../shared/documents/event.ts';
import type { Snapshot, Write } from '../cloud.ts';
import type { Ports } from '../ports.ts';
import { readCluster } from './commit.ts';

/** Writes of one commit; a page of events is as long. */
const BATCH = 200;
/** Each further round comes only after a change of members that won meanwhile. */
const ROUNDS = 8;

/**
 * Brings the readers of all events to these, or to those of a change that came meanwhile: of two at once, the slower one must not have
 * the last word because it is slower. Writes only what differs. Safe to repeat.
 * @throws CommitError `unavailable`
 */
export async function rewriteReaders(
  ports: Ports,
  clusterId: string,
  readers: readonly string[],
): Promise<void> {
  let wanted = readers;
  for (let round = 0; round < ROUNDS; round++) {
    await rewrite(ports, clusterId, wanted);
    const read = await readCluster(ports, clusterId);
    if (!read || isSame(read.cluster.readers, wanted)) return;
    wanted = read.cluster.readers;
  }
}

async function rewrite(
  { documents }: Pick<Ports, 'documents'>,
  clusterId: string,
  readers: readonly string[],
): Promise<void> {
  let last: Snapshot | undefined;
  do {
    const page = await documents.query({
      collection: eventsOf(clusterId),
      orderBy: [['epoch', 'asc']],
      ...(last?.data.epoch === undefined ? {} : { startAfter: [last.data.epoch] }),
      limit: BATCH,
    });
    const writes = page
      .filter(({ data }) => !isSame(data.readers, readers))
      .map(({ path }): Write => ({ op: 'update', path, data: { readers: [...readers] } }));
    if (writes.length > 0) await documents.commit(writes);
    last = page.length < BATCH ? undefined : page.at(-1);
  } while (last);
}

const isSame = (a: unknown, b: readonly string[]): boolean => JSON.stringify(a) === JSON.stringify(b);
