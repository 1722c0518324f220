/**
 * The machines that functions run on have clocks of their own, and what one writes as an instant another compares with its own now: a hold of
 * ten minutes is none if one clock is five minutes behind and the other five ahead. The database is the one clock that all of them see, for
 * each of its answers says when it was read. Whose clock cannot be right goes by it.
 */
import { seconds } from '../shared/units.ts';
import type { Clock, Documents } from './cloud.ts';

/** An instant is told without what it has beyond the millisecond. */
const GRAIN_MS = 1;

/** A document is read again until the time is known as exactly; an answer says it no more exactly than it was fast. */
const SURE_MS = seconds(10);
/** But no more often: where every answer takes that long there is no use in it. */
const MAX_READS = 3;

/** The same ports, whose clock is that of the database as soon as an answer has told it. */
export function byOneTime<P extends { documents: Documents; clock: Clock }>(ports: P): P {
  const { clock, documents } = ports;
  let aheadMs = 0;
  let sureWithinMs = Number.POSITIVE_INFINITY;
  /** The latest that was told since the time is known, and what the machine's clock said then. */
  let told = { ms: Number.NEGATIVE_INFINITY, machineMs: 0 };
  /** What was read was read after it was asked for and before it came: as long as that can be true, nobody's clock is wrong. */
  const timed = async <T>(ask: () => Promise<T>, readAt: (answer: T) => Date | undefined): Promise<T> => {
    const sentAtMs = clock.now();
    const answer = await ask();
    const readAtMs = readAt(answer)?.getTime();
    if (readAtMs === undefined) return answer;
    if (aheadMs + GRAIN_MS < sentAtMs - readAtMs) aheadMs = sentAtMs - readAtMs;
    aheadMs = Math.min(aheadMs, clock.now() - readAtMs);
    sureWithinMs = Math.min(sureWithinMs, clock.now() - sentAtMs);
    return answer;
  };
  /**
   * What comes later is told as later, also if meanwhile the time is known better: a clock that was ahead then goes at half its speed until
   * it is right, and does not jump. A time that is not known is taken back.
   */
  const now = (): number => {
    const machineMs = clock.now();
    const nowMs = machineMs - aheadMs;
    if (sureWithinMs > SURE_MS) return nowMs;
    told = { ms: Math.max(nowMs, told.ms + (machineMs - told.machineMs) / 2), machineMs };
    return Math.floor(told.ms);
  };
  const offMs = (): number => clock.now() - now();
  return {
    ...ports,
    clock: {
      now,
      monotonic: () => clock.monotonic(),
      after: (durationMs) => clock.after(durationMs) - offMs(),
      afterWork: (durationMs) => clock.afterWork(durationMs) - offMs(),
      elapsed: (sinceMs) => clock.elapsed(sinceMs + offMs()),
      sleepUntil: (atMs) => clock.sleepUntil(atMs + offMs()),
    } satisfies Clock,
    documents: {
      async get(path) {
        for (let reads = 1; ; reads++) {
          const snapshot = await timed(
            () => documents.get(path),
            (found) => found?.readTime,
          );
          if (!snapshot || sureWithinMs <= SURE_MS || reads === MAX_READS) return snapshot;
        }
      },
      query: (query) =>
        timed(
          () => documents.query(query),
          ([first]) => first?.readTime,
        ),
      count: (query) => documents.count(query),
      commit: (writes) => documents.commit(writes),
    } satisfies Documents,
  };
}
