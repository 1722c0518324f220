/** What people and timers ask of a cluster, and how a cluster is born. Steps never call it. */
import type { Allowance } from '../../shared/documents/account.ts';
import { AUDIT_ACTIONS, type AuditAction } from '../../shared/documents/audit.ts';
import {
  type Cluster,
  type ClusterFields,
  type ClusterPatch,
  SHARDS,
} from '../../shared/documents/cluster.ts';
import type { ClusterEvent } from '../../shared/documents/event.ts';
import { clusterPath } from '../../shared/documents/paths.ts';
import { AppError } from '../../shared/errors.ts';
import { commandEdge } from '../../shared/lifecycle/derive.ts';
import type { Command } from '../../shared/lifecycle/table.ts';
import { born, type Outcome, type Transition, transition } from '../../shared/lifecycle/transition.ts';
import { hourAfter } from '../accounts/admission.ts';
import { type Audited, audited, deedId } from '../audit.ts';
import type { Random, Snapshot, Write } from '../cloud.ts';
import { circumstances } from '../clusters/circumstances.ts';
import { publishStep } from '../clusters/publish-step.ts';
import { isQueueAhead } from '../clusters/queue.ts';
import { type Read, readCluster } from '../clusters/read.ts';
import { tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { judgeRoom } from '../steps/admit.ts';
import type { StepResult } from '../steps/step.ts';
import { announce, commitOnce, writesOf, writesOfBirth } from './commit.ts';

const TRIES = 8;

/** What a command writes besides the new state. */
export interface Change {
  patch: ClusterPatch;
  /** What the timeline says of it. */
  note?: string;
  /** Whom it is about, if it is about one: a uid. */
  subject?: string;
  /** What the audit log calls it, if not by the command's name. */
  action?: AuditAction;
  /** What the audit log says of it. It stays when the timeline is gone, and nothing in it can be taken back: uids, never an address. */
  reason?: string;
  /** Further writes of the same commit. */
  also?: readonly Write[];
}

/** Both are asked on every reading of the document. */
interface CommandOptions {
  /** That this caller may still ask this of it. @throws AppError */
  guard?(cluster: Cluster): void;
  /** What is to change, as the document is now; undefined: nothing, so that the command is not carried out. @throws AppError */
  change?(cluster: Cluster): Change | undefined | Promise<Change | undefined>;
}

/**
 * Carries out a command of a person.
 * @returns the cluster as it is afterwards; a command that changes nothing (deleting what is being deleted) returns it unchanged
 * @throws AppError NOT_FOUND, NOT_ACCEPTED_IN_STATE, CONFLICT, UNAVAILABLE, and what `guard` and `change` throw
 */
export async function command(
  ports: Ports,
  id: string,
  name: Command,
  actor: string,
  { guard, change = () => NO_CHANGE }: CommandOptions = {},
): Promise<Cluster> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const read = await readCluster(ports, id);
    if (!read) throw new AppError('NOT_FOUND');
    guard?.(read.cluster);
    if (commandEdge(read.cluster.state, name) === undefined) {
      throw new AppError(
        'NOT_ACCEPTED_IN_STATE',
        `It is "${read.cluster.state}" and does not take "${name}".`,
      );
    }
    const changed = await change(read.cluster);
    if (!changed) return read.cluster;
    const outcome = await apply(ports, read, outcomeOf(name, actor, changed), changed);
    if (outcome !== 'lost') return outcome;
  }
  throw new AppError('CONFLICT');
}

function outcomeOf(name: Command, actor: string, { patch, note, subject }: Change): Outcome {
  return {
    kind: 'command',
    command: name,
    actor,
    patch,
    ...(note === undefined ? {} : { note }),
    ...(subject === undefined ? {} : { subject }),
  };
}

/**
 * Carries out a command on several clusters in one commit, onto each as it was read; there are no more of them than fit into one.
 * @returns false, and nothing is written, if somebody else's commit came first
 * @throws AppError NOT_ACCEPTED_IN_STATE; CommitError `unavailable`
 */
export async function commandTogether(
  ports: Ports,
  wanted: readonly { read: Read; change: Change }[],
  name: Command,
  actor: string,
): Promise<boolean> {
  const planned = wanted.flatMap(({ read, change }) => {
    if (commandEdge(read.cluster.state, name) === undefined)
      throw new AppError('NOT_ACCEPTED_IN_STATE', `${read.cluster.id} is "${read.cluster.state}".`);
    return planOf(ports, read, outcomeOf(name, actor, change), change) ?? [];
  });
  const [first] = planned;
  if (!first) return true;
  const writes = planned.flatMap((one) => one.writes);
  // All or none: what tells whether the first is written tells it of all.
  if (!(await commitOnce(ports, writes, first.read.cluster.id, first.next.event))) return false;
  for (const { entry } of planned) entry?.tell();
  for (const { read, next } of planned) await announce(ports, read.cluster, next);
  return true;
}

