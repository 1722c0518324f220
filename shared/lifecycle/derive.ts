/** What follows from the lifecycle table: the way from a state to its end, progress, expected time, the diagram. */
import { minutes } from '../units.ts';
import { type Command, rowOf, STATES, type State, stepRowOf, TOMBSTONE_HOLD_MS } from './table.ts';

/** The states that success leads through from here, up to the first that rests. */
export function wayFrom(state: State): readonly State[] {
  const way: State[] = [];
  for (let at = state; ; ) {
    const row = rowOf(at);
    if (row.step === undefined || way.includes(at)) return way;
    way.push(at);
    at = row.success;
  }
}

/** On its way out, or gone: nobody new comes in, and there is nothing to hand over. */
export const ENDING: ReadonlySet<State> = new Set<State>([...wayFrom('deleting'), 'deleted']);

/** States in which something can be done about what a look at the inside of a cluster finds. */
export const REPAIRABLE: readonly State[] = STATES.filter(
  (state) => rowOf(state).accepts.repair !== undefined,
);

/** From the first state to `ready`, where no spare waits. */
export const COLD_WAY: readonly State[] = wayFrom('queued');

/** From a claim to `ready`. */
export const CLAIM_WAY: readonly State[] = STATES.flatMap((state) => {
  const to = rowOf(state).accepts.claim;
  return to === undefined ? [] : wayFrom(to);
});

/** The states in which a cluster is made, on either way: how long each took is kept. */
export const MAKING: ReadonlySet<State> = new Set([...COLD_WAY, ...CLAIM_WAY]);

const expectedMsOf = (way: readonly State[]): number =>
  way.reduce((sum, state) => sum + stepRowOf(state).expectedMs, 0);

/** The whole way that a state is part of, from the first state that no success leads to. */
const WHOLE_WAY: Record<State, readonly State[]> = (() => {
  const ledTo = new Set(
    STATES.flatMap((state) => {
      const row = rowOf(state);
      return row.step === undefined ? [] : [row.success];
    }),
  );
  const whole = Object.fromEntries(STATES.map((state) => [state, wayFrom(state)])) as Record<
    State,
    readonly State[]
  >;
  for (const head of STATES.filter((state) => !ledTo.has(state))) {
    const way = wayFrom(head);
    for (const state of way) if (whole[state].length < way.length) whole[state] = way;
  }
  return whole;
})();

/** Cloud time that is typically left until the way ends, `elapsedMs` after the state was entered. */
export function remainingMs(state: State, elapsedMs: number): number {
  const [here, ...rest] = wayFrom(state);
  if (!here) return 0;
  return Math.max(0, stepRowOf(here).expectedMs - elapsedMs) + expectedMsOf(rest);
}

/**
 * How far along its way a cluster is, 0 to 1. A state that takes longer than expected stays short of its end.
 * @param within how much of the present state is done, 0 to 1, where the step knows; else the elapsed time tells.
 */
export function progressOf(state: State, elapsedMs: number, within?: number): number {
  const row = rowOf(state);
  if (row.step === undefined) return 1;
  const whole = WHOLE_WAY[state];
  const before = expectedMsOf(whole.slice(0, whole.indexOf(state)));
  const share = Math.min(0.95, within ?? elapsedMs / row.expectedMs);
  return Math.round(((before + share * row.expectedMs) / expectedMsOf(whole)) * 1000) / 1000;
}

/** Whether a spare in this state can be claimed, or will be if all goes well. */
export function leadsToWarm(state: State): boolean {
  const seen = new Set<State>();
  for (let at = state; !seen.has(at); ) {
    if (commandEdge(at, 'claim') !== undefined) return true;
    seen.add(at);
    const row = rowOf(at);
    if (row.step === undefined) return false;
    at = row.successOfSpare ?? row.success;
  }
  return false;
}

