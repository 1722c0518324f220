/** Which variables and functions are visible where. https://firebase.google.com/docs/rules/rules-language#function */

import { MAX_CALL_DEPTH } from './limits.ts';
import type { Evaluate } from './running.ts';
import type { FunctionDeclaration, Named, PatternSegment } from './syntax.ts';

/** A function of the rules. */
export interface FunctionEntry {
  readonly declaration: FunctionDeclaration;
  /** Where it was declared, and what it therefore sees. */
  readonly scope: Scope;
  state: 'new' | 'begun' | 'done';
  readonly lets: Evaluate[];
  body: Evaluate | undefined;
  /** How many calls deep it goes, itself included. */
  depth: number;
}

/** The file, the service, a match, or the body of a function. */
export interface Scope {
  readonly outer: Scope | undefined;
  readonly functions: Map<string, FunctionEntry>;
  /** Index of each wildcard among those of all matches around. */
  readonly captures: Map<string, number>;
  readonly captureCount: number;
  /** Index of each parameter and variable. */
  readonly locals: Map<string, number>;
  /** The function whose body this is. */
  readonly body: FunctionEntry | undefined;
}

interface Variable {
  readonly kind: 'local' | 'capture';
  readonly index: number;
}

/** Makes the error for a message and an offset. */
export type ErrorAt = (message: string, offset: number) => Error;

export function findVariable(name: string, scope: Scope): Variable | undefined {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const local = at.locals.get(name);
    if (local !== undefined) return { kind: 'local', index: local };
    const capture = at.captures.get(name);
    if (capture !== undefined) return { kind: 'capture', index: capture };
  }
  return undefined;
}

export function findFunction(name: string, scope: Scope): FunctionEntry | undefined {
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const entry = at.functions.get(name);
    if (entry) return entry;
  }
  return undefined;
}

/** The scope of the file, the service or a match. @throws what `errorAt` makes, if a name is there twice or taken */
export function blockScope(
  outer: Scope | undefined,
  functions: readonly FunctionDeclaration[],
  path: readonly PatternSegment[],
  reserved: ReadonlySet<string>,
  errorAt: ErrorAt,
): Scope {
  const captures = new Map<string, number>();
  let captureCount = outer?.captureCount ?? 0;
  for (const segment of path) {
    if (segment.kind === 'literal') continue;
    if (captures.has(segment.name))
      throw errorAt(`The wildcard "${segment.name}" is there twice.`, segment.start);
    captures.set(segment.name, captureCount++);
  }
  const scope: Scope = {
    outer,
    functions: new Map(),
    captures,
    captureCount,
    locals: new Map(),
    body: undefined,
  };
  for (const declaration of functions) declare(scope, declaration, reserved, errorAt);
  return scope;
}

function declare(
  scope: Scope,
  declaration: FunctionDeclaration,
  reserved: ReadonlySet<string>,
  errorAt: ErrorAt,
): void {
  const { name, start } = declaration;
  if (reserved.has(name)) throw errorAt(`"${name}" is a built-in function: choose another name.`, start);
  if (scope.functions.has(name)) throw errorAt(`The function "${name}" is there twice.`, start);
  scope.functions.set(name, { declaration, scope, state: 'new', lets: [], body: undefined, depth: 1 });
}

/** The scope of a function's body. It sees what is around its declaration, not what is around a call. */
export function bodyScope(entry: FunctionEntry, errorAt: ErrorAt): Scope {
  const { scope: outer, declaration } = entry;
  const { captureCount } = outer;
  const scope: Scope = {
    outer,
    functions: new Map(),
    captures: new Map(),
    captureCount,
    locals: new Map(),
    body: entry,
  };
  for (const parameter of declaration.parameters) addLocal(scope, parameter, errorAt);
  return scope;
}

export function addLocal({ locals }: Scope, { name, start }: Named, errorAt: ErrorAt): void {
  if (locals.has(name)) throw errorAt(`The variable "${name}" is there twice.`, start);
  locals.set(name, locals.size);
}

/** Checks a call within the body of a function. @throws what `errorAt` makes, for recursion and for calls nested too deep */
export function checkCall(callee: FunctionEntry, scope: Scope, offset: number, errorAt: ErrorAt): void {
  const caller = scope.body;
  const { name } = callee.declaration;
  if (callee.state === 'begun') throw errorAt(`"${name}" calls itself: recursion is not allowed.`, offset);
  if (!caller) return;
  caller.depth = Math.max(caller.depth, callee.depth + 1);
  if (caller.depth > MAX_CALL_DEPTH) {
    throw errorAt(`Calls can be nested ${MAX_CALL_DEPTH} deep, not deeper.`, offset);
  }
}
