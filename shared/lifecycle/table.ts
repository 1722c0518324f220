/**
 * THE lifecycle of a cluster. Every other statement about states (deadlines, progress, the diagram, Terraform's functions, test
 * cases) is derived from this table; never copy a fact out of it.
 *
 * A row either runs a step or rests until somebody asks something of it.
 */
import { hours, minutes, seconds } from '../units.ts';

/** How often and how long a step is tried again after a retryable error; see `RETRY` below. */
type RetryPolicy = 'cloud' | 'stubborn';

/**
 * What may be asked of a cluster. Hub's own are `claim`, by which a waiting spare gets its owner, and `repair`, when something in it is
 * not as it was left.
 */
export type Command = 'delete' | 'retry' | 'share' | 'extend' | 'claim' | 'repair';

/**
 * They change a cluster also where they lead to the state that it is in: who may use it, or when it ends. A step that is at work there
 * looks at it again.
 */
export const IN_PLACE: ReadonlySet<Command> = new Set(['share', 'extend']);

interface Common<S extends string> {
  /** What the user reads. */
  label: string;
  /** Entering it gives back what the cluster held of its account's and its cell's allowance. */
  releases?: true;
  /** From entering it on nobody answers at the cluster's addresses any more. */
  closes?: true;
  /** Its members may use it. */
  usable?: true;
  /** It goes on telling what went wrong before it; every other way forward starts with a clean slate. */
  keepsError?: true;
  /**
   * Commands this state takes, and where they lead. One that leads to the state itself is answered and changes nothing, but for those
   * of `IN_PLACE`.
   */
  accepts: Partial<Record<Command, S>>;
}

interface StepRow<S extends string = string, N extends string = string> extends Common<S> {
  step: N;
  success: S;
  /** Where a spare goes on success, if not to `success`. */
  successOfSpare?: S;
  failure: S;
  /** Where a spare goes on failure, if not to `failure`. */
  failureOfSpare?: S;
  /** Where a step may send the cluster back to, when the world has no room for it at the moment. */
  requeue?: S;
  /** From entry to failure. Cloud time. Infinity: a queue has no deadline. */
  timeoutMs: number;
  /** Typical time in this state, for progress and ETA until observed durations take over. */
  expectedMs: number;
  retry: RetryPolicy;
  /** May ask the cloud to make something. Leaving such a state starts the tombstone hold. */
  creates?: true;
  /** While it is here a cluster holds a place among those that the cell has in the making at once. */
  occupies?: true;
  /** Its step has nothing to do before the tombstone hold is over. */
  afterHold?: true;
  /** States whose work this one takes back. */
  compensates?: readonly S[];
  /** Waiting here is rest: nobody is working on it, and it may stay for long. */
  waiting?: true;
  due?: never;
  restMs?: never;
  final?: never;
}

/** What is said of rows with a step can be asked of every row. */
interface RestRow<S extends string = string>
  extends Common<S>,
    Partial<
      Record<
        | 'step'
        | 'timeoutMs'
        | 'expectedMs'
        | 'creates'
        | 'occupies'
        | 'afterHold'
        | 'compensates'
        | 'waiting',
        never
      >
    > {
  /** Where a resting cluster goes when its `dueAt` comes. */
  due?: S;
  /** When that is, from entry; absent: at the end of its lifetime. Cloud time. */
  restMs?: number;
  /** Nothing can happen to it any more. */
  final?: true;
}

/** By what states and steps are called: any text while the table is made, and the names in it afterwards. */
export type Row<S extends string = string, N extends string = string> = StepRow<S, N> | RestRow<S>;

