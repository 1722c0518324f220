/**
 * One Listen stream: any number of targets (documents or a query), each told what it holds, then what changes. After a write only
 * the targets it concerns are looked at, and of a query without limit only the written documents.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1
 */
import type { Message } from '../grpc.ts';
import { ServiceError, STATUS } from '../service.ts';
import { inScope, type StoredDocument, scopeKey } from './documents.ts';
import type { FirestoreModel } from './model.ts';
import { checkDocumentName } from './paths.ts';
import { type Plan, planQuery } from './plan.ts';
import type { Watcher } from './watchers.ts';
import { fromQuery, toDocument, toTimestamp } from './wire.ts';

/** By number in the enum TargetChange.TargetChangeType. */
const CHANGE = { NO_CHANGE: 0, ADD: 1, REMOVE: 2, CURRENT: 3, RESET: 4 } as const;

interface Target {
  id: number;
  /** The documents listened to by name, or the query. */
  source: { names: readonly string[] } | { plan: Plan };
  /** What the client has, with the version of each. */
  seen: Map<string, number>;
  /** Documents written since it was last told. */
  pending: Set<string>;
  stop: () => void;
}

export interface ListenSession {
  /** A ListenRequest. */
  request(message: Message): void;
  /** Says that nothing has happened: a sign of life. */
  beat(): void;
  close(): void;
}

/**
 * @param send takes a ListenResponse
 * @param later runs once everything that is happening now is over, so that writes in a row are told together
 */
export function openListen(
  model: FirestoreModel,
  send: (response: Message) => void,
  later: (run: () => void) => void = setImmediate,
): ListenSession {
  const targets = new Map<number, Target>();
  const dirty = new Set<Target>();

  const targetChange = (type: keyof typeof CHANGE, ids: number[], extra: Message = {}): void =>
    send({ targetChange: { targetChangeType: CHANGE[type], targetIds: ids, ...extra } });
  const now = (): Message => {
    const micros = model.readTime();
    return { readTime: toTimestamp(micros), resumeToken: Buffer.from(String(micros)) };
  };
  const remove = (id: number): void => {
    const target = targets.get(id);
    if (!target) return;
    target.stop();
    targets.delete(id);
    dirty.delete(target);
  };

  const changed = (target: Target, document: StoredDocument): void => {
    target.seen.set(document.name, document.updateMicros);
    model.counters.listened++;
    send({ documentChange: { document: toDocument(document), targetIds: [target.id] } });
  };
  const gone = (target: Target, name: string): void => {
    target.seen.delete(name);
    const { readTime } = now();
    const kind = model.documents.get(name) ? 'documentRemove' : 'documentDelete';
    send({ [kind]: { document: name, removedTargetIds: [target.id], readTime } });
  };

  /** Tells the target what it does not know about these documents. */
  const tellOf = (target: Target, names: Iterable<string>, matches: (d: StoredDocument) => boolean): void => {
    for (const name of names) {
      const document = model.documents.get(name);
      if (!document || !matches(document)) {
        if (target.seen.has(name)) gone(target, name);
      } else if (target.seen.get(name) !== document.updateMicros) {
        changed(target, document);
      }
    }
  };
  const tell = (target: Target): void => {
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
  };
  const flush = (): void => {
    if (dirty.size === 0) return;
    for (const target of dirty) tell(target);
    dirty.clear();
    targetChange('NO_CHANGE', [], now());
  };

  const addTarget = (message: Message): void => {
    const id: number = message.targetId || 1;
    remove(id);
    const source = sourceOf(message);
    const watcher: Watcher = {
      topics: 'names' in source ? source.names : [scopeKey(source.plan.query.scope)],
      notify(names) {
        for (const name of names) target.pending.add(name);
        if (dirty.size === 0) later(flush);
        dirty.add(target);
      },
    };
    const target: Target = {
      id,
      source,
      seen: new Map(),
      pending: new Set(),
      stop: model.watch(watcher),
    };
    targets.set(id, target);
    const found =
      'names' in source
        ? source.names.flatMap((name) => model.documents.get(name) ?? [])
        : model.peek(source.plan);
    targetChange('ADD', [id]);
    if (unchangedSince(model, message, source)) {
      for (const document of found) target.seen.set(document.name, document.updateMicros);
    } else {
      if (resumes(message)) targetChange('RESET', [id]);
      for (const document of found) changed(target, document);
      if ('names' in source) {
        for (const name of source.names) if (!target.seen.has(name)) gone(target, name);
      }
    }
    targetChange('CURRENT', [id], now());
    targetChange('NO_CHANGE', [], now());
    if (message.once) {
      remove(id);
      targetChange('REMOVE', [id]);
    }
  };

  return {
    request(message) {
      if (message.removeTarget) {
        remove(message.removeTarget);
        targetChange('REMOVE', [message.removeTarget]);
      } else if (message.addTarget) {
        try {
          addTarget(message.addTarget);
        } catch (error) {
          // A target that cannot be is taken away; the stream and its other targets live on.
          const id = message.addTarget.targetId || 1;
          remove(id);
          const { code, message: text } =
            error instanceof ServiceError ? error : { code: STATUS.INTERNAL, message: String(error) };
          targetChange('REMOVE', [id], { cause: { code, message: text } });
        }
      }
    },
    beat() {
      if (targets.size > 0 && dirty.size === 0) targetChange('NO_CHANGE', [], now());
    },
    close() {
      for (const id of [...targets.keys()]) remove(id);
    },
  };
}

/** @throws ServiceError INVALID_ARGUMENT */
function sourceOf(message: Message): Target['source'] {
  if (message.query)
    return { plan: planQuery(fromQuery(message.query.parent, message.query.structuredQuery)) };
  const names: string[] = message.documents?.documents ?? [];
  names.forEach(checkDocumentName);
  return { names };
}

const resumes = (message: Message): boolean => message.resumeToken?.length > 0 || message.readTime != null;

/** Whether a client that comes back has missed nothing, as far as is known; if not it gets everything anew. */
function unchangedSince(model: FirestoreModel, message: Message, source: Target['source']): boolean {
  if (!message.resumeToken?.length) return false;
  const token = Number(Buffer.from(message.resumeToken).toString());
  const changedNames = Number.isFinite(token) ? model.changedSince(token) : undefined;
  if (!changedNames) return false;
  const topics = 'names' in source ? new Set(source.names) : undefined;
  for (const name of changedNames) {
    // Any write in the scope counts, for what it was before might have matched.
    if (topics ? topics.has(name) : 'plan' in source && concerns(source.plan, name)) return false;
  }
  return true;
}

const concerns = ({ query }: Plan, name: string): boolean => inScope(name, query.scope);
