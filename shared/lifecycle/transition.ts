/**
 * The pure heart: given a cluster and what happened, what it becomes and what the timeline says of it.
 * No clock, no chance, no I/O; the engine in `functions/dispatch` supplies them and commits the result.
 */
import {
  type Cluster,
  type ClusterError,
  type ClusterFields,
  type ClusterPatch,
  clusterDocument,
  type Liability,
} from '../documents/cluster.ts';
import { type ClusterEvent, eventDocument } from '../documents/event.ts';
import { DOCUMENT_SCHEMA } from '../documents/fields.ts';
import { cut, ERRORS, type ErrorCode, findErrorRow } from '../errors.ts';
import { flawedSinceOf, flawOf, isGone } from '../flaws.ts';
import { days, hours, minutes, seconds } from '../units.ts';
import { costAt, metered } from './cost.ts';
import { commandEdge, ENDING, isFinal, MAKING, progressOf, remainingMs, wayFrom } from './derive.ts';
import {
  type Command,
  HANDLER_LIMIT_MS,
  IN_PLACE,
  LOOK_AFTER_MS,
  RETRY,
  type Row,
  rowOf,
  SHORT_WAIT_MS,
  type State,
  stepRowOf,
  TOMBSTONE_HOLD_MS,
} from './table.ts';

/** What happened. A `note` is what the timeline says of it, in place of the new state's label. */
export type Outcome =
  /** The step's work is done. */
  | { kind: 'done'; patch?: ClusterPatch; note?: string }
  /** Look again in a while; 0: at once, after what this commit writes down. `within`: share of this state's work that is done. */
  | { kind: 'wait'; forMs: number; detail: string; within?: number; patch?: ClusterPatch }
  /** It went wrong. The error table says whether trying again may help; `final` says that it will not. */
  | {
      kind: 'failed';
      code: ErrorCode;
      detail?: string;
      final?: boolean;
      /** Trying again before is useless. Cloud time. */
      retryAfterMs?: number;
      patch?: ClusterPatch;
    }
  /** The world has no room at the moment. */
  | { kind: 'requeue'; code: ErrorCode; detail?: string; forMs: number; patch?: ClusterPatch }
  /** The `dueAt` of a resting cluster came. */
  | { kind: 'due' }
  | {
      kind: 'command';
      command: Command;
      actor?: string;
      patch?: ClusterPatch;
      note?: string;
      /** Whom the note speaks of: a uid. */
      subject?: string;
    };

/** Time and chance, as arguments. */
export interface Circumstances {
  now: number;
  /** The instant that lies this much cloud time ahead. */
  after(durationMs: number): number;
  /** The instant by which computing of ours of that length has surely ended. */
  afterWork(durationMs: number): number;
  /** Cloud time since that instant. */
  elapsed(sinceMs: number): number;
  /** In [0, 1): spreads retries. */
  jitter: number;
  /** Names this attempt; see `ClusterEvent.nonce`. */
  nonce: string;
}

export interface Transition {
  fields: ClusterFields;
  /** Present if an edge was taken, that is, if the epoch went up. */
  event?: ClusterEvent;
  /** Whether to send the new state's message at once; else `dueAt` does it. */
  wake: boolean;
  /** The handler itself is to send it, after that much cloud time; `dueAt` stands behind it. */
  wakeInMs?: number;
  /** What is given back to the account and the cell. */
  released?: Liability;
  /** Places among those in the making that are given back to the cell. */
  vacated?: number;
}

/** How long the documents of a deleted cluster are kept. */
export const KEEP_DELETED_MS = days(30);
/**
 * The bound of a look while the world is busy or away: a share of the time that the state has taken so far, within these. So it grows as
 * an exponential does, with nothing to count.
 */
const FREE_RETRY = { firstMs: seconds(20), longestMs: minutes(2), share: 0.25 };

/**
 * @returns undefined if the cluster does not take this command in its state, or if taking it changes nothing.
 * @throws Error if the outcome does not fit the state: a broken invariant.
 */
