/** One check of one request: what `request` and `resource` are, which documents were looked at, and how much was computed. */
import type { StoredDocument } from '../documents.ts';
import { idOf } from '../paths.ts';
import { fault } from './errors.ts';
import { MAX_EXPRESSIONS, MAX_LOOKUPS } from './limits.ts';
import type { Operation } from './operations.ts';
import { Unknown } from './unknown.ts';
import {
  convertFields,
  convertJson,
  LazyMap,
  nameOfPath,
  type Path,
  PlainMap,
  pathOfName,
  type QueryConstraints,
  type Result,
  type RuleValue,
  timestampOfMicros,
  UNSURE,
} from './values.ts';

export interface Auth {
  readonly uid: string;
  /** The claims of the decoded ID token. */
  readonly token: Readonly<Record<string, unknown>>;
}

export interface RulesContext {
  /** Who asks; null if nobody is signed in. */
  readonly auth: Auth | null;
  readonly timeMicros: number;
  /** A document by full name, as it is, or (`after`) as it will be once the commit is done. */
  lookup(name: string, after: boolean): StoredDocument | undefined;
  /** How many documents get() and exists() may still look at, shared by all checks of one call: 20 for a commit. */
  readonly budget?: { left: number };
}

export interface Subject {
  readonly operation: Operation;
  /** Of `request.path`. */
  readonly path: RuleValue;
  readonly resource: RuleValue;
  /** Undefined where `request` has no such property: on reading. */
  readonly newResource?: RuleValue;
  readonly query?: QueryConstraints;
}

/** Documents that a budget has paid for: the same one is counted once over all checks that share it. */
const paid = new WeakMap<object, Set<string>>();

/** The documents that rules look at with get() and exists(), counted and remembered for one operation. */
export class Lookups {
  /** Their full names. */
  readonly looked = new Set<string>();
  readonly #context: RulesContext;
  /** Root of the database: `projects/p/databases/d/documents`. */
  readonly #root: string;
  readonly #documents = new Map<string, StoredDocument | undefined>();

  constructor(context: RulesContext, root: string) {
    this.#context = context;
    this.#root = root;
  }

  /** What get() gives: null for a document that is not there. @throws Fault */
  get(path: Path, after: boolean): Result {
    const document = this.#find(path, after);
    return document === UNSURE ? UNSURE : document ? resourceOf(document) : null;
  }

  /** @throws Fault */
  exists(path: Path, after: boolean): Result {
    const document = this.#find(path, after);
    return document === UNSURE ? UNSURE : document !== undefined;
  }

  #find(path: Path, after: boolean): StoredDocument | undefined | typeof UNSURE {
    if (path.segments.some((segment) => segment instanceof Unknown)) return UNSURE;
    const name = nameOfPath(path, this.#root);
    if (name === undefined) {
      const text = path.segments.map((segment) => (typeof segment === 'string' ? segment : '$(…)')).join('/');
      fault(`/${text} is no document of this database, /databases/$(database)/documents/… is`);
    }
    const key = after ? `${name} after` : name;
    if (this.#documents.has(key)) return this.#documents.get(key);
    this.#pay(key);
    this.looked.add(name);
    const document = this.#context.lookup(name, after);
    this.#documents.set(key, document);
    return document;
  }

  #pay(key: string): void {
    if (this.#documents.size >= MAX_LOOKUPS) fault(`More than ${MAX_LOOKUPS} documents were looked at`);
    const { budget } = this.#context;
    if (!budget) return;
    const seen = paid.get(budget) ?? new Set();
    paid.set(budget, seen);
    if (seen.has(key)) return;
    if (budget.left <= 0) fault('The call has looked at too many documents');
    budget.left--;
    seen.add(key);
  }
}

export class Evaluation {
  readonly request: PlainMap;
  readonly resource: RuleValue;
  readonly lookups: Lookups;
  /** Whether values may be unknown. */
  readonly symbolic: boolean;
  #steps = 0;

  constructor({ auth, timeMicros }: RulesContext, subject: Subject, lookups: Lookups) {
    this.resource = subject.resource;
    this.symbolic = subject.operation === 'list';
    this.lookups = lookups;
    const request: [string, RuleValue][] = [
      ['auth', auth && new LazyMap<unknown>({ uid: auth.uid, token: auth.token }, convertJson)],
      ['method', subject.operation],
      ['path', subject.path],
      ['time', timestampOfMicros(timeMicros)],
    ];
    if (subject.newResource !== undefined) request.push(['resource', subject.newResource]);
    if (subject.query) request.push(['query', subject.query]);
    this.request = new PlainMap(request);
  }

  /** Counts an expression. @throws Fault */
  step(): void {
    if (++this.#steps > MAX_EXPRESSIONS) fault(`More than ${MAX_EXPRESSIONS} expressions were evaluated`);
  }
}

/** A document as rules see it. */
export const resourceOf = ({ name, fields }: StoredDocument): RuleValue =>
  new PlainMap([
    ['data', convertFields(fields)],
    ['id', idOf(name)],
    ['__name__', pathOfName(name)],
  ]);

/** What is asked about one document. */
export const subjectOf = (
  operation: Operation,
  name: string,
  before: StoredDocument | undefined,
  newResource?: RuleValue,
): Subject => ({
  operation,
  path: pathOfName(name),
  resource: before ? resourceOf(before) : null,
  ...(newResource === undefined ? {} : { newResource }),
});
