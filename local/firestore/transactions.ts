/**
 * Transactions: what each has read, the locks it holds, and when it ends. They live in memory only; after a restart a client is
 * told that its transaction has expired, and starts again.
 */
import { seconds } from '../../shared/units.ts';
import type { LocalClock } from '../clock.ts';
import { ServiceError, STATUS } from '../service.ts';
import type { StoredDocument } from './documents.ts';
import type { Locks } from './locks.ts';
import type { Plan } from './plan.ts';
import { invalid } from './values.ts';

export interface Transaction {
  id: string;
  /** A read-only transaction sees the database as of this time. */
  snapshotMicros: number | undefined;
  /** Version of each document when it was first read; 0 for none. */
  reads: Map<string, number>;
  queries: { plan: Plan; found: string }[];
  startedAt: number;
  usedAt: number;
  cancelExpiry: () => void;
}

export const versionOf = (document: StoredDocument | undefined): number => document?.updateMicros ?? 0;

/** What a query found, so that a second look can tell whether anything is different. */
export const fingerprint = (documents: readonly StoredDocument[]): string =>
  documents.map((d) => `${d.name}@${d.updateMicros}`).join('\n');

/** https://firebase.google.com/docs/firestore/quotas#limits */
const MAX_AGE_MS = seconds(270);
const IDLE_MS = seconds(60);

export class Transactions {
  readonly #open = new Map<string, Transaction>();
  readonly #clock: LocalClock;
  readonly #locks: Locks;
  #count = 0;

  constructor(clock: LocalClock, locks: Locks) {
    this.#clock = clock;
    this.#locks = locks;
  }

  begin(snapshotMicros: number | undefined): Transaction {
    const now = this.#clock.now();
    // Unlike any id from before a restart.
    const id = `${now.toString(36)}-${++this.#count}`;
    const transaction: Transaction = {
      id,
      snapshotMicros,
      reads: new Map(),
      queries: [],
      startedAt: now,
      usedAt: now,
      cancelExpiry: () => undefined,
    };
    this.#open.set(id, transaction);
    this.#armExpiry(transaction, IDLE_MS);
    return transaction;
  }

  /** @throws ServiceError INVALID_ARGUMENT in the words that make clients start again */
  require(id: string): Transaction {
    const transaction = this.#open.get(id);
    if (!transaction) throw invalid('The referenced transaction has expired or is no longer valid.');
    transaction.usedAt = this.#clock.now();
    return transaction;
  }

  /** Lets go of its locks. Ending what has ended does nothing. */
  end(id: string): void {
    const transaction = this.#open.get(id);
    if (!transaction) return;
    this.#open.delete(id);
    transaction.cancelExpiry();
    this.#locks.release(transaction);
  }

  endAll(): void {
    for (const id of this.#open.keys()) this.end(id);
  }

  #armExpiry(transaction: Transaction, waitMs: number): void {
    transaction.cancelExpiry = this.#clock.schedule(this.#clock.after(waitMs), () => {
      const idleMs = this.#clock.elapsed(transaction.usedAt);
      const ageMs = this.#clock.elapsed(transaction.startedAt);
      const leftMs = Math.min(IDLE_MS - idleMs, MAX_AGE_MS - ageMs);
      // A millisecond of grace: with a fast clock durations do not divide evenly.
      if (leftMs <= 1) this.end(transaction.id);
      else this.#armExpiry(transaction, leftMs);
    });
  }
}

export const aborted = (message: string): ServiceError => new ServiceError(STATUS.ABORTED, message);