export function transition(cluster: Cluster, outcome: Outcome, at: Circumstances): Transition | undefined {
  switch (outcome.kind) {
    case 'done': {
      const row = stepRowOf(cluster.state);
      const to = (cluster.pool !== undefined && row.successOfSpare) || row.success;
      return enter(cluster, to, 'done', outcome.patch ?? {}, at, { note: outcome.note });
    }
    case 'wait':
      return past(deadlineOf(cluster, at), at)
        ? timeout(cluster, at)
        : wait(cluster, outcome, cluster.attempts, at);
    case 'failed':
      return retryOrFail(cluster, outcome, at);
    case 'requeue': {
      const { requeue } = stepRowOf(cluster.state);
      if (requeue === undefined) throw new Error(`${cluster.state} has nowhere to queue again`);
      const error = describe(outcome.code, outcome.detail);
      const next = enter(cluster, requeue, 'requeued', { error, ...outcome.patch }, at);
      next.fields.dueAt = new Date(at.after(outcome.forMs));
      return { ...next, wake: false };
    }
    case 'due': {
      const row = rowOf(cluster.state);
      if (row.step !== undefined || row.due === undefined || !past(cluster.dueAt, at)) return undefined;
      return enter(cluster, row.due, 'due', {}, at);
    }
    case 'command': {
      const to = commandEdge(cluster.state, outcome.command);
      if (to === undefined) return undefined;
      if (to === cluster.state)
        return IN_PLACE.has(outcome.command) ? again(cluster, outcome, at) : undefined;
      const patch = { ...anew(cluster, outcome.command, at), ...outcome.patch };
      return enter(cluster, to, outcome.command, patch, at, outcome);
    }
  }
}

/** What a command starts anew, besides what it is given. */
function anew(cluster: Cluster, command: Command, at: Circumstances): ClusterPatch {
  switch (command) {
    case 'retry':
      return {
        generation: cluster.generation + 1,
        exhausted: [],
        location: undefined,
        certificate: undefined,
        conditions: [],
        took: undefined,
      };
    case 'claim': {
      // From here on it is its owner's, and so is what it costs.
      const micros = costAt(cluster.cost, at.elapsed);
      return {
        createdAt: new Date(at.now),
        idleMicros: (cluster.idleMicros ?? 0) + micros,
        cost: undefined,
      };
    }
    default:
      return {};
  }
}

/** The error as documents and replies carry it. */
export function describe(code: ErrorCode, detail?: string): ClusterError & { code: ErrorCode } {
  const { say, remedy, fault } = ERRORS[code];
  return { code, message: detail ? `${say} ${cut(detail)}` : say, remedy, fault };
}

/** A new cluster and the first line of its timeline. It starts in the table's first state. */
export function born(
  wish: Pick<ClusterFields, 'name' | 'spec' | 'shape' | 'shard' | 'owner' | 'pool'> &
    Partial<Pick<ClusterFields, 'emails'>>,
  at: Circumstances,
): { fields: ClusterFields; event: ClusterEvent } {
  const members: ClusterFields['members'] = wish.owner === undefined ? {} : { [wish.owner]: 'owner' };
  const now = new Date(at.now);
  const fields: ClusterFields = clusterDocument.parse({
    schema: DOCUMENT_SCHEMA,
    specVersion: 1,
    state: 'queued',
    epoch: 0,
    since: now,
    dueAt: new Date(at.afterWork(HANDLER_LIMIT_MS)),
    attempts: 0,
    progress: 0,
    etaAt: new Date(at.after(remainingMs('queued', 0))),
    generation: 1,
    exhausted: [],
    endpoints: {},
    conditions: [],
    members,
    readers: Object.keys(members),
    createdAt: now,
    ...wish,
  });
  const message = wish.pool === undefined ? 'The cluster was asked for.' : 'A spare was asked for.';
  return { fields, event: eventOf(fields, undefined, 'created', message, 0, at, { actor: wish.owner }) };
}