/** Of most commands the state is all that changes. */
const NO_CHANGE: Change = { patch: {} };

/** The end of a lifetime: the sweep found a resting cluster whose `dueAt` has come. */
export async function expire(ports: Ports, id: string, epoch: number): Promise<void> {
  const read = await readCluster(ports, id);
  if (read?.cluster.epoch === epoch) await apply(ports, read, { kind: 'due' });
}

/** What the audit log is told besides what the event says. */
interface Told {
  action?: AuditAction | undefined;
  reason?: string | undefined;
}

type More = Told & { also?: readonly Write[] | undefined };

/** @returns 'lost' if somebody else's commit came first */
async function apply(ports: Ports, read: Read, outcome: Outcome, more: More = {}): Promise<Cluster | 'lost'> {
  const planned = planOf(ports, read, outcome, more);
  return planned ? ((await settle(ports, read.cluster, planned)) ?? 'lost') : read.cluster;
}

/** A transition that is decided, with what writes it and who is told of it. */
interface Planned {
  next: Transition;
  entry: Audited | undefined;
  writes: readonly Write[];
  frees?: StepResult['frees'];
}

/**
 * How each of them ends.
 * @param event by which the commit is known, if that is not the transition's own
 * @returns the cluster as it is afterwards; undefined, and nothing is written, if somebody else's commit came first
 */
async function settle(
  ports: Ports,
  cluster: Cluster,
  { next, entry, writes, frees }: Planned,
  event = next.event,
): Promise<Cluster | undefined> {
  if (!(await commitOnce(ports, writes, cluster.id, event))) return undefined;
  entry?.tell();
  await announce(ports, cluster, next, frees);
  return { ...next.fields, id: cluster.id };
}

/** @returns undefined if nothing changes */
function planOf(ports: Ports, read: Read, outcome: Outcome, { also = [], action, reason }: More) {
  const next = transition(read.cluster, outcome, circumstances(ports));
  if (!next) return undefined;
  const entry = entryOf(ports, read.cluster.id, next.event, { action, reason });
  const writes = writesOf(read, next, { also: [...also, ...writesOfEntry(entry)] }, ports);
  return { read, next, entry, writes };
}

const writesOfEntry = (entry: Audited | undefined): readonly Write[] => (entry ? [entry.write] : []);

/** What somebody asked for is in the audit log, under the number of its event; what Hub does by itself is not. */
function entryOf(
  ports: Ports,
  cluster: string,
  event: ClusterEvent | undefined,
  { action, reason }: Told = {},
): Audited | undefined {
  if (event === undefined) return undefined;
  const { actor, cause, epoch, subject } = event;
  if (actor === undefined || !isAudited(cause)) return undefined;
  const deed = { actor, action: action ?? cause, target: clusterPath(cluster), cluster };
  const more = { ...(subject !== undefined && { subject }), ...(reason !== undefined && { reason }) };
  return audited(ports, { ...deed, ...more }, deedId(cluster, epoch));
}

const isAudited = (cause: string | undefined): cause is AuditAction =>
  AUDIT_ACTIONS.some((action) => action === cause);

/** Of who asks for a cluster; a spare is Hub's own business. */
function entryOfBirth(ports: Ports, { id, owner }: Cluster): Audited | undefined {
  if (owner === undefined) return undefined;
  return audited(
    ports,
    { actor: owner, action: 'create', target: clusterPath(id), cluster: id },
    deedId(id, 0),
  );
}

/**
 * Hands a spare to its owner in one commit onto the spare's own document.
 * @param also further writes of the same commit
 * @returns undefined if the spare went to somebody else, or one of the other writes was refused
 * @throws CommitError `unavailable`
 */
export async function claim(
  ports: Ports,
  read: Read,
  patch: ClusterPatch,
  actor: string,
  also: readonly Write[],
): Promise<Cluster | undefined> {
  const next = transition(
    read.cluster,
    { kind: 'command', command: 'claim', actor, patch },
    circumstances(ports),
  );
  if (!next?.event) return undefined;
  const ttlHours = patch.spec?.ttlHours;
  // Who sets the database back to before this has no other word of when it was to end.
  const told = { reason: ttlHours === undefined ? undefined : `for ${ttlHours} h` };
  const entry = entryOf(ports, read.cluster.id, next.event, told);
  const writes = [...writesOf(read, next, {}, ports), ...also, ...writesOfEntry(entry)];
  return settle(ports, read.cluster, { next, entry, writes });
}

