/** What the console says of states. All of it follows from the lifecycle table; no state is named here. */
import type { Cluster, Role } from '../../../shared/documents/cluster.ts';
import type { ClusterEvent } from '../../../shared/documents/event.ts';
import { flawOf } from '../../../shared/flaws.ts';
import { commandEdge, isFinal, isReplaced, wayFrom } from '../../../shared/lifecycle/derive.ts';
import {
  type Command,
  IN_PLACE,
  rowOf,
  STATES,
  type State,
  stepRowOf,
} from '../../../shared/lifecycle/table.ts';
import { type Doubted, refusalOf, type Use } from '../../../shared/standing.ts';

export type Tone = 'good' | 'busy' | 'waiting' | 'bad' | 'over';

/** A page that was opened before Hub was renewed, or the timeline of a cluster from before that, may speak of others. */
export const isKnown = (state: string): state is State => STATES.some((known) => known === state);

/** Of a state that this page does not know nobody can say more than that something goes on, or went on. */
export const labelOf = (state: string): string => rowOf(state as State).label;

export function toneOf(state: string): Tone {
  if (!isKnown(state)) return 'busy';
  const row = rowOf(state);
  if (row.step !== undefined) return row.waiting ? 'waiting' : takesBack(state) ? 'bad' : 'busy';
  if (isFinal(state)) return 'over';
  // A resting state that takes `retry` is one that something went wrong before.
  return row.accepts.retry === undefined ? 'good' : 'bad';
}

/** A state may be good while the cluster is not. */
export const toneOfCluster = (cluster: Pick<Cluster, 'state' | 'conditions'>): Tone =>
  flawOf(cluster) ? 'bad' : toneOf(cluster.state);

const takesBack = (state: State): boolean => rowOf(state).compensates !== undefined;

/** Whether Hub is at work on it, so that time passes and something is to be waited for. */
export const isMoving = (state: State): boolean => rowOf(state).step !== undefined;

/** It is on its way out, or gone: nobody new comes in. */
export const isEnding = (state: State): boolean => commandEdge(state, 'delete') === state;

/** Commands of people; and to say for whom a cluster counts, which is taken wherever it can be shared. */
type Asked = Extract<Command, 'delete' | 'retry' | 'share' | 'extend'> | 'transfer';

/** As what of it an account that is doubted, or is being deleted, is refused it. To delete is nobody refused. */
const USES: Readonly<Partial<Record<Asked, Use>>> = {
  share: 'use',
  transfer: 'make',
  retry: 'make',
  extend: 'make',
};

/**
 * Whether this role may ask this of a cluster in this state. The API decides; a button that it would refuse is not shown.
 * @param account of whoever would ask; undefined: Hub knows nothing of it
 */
export function mayAsk(
  cluster: Pick<Cluster, 'state' | 'expiresAt' | 'pool'>,
  asked: Asked,
  role: Role | 'operator' | undefined,
  account: Doubted | undefined,
): boolean {
  const use = USES[asked];
  if (use && account && refusalOf(account, use)) return false;
  const command = asked === 'transfer' ? 'share' : asked;
  const to = commandEdge(cluster.state, command);
  if (to === undefined || (to === cluster.state && !IN_PLACE.has(command))) return false;
  if (command === 'retry' && isReplaced(cluster)) return false;
  // What has no end needs none that is later.
  if (command === 'extend') return role === 'owner' && cluster.expiresAt !== undefined;
  if (command === 'share') return role === 'owner' && !isEnding(cluster.state);
  return role === 'owner' || role === 'operator';
}

/** What is happening, in a sentence. What stands in the way is told beside it; who waits is told their place here. */
export function sentenceOf({ state, detail, error }: Pick<Cluster, 'state' | 'detail' | 'error'>): string {
  const { label, waiting } = rowOf(state);
  if (!error) return detail ?? `${label}.`;
  return waiting && detail !== undefined ? `${label}. ${detail}` : `${label}.`;
}

/** What stands in the way, where nothing else is said of a cluster: of what waits, with its place. Undefined: nothing. */
export function hindranceOf({
  state,
  detail,
  error,
}: Pick<Cluster, 'state' | 'detail' | 'error'>): string | undefined {
  return error && rowOf(state).waiting && detail !== undefined
    ? `${error.message} ${detail}`
    : error?.message;
}

/** In the tab, for who does something else meanwhile: how far it is. What waits goes nowhere. */
export function titleOf({ name, state, progress }: Pick<Cluster, 'name' | 'state' | 'progress'>): string {
  const { label, waiting } = rowOf(state);
  if (waiting) return `${name}: ${label}`;
  return isMoving(state) ? `${Math.round(progress * 100)} % ${name}` : name;
}

export const isUsable = (state: State): boolean => rowOf(state).usable === true;

/** One part of the way that a cluster is on. */
export interface TrackStep {
  /** Of its own, for a state may be passed twice. */
  key: string;
  state: State;
  label: string;
  at: 'done' | 'now' | 'ahead';
  /** Cloud time that it usually takes. */
  expectedMs: number;
  /** Cloud time that it took; of what is still going on, the page knows when it began. */
  tookMs?: number;
}

/**
 * The way that a cluster is on, from where it was last at rest to where it will rest again.
 * @param events newest last; those that are there
 * @param observed median of what each state took lately, where it is known
 */
export function trackOf(
  cluster: Pick<Cluster, 'state'>,
  events: readonly ClusterEvent[],
  observed: Readonly<Partial<Record<State, number>>> = {},
): TrackStep[] {
  if (!isMoving(cluster.state)) return [];
  const past: ClusterEvent[] = [];
  for (const event of events.toReversed()) {
    // What is changed in passing is no step of the way.
    if (event.from === event.to) continue;
    // A way begins with a command, or with what went wrong.
    if (event.cause !== 'done' && event.cause !== 'requeued') break;
    past.unshift(event);
  }
  const expectedMs = (state: State): number => observed[state] ?? stepRowOf(state).expectedMs;
  const done = past.flatMap(({ epoch, from, durationMs }): TrackStep[] =>
    from === undefined || !isKnown(from)
      ? []
      : [
          {
            key: `${epoch}`,
            state: from,
            label: rowOf(from).label,
            at: 'done',
            expectedMs: expectedMs(from),
            tookMs: durationMs,
          },
        ],
  );
  const ahead = wayFrom(cluster.state).map(
    (state, index): TrackStep => ({
      key: state,
      state,
      label: rowOf(state).label,
      at: index === 0 ? 'now' : 'ahead',
      expectedMs: expectedMs(state),
    }),
  );
  return [...done, ...ahead];
}