/**
 * Time in which nobody came to look does not count: while the database or the bus is away a step can neither do its work nor say so, and the
 * cluster is none the worse for it. So it was put off by the time for which a cluster is parked, of which counts again what is left of it
 * when somebody looks sooner.
 */
export function deadlineOf(
  { deadlineAt, dueAt, parked }: Pick<Cluster, 'deadlineAt' | 'dueAt' | 'parked'>,
  at: Pick<Circumstances, 'now' | 'after'>,
): Date | undefined {
  if (!deadlineAt || !dueAt) return deadlineAt;
  const leftMs = dueAt.getTime() - at.now;
  if (parked && leftMs > 0) return new Date(deadlineAt.getTime() - leftMs);
  const missedMs = at.now - (dueAt.getTime() + (at.after(PUNCTUAL_MS) - at.now));
  return missedMs > 0 ? new Date(deadlineAt.getTime() + missedMs) : deadlineAt;
}

/** The sweep comes once a minute. */
const PUNCTUAL_MS = minutes(1);

const past = (instant: Date | undefined, at: Circumstances): boolean =>
  instant !== undefined && instant.getTime() <= at.now;

function timeout(cluster: Cluster, at: Circumstances): Transition {
  const error = describe('STEP_TIMEOUT', cluster.detail);
  return enter(cluster, failureOf(cluster), 'timeout', { error }, at);
}

function failureOf(cluster: Cluster): State {
  const { failure, failureOfSpare } = stepRowOf(cluster.state);
  return (cluster.pool !== undefined && failureOfSpare) || failure;
}

function retryOrFail(cluster: Cluster, outcome: Outcome & { kind: 'failed' }, at: Circumstances): Transition {
  const row = stepRowOf(cluster.state);
  const { retry } = ERRORS[outcome.code];
  const error = describe(outcome.code, outcome.detail);
  const fail = (): Transition =>
    enter(cluster, failureOf(cluster), 'failed', { error, ...outcome.patch }, at);
  if (outcome.final || retry === false) return fail();
  const policy = RETRY[row.retry];
  const attempts = retry === 'free' ? cluster.attempts : cluster.attempts + 1;
  if (attempts >= policy.attempts) return fail();
  if (past(deadlineOf(cluster, at), at)) return timeout(cluster, at);
  const boundMs =
    retry === 'free'
      ? Math.max(FREE_RETRY.firstMs, FREE_RETRY.share * at.elapsed(cluster.since.getTime()))
      : policy.firstMs * 2 ** attempts;
  const longestMs = retry === 'free' ? FREE_RETRY.longestMs : policy.longestMs;
  // Full jitter: any part of the bound, so that those who failed together do not come together again. Never none at all.
  const forMs = (outcome.retryAfterMs ?? 0) + Math.max(1, at.jitter * Math.min(longestMs, boundMs));
  const waiting: Outcome & { kind: 'wait' } = { kind: 'wait', forMs, detail: error.message };
  if (outcome.patch) waiting.patch = outcome.patch;
  return wait(cluster, waiting, attempts, at);
}

/** Whatever can be committed shows that Hub goes on with the cluster. */
const UNPARKED: ClusterPatch = { parked: undefined };

/** Stays in the state: one write, no event, the same epoch. */
function wait(
  cluster: Cluster,
  outcome: Outcome & { kind: 'wait' },
  attempts: number,
  at: Circumstances,
): Transition {
  const elapsedMs = at.elapsed(cluster.since.getTime());
  const atOnce = outcome.forMs === 0;
  const short = !atOnce && outcome.forMs <= SHORT_WAIT_MS;
  const fields = patched(cluster, {
    ...UNPARKED,
    ...outcome.patch,
    attempts: outcome.patch?.attempts ?? attempts,
    detail: cut(outcome.detail),
    deadlineAt: outcome.patch?.deadlineAt ?? deadlineOf(cluster, at),
    dueAt: new Date(atOnce || short ? at.afterWork(HANDLER_LIMIT_MS) : at.after(outcome.forMs)),
    progress: Math.max(cluster.progress, progressOf(cluster.state, elapsedMs, outcome.within)),
    etaAt: rowOf(cluster.state).waiting
      ? undefined
      : endOf(cluster.state, elapsedMs, outcome.patch?.holdUntilAt ?? cluster.holdUntilAt, at),
  });
  return { fields, wake: atOnce, ...(short && { wakeInMs: outcome.forMs }) };
}

