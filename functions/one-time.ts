/**
 * The machines that functions run on have clocks of their own, and what one writes as an instant another compares with its own now: a hold of
 * ten minutes is none if one clock is five minutes behind and the other five ahead. The database is the one clock that all of them see, for
 * each of its answers says when it was read. Whose clock cannot be right goes by it.
 */
import type { Clock, DocumentData, Documents, Query } from './cloud.ts';

/** An instant is told without what it has beyond the millisecond. */
const GRAIN_MS = 1;

/** The same ports, whose clock is that of the database as soon as an answer has told it. */
export function byOneTime<P extends { documents: Documents; clock: Clock }>(ports: P): P {
  const { clock, documents } = ports;
  let aheadMs = 0;
  /** What was read was read after it was asked for and before it came: as long as that can be true, nobody's clock is wrong. */
  const timed = async <T>(ask: () => Promise<T>, readAt: (answer: T) => Date | undefined): Promise<T> => {
    const sentMs = clock.now();
    const answer = await ask();
    const readMs = readAt(answer)?.getTime();
    if (readMs === undefined) return answer;
    if (aheadMs + GRAIN_MS < sentMs - readMs) aheadMs = sentMs - readMs;
    aheadMs = Math.min(aheadMs, clock.now() - readMs);
    return answer;
  };
  return {
    ...ports,
    clock: {
      now: () => clock.now() - aheadMs,
      after: (durationMs) => clock.after(durationMs) - aheadMs,
      afterWork: (durationMs) => clock.afterWork(durationMs) - aheadMs,
      elapsed: (sinceMs) => clock.elapsed(sinceMs + aheadMs),
      sleepUntil: (atMs) => clock.sleepUntil(atMs + aheadMs),
    } satisfies Clock,
    documents: {
      get: <T = DocumentData>(path: string) =>
        timed(
          () => documents.get<T>(path),
          (snapshot) => snapshot?.readTime,
        ),
      query: <T = DocumentData>(query: Query) =>
        timed(
          () => documents.query<T>(query),
          ([first]) => first?.readTime,
        ),
      count: (query) => documents.count(query),
      commit: (writes) => documents.commit(writes),
      watch: (path, onChange) => documents.watch(path, onChange),
    } satisfies Documents,
  };
}
