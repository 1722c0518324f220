/**
 * The machines that functions run on have clocks of their own, and what one writes as an instant another compares with its own now: a hold of
 * ten minutes is none if one clock is five minutes behind and the other five ahead. The database is the one clock that all of them see, for
 * each of its answers says when it was read. Whose clock cannot be right goes by it.
 */
import { seconds } from '../shared/units.ts';
import type { Clock, DocumentData, Documents, Query } from './cloud.ts';

/** An instant is told without what it has beyond the millisecond. */
const GRAIN_MS = 1;

/** A document is read again until the time is known as exactly; an answer says it no more exactly than it was fast. */
const SURE_MS = seconds(10);
/** But no more often: where every answer takes that long there is no use in it. */
const MOST_READS = 3;

/** The same ports, whose clock is that of the database as soon as an answer has told it. */
export function byOneTime<P extends { documents: Documents; clock: Clock }>(ports: P): P {
  const { clock, documents } = ports;
  let aheadMs = 0;
  let sureWithinMs = Number.POSITIVE_INFINITY;
  /** The latest that was told since the time is known. */
  let toldMs = Number.NEGATIVE_INFINITY;
  /** What was read was read after it was asked for and before it came: as long as that can be true, nobody's clock is wrong. */
  const timed = async <T>(ask: () => Promise<T>, readAt: (answer: T) => Date | undefined): Promise<T> => {
    const sentMs = clock.now();
    const answer = await ask();
    const readMs = readAt(answer)?.getTime();
    if (readMs === undefined) return answer;
    if (aheadMs + GRAIN_MS < sentMs - readMs) aheadMs = sentMs - readMs;
    aheadMs = Math.min(aheadMs, clock.now() - readMs);
    sureWithinMs = Math.min(sureWithinMs, clock.now() - sentMs);
    return answer;
  };
  /** What comes later is told as no earlier, also if meanwhile the time is known by some milliseconds better. One not known is taken back. */
  const now = (): number => {
    const nowMs = clock.now() - aheadMs;
    if (sureWithinMs > SURE_MS) return nowMs;
    toldMs = Math.max(toldMs, nowMs);
    return toldMs;
  };
  const offMs = (): number => clock.now() - now();
  return {
    ...ports,
    clock: {
      now,
      after: (durationMs) => clock.after(durationMs) - offMs(),
      afterWork: (durationMs) => clock.afterWork(durationMs) - offMs(),
      elapsed: (sinceMs) => clock.elapsed(sinceMs + offMs()),
      sleepUntil: (atMs) => clock.sleepUntil(atMs + offMs()),
    } satisfies Clock,
    documents: {
      async get<T = DocumentData>(path: string) {
        for (let reads = 1; ; reads++) {
          const snapshot = await timed(
            () => documents.get<T>(path),
            (found) => found?.readTime,
          );
          if (!snapshot || sureWithinMs <= SURE_MS || reads === MOST_READS) return snapshot;
        }
      },
      query: <T = DocumentData>(query: Query) =>
        timed(
          () => documents.query<T>(query),
          ([first]) => first?.readTime,
        ),
      count: (query) => documents.count(query),
      commit: (writes) => documents.commit(writes),
    } satisfies Documents,
  };
}