/** What a new cluster is made from. A spare has nobody's address. */
type NewCluster = Pick<ClusterFields, 'name' | 'spec' | 'shape' | 'owner' | 'pool'> &
  Partial<Pick<ClusterFields, 'emails'>>;

/** A cluster that is not written yet, and what writes it. */
interface Birth {
  cluster: Cluster;
  event: ClusterEvent;
  writes: readonly Write[];
}

/** Plans a new cluster with its first event and its empty ledger. */
export function conceive(ports: Ports, wish: NewCluster): Birth {
  const at = circumstances(ports);
  const id = newClusterId(ports.random);
  const { fields, event } = born({ ...wish, shard: Math.floor(ports.random.fraction() * SHARDS) }, at);
  const cluster: Cluster = { ...fields, id };
  return { cluster, event, writes: writesOfBirth(cluster, [event], {}, ports) };
}

/** Cloud Run keeps some paths that end in `z` for itself: https://cloud.google.com/run/docs/known-issues#ah */
function newClusterId(random: Random): string {
  for (;;) {
    const id = random.base32(16);
    if (!id.endsWith('z')) return id;
  }
}

/**
 * Writes new clusters, all or none, and sends them on their way: one alone past the queue, if there is room and nobody waits.
 * @param also further writes of the same commit
 * @param asker the account of who asks, as it was found to be allowed to: it is counted there, if the account is still the same
 * @returns the clusters as they were written; undefined if one of the other writes was refused
 * @throws AppError SIZE_OVER_BUDGET, SIZE_OVER_CAPACITY where somebody asks for what can never fit; CommitError `unavailable`
 */
export async function createClusters(
  ports: Ports,
  births: readonly Birth[],
  also: readonly Write[],
  asker?: Snapshot<Allowance>,
): Promise<readonly Cluster[] | undefined> {
  const [first, ...others] = births;
  if (!first) return [];
  // Several at once would each take the room of the same counts; the queue sorts them out.
  const admitted = others.length === 0 ? await createAdmitted(ports, first, also, asker) : undefined;
  if (admitted) return [admitted];
  const entries = births.flatMap(({ cluster }) => entryOfBirth(ports, cluster) ?? []);
  const ofBirths = births.flatMap((birth) => birth.writes);
  const counted = asker ? [countAsked(ports, asker)] : [];
  const writes = [...ofBirths, ...counted, ...also, ...entries.map(({ write }) => write)];
  if (!(await commitOnce(ports, writes, first.cluster.id, first.event))) return undefined;
  for (const entry of entries) entry.tell();
  const clusters = births.map(({ cluster }) => cluster);
  const sent = await Promise.allSettled(
    clusters.map(({ id, epoch }) => publishStep(ports, 'admit', id, epoch)),
  );
  for (const [at, { id }] of clusters.entries()) {
    const one = sent[at];
    if (one?.status === 'rejected') tellFailure(ports.log, 'message not sent', one.reason, { cluster: id });
  }
  return clusters;
}

/** What waits is asked for, too. */
const countAsked = ({ clock }: Ports, { path, version, data }: Snapshot<Allowance>): Write => ({
  op: 'update',
  path,
  data: { hour: hourAfter(data.hour, new Date(clock.now())) },
  ifVersion: version,
});

/**
 * Born and admitted in one commit, as if the queue's step had come at the same moment.
 * @returns undefined, and nothing is written, if there is no room, others wait for it, or the commit was refused: somebody else took
 * room meanwhile, or one of the other writes does not hold
 * @throws AppError SIZE_OVER_BUDGET, SIZE_OVER_CAPACITY; CommitError `unavailable`
 */
async function createAdmitted(
  ports: Ports,
  { cluster, event }: Birth,
  also: readonly Write[],
  asker: Snapshot<Allowance> | undefined,
): Promise<Cluster | undefined> {
  const [room, waits] = await Promise.all([
    judgeRoom(cluster, ports, asker),
    isQueueAhead(ports, cluster.owner, cluster.spec.region),
  ]);
  if ('blocked' in room && room.never && asker) throw new AppError(room.blocked, room.detail);
  if ('blocked' in room || waits) return undefined;
  const next = transition(cluster, room, circumstances(ports));
  if (!next?.event) throw new Error('being admitted leads nowhere');
  const admitted: Cluster = { ...next.fields, id: cluster.id };
  const entry = entryOfBirth(ports, cluster);
  const ofBirth = writesOfBirth(admitted, [event, next.event], room, ports);
  const writes = [...ofBirth, ...also, ...writesOfEntry(entry)];
  return settle(ports, cluster, { next, entry, writes, frees: room.frees }, event);
}
