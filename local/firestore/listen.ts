/**
 * One Listen stream: any number of targets (documents or a query), each told what it holds, then what changes. After a write only
 * the targets it concerns are looked at, and of a query without limit only the written documents. What the rules allow is asked
 * again whenever the answer may have changed.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1
 */
import type { Message } from '../grpc.ts';
import { ServiceError, STATUS } from '../service.ts';
import { type StoredDocument, scopeKey } from './documents.ts';
import { type Guard, UNGUARDED } from './guard.ts';
import type { FirestoreModel } from './model.ts';
import { checkDocumentName } from './paths.ts';
import { planQuery } from './plan.ts';
import { deltaSince, resumeMicros, type Source } from './resume.ts';
import { createTeller, type Told } from './teller.ts';
import type { Watcher } from './watchers.ts';
import { fromQuery } from './wire.ts';

interface Target extends Told {
  /** Whether the rules must be asked again. */
  doubted: boolean;
  /** Ends the watch of what it listens to. */
  stop: () => void;
  /** Ends the watch of what the rules looked at for it. */
  stopLooked: () => void;
}

export interface ListenSession {
  /** A ListenRequest. */
  request(message: Message): void;
  /** Says that nothing has happened: a sign of life. */
  beat(): void;
  /** Asks the rules again for every target. */
  doubt(): void;
  close(): void;
}

interface ListenOptions {
  guard?: Guard;
  /** Runs once everything that is happening now is over, so that writes in a row are told together. */
  later?: (run: () => void) => void;
}

/** @param send takes a ListenResponse */
export function openListen(
  model: FirestoreModel,
  send: (response: Message) => void,
  { guard = UNGUARDED, later = setImmediate }: ListenOptions = {},
): ListenSession {
  const targets = new Map<number, Target>();
  const dirty = new Set<Target>();

  const teller = createTeller(model, send);

  const remove = (id: number): void => {
    const target = targets.get(id);
    if (!target) return;
    target.stop();
    target.stopLooked();
    targets.delete(id);
    dirty.delete(target);
  };
  /** A target that cannot be is taken away; the stream and its other targets live on. */
  const reject = (id: number, error: unknown): void => {
    remove(id);
    const cause =
      error instanceof ServiceError
        ? { code: error.code, message: error.message }
        : { code: STATUS.INTERNAL, message: String(error) };
    teller.targetChange('REMOVE', [id], { cause });
  };

  /** Tells all targets; after it every one of them knows everything up to now. */
  const flush = (): void => {
    if (dirty.size === 0) return;
    for (const target of dirty) {
      try {
        // Rules speak of a document's content, but of a query's own constraints only.
        if (target.doubted || 'names' in target.source) permit(target);
        teller.tellPending(target);
      } catch (error) {
        reject(target.id, error);
      }
    }
    dirty.clear();
    teller.tellTime();
  };
  const soil = (target: Target): void => {
    if (dirty.size === 0) later(flush);
    dirty.add(target);
  };
  const doubt = (target: Target): void => {
    target.doubted = true;
    soil(target);
  };

  /** @throws ServiceError PERMISSION_DENIED */
  const permit = (target: Target): void => {
    target.doubted = false;
    if (!guard.binding) return;
    target.stopLooked();
    const { source } = target;
    const looked =
      'names' in source
        ? guard.get(
            source.names,
            source.names.map((name) => model.documents.get(name)),
          )
        : guard.list(source.plan.query);
    target.stopLooked =
      looked.size > 0 ? model.watch({ topics: [...looked], notify: () => doubt(target) }) : noop;
  };

  const holds = ({ source }: Target): StoredDocument[] =>
    'names' in source
      ? source.names.flatMap((name) => model.documents.get(name) ?? [])
      : model.peek(source.plan);

  const addTarget = (message: Message): void => {
    const source = sourceOf(message);
    if ('plan' in source) model.requireIndex(source.plan);
    const target = newTarget(message.targetId || 1, source);
    remove(target.id);
    permit(target);
    targets.set(target.id, target);
    target.stop = model.watch(watcherOf(target));
    const found = holds(target);
    const since = resumeMicros(message);
    const delta = since === undefined ? undefined : deltaSince(model, target.source, since, found);
    teller.targetChange('ADD', [target.id]);
    if (since !== undefined && !delta) teller.targetChange('RESET', [target.id]);
    if (delta) teller.tellDelta(target, found, delta);
    else teller.tellAll(target, found);
    teller.tellCurrent(target);
    // What is said now holds for all targets, so none may have something left to be told.
    if (dirty.size > 0) flush();
    else teller.tellTime();
    if (message.once) {
      remove(target.id);
      teller.targetChange('REMOVE', [target.id]);
    }
  };
  const watcherOf = (target: Target): Watcher => ({
    topics: 'names' in target.source ? target.source.names : [scopeKey(target.source.plan.query.scope)],
    notify(names) {
      for (const name of names) target.pending.add(name);
      soil(target);
    },
  });

  return {
    request(message) {
      if (message.removeTarget) {
        remove(message.removeTarget);
        teller.targetChange('REMOVE', [message.removeTarget]);
      } else if (message.addTarget) {
        try {
          addTarget(message.addTarget);
        } catch (error) {
          reject(message.addTarget.targetId || 1, error);
        }
      }
    },
    beat() {
      if (targets.size > 0 && dirty.size === 0) teller.tellTime();
    },
    doubt() {
      for (const target of targets.values()) doubt(target);
    },
    close() {
      for (const id of [...targets.keys()]) remove(id);
    },
  };
}

const noop = (): void => undefined;

const newTarget = (id: number, source: Source): Target => ({
  id,
  source,
  seen: new Map(),
  pending: new Set(),
  doubted: false,
  stop: noop,
  stopLooked: noop,
});

/** @throws ServiceError INVALID_ARGUMENT */
function sourceOf(message: Message): Source {
  if (message.query)
    return { plan: planQuery(fromQuery(message.query.parent, message.query.structuredQuery)) };
  const names: string[] = message.documents?.documents ?? [];
  names.forEach(checkDocumentName);
  return { names };
}