/** Lets the compiler refuse an edge to no state. */
function defineLifecycle<
  const T extends Record<string, Row> & {
    [K in keyof T]: {
      [E in 'success' | 'successOfSpare' | 'failure' | 'failureOfSpare' | 'requeue' | 'due']?: keyof T;
    } & {
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
    accepts: { share: 'queued', delete: 'deleting' },
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
    accepts: { share: 'provisioning', delete: 'deleting' },
    timeoutMs: minutes(45),
    expectedMs: seconds(230),
    retry: 'cloud',
    creates: true,
    occupies: true,
  },
  installing: {
    label: 'Installing the application',
    step: 'install',
    success: 'securing',
    failure: 'undoing',
    accepts: { share: 'installing', delete: 'deleting' },
    timeoutMs: minutes(30),
    expectedMs: seconds(150),
    retry: 'cloud',
    creates: true,
  },
  securing: {
    label: 'Locking the application',
    step: 'secure',
    success: 'exposing',
    failure: 'undoing',
    accepts: { share: 'securing', delete: 'deleting' },
    // Google may be upgrading the control plane, which takes a quarter of an hour, and meanwhile nothing inside answers.
    timeoutMs: minutes(30),
    expectedMs: seconds(2),
    retry: 'cloud',
  },
  exposing: {
    label: 'Giving it an address and a certificate',
    step: 'expose',
    success: 'ready',
    successOfSpare: 'warm',
    failure: 'undoing',
    accepts: { share: 'exposing', delete: 'deleting' },
    timeoutMs: minutes(30),
    expectedMs: seconds(20),
    retry: 'cloud',
    creates: true,
  },
  warm: {
    label: 'Ready and waiting for an owner',
    accepts: { claim: 'personalizing', repair: 'repairing', delete: 'deleting' },
  },
  personalizing: {
    label: 'Handing it over to you',
    step: 'personalize',
    success: 'ready',
    // What cannot be made its owner's is given up, however well it ran for nobody.
    failure: 'undoing',
    accepts: { share: 'personalizing', delete: 'deleting' },
    timeoutMs: minutes(30),
    expectedMs: seconds(1),
    retry: 'cloud',
  },
  ready: {
    label: 'Ready',
    usable: true,
    accepts: { share: 'sharing', extend: 'ready', repair: 'repairing', delete: 'deleting' },
    due: 'deleting',
  },
  sharing: {
    label: 'Changing who may use it',
    usable: true,
    step: 'share',
    success: 'ready',
    // It keeps the error, and the next look at what has drifted tries again.
    failure: 'ready',
    accepts: { share: 'sharing', extend: 'sharing', delete: 'deleting' },
    // Whoever was removed must be shut out even if the leaf is away for a while.
    timeoutMs: hours(2),
    expectedMs: seconds(2),
    retry: 'stubborn',
  },
  repairing: {
    label: 'Maintaining it',
    usable: true,
    step: 'repair',
    success: 'ready',
    successOfSpare: 'warm',
    failure: 'ready',
    // Nobody misses a spare; the pool makes another.
    failureOfSpare: 'deleting',
    accepts: { share: 'repairing', extend: 'repairing', delete: 'deleting' },
    timeoutMs: minutes(45),
    expectedMs: seconds(60),
    retry: 'cloud',
    creates: true,
  },
  undoing: {
    label: 'Cleaning up after a failure',
    closes: true,
    keepsError: true,
    step: 'undo',
    success: 'failed',
    failure: 'stuck',
    accepts: { share: 'undoing', delete: 'deleting' },
    timeoutMs: hours(2),
    expectedMs: minutes(13),
    retry: 'stubborn',
    compensates: ['provisioning', 'installing', 'exposing'],
  },
  failed: {
    label: 'Failed',
    releases: true,
    keepsError: true,
    accepts: { retry: 'queued', share: 'failed', delete: 'deleting' },
  },
  deleting: {
    label: 'Shutting the application down',
    closes: true,
    step: 'drain',
    success: 'deprovisioning',
    // Draining is a courtesy to the cloud: whatever it could not do, the next states do by force and prove.
    failure: 'deprovisioning',
    accepts: { share: 'deleting', delete: 'deleting' },
    timeoutMs: minutes(10),
    expectedMs: seconds(45),
    retry: 'cloud',
  },
  deprovisioning: {
    label: 'Deleting the cluster',
    step: 'deprovision',
    success: 'sweeping',
    failure: 'stuck',
    accepts: { share: 'deprovisioning', delete: 'deprovisioning' },
    timeoutMs: hours(2),
    expectedMs: seconds(180),
    retry: 'stubborn',
  },
  sweeping: {
    label: 'Making sure nothing is left',
    step: 'prove',
    success: 'deleted',
    failure: 'stuck',
    accepts: { share: 'sweeping', delete: 'sweeping' },
    timeoutMs: hours(2),
    expectedMs: seconds(30),
    retry: 'stubborn',
    afterHold: true,
  },
  deleted: {
    label: 'Deleted',
    releases: true,
    accepts: { share: 'deleted', delete: 'deleted' },
    final: true,
  },
  stuck: {
    label: 'Needs an operator',
    keepsError: true,
    // What was in the way may go by itself, as an outage of hours or an upgrade of the cluster does: nobody has to come for that.
    due: 'deleting',
    restMs: hours(3),
    // Both go on with removing: what could not be removed must not be built upon.
    accepts: { retry: 'deleting', share: 'stuck', delete: 'deleting' },
  },
});

