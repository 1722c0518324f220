/** The two clocks of the embedded cloud: one that runs with the wall, some times faster, and one that only tests move. */
import type { Clock } from '../functions/cloud.ts';
import { systemClock } from '../functions/google/clock.ts';

/** What models are given: the product's clock, and a way to be called at an instant. */
export interface LocalClock extends Clock {
  /** Calls `run` at that instant (at the next turn if it is past). Returns what cancels it. */
  schedule(atMs: number, run: () => void): () => void;
}

/** setTimeout holds at most 2^31-1 ms; longer waits are cut into pieces. */
const LONGEST_TIMER_MS = 2_000_000_000;

/**
 * Real instants; a duration of cloud time passes `speed` times as fast.
 * @param speed cloud seconds per second; 1 in production.
 */
export function realClock(speed = 1): LocalClock {
  const schedule = (atMs: number, run: () => void): (() => void) => {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const leftMs = atMs - Date.now();
      timer =
        leftMs > LONGEST_TIMER_MS ? setTimeout(arm, LONGEST_TIMER_MS) : setTimeout(run, Math.max(0, leftMs));
    };
    arm();
    return () => clearTimeout(timer);
  };
  return {
    ...systemClock(speed),
    sleepUntil: (atMs) => new Promise((resolve) => schedule(atMs, resolve)),
    schedule,
  };
}

interface Timer {
  atMs: number;
  /** Breaks ties between timers of the same instant. */
  tie: number;
  sequence: number;
  run: () => void;
  cancelled: boolean;
}

export interface VirtualClock extends LocalClock {
  /** Runs everything due up to that instant, letting promises settle after each event. */
  runUntil(atMs: number): Promise<void>;
  /** Runs for a while; see `runUntil`. */
  runFor(durationMs: number): Promise<void>;
  /** Timers that wait. */
  readonly pending: number;
  /** When the next of them comes: nothing happens by itself before. Absent: nothing ever does. */
  readonly nextAtMs: number | undefined;
}

/** Resolves when every chain of awaits has come to something that only time, or the world outside, moves on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The same where nothing but promises is waited for: a tick comes when no microtask is left. Many times as cheap. */
export const quicklySettled = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

/** What else it takes where streams are read, of which a Response's body is one: they go on in ticks of their own, a few in a row. */
export const streamsSettled = async (): Promise<void> => {
  for (let tick = 0; tick < MORE_TICKS; tick++) await quicklySettled();
};
const MORE_TICKS = 2;

export interface VirtualClockOptions {
  startMs?: number | undefined;
  /** Orders events of the same instant; the default is first come, first served. */
  tieBreak?: () => number;
  /** Resolves when whatever an event has set off waits for time again. */
  settle?: () => Promise<void>;
  /** Called after each event has settled. */
  onEvent?: () => void;
}

/** A clock that only moves when told to: an hour passes in a millisecond. */
export function virtualClock(options: VirtualClockOptions = {}): VirtualClock {
  const { startMs = Date.UTC(2026, 0, 1), tieBreak = () => 0, settle = settled, onEvent } = options;
  let nowMs = startMs;
  let sequence = 0;
  const heap: Timer[] = [];
  const before = (a: Timer, b: Timer): boolean =>
    a.atMs !== b.atMs ? a.atMs < b.atMs : a.tie !== b.tie ? a.tie < b.tie : a.sequence < b.sequence;

  const push = (timer: Timer): void => {
    let i = heap.push(timer) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent];
      if (!above || !before(timer, above)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = timer;
  };
  const pop = (): Timer | undefined => {
    const top = heap[0];
    const last = heap.pop();
    if (!top || !last || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      const left = heap[child];
      if (!left) break;
      const right = heap[child + 1];
      if (right && before(right, left)) child++;
      const least = heap[child] as Timer;
      if (!before(least, last)) break;
      heap[i] = least;
      i = child;
    }
    heap[i] = last;
    return top;
  };

  const schedule = (atMs: number, run: () => void): (() => void) => {
    const timer: Timer = {
      atMs: Math.max(atMs, nowMs),
      tie: tieBreak(),
      sequence: sequence++,
      run,
      cancelled: false,
    };
    push(timer);
    return () => {
      timer.cancelled = true;
    };
  };
  const runUntil = async (atMs: number): Promise<void> => {
    await settle();
    for (let top = heap[0]; top && top.atMs <= atMs; top = heap[0]) {
      pop();
      if (top.cancelled) continue;
      nowMs = top.atMs;
      top.run();
      await settle();
      onEvent?.();
    }
    nowMs = Math.max(nowMs, atMs);
  };
  return {
    now: () => nowMs,
    after: (durationMs) => nowMs + durationMs,
    afterWork: (durationMs) => nowMs + durationMs,
    elapsed: (sinceMs) => nowMs - sinceMs,
    sleepUntil: (atMs) => new Promise((resolve) => schedule(atMs, resolve)),
    schedule,
    runUntil,
    runFor: (durationMs) => runUntil(nowMs + durationMs),
    get nextAtMs() {
      return heap[0]?.atMs;
    },
    get pending() {
      return heap.filter((timer) => !timer.cancelled).length;
    },
  };
}
