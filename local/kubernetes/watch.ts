/** The recent history of one leaf cluster and those who watch it. */
import { expired } from './errors.ts';
import type { Kind } from './kinds.ts';
import type { Change, ChangeType, Stored } from './objects.ts';
import type { Matcher } from './selectors.ts';

interface WatchRequest {
  kind: Kind;
  /** All namespaces if absent. */
  namespace?: string | undefined;
  matches: Matcher;
  /** Changes after this revision; absent: the present state as ADDED, then changes. */
  since?: number | undefined;
}

export interface WatchEvent {
  type: ChangeType;
  object: Stored;
}

/**
 * Changes kept for those who watch from an earlier revision. A real cluster keeps five minutes of them; here a number, so that many
 * idle leaf clusters cost little. Clients that fall behind are told 410 and list again, as they must anyway.
 */
const KEPT_CHANGES = 100;

export class Watches {
  readonly #watchers = new Set<(change: Change) => void>();
  #history: Change[] = [];
  /** Changes up to this revision are forgotten. */
  #compacted: number;

  constructor(revision: number) {
    this.#compacted = revision;
  }

  get count(): number {
    return this.#watchers.size;
  }

  record(change: Change): void {
    this.#history.push(change);
    if (this.#history.length > KEPT_CHANGES) {
      const dropped = this.#history.splice(0, this.#history.length - KEPT_CHANGES);
      this.#compacted = dropped.at(-1)?.revision ?? this.#compacted;
    }
    for (const watcher of this.#watchers) watcher(change);
  }

  /** Forgets the history, as etcd's compaction does. */
  compact(): void {
    this.#compacted = this.#history.at(-1)?.revision ?? this.#compacted;
    this.#history = [];
  }

  /**
   * Calls `send` for each event, at first within this call. Returns what stops it.
   * @throws ApiError 410 if the history no longer reaches back to `since`
   */
  watch(request: WatchRequest, present: Iterable<Stored>, send: (event: WatchEvent) => void): () => void {
    const deliver = (change: Change): void => {
      const event = seenThrough(request, change);
      if (event) send(event);
    };
    if (request.since === undefined) {
      for (const object of present) if (request.matches(object)) send({ type: 'ADDED', object });
    } else {
      const since = request.since;
      if (since < this.#compacted) {
        throw expired(`too old resource version: ${since} (${this.#compacted})`);
      }
      for (const change of this.#history) if (change.revision > since) deliver(change);
    }
    this.#watchers.add(deliver);
    return () => this.#watchers.delete(deliver);
  }
}

/** What a change is to a watcher with selectors: an object that starts to match is new to it, one that stops is gone. */
function seenThrough(request: WatchRequest, change: Change): WatchEvent | undefined {
  if (change.kind.resource !== request.kind.resource) return undefined;
  const { object, before, type } = change;
  if (request.namespace !== undefined && object.metadata.namespace !== request.namespace) return undefined;
  const matched = before !== undefined && request.matches(before);
  if (type === 'DELETED') return matched ? { type, object } : undefined;
  const matches = request.matches(object);
  if (matches) return { type: matched ? 'MODIFIED' : 'ADDED', object };
  return matched ? { type: 'DELETED', object } : undefined;
}
