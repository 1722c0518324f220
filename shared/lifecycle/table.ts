/**
 * THE lifecycle of a cluster. Every other statement about states (deadlines, progress, the diagram, Terraform's functions, test
 * cases) is derived from this table; never copy a fact out of it.
 *
 * A row either runs a step or rests until somebody asks something of it.
 */
import { hours, minutes, seconds } from '../units.ts';

/** How often and how long a step is tried again after a retryable error; see `RETRY` below. */
export type RetryPolicy = 'cloud' | 'stubborn';

/** What may be asked of a cluster. `claim` is Hub's own: a waiting spare gets its owner. */
export type Command = 'delete' | 'retry' | 'claim';

interface Common {
  /** What the user reads. */
  label: string;
  /** Entering it gives back what the cluster held of its account's and its cell's allowance. */
  releases?: true;
  /** Commands this state takes, and where they lead; a command that leads to the state itself is answered and changes nothing. */
  accepts: Partial<Record<Command, string>>;
}

export interface StepRow extends Common {
  step: string;
  success: string;
  /** Where a spare goes on success, if not to `success`. */
  successOfSpare?: string;
  failure: string;
  /** Where a step may send the cluster back to, when the world has no room for it at the moment. */
  requeue?: string;
  /** From entry to failure. Cloud time. Infinity: a queue has no deadline. */
  timeoutMs: number;
  /** Typical time in this state, for progress and ETA until observed durations take over. */
  expectedMs: number;
  retry: RetryPolicy;
  /** May ask the cloud to make something. Leaving such a state starts the tombstone hold. */
  creates?: true;
  /** Its step has nothing to do before the tombstone hold is over. */
  afterHold?: true;
  /** States whose work this one takes back. */
  compensates?: readonly string[];
  /** Waiting here is rest: nobody is working on it, and it may stay for long. */
  waiting?: true;
}

export interface RestRow extends Common {
  step?: never;
  /** Where a resting cluster goes when its `dueAt` comes (the end of its lifetime). */
  due?: string;
  /** Nothing can happen to it any more. */
  final?: true;
}

export type Row = StepRow | RestRow;

/** Lets the compiler refuse an edge to no state. */
function defineLifecycle<
  const T extends Record<string, Row> & {
    [K in keyof T]: { [E in 'success' | 'successOfSpare' | 'failure' | 'requeue' | 'due']?: keyof T } & {
      accepts: { [C in Command]?: keyof T };
      compensates?: readonly (keyof T)[];
    };
  },
>(table: T): T {
  return table;
}

export const LIFECYCLE = defineLifecycle({
  queued: {
    label: 'Waiting for room',
    releases: true,
    step: 'admit',
    success: 'provisioning',
    failure: 'failed',
    accepts: { delete: 'deleting' },
    timeoutMs: Number.POSITIVE_INFINITY,
    expectedMs: seconds(1),
    retry: 'stubborn',
    waiting: true,
  },
  provisioning: {
    label: 'Creating the cluster',
    step: 'provision',
    success: 'installing',
    failure: 'undoing',
    requeue: 'queued',
    accepts: { delete: 'deleting' },
    timeoutMs: minutes(45),
    expectedMs: seconds(230),
    retry: 'cloud',
    creates: true,
  },
  installing: {
    label: 'Installing the application',
    step: 'install',
    success: 'ready',
    successOfSpare: 'warm',
    failure: 'undoing',
    accepts: { delete: 'deleting' },
    timeoutMs: minutes(30),
    expectedMs: seconds(120),
    retry: 'cloud',
    creates: true,
  },
  warm: {
    label: 'Ready and waiting for an owner',
    accepts: { claim: 'ready', delete: 'deleting' },
  },
  ready: {
    label: 'Ready',
    accepts: { delete: 'deleting' },
    due: 'deleting',
  },
  undoing: {
    label: 'Cleaning up after a failure',
    step: 'undo',
    success: 'failed',
    failure: 'stuck',
    accepts: { delete: 'deleting' },
    timeoutMs: hours(2),
    expectedMs: minutes(13),
    retry: 'stubborn',
    compensates: ['provisioning', 'installing'],
  },
  failed: {
    label: 'Failed',
    releases: true,
    accepts: { retry: 'queued', delete: 'deleting' },
  },
  deleting: {
    label: 'Shutting the application down',
    step: 'drain',
    success: 'deprovisioning',
    // Draining is a courtesy to the cloud: whatever it could not do, the next states do by force and prove.
    failure: 'deprovisioning',
    accepts: { delete: 'deleting' },
    timeoutMs: minutes(10),
    expectedMs: seconds(45),
    retry: 'cloud',
  },
  deprovisioning: {
    label: 'Deleting the cluster',
    step: 'deprovision',
    success: 'sweeping',
    failure: 'stuck',
    accepts: { delete: 'deprovisioning' },
    timeoutMs: hours(2),
    expectedMs: seconds(180),
    retry: 'stubborn',
  },
  sweeping: {
    label: 'Making sure that nothing is left',
    step: 'prove',
    success: 'deleted',
    failure: 'stuck',
    accepts: { delete: 'sweeping' },
    timeoutMs: hours(2),
    expectedMs: seconds(30),
    retry: 'stubborn',
    afterHold: true,
  },
  deleted: {
    label: 'Deleted',
    releases: true,
    accepts: { delete: 'deleted' },
    final: true,
  },
  stuck: {
    label: 'Needs an operator',
    // Both go on with removing: what could not be removed must not be built upon.
    accepts: { retry: 'deleting', delete: 'deleting' },
  },
});

export type State = keyof typeof LIFECYCLE;
export type StepName = { [S in State]: (typeof LIFECYCLE)[S] extends { step: infer N } ? N : never }[State];

export const STATES = Object.keys(LIFECYCLE) as [State, ...State[]];

/** The row with its general type, for code that treats all states alike. */
export const rowOf = (state: State): Row => LIFECYCLE[state];

export const stepNames: readonly StepName[] = STATES.flatMap((state) => {
  const row = rowOf(state);
  return row.step === undefined ? [] : [row.step as StepName];
});

/**
 * Retries of an unchanged step: full jitter over an exponential, as in
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/. `attempts` counts failures in a row; a wait sets it back.
 */
export const RETRY: Record<RetryPolicy, { attempts: number; firstMs: number; longestMs: number }> = {
  cloud: { attempts: 8, firstMs: seconds(5), longestMs: minutes(2) },
  stubborn: { attempts: 40, firstMs: seconds(5), longestMs: minutes(5) },
};

/**
 * How long after the last possible `create` a NOT_FOUND does not yet count as gone: longer than any handler can live
 * (540 s is the most an event-driven function gets: https://cloud.google.com/functions/quotas), because no cloud checks our epoch.
 */
export const TOMBSTONE_HOLD_MS = minutes(10);

/** A handler that has not reported by then is taken for dead. Steps end within 60 s; the rest is a margin for clocks. */
export const HANDLER_LIMIT_MS = seconds(75);
