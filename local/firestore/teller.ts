/**
 * What is said to the client of a Listen stream about one target: everything, a difference, or what a write changed. When to say it,
 * and whether the client may hear it, is in `listen.ts`.
 */
import type { Message } from '../grpc.ts';
import type { StoredDocument } from './documents.ts';
import type { FirestoreModel } from './model.ts';
import { type Delta, resumeToken, type Source } from './resume.ts';
import { toDocument, toTimestamp } from './wire.ts';

/** By number in the enum TargetChange.TargetChangeType. */
const CHANGE = { NO_CHANGE: 0, ADD: 1, REMOVE: 2, CURRENT: 3, RESET: 4 } as const;

export interface Told {
  id: number;
  source: Source;
  /** What the client has, with the version of each. */
  seen: Map<string, number>;
  /** Documents written since it was last told. */
  pending: Set<string>;
}

interface Teller {
  targetChange(type: keyof typeof CHANGE, ids: readonly number[], extra?: Message): void;
  /** All that the target holds, to a client that knows nothing of it. */
  tellAll(target: Told, found: readonly StoredDocument[]): void;
  /** What changed since the client last listened. */
  tellDelta(target: Told, found: readonly StoredDocument[], delta: Delta): void;
  /** What the writes since it was last told changed. */
  tellPending(target: Told): void;
  /** The target holds what it held at this time. */
  tellCurrent(target: Told): void;
  /** All targets hold what they held at this time: only now the client shows what it was told. */
  tellTime(): void;
}

/** @param send takes a ListenResponse */
export function createTeller(model: FirestoreModel, send: (response: Message) => void): Teller {
  const targetChange: Teller['targetChange'] = (type, ids, extra = {}) =>
    send({ targetChange: { targetChangeType: CHANGE[type], targetIds: ids, ...extra } });
  const now = (): Message => {
    const micros = model.readTime();
    return { readTime: toTimestamp(micros), resumeToken: resumeToken(micros) };
  };
  const changed = (target: Told, document: StoredDocument): void => {
    target.seen.set(document.name, document.updateMicros);
    model.counters.listened++;
    send({ documentChange: { document: toDocument(document), targetIds: [target.id] } });
  };
  const gone = (target: Told, name: string): void => {
    target.seen.delete(name);
    const kind = model.documents.get(name) ? 'documentRemove' : 'documentDelete';
    send({ [kind]: { document: name, removedTargetIds: [target.id], readTime: now().readTime } });
  };
  const tellOf = (target: Told, names: Iterable<string>, matches: (d: StoredDocument) => boolean): void => {
    for (const name of names) {
      const document = model.documents.get(name);
      if (!document || !matches(document)) {
        if (target.seen.has(name)) gone(target, name);
      } else if (target.seen.get(name) !== document.updateMicros) {
        changed(target, document);
      }
    }
  };

  return {
    targetChange,
    tellAll(target, found) {
      for (const document of found) changed(target, document);
      if (!('names' in target.source)) return;
      for (const name of target.source.names) if (!target.seen.has(name)) gone(target, name);
    },
    tellDelta(target, found, delta) {
      for (const document of found) target.seen.set(document.name, document.updateMicros);
      for (const document of delta.changed) changed(target, document);
      for (const name of delta.removed) gone(target, name);
      if (delta.filter) send({ filter: { targetId: target.id, ...delta.filter } });
    },
    tellPending(target) {
      const { source } = target;
      const names = [...target.pending];
      target.pending.clear();
      if ('names' in source) {
        tellOf(target, names, () => true);
      } else if (!source.plan.windowed) {
        tellOf(target, names, source.plan.matches);
      } else {
        // A write may push another document out of the window or let one in.
        const found = new Map(model.peek(source.plan).map((d) => [d.name, d]));
        tellOf(target, new Set([...target.seen.keys(), ...found.keys()]), (d) => found.has(d.name));
      }
    },
    tellCurrent: ({ id }) => targetChange('CURRENT', [id], now()),
    tellTime: () => targetChange('NO_CHANGE', [], now()),
  };
}