/**
 * The same state at a new epoch: what its step has found so far may rest on members that are none any more, and a sweep that is about to
 * end a lifetime may have read its end as it was.
 */
function again(cluster: Cluster, outcome: Outcome & { kind: 'command' }, at: Circumstances): Transition {
  const row = rowOf(cluster.state);
  const wakes = row.step !== undefined && holdOf(row, cluster.holdUntilAt, at) === undefined;
  const { expiresAt } = { ...cluster, ...outcome.patch };
  const fields = patched(cluster, {
    ...UNPARKED,
    ...outcome.patch,
    epoch: cluster.epoch + 1,
    deadlineAt: deadlineOf(cluster, at),
    lookAt: lookOf(cluster, cluster.state, outcome.patch, at),
    ...(wakes && { dueAt: new Date(at.afterWork(HANDLER_LIMIT_MS)) }),
    ...(row.due && row.restMs === undefined && { dueAt: expiresAt }),
  });
  const message = outcome.note ?? `${row.label}.`;
  const event = eventOf(fields, cluster.state, outcome.command, message, 0, at, outcome);
  return { fields, event, wake: wakes };
}

/** When a resting cluster goes on by itself: not after an error that no waiting cures. */
function restEnd(
  { due, restMs }: Row,
  { expiresAt, error }: Pick<ClusterPatch, 'expiresAt' | 'error'>,
  at: Circumstances,
): Date | undefined {
  if (due === undefined) return undefined;
  if (restMs === undefined) return expiresAt;
  return error && findErrorRow(error.code)?.retry === false ? undefined : new Date(at.after(restMs));
}

/** Until when a step has nothing to do: what was given up may still appear. */
const holdOf = (row: Row, holdUntilAt: Date | undefined, at: Circumstances): Date | undefined =>
  row.afterHold && !past(holdUntilAt, at) ? holdUntilAt : undefined;

/** One edge of the table, as it is taken. */
interface Entry {
  cluster: Cluster;
  to: State;
  cause: ClusterEvent['cause'];
  patch: ClusterPatch;
  at: Circumstances;
}

function enter(
  cluster: Cluster,
  to: State,
  cause: ClusterEvent['cause'],
  patch: ClusterPatch,
  at: Circumstances,
  asked: Asked & { note?: string | undefined } = {},
): Transition {
  const entry: Entry = { cluster, to, cause, patch, at };
  const row = rowOf(to);
  const { liability, released, vacated } = liabilityAfter(entry);
  const spentMs = Math.max(0, at.elapsed(cluster.since.getTime()));
  const { creates } = rowOf(cluster.state);
  const holdUntilAt = creates ? new Date(at.after(TOMBSTONE_HOLD_MS)) : cluster.holdUntilAt;
  const heldUntilAt = holdOf(row, holdUntilAt, at);
  const expiresAt = lifetimeOf(entry);
  const fields = patched(cluster, {
    ...UNPARKED,
    ...(row.closes && { endpoints: {} }),
    ...(MAKING.has(cluster.state) && { took: longer(cluster, spentMs) }),
    ...patch,
    error: errorIn(entry),
    state: to,
    epoch: cluster.epoch + 1,
    since: new Date(at.now),
    attempts: 0,
    unansweredSince: undefined,
    detail: heldUntilAt && HOLD_DETAIL,
    progress: progressOf(to, 0, 0),
    ...promiseOf(entry, holdUntilAt),
    dueAt:
      row.step === undefined
        ? restEnd(row, { expiresAt, error: patch.error }, at)
        : (heldUntilAt ?? new Date(at.afterWork(HANDLER_LIMIT_MS))),
    deadlineAt:
      row.step !== undefined && Number.isFinite(row.timeoutMs)
        ? new Date(at.afterWork(row.timeoutMs))
        : undefined,
    lookAt: lookOf(cluster, to, patch, at),
    holdUntilAt,
    liability,
    cost: metered('cost' in patch ? patch.cost : cluster.cost, liability?.hourlyMicros, at),
    ...marksOf(entry),
    expiresAt,
    purgeAt: isFinal(to) ? new Date(at.now + KEEP_DELETED_MS) : undefined,
  });
  const message = asked.note ?? (fields.error && cause !== 'done' ? fields.error.message : `${row.label}.`);
  const event = eventOf(fields, cluster.state, cause, message, spentMs, at, asked);
  return {
    fields,
    event,
    wake: row.step !== undefined && !heldUntilAt,
    ...(released && { released }),
    ...(vacated && { vacated }),
  };
}

