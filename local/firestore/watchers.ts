/** Who wants to know of a write: looked up by the written document's name, collection and collection id, never by asking everybody. */
import { scopesOf } from './documents.ts';

export interface Watcher {
  /** Full names of documents, and scope keys. */
  readonly topics: readonly string[];
  notify(names: readonly string[]): void;
}

export class Watchers {
  readonly #byTopic = new Map<string, Set<Watcher>>();

  add(watcher: Watcher): void {
    for (const topic of watcher.topics) {
      const set = this.#byTopic.get(topic) ?? new Set();
      this.#byTopic.set(topic, set.add(watcher));
    }
  }

  remove(watcher: Watcher): void {
    for (const topic of watcher.topics) {
      const set = this.#byTopic.get(topic);
      set?.delete(watcher);
      if (set?.size === 0) this.#byTopic.delete(topic);
    }
  }

  /** Tells each watcher once of all names that concern it. */
  changed(names: Iterable<string>): void {
    if (this.#byTopic.size === 0) return;
    const concerned = new Map<Watcher, string[]>();
    for (const name of names) {
      for (const topic of [name, ...scopesOf(name)]) {
        for (const watcher of this.#byTopic.get(topic) ?? []) {
          const list = concerned.get(watcher) ?? [];
          if (list.at(-1) !== name) list.push(name);
          concerned.set(watcher, list);
        }
      }
    }
    for (const [watcher, list] of concerned) watcher.notify(list);
  }
}
