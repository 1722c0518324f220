/**
 * The last overwritten states of documents, so that a read-only transaction and a read at a past time see one snapshot. Bounded by
 * number, not by time: real Firestore keeps an hour. https://cloud.google.com/firestore/docs/understand-reads-writes-scale
 */
import { ServiceError, STATUS } from '../service.ts';
import type { StoredDocument } from './documents.ts';

interface Overwritten {
  name: string;
  /** When it was replaced. */
  untilMicros: number;
  before: StoredDocument | undefined;
}

const MAX_ENTRIES = 5_000;

export class History {
  /** Oldest first. */
  #entries: Overwritten[] = [];
  #floorMicros: number;

  /** @param floorMicros nothing is known of what was before */
  constructor(floorMicros: number) {
    this.#floorMicros = floorMicros;
  }

  add(name: string, before: StoredDocument | undefined, untilMicros: number): void {
    this.#entries.push({ name, before, untilMicros });
    if (this.#entries.length < 2 * MAX_ENTRIES) return;
    const dropped = this.#entries.splice(0, MAX_ENTRIES);
    this.#floorMicros = dropped.at(-1)?.untilMicros ?? this.#floorMicros;
  }

  /** Whether all changes after that time are known. */
  covers(micros: number): boolean {
    return micros >= this.#floorMicros;
  }

  /**
   * The documents that changed after that time, as they were then.
   * @throws ServiceError FAILED_PRECONDITION if that is too long ago
   */
  since(micros: number): Map<string, StoredDocument | undefined> {
    if (!this.covers(micros)) {
      throw new ServiceError(STATUS.FAILED_PRECONDITION, 'The requested snapshot version is too old.');
    }
    const then = new Map<string, StoredDocument | undefined>();
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      const entry = this.#entries[i] as Overwritten;
      if (entry.untilMicros <= micros) break;
      then.set(entry.name, entry.before);
    }
    return then;
  }
}
