/** What falls due later in some leaf cluster. The instant is stored, so that a restart waits for the rest of the time only. */
import type { LocalClock } from '../clock.ts';
import type { Table } from '../store.ts';

export interface Task {
  /** `<location>/<name>` of the leaf cluster. */
  leaf: string;
  name: string;
  /** Key of the object it concerns. */
  subject: string;
  atMs: number;
}

const keyOf = (leaf: string, name: string, subject: string): string => `${leaf}|${name}|${subject}`;

export class Tasks {
  readonly #table: Table<Task>;
  readonly #clock: LocalClock;
  readonly #run: (task: Task) => void;
  readonly #timers = new Map<string, () => void>();

  constructor(table: Table<Task>, clock: LocalClock, run: (task: Task) => void) {
    this.#table = table;
    this.#clock = clock;
    this.#run = run;
  }

  /** Arms what the journal held for a leaf cluster. */
  resume(leaf: string): void {
    for (const task of this.#table.values()) if (task.leaf === leaf) this.#arm(task);
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
      this.#table.delete(key);
      this.#run(task);
    });
    this.#timers.set(key, cancel);
  }
}
