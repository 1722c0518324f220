/** One commit per transition: the cluster, its event, the ledger and the counters, all or nothing; then the message. */

import { accountPath, cellPath } from '../../shared/documents/account.ts';
import { type Cluster, clusterPath } from '../../shared/documents/cluster.ts';
import { type ClusterEvent, eventDocument, eventPath } from '../../shared/documents/event.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { type LedgerEntry, ledgerKey, ledgerPath } from '../../shared/documents/ledger.ts';
import { isFinal } from '../../shared/lifecycle/derive.ts';
import { rowOf } from '../../shared/lifecycle/table.ts';
import type { Transition } from '../../shared/lifecycle/transition.ts';
import { MESSAGE_SCHEMA, TOPICS } from '../../shared/messages.ts';
import { addressOf, closingWrite, type Proof, statementOf } from '../clean-up/proof.ts';
import { signJws } from '../clean-up/signature.ts';
import { CommitError, type DocumentData, Increment, type Write } from '../cloud.ts';
import { publishStep } from '../clusters/publish-step.ts';
import { isOwed, wakeQueue, wakeThoseBehind, wakeThoseWith } from '../clusters/queue.ts';
import type { Read } from '../clusters/read.ts';
import { readDocument } from '../documents.ts';
import { tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import type { Extras } from '../steps/step.ts';

/** Every write of one transition. Only fields that changed are written. */
export function writesOf(read: Read, next: Transition, extras: Extras, ports: Ports): Write[] {
  const writes: Write[] = [fieldWrite(read, next)];
  if (next.event) writes.push(eventWrite(read.cluster.id, next.event));
  writes.push(...ledgerWrites(read.cluster.id, extras, ports));
  if (extras.proof) writes.push(...proofWrites(read.cluster.id, extras.proof, next, ports));
  writes.push(...otherWrites(extras));
  writes.push(...returns(read.cluster.owner, next, ports));
  return writes;
}

/** Of the cluster's own document. */
export function fieldWrite({ cluster: { id, ...before }, version }: Read, { fields }: Transition): Write {
  const changed = changes(before, fields);
  // Two handlers that waited for the same instant would write the same: an update needs a field, and is one for its condition.
  const data = Object.keys(changed).length > 0 ? changed : { epoch: fields.epoch };
  return { op: 'update', path: clusterPath(id), data, ifVersion: version };
}

/** Giving back needs no condition: it can only make room. */
function returns(owner: string | undefined, { released, vacated }: Transition, ports: Ports): Write[] {
  if (!released && !vacated) return [];
  const data = released && {
    clusters: new Increment(-released.clusters),
    hourlyMicros: new Increment(-released.hourlyMicros),
  };
  const ofCell = { ...data, ...(vacated && { making: new Increment(-vacated) }) };
  return [
    { op: 'update', path: cellPath(ports.settings.cell), data: ofCell },
    ...(data && owner ? [{ op: 'update' as const, path: accountPath(owner), data }] : []),
  ];
}

/** A new cluster, what its timeline begins with, and its ledger. */
export function writesOfBirth(
  { id, ...fields }: Cluster,
  events: readonly ClusterEvent[],
  extras: Extras,
  ports: Ports,
): Write[] {
  const entries = Object.fromEntries(plannedEntries(extras, ports)) as DocumentData;
  return [
    { op: 'create', path: clusterPath(id), data: fields as DocumentData },
    ...events.map((event) => eventWrite(id, event)),
    { op: 'create', path: ledgerPath(id), data: { schema: DOCUMENT_SCHEMA, entries } },
    ...otherWrites(extras),
  ];
}

const otherWrites = ({ guarded = [], also = [] }: Extras): Write[] => [
  ...guarded.map(
    ({ path, version, data }): Write =>
      version === undefined ? { op: 'create', path, data } : { op: 'update', path, data, ifVersion: version },
  ),
  ...also,
];

export const eventWrite = (clusterId: string, event: ClusterEvent): Write => ({
  op: 'create',
  path: eventPath(clusterId, event.epoch),
  data: event as DocumentData,
});

/** By their keys. */
function plannedEntries({ ledger }: Extras, ports: Ports): [string, LedgerEntry][] {
  const plannedAt = new Date(ports.clock.now());
  return (ledger?.plan ?? []).map((entry) => [ledgerKey(entry), { ...entry, plannedAt }]);
}

function ledgerWrites(clusterId: string, extras: Extras, ports: Ports): Write[] {
  const data: DocumentData = {};
  for (const [key, entry] of plannedEntries(extras, ports)) {
    data[`entries.${key}`] = entry as DocumentData;
  }
  return Object.keys(data).length === 0 ? [] : [{ op: 'update', path: ledgerPath(clusterId), data }];
}

/** What was proven is signed as soon as it is the end, with the very instants that are written down. */
function proofWrites(id: string, proof: Proof, { fields }: Transition, { settings }: Ports): Write[] {
  const isEnd = isFinal(fields.state);
  const statement = isEnd && statementOf({ id, deletedAt: fields.since }, proof, addressOf(settings));
  const more = statement && { certificate: { ...signJws(statement, settings.cleanUpKeys) } };
  const write = closingWrite(ledgerPath(id), proof, more || {});
  return write ? [write] : [];
}

/** The fields in which two forms of a document differ, as they are in the later one. */
export function changes(before: object, after: object): DocumentData {
  const old = before as DocumentData;
  const data: DocumentData = {};
  for (const [field, value] of Object.entries(after as DocumentData)) {
    if (!same(old[field], value)) data[field] = value;
  }
  for (const field of Object.keys(old)) if (!(field in after)) data[field] = undefined;
  return data;
}

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** All of an event that tells whose commit it was. */
const attempt = eventDocument.pick({ nonce: true });

/**
 * Commits, and recognises its own commit where the reply was lost or the client repeated it: the event carries the attempt's nonce.
 * @param event the event among the writes; a wait has none and is simply written again
 * @returns false if nothing was written because somebody else's commit came first
 * @throws CommitError `unavailable` if the outcome is unknown
 */
export async function commitOnce(
  ports: Ports,
  writes: readonly Write[],
  clusterId: string,
  event: Pick<ClusterEvent, 'epoch' | 'nonce'> | undefined,
): Promise<boolean> {
  try {
    await ports.documents.commit(writes);
    return true;
  } catch (error) {
    if (!(error instanceof CommitError)) throw error;
    const there = event && (await readDocument(ports.documents, eventPath(clusterId, event.epoch), attempt));
    if (there && there.data.nonce === event?.nonce) return true;
    if (error.fault === 'unavailable') throw error;
    return false;
  }
}

/**
 * What follows a commit: the next step's message, and word to whoever waits for what became free. Never fails: `dueAt` is in the
 * commit, so a lost message only costs time.
 * @param frees what else the commit made an end of, that others wait for
 */
export async function announce(
  ports: Ports,
  cluster: Cluster,
  next: Transition,
  frees: NonNullable<Extras['frees']> = [],
): Promise<void> {
  const { fields } = next;
  const row = rowOf(fields.state);
  const sends: Promise<void>[] = [];
  if (next.wake && row.step !== undefined) sends.push(publishStep(ports, row.step, cluster.id, fields.epoch));
  // What goes back to the queue leaves no room that the cloud would have: waking others for it would chase them round in circles.
  if (next.released && next.event?.cause !== 'requeued') sends.push(wakeQueue(ports, cluster.owner));
  for (const code of [...(next.vacated ? (['CELL_BUSY'] as const) : []), ...frees])
    sends.push(wakeThoseWith(ports, code));
  const { elapsed } = ports.clock;
  if (isOwed(cluster, elapsed) && !isOwed({ ...fields, id: cluster.id }, elapsed))
    sends.push(wakeThoseBehind(ports));
  const leftPool = cluster.pool !== undefined && fields.pool === undefined;
  const spareEnded =
    fields.pool !== undefined &&
    next.event !== undefined &&
    row.step === undefined &&
    fields.state !== 'warm';
  if (leftPool || spareEnded)
    sends.push(ports.messages.publish(TOPICS.topUp, { schema: MESSAGE_SCHEMA, pool: cluster.pool }));
  for (const sent of await Promise.allSettled(sends)) {
    if (sent.status === 'rejected') {
      tellFailure(ports.log, 'message not sent', sent.reason, { cluster: cluster.id });
    }
  }
}
