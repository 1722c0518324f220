/**
 * What one caller may do. A server (whoever brings an access token) may do everything; whoever brings a Firebase ID token, or nothing, is bound by the
 * security rules, on every wire alike.
 */
import { ServiceError, STATUS } from '../service.ts';
import type { DocumentWrite } from './commit.ts';
import type { StoredDocument } from './documents.ts';
import type { FirestoreModel } from './model.ts';
import type { Query } from './query.ts';
import type { Auth, Decision, Rules, RulesContext, WriteOperation } from './rules/rules.ts';

/** A commit that is about to happen, before its preconditions are looked at: they must not tell a stranger what exists. */
export interface Draft {
  readonly writes: readonly DocumentWrite[];
  readonly commitMicros: number;
  before(name: string): StoredDocument | undefined;
  after(name: string): StoredDocument | undefined;
}

/** Each throws ServiceError PERMISSION_DENIED. */
export interface Guard {
  /** Until when the caller's token is good, in ms since the epoch. */
  readonly untilMs?: number;
  /** Whether rules bind this caller. */
  readonly binding: boolean;
  /** @returns names of further documents that the decision depends on */
  get(names: readonly string[], documents: readonly (StoredDocument | undefined)[]): ReadonlySet<string>;
  /** @returns the same */
  list(query: Query): ReadonlySet<string>;
  commit(draft: Draft): void;
  /** For methods that no rule speaks of. */
  administer(): void;
}

const NOTHING: ReadonlySet<string> = new Set();

export const UNGUARDED: Guard = {
  binding: false,
  get: () => NOTHING,
  list: () => NOTHING,
  commit: () => undefined,
  administer: () => undefined,
};

/** Documents that get() and exists() may look at in a call about several documents. https://firebase.google.com/docs/firestore/security/rules-conditions#access_call_limits */
const SHARED_LOOKUPS = 20;

interface GuardOptions {
  model: FirestoreModel;
  rules: Rules;
  auth: Auth | null;
  untilMs?: number;
  /** Told why something was denied, for developers: the caller hears only that it was. */
  onDenied?: (reason: string) => void;
}

export function guardOf({ model, rules, auth, untilMs, onDenied }: GuardOptions): Guard {
  const stored = (name: string): StoredDocument | undefined => model.documents.get(name);
  const require = ({ allowed, reason, looked }: Decision): ReadonlySet<string> => {
    if (allowed) return looked;
    throw denied(reason);
  };
  const denied = (reason: string): ServiceError => {
    onDenied?.(reason);
    return new ServiceError(STATUS.PERMISSION_DENIED, 'Missing or insufficient permissions.');
  };
  const reading = (count: number): RulesContext => ({
    auth,
    timeMicros: requestTime(model.readTime()),
    lookup: stored,
    ...(count > 1 && { budget: { left: SHARED_LOOKUPS } }),
  });

  return {
    binding: true,
    ...(untilMs !== undefined && { untilMs }),
    get(names, documents) {
      const context = reading(names.length);
      return union(names.map((name, index) => require(rules.get(name, documents[index], context))));
    },
    list: (query) => require(rules.list(query, reading(1))),
    commit(draft) {
      const { writes, commitMicros, before, after } = draft;
      const context: RulesContext = {
        auth,
        timeMicros: requestTime(commitMicros),
        lookup: (name, afterwards) => (afterwards ? after(name) : before(name)),
        ...(writes.length > 1 && { budget: { left: SHARED_LOOKUPS } }),
      };
      const first = new Map(writes.map((write) => [write.name, write] as const).reverse());
      for (const [name, write] of first) {
        const was = before(name);
        if (write.op === 'verify') require(rules.get(name, was, context));
        else require(rules.write(operationOf(write, was, after(name)), name, was, after(name), context));
      }
    },
    administer() {
      throw denied('only servers may call this method');
    },
  };
}

/** What a server timestamp of the same call holds, so that `request.resource.data.at == request.time` is true: milliseconds only. */
const requestTime = (micros: number): number => Math.floor(micros / 1000) * 1000;

/** What a caller says of the document's existence counts, so that an update of what does not exist is judged as an update. */
function operationOf(
  { precondition }: DocumentWrite,
  was: StoredDocument | undefined,
  is: StoredDocument | undefined,
): WriteOperation {
  if (!is) return 'delete';
  if (precondition && 'exists' in precondition) return precondition.exists ? 'update' : 'create';
  return was ? 'update' : 'create';
}

const union = (sets: readonly ReadonlySet<string>[]): ReadonlySet<string> =>
  sets.length === 1 && sets[0] ? sets[0] : new Set(sets.flatMap((set) => [...set]));