type LiabilityAfter = Pick<Transition, 'released' | 'vacated'> & { liability: Liability | undefined };

/** What the cluster holds of its account's and its cell's allowance from here on, and what of it is given back. */
function liabilityAfter({ cluster, to, patch }: Entry): LiabilityAfter {
  const { making, ...others } = cluster.liability ?? {};
  const vacated = rowOf(cluster.state).occupies && making;
  const held = vacated ? (others as Liability) : cluster.liability;
  const released = rowOf(to).releases && held;
  const liability = released ? undefined : (patch.liability ?? held);
  return { liability, ...(released && { released }), ...(vacated && { vacated }) };
}

/** What went wrong, with what can be done about it in the state that this leads to. */
function errorIn({ cluster, to, patch }: Entry): ClusterError | undefined {
  const error = patch.error ?? (rowOf(to).keepsError && cluster.error);
  return error && { ...error, remedy: remedyIn(to, error) };
}

function remedyIn(state: State, { code, remedy: told }: ClusterError): string {
  const { remedy, byRetry, inUse } = findErrorRow(code) ?? { remedy: told };
  if (!byRetry) return remedy;
  const row = rowOf(state);
  if (row.compensates) return `Wait until Hub has cleaned up. ${remedy}`;
  if (row.usable)
    return inUse ?? 'Hub tries again when it next looks at it. If this stays, tell the operator.';
  const to = commandEdge(state, 'retry');
  if (to === undefined) return 'You need not do anything; Hub goes on with it.';
  return ENDING.has(to)
    ? 'Hub goes on removing it by itself, and Retry does so now. If this stays, tell the operator.'
    : remedy;
}

/** What is said while a step has nothing to do, because what was given up may still appear. */
export const HOLD_DETAIL = 'Waiting until no earlier request can still create anything.';

/** When its way is thought to end. It does not go past a state that waits for the end of the hold before that. */
function endOf(state: State, elapsedMs: number, holdUntilAt: Date | undefined, at: Circumstances): Date {
  const end = at.after(remainingMs(state, elapsedMs));
  const held = wayFrom(state).find((one) => rowOf(one).afterHold);
  if (!held || !holdUntilAt) return new Date(end);
  return new Date(Math.max(end, holdUntilAt.getTime() + at.after(remainingMs(held, 0)) - at.now));
}

/** When it is thought to be done; once its way is known, that is what was promised. */
function promiseOf({ cluster, to, cause, at }: Entry, holdUntilAt: Date | undefined): ClusterPatch {
  const etaAt = rowOf(to).step === undefined ? undefined : endOf(to, 0, holdUntilAt, at);
  return { etaAt, promisedAt: promises(cluster.state, cause) ? etaAt : cluster.promisedAt };
}

const becomesReady = ({ cluster, to }: Entry): boolean => to === 'ready' && cluster.readyAt === undefined;

/** A lifetime counts from the moment in which the owner can use the cluster. */
function lifetimeOf(entry: Entry): Date | undefined {
  const { cluster, patch, at } = entry;
  const { ttlHours } = patch.spec ?? cluster.spec;
  const begins = becomesReady(entry) && ttlHours !== undefined;
  return begins ? new Date(at.after(hours(ttlHours))) : cluster.expiresAt;
}

