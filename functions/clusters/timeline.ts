/**
 * Who may read the timeline. Security rules look at each event by itself, so a change of members changes every event that is there, in the
 * one commit in which the cluster changes: whoever was shut out reads nothing from then on, even if the handler dies the moment after. Events
 * that come later take their readers from the cluster, and one that comes at the same moment changes the cluster too, so that one of the two
 * commits is made anew.
 */
import { eventsOf } from '../../shared/documents/event.ts';
import type { Snapshot, Write } from '../cloud.ts';
import type { Ports } from '../ports.ts';

/** Events read at a time. */
const PAGE = 200;

/** @returns what brings all events of a cluster to these readers: writes only of those that differ. @throws CommitError `unavailable` */
export async function writesOfReaders(
  { documents }: Pick<Ports, 'documents'>,
  clusterId: string,
  readers: readonly string[],
): Promise<Write[]> {
  const differing = (await eventsThere(documents, clusterId)).filter(
    ({ data }) => !isSame(data.readers, readers),
  );
  return differing.map(({ path }) => ({ op: 'update', path, data: { readers: [...readers] } }));
}

/** @returns what lets a TTL policy take the whole timeline away at that moment. @throws CommitError `unavailable` */
export async function writesOfPurge(
  { documents }: Pick<Ports, 'documents'>,
  clusterId: string,
  purgeAt: Date,
): Promise<Write[]> {
  const found = await eventsThere(documents, clusterId);
  return found.map(({ path }) => ({ op: 'update', path, data: { purgeAt } }));
}

async function eventsThere(documents: Ports['documents'], clusterId: string): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  let last: Snapshot | undefined;
  do {
    const page = await documents.query({
      collection: eventsOf(clusterId),
      orderBy: [['epoch', 'asc']],
      ...(last?.data.epoch === undefined ? {} : { startAfter: [last.data.epoch] }),
      limit: PAGE,
    });
    found.push(...page);
    last = page.length < PAGE ? undefined : page.at(-1);
  } while (last);
  return found;
}

const isSame = (a: unknown, b: readonly string[]): boolean => JSON.stringify(a) === JSON.stringify(b);
