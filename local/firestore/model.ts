/**
 * Firestore's state and rules without a wire: documents, commits, transactions, queries, watchers. `server.ts` is its gRPC face;
 * `local/memory/documents.ts` uses it directly.
 */
import { seconds } from '../../shared/units.ts';
import type { LocalClock } from '../clock.ts';
import type { Store } from '../store.ts';
import { type DocumentWrite, stageWrites, type WriteResult } from './commit.ts';
import { Documents, type StoredDocument } from './documents.ts';
import { History } from './history.ts';
import { Locks } from './locks.ts';
import { type Plan, runPlan, scanPlan } from './plan.ts';
import { aborted, fingerprint, type Transaction, Transactions, versionOf } from './transactions.ts';
import { invalid } from './values.ts';
import { type Watcher, Watchers } from './watchers.ts';

/** Counted as Firestore bills: https://firebase.google.com/docs/firestore/pricing */
export interface Counters {
  /** Documents read by name or found by a query; a query that finds nothing counts one. */
  reads: number;
  /** Documents written. */
  writes: number;
  deletes: number;
  commits: number;
  queries: number;
  /** Documents sent to listeners. */
  listened: number;
  /** Index entries that queries looked at. Not billed; shows whether an index served them. */
  examined: number;
}

/** How a read sees the database: now, in a transaction, or as of a time. */
export interface Consistency {
  transaction?: string | undefined;
  micros?: number | undefined;
}

export interface CommitResult {
  results: WriteResult[];
  commitMicros: number;
}

export interface FirestoreModel {
  readonly documents: Documents;
  readonly counters: Counters;
  /** The time, in microseconds, that such a read sees; now: all commits so far and none to come. */
  readTime(consistency?: Consistency): number;
  get(names: readonly string[], consistency?: Consistency): Promise<(StoredDocument | undefined)[]>;
  query(plan: Plan, consistency?: Consistency): Promise<StoredDocument[]>;
  /** The same for an aggregation, which is billed by the thousand. */
  aggregate(plan: Plan, consistency?: Consistency): Promise<StoredDocument[]>;
  /** What the query finds now, uncounted: for listeners. */
  peek(plan: Plan): StoredDocument[];
  /** Commits, waiting for locks of transactions if it must. Ends the transaction in any case. */
  commit(writes: readonly DocumentWrite[], transaction?: string): Promise<CommitResult>;
  /** Commits at once, whoever has locked what: for a database without transactions. */
  commitNow(writes: readonly DocumentWrite[]): CommitResult;
  begin(options: { readOnly: boolean; micros?: number | undefined }): string;
  rollback(transaction: string): void;
  watch(watcher: Watcher): () => void;
  /** Names that changed after that time; undefined if that is too long ago to know. */
  changedSince(micros: number): Iterable<string> | undefined;
  /** Ends all transactions, so that no timer stays. */
  close(): void;
}

export interface ModelOptions {
  /** How long one waits for a lock, in cloud time. Google documents no number; clients have been seen to wait about so long. */
  lockTimeoutMs?: number;
}

const CONTENTION =
  'Aborted due to cross-transaction contention. This occurs when multiple transactions attempt to access the same data, requiring Firestore to abort at least one in order to enforce serializability.';

