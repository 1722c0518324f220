/**
 * Security rules of Cloud Firestore: `compileRules` reads their text, and what it gives decides about reads, writes and queries.
 * The path of a decision: match.ts finds the statements that cover the document, compile.ts has made functions of their
 * conditions, evaluation.ts holds what they are evaluated about; for a query, facts.ts says what is known of its documents.
 * https://firebase.google.com/docs/firestore/security/get-started
 */
import type { StoredDocument } from '../documents.ts';
import { rootOf } from '../paths.ts';
import type { Query } from '../query.ts';
import { BUILT_IN_NAMES, Compiler } from './compile.ts';
import { Fault, placeOf, RulesError } from './errors.ts';
import { Evaluation, Lookups, type RulesContext, resourceOf, type Subject, subjectOf } from './evaluation.ts';
import { constraintsOf, type Possible, possibleDocuments } from './facts.ts';
import { type Matchable, Matcher, pathOf, type Segment } from './match.ts';
import { type Operation, operationsOf } from './operations.ts';
import { parseRules } from './parser.ts';
import type { Evaluate } from './running.ts';
import { blockScope, type Scope } from './scopes.ts';
import type { AllowStatement, FunctionDeclaration, MatchStatement, RulesFile } from './syntax.ts';
import { Unknown } from './unknown.ts';
import { type Result, UNSURE } from './values.ts';

export { RulesError } from './errors.ts';
export type { Auth, RulesContext } from './evaluation.ts';

export type WriteOperation = 'create' | 'update' | 'delete';

export interface Decision {
  readonly allowed: boolean;
  /** Which allow statement (line:column) allowed it, or what became of each that could have. */
  readonly reason: string;
  /** Full names of the documents that get() and exists() looked at: if one of them changes, the decision may. */
  readonly looked: ReadonlySet<string>;
}

export interface Rules {
  /** A read of one document by name, present or not. */
  get(name: string, document: StoredDocument | undefined, context: RulesContext): Decision;
  /** A write; `before` and `after` are the states around it. */
  write(
    operation: WriteOperation,
    name: string,
    before: StoredDocument | undefined,
    after: StoredDocument | undefined,
    context: RulesContext,
  ): Decision;
  /**
   * A query: allowed only if its own constraints prove the rule for every document it might ever find.
   * @throws ServiceError INVALID_ARGUMENT for a query that has too many alternatives to be planned
   */
  list(query: Query, context: RulesContext): Decision;
}

/** An allow statement, compiled. */
interface Allow {
  readonly operations: ReadonlySet<Operation>;
  readonly condition: Evaluate | undefined;
  /** line:column */
  readonly place: string;
}

/** @throws RulesError */
export function compileRules(source: string): Rules {
  return new CompiledRules(source);
}

/** What compileRules() makes; list() and listed() share all but what they know. */
export class CompiledRules implements Rules {
  readonly #source: string;
  readonly #file: RulesFile;
  readonly #compiler: Compiler;
  readonly #matches: readonly Matchable<Allow>[];
  readonly #places = new Map<number, string>();

  constructor(source: string) {
    this.#source = source;
    this.#file = parseRules(source);
    this.#compiler = new Compiler(source);
    const { functions, service } = this.#file;
    const scope = this.#scope(this.#scope(undefined, functions, []), service.functions, []);
    this.#matches = service.matches.map((match) => this.#compileMatch(match, scope));
  }

  get(name: string, document: StoredDocument | undefined, context: RulesContext): Decision {
    return this.#decideOne(subjectOf('get', name, document), name, context);
  }

  write(
    operation: WriteOperation,
    name: string,
    before: StoredDocument | undefined,
    after: StoredDocument | undefined,
    context: RulesContext,
  ): Decision {
    const subject = subjectOf(operation, name, before, after ? resourceOf(after) : null);
    return this.#decideOne(subject, name, context);
  }

