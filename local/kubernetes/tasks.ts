/** What falls due later in some leaf cluster. The instant is stored, so that a restart waits for the rest of the time only. */
import type { LocalClock } from '../clock.ts';
import type { Store, Table } from '../store.ts';

interface Task {
  /** `<location>/<name>` of the leaf cluster. */
  leaf: string;
  name: string;
  /** Key of the object it concerns. */
  subject: string;
  atMs: number;
}

const keyOf = (leaf: string, name: string, subject: string): string => `${leaf}|${name}|${subject}`;

export class Tasks {
  readonly #store: Store;
  readonly #table: Table<Task>;
  readonly #clock: LocalClock;
  readonly #run: (task: Task) => void;
  readonly #timers = new Map<string, () => void>();

  constructor(store: Store, clock: LocalClock, run: (task: Task) => void) {
    this.#store = store;
    this.#table = store.table('tasks');
    this.#clock = clock;
    this.#run = run;
  }

  /**
   * Arms what the journal held for a leaf cluster. What fell due while nobody was there comes now, and everything else keeps its distance
   * from it: a deadline that ran on meanwhile would end work that stood still, which in reality it does not.
   * @returns for how long nobody was there, in real time
   */
  resume(leaf: string): number {
    const tasks = [...this.#table.values()].filter((task) => task.leaf === leaf);
    const lateMs = Math.max(0, ...tasks.map(({ atMs }) => this.#clock.now() - atMs));
    for (const task of tasks) {
      const later = { ...task, atMs: task.atMs + lateMs };
      if (lateMs > 0) this.#table.set(keyOf(leaf, task.name, task.subject), later);
      this.#arm(later);
    }
    return lateMs;
  }

  has(leaf: string, name: string, subject: string): boolean {
    return this.#table.has(keyOf(leaf, name, subject));
  }

  /** @param durationMs cloud time; a task of the same name and subject is replaced */
  schedule(leaf: string, name: string, subject: string, durationMs: number): void {
    this.cancel(leaf, name, subject);
    const task: Task = { leaf, name, subject, atMs: this.#clock.after(durationMs) };
    this.#table.set(keyOf(leaf, name, subject), task);
    this.#arm(task);
  }

  cancel(leaf: string, name: string, subject: string): void {
    const key = keyOf(leaf, name, subject);
    this.#timers.get(key)?.();
    this.#timers.delete(key);
    this.#table.delete(key);
  }

  cancelAll(leaf: string): void {
    for (const task of [...this.#table.values()]) {
      if (task.leaf === leaf) this.cancel(leaf, task.name, task.subject);
    }
  }

  /** Drops the timers and keeps the tasks: the process stops, the cloud does not. */
  pause(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #arm(task: Task): void {
    const key = keyOf(task.leaf, task.name, task.subject);
    const cancel = this.#clock.schedule(task.atMs, () => {
      this.#timers.delete(key);
      // As one: killed in between, a task would be neither due nor done, and what it was to go on with would stand still for ever.
      this.#store.batch(() => {
        this.#table.delete(key);
        this.#run(task);
      });
    });
    this.#timers.set(key, cancel);
  }
}
