/**
 * The machines that functions run on have clocks of their own, and what one writes as an instant another compares with its own now: a hold of
 * ten minutes is none if one clock is five minutes behind and the other five ahead. The database is the one clock that all of them see, for
 * each of its answers says when it was read. Whose clock differs from it goes by it.
 */
import type { Clock, DocumentData, Documents, Query, Snapshot } from './cloud.ts';

/** An answer is under way for some time, and clocks that are kept differ by less: https://cloud.google.com/compute/docs/instances/configure-ntp */
const TOLERATED_MS = 10_000;

/** The same ports, whose clock is that of the database as soon as the first answer has told it. */
export function byOneTime<P extends { documents: Documents; clock: Clock }>(ports: P): P {
  const { clock, documents } = ports;
  let aheadMs = 0;
  const note = <T>(snapshot: Snapshot<T> | undefined): void => {
    if (!snapshot) return;
    const offMs = clock.now() - snapshot.readTime.getTime();
    aheadMs = Math.abs(offMs) > TOLERATED_MS ? offMs : 0;
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
      async get<T = DocumentData>(path: string) {
        const snapshot = await documents.get<T>(path);
        note(snapshot);
        return snapshot;
      },
      async query<T = DocumentData>(query: Query) {
        const found = await documents.query<T>(query);
        note(found[0]);
        return found;
      },
      count: (query) => documents.count(query),
      commit: (writes) => documents.commit(writes),
      watch: (path, onChange) => documents.watch(path, onChange),
    } satisfies Documents,
  };
}