/** What happens once in its life, and stays written down. */
function marksOf(entry: Entry): ClusterPatch {
  const { cluster, to, cause, patch, at } = entry;
  const now = new Date(at.now);
  const isLoss = cluster.pool !== undefined && (cause === 'failed' || cause === 'timeout');
  return {
    readyAt: becomesReady(entry) ? now : cluster.readyAt,
    lostAt: cluster.lostAt ?? (isLoss ? now : patch.lostAt),
    warmAt: to === 'warm' ? (cluster.warmAt ?? now) : cluster.warmAt,
  };
}

/**
 * It counts from when the cluster rests again, for then all were told. From the command alone it could be over too early: a commit may be
 * under way for minutes, while handlers still read the document as it was.
 */
function lookOf(cluster: Cluster, to: State, patch: ClusterPatch = {}, at: Circumstances): Date | undefined {
  const row = rowOf(to);
  if (row.closes) return undefined;
  const flaw = flawOf({ state: to, conditions: patch.conditions ?? cluster.conditions });
  // What a step could not mend may come right by itself; what is gone cannot.
  const isFlawed = flaw !== undefined && !isGone(flaw) && to !== cluster.state;
  const wanted = cluster.lookAt !== undefined || isFlawed || losesAccess(cluster, { ...cluster, ...patch });
  if (!wanted) return undefined;
  const isTold = row.step === undefined && to !== cluster.state;
  return cluster.lookAt === undefined || isTold ? new Date(at.afterWork(LOOK_AFTER_MS)) : cluster.lookAt;
}

type People = Pick<ClusterPatch, 'members' | 'emails'>;

/** Whether one of those who were there is not there any more as they were: with the same role, by the same address. */
const losesAccess = (before: People, { members, emails }: People): boolean =>
  Object.entries(before.members ?? {}).some(
    ([uid, role]) => members?.[uid] !== role || emails?.[uid] !== before.emails?.[uid],
  );

/** A wait for room has no end that could be promised; from there on, and from a claim on, the way is known. */
const promises = (from: State, cause: ClusterEvent['cause']): boolean =>
  cause === 'claim' || (rowOf(from).waiting === true && cause === 'done');

/** What each state took, with this stay in the present one: down to the millisecond, as instants are written, so that the sum is the whole. */
const longer = ({ state, took = {} }: Cluster, spentMs: number): NonNullable<Cluster['took']> => ({
  ...took,
  [state]: (took[state] ?? 0) + Math.floor(spentMs),
});

function patched(cluster: Cluster, patch: ClusterPatch): ClusterFields {
  const next = { ...cluster, ...patch } as Cluster;
  // Whoever changes it writes it as it writes today.
  const { id: _, ...fields } = { ...next, flawedSince: flawedSinceOf(next), schema: DOCUMENT_SCHEMA };
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) delete fields[key as keyof typeof fields];
  }
  return fields as ClusterFields;
}

/** Who asked, and whom it is about; uids. */
interface Asked {
  actor?: string | undefined;
  subject?: string | undefined;
}

function eventOf(
  fields: ClusterFields,
  from: State | undefined,
  cause: ClusterEvent['cause'],
  message: string,
  durationMs: number,
  at: Circumstances,
  { actor, subject }: Asked,
): ClusterEvent {
  return eventDocument.parse({
    schema: DOCUMENT_SCHEMA,
    epoch: fields.epoch,
    at: new Date(at.now),
    to: fields.state,
    cause,
    message,
    durationMs: Math.round(durationMs),
    nonce: at.nonce,
    ...(from === undefined ? {} : { from }),
    ...(fields.error === undefined ? {} : { error: fields.error }),
    ...(actor === undefined ? {} : { actor }),
    ...(subject === undefined ? {} : { subject }),
    ...(fields.purgeAt === undefined ? {} : { purgeAt: fields.purgeAt }),
  });
}
