/**
 * Who may write a document. A read-write transaction holds what it has read until it ends; whoever wants the document next waits
 * in line, and gives up waiting, but not his turn, after a while or if two would wait for each other. From then on they share it, and
 * the check at commit decides who was first. https://firebase.google.com/docs/firestore/transaction-data-contention
 */
import type { LocalClock } from '../clock.ts';

/** A transaction, or a single write on its way. */
type Owner = object;

interface Lock {
  holders: Set<Owner>;
  queue: Waiter[];
}

interface Waiter {
  owner: Owner;
  grant: () => void;
}

export class Locks {
  readonly #locks = new Map<string, Lock>();
  readonly #held = new Map<Owner, Set<string>>();
  /** The one document that each waits for. */
  readonly #waiting = new Map<Owner, string>();
  readonly #clock: LocalClock;
  readonly #timeoutMs: number;

  constructor(clock: LocalClock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Whether nobody else holds any of them. */
  free(owner: Owner | undefined, names: Iterable<string>): boolean {
    for (const name of names) {
      const lock = this.#locks.get(name);
      if (lock && !(lock.holders.size === 1 && owner && lock.holders.has(owner))) return false;
    }
    return true;
  }

  holds(owner: Owner, name: string): boolean {
    return this.#held.get(owner)?.has(name) === true;
  }

  /** Resolves when the owner holds them all. Taken in one order by everybody, so that most deadlocks cannot arise. */
  async acquire(owner: Owner, names: Iterable<string>): Promise<void> {
    for (const name of [...new Set(names)].sort()) {
      if (this.holds(owner, name)) continue;
      const lock = this.#locks.get(name);
      if (lock && lock.holders.size > 0 && !this.#closesCircle(owner, lock))
        await this.#wait(owner, name, lock);
      this.#hold(owner, name);
    }
  }

  /** Takes what is free without waiting; call after `free`. */
  hold(owner: Owner, names: Iterable<string>): void {
    for (const name of names) this.#hold(owner, name);
  }

  release(owner: Owner): void {
    const names = this.#held.get(owner) ?? [];
    this.#held.delete(owner);
    for (const name of names) {
      const lock = this.#locks.get(name);
      if (!lock) continue;
      lock.holders.delete(owner);
      if (lock.holders.size > 0) continue;
      const next = lock.queue.shift();
      if (next) next.grant();
      else this.#locks.delete(name);
    }
  }

  #hold(owner: Owner, name: string): void {
    const lock = this.#locks.get(name) ?? { holders: new Set(), queue: [] };
    this.#locks.set(name, lock);
    lock.holders.add(owner);
    const held = this.#held.get(owner) ?? new Set();
    this.#held.set(owner, held.add(name));
  }

  #wait(owner: Owner, name: string, lock: Lock): Promise<void> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        owner,
        grant: () => {
          cancel();
          this.#waiting.delete(owner);
          // At once, not when the promise is looked at: nobody may slip in between.
          this.#hold(owner, name);
          resolve();
        },
      };
      const cancel = this.#clock.schedule(this.#clock.after(this.#timeoutMs), () => {
        lock.queue.splice(lock.queue.indexOf(waiter), 1);
        waiter.grant();
      });
      lock.queue.push(waiter);
      this.#waiting.set(owner, name);
    });
  }

  /** Whether a holder waits, over any number of others, for something the owner holds. */
  #closesCircle(owner: Owner, lock: Lock, seen = new Set<Owner>()): boolean {
    for (const holder of lock.holders) {
      if (holder === owner) return true;
      if (seen.has(holder)) continue;
      seen.add(holder);
      const wanted = this.#waiting.get(holder);
      const next = wanted === undefined ? undefined : this.#locks.get(wanted);
      if (next && this.#closesCircle(owner, next, seen)) return true;
    }
    return false;
  }
}