/** Where a command leads from a state, if it is taken there. */
export const commandEdge = (state: State, command: Command): State | undefined =>
  rowOf(state).accepts[command];

/**
 * A spare that has failed is not begun again: its pool has long begun to make another in its place, and takes this one away. One that is
 * stuck is, for its deletion is.
 */
export function isReplaced({ state, pool }: { state: State; pool?: string | undefined }): boolean {
  const to = commandEdge(state, 'retry');
  return pool !== undefined && to !== undefined && !ENDING.has(to);
}

/** Nothing can happen to it any more. */
export const isFinal = (state: State): boolean => rowOf(state).final === true;
export const FINAL: readonly State[] = STATES.filter(isFinal);
/** Deleted clusters stay for weeks; where they are not wanted they are not read. */
export const NOT_FINAL: readonly State[] = STATES.filter((state) => !isFinal(state));

/** Why a cluster can go from one state to another. */
interface Edge {
  from: State;
  to: State;
  by: 'success' | 'failure' | 'requeue' | 'due' | Command;
}

/** Every edge of the table. A command that changes nothing is no edge. */
export function edges(): Edge[] {
  return STATES.flatMap((from) => {
    const row = rowOf(from);
    const found: Edge[] = [];
    const add = (by: Edge['by'], to: State | undefined): void => {
      if (to !== undefined && to !== from) found.push({ from, to, by });
    };
    if (row.step !== undefined) {
      add('success', row.success);
      add('success', row.successOfSpare);
      add('failure', row.failure);
      add('failure', row.failureOfSpare);
      add('requeue', row.requeue);
    } else add('due', row.due);
    for (const [command, to] of Object.entries(row.accepts)) add(command as Command, to);
    return found;
  });
}

/** Nobody is told of less: a look may come a minute late, and everything takes longer now and then. */
const LATE_AT_LEAST_MS = minutes(5);

/** From then on a cluster is longer in a state than it should be, which is long before the step fails by its deadline. */
export function lateAfterMs(state: State): number {
  const row = rowOf(state);
  if (row.step === undefined || row.waiting) return Number.POSITIVE_INFINITY;
  return Math.max(LATE_AT_LEAST_MS, 3 * row.expectedMs) + (row.afterHold ? TOMBSTONE_HOLD_MS : 0);
}

const duration = (ms: number): string =>
  !Number.isFinite(ms)
    ? '–'
    : ms >= 3_600_000
      ? `${ms / 3_600_000} h`
      : ms >= 60_000
        ? `${Math.round(ms / 60_000)} min`
        : `${ms / 1000} s`;

/** docs/lifecycle.md, whole. */
export function lifecycleDocument(): string {
  const diagram = edges().map(({ from, to, by }) => `    ${from} --> ${to}: ${by}`);
  const rows = STATES.map((state) => {
    const row = rowOf(state);
    const step = row.step === undefined ? 'rests' : `\`${row.step}\``;
    const times =
      row.step === undefined ? '– | –' : `${duration(row.expectedMs)} | ${duration(row.timeoutMs)}`;
    const accepts = Object.entries(row.accepts).map(([command, to]) => `${command} → ${to}`);
    return `| \`${state}\` | ${row.label} | ${step} | ${times} | ${accepts.join(', ') || '–'} |`;
  });
  return `<!-- Generated from shared/lifecycle/table.ts by \`npm run docs\`; do not edit. -->

# The lifecycle of a cluster

\`\`\`mermaid
stateDiagram-v2
    [*] --> ${STATES[0]}
${diagram.join('\n')}
${STATES.filter(isFinal)
  .map((state) => `    ${state} --> [*]`)
  .join('\n')}
\`\`\`

| State | What the user reads | Step | Typical | At most | Accepts |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

Success of \`exposing\` and \`repairing\` leads to \`ready\` if the cluster has an owner and to \`warm\` if it is a spare. Leaving a state that may
create something starts the tombstone hold, during which a resource that is not found may still appear.
`;
}