  list(query: Query, context: RulesContext): Decision {
    const lookups = new Lookups(context, rootOf(query.scope.parent));
    const { looked } = lookups;
    if (query.scope.allDescendants && this.#file.version === '1') {
      const reason = "queries of collection groups need rules_version = '2'";
      return { allowed: false, reason, looked };
    }
    const reasons = new Set<string>();
    for (const possible of possibleDocuments(query)) {
      const evaluation = new Evaluation(context, listSubject(query, possible), lookups);
      const decision = this.#decide('list', evaluation, possible.segments);
      if (!decision.allowed) return decision;
      reasons.add(decision.reason);
    }
    return { allowed: true, reason: [...reasons].join('; '), looked };
  }

  /** What the rules for queries say of one document that is known: list() allows only what this allows for all that it finds. */
  listed(query: Query, document: StoredDocument, context: RulesContext): Decision {
    const subject = { ...subjectOf('list', document.name, document), query: constraintsOf(query) };
    return this.#decideOne(subject, document.name, context);
  }

  #decideOne(subject: Subject, name: string, context: RulesContext): Decision {
    const evaluation = new Evaluation(context, subject, new Lookups(context, rootOf(name)));
    return this.#decide(subject.operation, evaluation, name.split('/').slice(2));
  }

  #decide(operation: Operation, evaluation: Evaluation, segments: readonly Segment[]): Decision {
    const { looked } = evaluation.lookups;
    const refusals: string[] = [];
    let reason = '';
    const matcher = new Matcher<Allow>(segments, this.#file.version, (allows, captures) =>
      allows.some(({ operations, condition, place }) => {
        if (!operations.has(operation)) return false;
        const refusal = condition && this.#refusal(() => condition({ evaluation, captures, locals: [] }));
        if (refusal === undefined) reason = `allowed at ${place}`;
        else refusals.push(`${place} ${refusal}`);
        return refusal === undefined;
      }),
    );
    if (matcher.search(this.#matches)) return { allowed: true, reason, looked };
    const none = `no rule covers ${operation} of ${describe(segments)}`;
    return { allowed: false, reason: refusals.join('; ') || none, looked };
  }

  /** Why a condition does not hold; undefined if it does. */
  #refusal(evaluate: () => Result): string | undefined {
    try {
      const result = evaluate();
      if (result === true) return undefined;
      if (result === false) return 'is false';
      const open = result === UNSURE || result instanceof Unknown;
      return open ? 'does not follow from the query' : 'is no bool';
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return error.at === undefined ? error.message : `${error.message} (${this.#placeOf(error.at)})`;
    }
  }

  /** line:column, remembered because the same expressions fail again and again. */
  #placeOf(offset: number): string {
    const known = this.#places.get(offset);
    if (known !== undefined) return known;
    const { line, column } = placeOf(this.#source, offset);
    const place = `${line}:${column}`;
    this.#places.set(offset, place);
    return place;
  }

  #scope(
    outer: Scope | undefined,
    functions: readonly FunctionDeclaration[],
    path: MatchStatement['path'],
  ): Scope {
    const errorAt = (message: string, offset: number) => new RulesError(message, this.#source, offset);
    const scope = blockScope(outer, functions, path, BUILT_IN_NAMES, errorAt);
    // Also those that nothing calls: their faults are faults of the rules.
    for (const entry of scope.functions.values()) this.#compiler.compileFunction(entry);
    return scope;
  }

  #compileMatch(match: MatchStatement, outer: Scope): Matchable<Allow> {
    const scope = this.#scope(outer, match.functions, match.path);
    return {
      pattern: match.path,
      allows: match.allows.map((allow) => this.#compileAllow(allow, scope)),
      matches: match.matches.map((inner) => this.#compileMatch(inner, scope)),
    };
  }

  #compileAllow({ methods, condition, start }: AllowStatement, scope: Scope): Allow {
    return {
      operations: new Set(methods.flatMap(({ name }) => operationsOf(name))),
      condition: condition && this.#compiler.compile(condition, scope),
      place: this.#placeOf(start),
    };
  }
}

const listSubject = (query: Query, { segments, resource }: Possible): Subject => ({
  operation: 'list',
  path: pathOf(segments),
  resource,
  query: constraintsOf(query),
});

const describe = (segments: readonly Segment[]): string =>
  segments
    .map((segment) =>
      typeof segment === 'string' ? `/${segment}` : typeof segment === 'symbol' ? '/**' : '/*',
    )
    .join('');
