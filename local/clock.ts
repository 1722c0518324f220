/** The two clocks of the embedded cloud: one that runs with the wall, some times faster, and one that only tests move. */
import type { Clock } from '../functions/cloud.ts';
import { systemClock } from '../functions/google/clock.ts';

/** What models are given: the product's clock, and a way to be called at an instant. */
export interface LocalClock extends Clock {
  /** Calls `run` at that instant (at the next turn if it is past). Returns what cancels it. */
  schedule(atMs: number, run: () => void): () => void;
}

/** setTimeout holds at most 2^31-1 ms; longer waits are cut into pieces. */
const MAX_TIMER_MS = 2_000_000_000;

/** A clock that is behind runs at most so many times as fast as it should, until it is not. */
const CATCH_UP = 2;

interface Timer {
  readonly atMs: number;
  /** Breaks ties between timers of the same instant. */
  readonly tie: number;
  readonly run: () => void;
  readonly sequence: number;
  /** It ran, or was cancelled. */
  isOver: boolean;
}

const isBefore = (a: Timer, b: Timer): boolean =>
  a.atMs !== b.atMs ? a.atMs < b.atMs : a.tie !== b.tie ? a.tie < b.tie : a.sequence < b.sequence;

const MAX_CANCELLED = 100;

/** A binary heap: those of the same instant and tie in the order in which they came. */
class TimerHeap {
  #heap: Timer[] = [];
  #sequence = 0;
  /** Those among them that are cancelled: they are taken out when their instant comes, or together when they are many. */
  #cancelled = 0;

  push(given: Pick<Timer, 'atMs' | 'tie' | 'run'>): Timer {
    const timer: Timer = { ...given, sequence: this.#sequence++, isOver: false };
    const heap = this.#heap;
    let i = heap.push(timer) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent];
      if (!above || !isBefore(timer, above)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = timer;
    return timer;
  }

  /** The first that is not cancelled. */
  get next(): Timer | undefined {
    while (this.#heap[0]?.isOver) this.pop();
    return this.#heap[0];
  }

  cancel(timer: Timer): void {
    if (timer.isOver) return;
    timer.isOver = true;
    if (++this.#cancelled < MAX_CANCELLED || this.#cancelled < this.#heap.length / 2) return;
    this.#heap = this.#heap.filter((one) => !one.isOver).sort((a, b) => (isBefore(a, b) ? -1 : 1));
    this.#cancelled = 0;
  }

  pop(): void {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (!top || !last) return;
    if (top.isOver) this.#cancelled--;
    top.isOver = true;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      const left = heap[child];
      if (!left) break;
      const right = heap[child + 1];
      if (right && isBefore(right, left)) child++;
      const least = heap[child] as Timer;
      if (!isBefore(least, last)) break;
      heap[i] = least;
      i = child;
    }
    heap[i] = last;
  }

  get size(): number {
    return this.#heap.length - this.#cancelled;
  }
}

/**
 * However short a duration, its end is later than its beginning. At the size of today's instants a number cannot tell apart what is closer than
 * a quarter of this: whoever waits for what is left of a time would come back at the same instant, with the same left, for ever.
 */
const TICK_MS = 2 ** -10;

/**
 * Real instants; a duration of cloud time passes `speed` times as fast.
 *
 * A process that gets no processor for a while, or computes for long, finds many timers overdue at once; at a speed of 600 five minutes
 * are half a second. So no instant passes here before all that was due until then has been done: timers run in their order, each at
 * its own instant, the world gets a turn in between, and the time that was lost is caught up with gently. What takes four minutes of
 * the cloud's is then never late for a deadline of five, however busy the machine.
 * @param speed cloud seconds per second; 1 in production.
 */
export function realClock(speed = 1): LocalClock {
  const timers = new TimerHeap();
  /** The instant at which the clock stood last, and when that was. */
  let last = { atMs: Date.now(), realMs: Date.now() };
  let stopWaiting = (): void => undefined;

  const now = (): number => {
    const caughtUpMs = last.atMs + (Date.now() - last.realMs) * CATCH_UP;
    return Math.max(last.atMs, Math.min(Date.now(), caughtUpMs, timers.next?.atMs ?? Infinity));
  };
  /** When that instant of the clock comes. */
  const realOf = (atMs: number): number => Math.max(atMs, last.realMs + (atMs - last.atMs) / CATCH_UP);

  /** Never twice without a look at the sockets in between: immediates come after it, one a turn. */
  const runNext = (): void => {
    const { next } = timers;
    if (next && realOf(next.atMs) - Date.now() < 1) {
      timers.pop();
      last = { atMs: next.atMs, realMs: Date.now() };
      // Whatever it throws ends the process, but not the clock.
      try {
        next.run();
      } finally {
        arm();
      }
    } else arm();
  };
  const arm = (): void => {
    stopWaiting();
    const { next } = timers;
    if (!next) return;
    const leftMs = realOf(next.atMs) - Date.now();
    if (leftMs < 1) {
      const immediate = setImmediate(runNext);
      stopWaiting = () => clearImmediate(immediate);
    } else {
      const timeout = setTimeout(arm, Math.min(leftMs, MAX_TIMER_MS));
      stopWaiting = () => clearTimeout(timeout);
    }
  };
  const schedule = (atMs: number, run: () => void): (() => void) => {
    const before = timers.next;
    const timer = timers.push({ atMs: Math.max(atMs, now()), tie: 0, run });
    if (timers.next !== before) arm();
    return () => {
      const wasNext = timers.next === timer;
      timers.cancel(timer);
      if (wasNext) arm();
    };
  };
  return {
    ...systemClock(speed, now),
    after: (durationMs) => now() + Math.ceil(durationMs / speed / TICK_MS) * TICK_MS,
    sleepUntil: (atMs) => new Promise((resolve) => schedule(atMs, resolve)),
    schedule,
  };
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

interface VirtualClockOptions {
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
  const timers = new TimerHeap();

  const schedule = (atMs: number, run: () => void): (() => void) => {
    const timer = timers.push({ atMs: Math.max(atMs, nowMs), tie: tieBreak(), run });
    return () => timers.cancel(timer);
  };
  const runUntil = async (atMs: number): Promise<void> => {
    await settle();
    for (let { next } = timers; next && next.atMs <= atMs; next = timers.next) {
      timers.pop();
      nowMs = next.atMs;
      next.run();
      await settle();
      onEvent?.();
    }
    nowMs = Math.max(nowMs, atMs);
  };
  return {
    now: () => nowMs,
    monotonic: () => nowMs,
    after: (durationMs) => nowMs + durationMs,
    afterWork: (durationMs) => nowMs + durationMs,
    elapsed: (sinceMs) => nowMs - sinceMs,
    sleepUntil: (atMs) => new Promise((resolve) => schedule(atMs, resolve)),
    schedule,
    runUntil,
    runFor: (durationMs) => runUntil(nowMs + durationMs),
    get nextAtMs() {
      return timers.next?.atMs;
    },
    get pending() {
      return timers.size;
    },
  };
}