export function createFirestore(
  { clock, store }: { clock: LocalClock; store: Store },
  { lockTimeoutMs = seconds(20) }: ModelOptions = {},
): FirestoreModel {
  const documents = new Documents(store.table<StoredDocument>('documents'));
  const locks = new Locks(clock, lockTimeoutMs);
  const transactions = new Transactions(clock, locks);
  const watchers = new Watchers();
  const counters: Counters = {
    reads: 0,
    writes: 0,
    deletes: 0,
    commits: 0,
    queries: 0,
    listened: 0,
    examined: 0,
  };
  /** Every time that was ever given out. */
  let lastMicros = documents.newestMicros;
  const readTime = (): number => {
    lastMicros = Math.max(lastMicros, Math.floor(clock.now() * 1000));
    return lastMicros;
  };
  const history = new History(readTime());

  const examined = (): void => {
    counters.examined++;
  };
  const peek = (plan: Plan): StoredDocument[] => Array.from(runPlan(documents, plan, examined));

  const getAt = (name: string, micros: number | undefined): StoredDocument | undefined => {
    const current = documents.get(name);
    if (micros === undefined || (current && current.updateMicros <= micros)) return current;
    const then = history.since(micros);
    return then.has(name) ? then.get(name) : current;
  };
  const queryAt = (plan: Plan, micros: number | undefined): StoredDocument[] => {
    const then = micros === undefined ? undefined : history.since(micros);
    if (!then || then.size === 0) return peek(plan);
    const present = Array.from(documents.inScope(plan.query.scope)).filter((d) => !then.has(d.name));
    const past = [...then.values()].filter((d) => d !== undefined);
    counters.examined += present.length + past.length;
    return scanPlan([...present, ...past], plan);
  };

  /** Reads under lock, and remembers what was seen for the check at commit. */
  async function getLocked(
    transaction: Transaction,
    names: readonly string[],
  ): Promise<(StoredDocument | undefined)[]> {
    if (locks.free(transaction, names)) locks.hold(transaction, names);
    else await locks.acquire(transaction, names);
    transactions.require(transaction.id);
    return names.map((name) => {
      const document = documents.get(name);
      if (!transaction.reads.has(name)) transaction.reads.set(name, versionOf(document));
      return document;
    });
  }
  async function queryLocked(transaction: Transaction, plan: Plan): Promise<StoredDocument[]> {
    for (;;) {
      const found = peek(plan);
      const names = found.map((d) => d.name);
      if (locks.free(transaction, names)) {
        locks.hold(transaction, names);
      } else if (!names.every((name) => locks.holds(transaction, name))) {
        await locks.acquire(transaction, names);
        transactions.require(transaction.id);
        continue; // While it waited, the result may have changed.
      }
      transaction.queries.push({ plan, found: fingerprint(found) });
      return found;
    }
  }

  /** @throws ServiceError ABORTED if anything the transaction has read is not so any more */
  function checkReads(transaction: Transaction): void {
    for (const [name, version] of transaction.reads) {
      if (versionOf(documents.get(name)) !== version) throw aborted(CONTENTION);
    }
    for (const { plan, found } of transaction.queries) {
      if (fingerprint(peek(plan)) !== found) throw aborted(CONTENTION);
    }
  }

  function commitNow(writes: readonly DocumentWrite[]): CommitResult {
    const commitMicros = Math.max(lastMicros + 1, Math.floor(clock.now() * 1000));
    const { changes, results } = stageWrites(writes, (name) => documents.get(name), commitMicros);
    lastMicros = commitMicros;
    store.batch(() => {
      for (const [name, after] of changes) {
        history.add(name, documents.get(name), commitMicros);
        documents.put(name, after);
      }
    });
    counters.commits++;
    for (const { op } of writes) {
      if (op === 'delete') counters.deletes++;
      else if (op === 'update') counters.writes++;
    }
    watchers.changed(changes.keys());
    return { results, commitMicros };
  }

  async function commitAs(
    owner: Transaction | object,
    writes: readonly DocumentWrite[],
    check: () => void,
  ): Promise<CommitResult> {
    const names = writes.map((write) => write.name);
    if (!locks.free(owner, names)) {
      // What the transaction holds already it need not wait for, even if another has come to share it.
      await locks.acquire(owner, names);
    }
    check();
    return commitNow(writes);
  }

  async function find(plan: Plan, { transaction: id, micros }: Consistency = {}): Promise<StoredDocument[]> {
    counters.queries++;
    const transaction = id === undefined ? undefined : transactions.require(id);
    return transaction && transaction.snapshotMicros === undefined
      ? queryLocked(transaction, plan)
      : queryAt(plan, transaction?.snapshotMicros ?? micros);
  }

  return {
    documents,
    counters,
    readTime({ transaction: id, micros } = {}) {
      const snapshot = id === undefined ? micros : transactions.require(id).snapshotMicros;
      return snapshot ?? readTime();
    },
    peek,
    commitNow,
    async get(names, { transaction: id, micros } = {}) {
      const transaction = id === undefined ? undefined : transactions.require(id);
      counters.reads += names.length;
      if (transaction && transaction.snapshotMicros === undefined) return getLocked(transaction, names);
      return names.map((name) => getAt(name, transaction?.snapshotMicros ?? micros));
    },
    async query(plan, consistency) {
      const found = await find(plan, consistency);
      counters.reads += Math.max(1, found.length);
      return found;
    },
    async aggregate(plan, consistency) {
      const found = await find(plan, consistency);
      counters.reads += Math.max(1, Math.ceil(found.length / 1000));
      return found;
    },
    async commit(writes, id) {
      if (id === undefined) {
        const owner = {};
        try {
          return await commitAs(owner, writes, () => undefined);
        } finally {
          locks.release(owner);
        }
      }
      const transaction = transactions.require(id);
      try {
        if (transaction.snapshotMicros !== undefined) {
          if (writes.length > 0) throw invalid('Cannot modify entities in a read-only transaction.');
          return { results: [], commitMicros: readTime() };
        }
        return await commitAs(transaction, writes, () => {
          transactions.require(id);
          checkReads(transaction);
        });
      } finally {
        transactions.end(id);
      }
    },
    begin: ({ readOnly, micros }) => transactions.begin(readOnly ? (micros ?? readTime()) : undefined).id,
    rollback: (id) => transactions.end(id),
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.remove(watcher);
    },
    changedSince: (micros) => (history.covers(micros) ? history.since(micros).keys() : undefined),
    close: () => transactions.endAll(),
  };
}
