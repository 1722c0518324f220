/**
 * What a listener that comes back has to be told: only what changed since it was last told, if that is known. Its resume token is
 * the time up to which it knows everything.
 */
import type { Message } from '../grpc.ts';
import { bloomFilter } from './bloom.ts';
import { inScope, type StoredDocument } from './documents.ts';
import type { FirestoreModel } from './model.ts';
import type { Plan } from './plan.ts';
import { fromTimestamp } from './wire.ts';

/** What a target listens to: documents by name, or a query. */
export type Source = { names: readonly string[] } | { plan: Plan };

export interface Delta {
  changed: readonly StoredDocument[];
  /** Documents that the client has and that are not in the result any more. */
  removed: readonly string[];
  /** An ExistenceFilter without its target, where what was removed is not known: the client finds out itself. */
  filter?: Message;
}

export const resumeToken = (micros: number): Buffer => Buffer.from(String(micros));

/** The time a Target of the wire resumes from; undefined if it is new; NaN if its token is not one of ours. */
export function resumeMicros(target: Message): number | undefined {
  if (target.resumeToken?.length) return Number(Buffer.from(target.resumeToken).toString());
  return target.readTime ? fromTimestamp(target.readTime) : undefined;
}

/**
 * @param found what the target holds now
 * @returns undefined if the client must get everything anew
 */
export function deltaSince(
  model: FirestoreModel,
  source: Source,
  micros: number,
  found: readonly StoredDocument[],
): Delta | undefined {
  if (!Number.isSafeInteger(micros) || micros < 0 || micros > model.readTime()) return undefined;
  const before = model.changedSince(micros);
  const windowed = 'plan' in source && source.plan.windowed;
  if (!before) return windowed ? undefined : newerThan(micros, found);
  if (windowed) return difference(model.peek(source.plan, micros), found);
  const concerned = 'names' in source ? withNames(before, source.names) : before;
  const inResult =
    'names' in source ? (d: StoredDocument | undefined) => d !== undefined : matchesOf(source.plan);
  const changed: StoredDocument[] = [];
  const removed: string[] = [];
  for (const [name, was] of concerned) {
    const is = model.documents.get(name);
    if (is && inResult(is)) changed.push(is);
    else if (inResult(was)) removed.push(name);
  }
  return { changed, removed };
}

const matchesOf = (plan: Plan) => (document: StoredDocument | undefined) =>
  document !== undefined && inScope(document.name, plan.query.scope) && plan.matches(document);

function* withNames<T>(
  map: ReadonlyMap<string, T>,
  names: readonly string[],
): Generator<[string, T | undefined]> {
  for (const name of names) if (map.has(name)) yield [name, map.get(name)];
}

function difference(was: readonly StoredDocument[], is: readonly StoredDocument[]): Delta {
  const had = new Map(was.map((d) => [d.name, d.updateMicros]));
  const changed = is.filter((d) => had.get(d.name) !== d.updateMicros);
  for (const { name } of is) had.delete(name);
  return { changed, removed: [...had.keys()] };
}

/** A document that did not change since then was in the result then, as it is now; of what was removed only the number is known. */
function newerThan(micros: number, found: readonly StoredDocument[]): Delta {
  const changed = found.filter((d) => d.updateMicros > micros);
  // "Despite its name" of all that match, says the API, changed or not: clients drop whatever is not in it.
  const unchangedNames = bloomFilter(found.map((d) => d.name));
  return { changed, removed: [], filter: { count: found.length, unchangedNames } };
}
