/**
 * Firestore's state and rules without a wire: documents, commits, transactions, queries, watchers. `server.ts` is its gRPC face;
 * `local/memory/documents.ts` uses it directly.
 */
import { seconds } from '../../shared/units.ts';
import type { LocalClock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import type { Store } from '../store.ts';
import { type DocumentWrite, stageWrites, type WriteResult } from './commit.ts';
import { Documents, type StoredDocument } from './documents.ts';
import type { Draft } from './guard.ts';
import { History } from './history.ts';
import type { IndexConfig } from './index-config.ts';
import { Locks } from './locks.ts';
import { unbuiltIndex } from './missing-index.ts';
import type { FieldPath } from './paths.ts';
import { type Plan, runPlan, scanPlan } from './plan.ts';
import { needsComposite, requireIndex } from './required-index.ts';
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
  /**
   * The same for an aggregation, which is billed by the thousand.
   * @param summed the fields it adds up
   */
  aggregate(plan: Plan, consistency?: Consistency, summed?: readonly FieldPath[]): Promise<StoredDocument[]>;
  /**
   * Asks what `query` and `aggregate` ask themselves: whether the deployed indexes serve the query.
   * @throws ServiceError FAILED_PRECONDITION in production's words
   */
  requireIndex(plan: Plan, summed?: readonly FieldPath[]): void;
  /** What the query finds now, or found then, uncounted: for listeners. */
  peek(plan: Plan, micros?: number): StoredDocument[];
  /**
   * Commits, waiting for locks of transactions if it must. Ends the transaction in any case.
   * @param check may refuse what is about to be written, by throwing
   */
  commit(
    writes: readonly DocumentWrite[],
    transaction?: string,
    check?: (draft: Draft) => void,
  ): Promise<CommitResult>;
  /** Commits at once, whoever has locked what: for a database without transactions. */
  commitNow(writes: readonly DocumentWrite[]): CommitResult;
  begin(options: { readOnly: boolean; micros?: number | undefined }): string;
  rollback(transaction: string): void;
  watch(watcher: Watcher): () => void;
  /** Documents that changed after that time, as they were then; undefined if that is too long ago to know. */
  changedSince(micros: number): ReadonlyMap<string, StoredDocument | undefined> | undefined;
  /** Ends all transactions, so that no timer stays. */
  close(): void;
}

export interface ModelOptions {
  /** How long one waits for a lock, in cloud time. Google documents no number; clients have been seen to wait about so long. */
  lockTimeoutMs?: number;
  /** The deployed indexes; queries that they do not serve are refused. Absent: every query is answered. */
  indexes?: IndexConfig;
}

const CONTENTION =
  'Aborted due to cross-transaction contention. This occurs when multiple transactions attempt to access the same data, requiring Firestore to abort at least one in order to enforce serializability.';

export function createFirestore(
  { clock, store, faults }: { clock: LocalClock; store: Store; faults?: Faults },
  { lockTimeoutMs = seconds(20), indexes }: ModelOptions = {},
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
  const findNow = (plan: Plan): StoredDocument[] => {
    const few = documents.fewOf(plan.query.scope);
    if (!few) return Array.from(runPlan(documents, plan, examined));
    const found = scanPlan(few, plan);
    counters.examined += found.length;
    return found;
  };

  const getAt = (name: string, micros: number | undefined): StoredDocument | undefined => {
    const current = documents.get(name);
    if (micros === undefined || (current && current.updateMicros <= micros)) return current;
    const then = history.since(micros);
    return then.has(name) ? then.get(name) : current;
  };
  const peek = (plan: Plan, micros?: number): StoredDocument[] => {
    const then = micros === undefined ? undefined : history.since(micros);
    if (!then || then.size === 0) return findNow(plan);
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

  function commitNow(writes: readonly DocumentWrite[], check?: (draft: Draft) => void): CommitResult {
    const commitMicros = Math.max(lastMicros + 1, Math.floor(clock.now() * 1000));
    const stored = (name: string): StoredDocument | undefined => documents.get(name);
    check?.(draftOf(writes, stored, commitMicros, indexes));
    const { changes, results } = stageWrites(writes, stored, commitMicros, indexes);
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
    checks: { reads: () => void; draft: ((draft: Draft) => void) | undefined },
  ): Promise<CommitResult> {
    const names = writes.map((write) => write.name);
    if (!locks.free(owner, names)) {
      // What the transaction holds already it need not wait for, even if another has come to share it.
      await locks.acquire(owner, names);
    }
    checks.reads();
    return commitNow(writes, checks.draft);
  }

  const checkIndex = ({ query }: Plan, summed?: readonly FieldPath[]): void => {
    if (!indexes) return;
    requireIndex(query, indexes, summed);
    const isStruck = faults?.hit('index-building', query.scope.collectionId);
    if (isStruck && needsComposite(query, indexes, summed)) throw unbuiltIndex(query.scope);
  };

  async function find(
    plan: Plan,
    { transaction: id, micros }: Consistency = {},
    summed?: readonly FieldPath[],
  ): Promise<StoredDocument[]> {
    counters.queries++;
    checkIndex(plan, summed);
    const transaction = id === undefined ? undefined : transactions.require(id);
    return transaction && transaction.snapshotMicros === undefined
      ? queryLocked(transaction, plan)
      : peek(plan, transaction?.snapshotMicros ?? micros);
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
    requireIndex: checkIndex,
    async aggregate(plan, consistency, summed) {
      const found = await find(plan, consistency, summed);
      counters.reads += Math.max(1, Math.ceil(found.length / 1000));
      return found;
    },
    async commit(writes, id, draft) {
      if (id === undefined) {
        const owner = {};
        try {
          return await commitAs(owner, writes, { reads: () => undefined, draft });
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
        const reads = (): void => {
          transactions.require(id);
          checkReads(transaction);
        };
        return await commitAs(transaction, writes, { reads, draft });
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
    changedSince: (micros) => (history.covers(micros) ? history.since(micros) : undefined),
    close: () => transactions.endAll(),
  };
}

/** The writes as if nothing were demanded of what they find. */
function draftOf(
  writes: readonly DocumentWrite[],
  stored: (name: string) => StoredDocument | undefined,
  commitMicros: number,
  indexes: IndexConfig | undefined,
): Draft {
  const unconditional = writes.map((write) => ({ ...write, precondition: undefined }));
  const { changes } = stageWrites(unconditional, stored, commitMicros, indexes);
  return {
    writes,
    commitMicros,
    before: stored,
    after: (name) => (changes.has(name) ? changes.get(name) : stored(name)),
  };
}