export type State = keyof typeof LIFECYCLE;
export type StepName = { [S in State]: (typeof LIFECYCLE)[S] extends { step: infer N } ? N : never }[State];

export const STATES = Object.keys(LIFECYCLE) as [State, ...State[]];

/**
 * Of a state that only another version of Hub has. A page or a command that is older than the Hub it looks at meets one, for neither parses what
 * it reads; whoever writes does, and none of it gets that far.
 */
const OTHER_STATE: Row<State, StepName> = { label: 'Working', accepts: { delete: 'deleting' } };

/** The row with its general type, for code that treats all states alike. */
export const rowOf = (state: State): Row<State, StepName> =>
  Object.hasOwn(LIFECYCLE, state) ? LIFECYCLE[state] : OTHER_STATE;

/** The same of a state that runs a step. @throws Error for one that rests */
export function stepRowOf(state: State): StepRow<State, StepName> {
  const row = rowOf(state);
  if (row.step === undefined) throw new Error(`${state} runs no step`);
  return row;
}

export const stepNames: readonly StepName[] = STATES.flatMap((state) => rowOf(state).step ?? []);

/**
 * Retries of an unchanged step: full jitter over an exponential, as in
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/. `attempts` counts the failures in
 * one stay in a state.
 */
export const RETRY: Record<RetryPolicy, { attempts: number; firstMs: number; longestMs: number }> = {
  cloud: { attempts: 8, firstMs: seconds(5), longestMs: minutes(2) },
  stubborn: { attempts: 40, firstMs: seconds(5), longestMs: minutes(5) },
};

/**
 * How long after the last possible `create` a NOT_FOUND does not yet count as gone, because no cloud checks our epoch: longer than a handler
 * goes on after its time, for each of its calls has a time-out of its own (540 s is the most an event-driven function is given:
 * https://cloud.google.com/functions/quotas). An instance may stand still between two requests for longer than that, and then go on; what it
 * makes so late is found by the sweep of orphans.
 */
export const TOMBSTONE_HOLD_MS = minutes(10);

/**
 * How long after everybody was told of a removal to look whether it still holds. A handler that read the document before goes on telling what
 * it read for as long as it goes on, and ends without noticing; whoever begins later, be it by the same message, reads the document anew. So
 * it is as long as for a late `create`.
 */
export const LOOK_AFTER_MS = TOMBSTONE_HOLD_MS;

/**
 * A wait that the handler sits out itself, as long as it has the time, and then looks again or sends the next message: the sweep, which
 * sends what is due, may begin as late as a minute from now.
 */
export const SHORT_WAIT_MS = seconds(10);

/**
 * A handler that has not reported by then is taken for dead, and another one looks. After 55 s the platform has answered in its place; it need
 * not be dead, for its instance lives on (https://cloud.google.com/run/docs/configuring/request-timeout). So two may be at it at once, for
 * which steps are made, and what the late one commits meets a document that has moved on. All go by the database's clock, so the margin is small.
 */
export const HANDLER_LIMIT_MS = seconds(60);
