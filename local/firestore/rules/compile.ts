/** Makes functions of expressions, once: names are resolved and calls checked here, so that evaluating only computes. */
import { fault, RulesError } from './errors.ts';
import { MAX_CALL_DEPTH } from './limits.ts';
import { callBuiltIn, callMethod, GLOBAL_FUNCTIONS, methodsNamed, NAMESPACES } from './methods/index.ts';
import type { BuiltIn } from './methods/method.ts';
import { binary, element, isOfType, member, nameOfType, negate, slice } from './operators.ts';
import { compilePattern, messageOf } from './patterns.ts';
import { boolOf, type Evaluate, evaluateAll, logical, operation, placed, pushSegment } from './running.ts';
import {
  addLocal,
  bodyScope,
  checkCall,
  type ErrorAt,
  type FunctionEntry,
  findFunction,
  findVariable,
  type Scope,
} from './scopes.ts';
import type { Expression, ExpressionOf } from './syntax.ts';
import { Unknown } from './unknown.ts';
import { type Hole, Path, PlainMap, type Result, type RuleValue, UNSURE } from './values.ts';

/** Functions that look at documents. */
const LOOKUPS: ReadonlyMap<string, { after: boolean; exists: boolean }> = new Map([
  ['get', { after: false, exists: false }],
  ['getAfter', { after: true, exists: false }],
  ['exists', { after: false, exists: true }],
  ['existsAfter', { after: true, exists: true }],
]);

export const BUILT_IN_NAMES: ReadonlySet<string> = new Set([...LOOKUPS.keys(), ...GLOBAL_FUNCTIONS.keys()]);

export class Compiler {
  readonly #error: ErrorAt;
  /** Functions being compiled, each called by the one before. */
  #nesting = 0;

  constructor(source: string) {
    this.#error = (message, offset) => new RulesError(message, source, offset);
  }

  /** @throws RulesError */
  compile(expression: Expression, scope: Scope): Evaluate {
    switch (expression.kind) {
      case 'literal': {
        const { value } = expression;
        return () => value;
      }
      case 'name':
        return this.#name(expression, scope);
      case 'list':
        return this.#list(expression, scope);
      case 'map':
        return this.#map(expression, scope);
      case 'path':
        return this.#path(expression, scope, false);
      case 'member': {
        const { name, start } = expression;
        const object = this.compile(expression.object, scope);
        return operation(start, [object], (value) => member(value as RuleValue, name));
      }
      case 'index':
        return this.#operation(expression, [expression.object, expression.index], scope, element);
      case 'slice':
        return this.#operation(expression, [expression.object, expression.from, expression.to], scope, slice);
      case 'call':
        return this.#call(expression, scope);
      case 'method':
        return this.#method(expression, scope);
      case 'unary': {
        const { operator } = expression;
        return this.#operation(expression, [expression.operand], scope, (value) => negate(operator, value));
      }
      case 'is': {
        const { type } = expression;
        return this.#operation(expression, [expression.operand], scope, (value) => isOfType(value, type));
      }
      case 'binary':
        return this.#binary(expression, scope);
      case 'conditional':
        return this.#conditional(expression, scope);
    }
  }

  #operation<T extends readonly RuleValue[]>(
    { start }: Expression,
    operands: readonly Expression[],
    scope: Scope,
    run: (...values: T) => Result,
  ): Evaluate {
    const compiled = operands.map((operand) => this.compile(operand, scope));
    return operation(start, compiled, run as unknown as (...values: readonly RuleValue[]) => Result);
  }

  #name({ name, start }: ExpressionOf<'name'>, scope: Scope): Evaluate {
    const variable = findVariable(name, scope);
    if (variable?.kind === 'local') {
      const { index } = variable;
      return ({ locals }) => locals[index] as RuleValue;
    }
    if (variable) {
      const { index } = variable;
      return ({ captures }) => captures[index] as RuleValue;
    }
    if (name === 'request') return ({ evaluation }) => evaluation.request;
    if (name === 'resource') return ({ evaluation }) => evaluation.resource;
    if (NAMESPACES.has(name)) throw this.#error(`"${name}" is a namespace: call a function of it.`, start);
    const isFunction = BUILT_IN_NAMES.has(name) || findFunction(name, scope);
    if (isFunction) throw this.#error(`"${name}" is a function: add its arguments in parentheses.`, start);
    throw this.#error(`There is no variable "${name}" here.`, start);
  }

  #list({ elements }: ExpressionOf<'list'>, scope: Scope): Evaluate {
    const compiled = elements.map((part) => this.compile(part, scope));
    return (frame) => evaluateAll(compiled, frame) ?? UNSURE;
  }

  #map({ entries }: ExpressionOf<'map'>, scope: Scope): Evaluate {
    const keys = entries.map(({ key }) => this.compile(key, scope));
    const values = entries.map(({ value }) => this.compile(value, scope));
    const starts = entries.map(({ key }) => key.start);
    return (frame) => {
      const names = evaluateAll(keys, frame);
      const members = evaluateAll(values, frame);
      if (!names || !members || names.some((name) => name instanceof Unknown)) return UNSURE;
      return new PlainMap(
        names.map((name, index) => {
          if (typeof name === 'string') return [name, members[index] as RuleValue];
          return fault(`A key of a map must be a string, not a ${nameOfType(name)}`, starts[index]);
        }),
      );
    };
  }

  /** Where `bind` follows, names that are no variables are holes for it to fill. */
  #path({ segments, start }: ExpressionOf<'path'>, scope: Scope, bind: boolean): Evaluate {
    const compiled = segments.map((segment): string | Hole | Evaluate => {
      if (typeof segment === 'string') return segment;
      const free = segment.kind === 'name' && !findVariable(segment.name, scope);
      return bind && free ? { hole: segment.name } : this.compile(segment, scope);
    });
    return (frame) => {
      const out: (string | Unknown | Hole)[] = [];
      for (const segment of compiled) {
        if (typeof segment !== 'function') out.push(segment);
        else if (!pushSegment(out, segment(frame), start)) return UNSURE;
      }
      return new Path(out);
    };
  }

  #call(expression: ExpressionOf<'call'>, scope: Scope): Evaluate {
    const { name, start } = expression;
    const own = findFunction(name, scope);
    if (own) return this.#ownFunction(own, expression, scope);
    const lookup = LOOKUPS.get(name);
    if (lookup) {
      this.#checkCount(name, expression, 1, 1);
      return this.#lookup(lookup, expression, scope);
    }
    const target = GLOBAL_FUNCTIONS.get(name);
    if (!target) throw this.#error(`There is no function "${name}" here.`, start);
    return this.#builtIn(target, expression, scope);
  }

  #builtIn(target: BuiltIn, expression: ExpressionOf<'call' | 'method'>, scope: Scope): Evaluate {
    this.#checkCount(expression.name, expression, target.minArguments, target.maxArguments);
    const operands = expression.arguments.map((part) => this.compile(part, scope));
    const { start } = expression;
    return (frame) => {
      frame.evaluation.step();
      const values = evaluateAll(operands, frame);
      if (!values) return UNSURE;
      return placed(start, () => callBuiltIn(target, values, frame.evaluation.symbolic));
    };
  }

  #lookup(
    { after, exists }: { after: boolean; exists: boolean },
    expression: ExpressionOf<'call'>,
    scope: Scope,
  ): Evaluate {
    const { name, start } = expression;
    const operand = this.compile(expression.arguments[0] as Expression, scope);
    return (frame) => {
      const { lookups } = frame.evaluation;
      frame.evaluation.step();
      const path = operand(frame);
      if (path === UNSURE || path instanceof Unknown) return UNSURE;
      if (!(path instanceof Path)) return fault(`${name}() needs a path, not a ${nameOfType(path)}`, start);
      return placed(start, () => (exists ? lookups.exists(path, after) : lookups.get(path, after)));
    };
  }

  #ownFunction(entry: FunctionEntry, expression: ExpressionOf<'call'>, scope: Scope): Evaluate {
    const { parameters } = entry.declaration;
    this.#checkCount(entry.declaration.name, expression, parameters.length, parameters.length);
    this.compileFunction(entry);
    checkCall(entry, scope, expression.start, this.#error);
    const operands = expression.arguments.map((part) => this.compile(part, scope));
    return (frame) => {
      frame.evaluation.step();
      const locals = evaluateAll(operands, frame);
      if (!locals) return UNSURE;
      for (const binding of entry.lets) {
        const value = binding({ evaluation: frame.evaluation, captures: frame.captures, locals });
        if (value === UNSURE) return UNSURE;
        locals.push(value);
      }
      return (entry.body as Evaluate)({ evaluation: frame.evaluation, captures: frame.captures, locals });
    };
  }

  /** Compiles a function unless it is done, or is being compiled, which checkCall() refuses. @throws RulesError */
  compileFunction(entry: FunctionEntry): void {
    if (entry.state !== 'new') return;
    entry.state = 'begun';
    const { lets, body, start } = entry.declaration;
    if (++this.#nesting > MAX_CALL_DEPTH) {
      throw this.#error(`Calls can be nested ${MAX_CALL_DEPTH} deep, not deeper.`, start);
    }
    const scope = bodyScope(entry, this.#error);
    for (const binding of lets) {
      entry.lets.push(this.compile(binding.value, scope));
      addLocal(scope, binding, this.#error);
    }
    entry.body = this.compile(body, scope);
    entry.state = 'done';
    this.#nesting--;
  }

  #method(expression: ExpressionOf<'method'>, scope: Scope): Evaluate {
    const { object, name, nameStart, start } = expression;
    const target = this.#namespaceFunction(expression, scope);
    if (target) return this.#builtIn(target, expression, scope);
    this.#checkMethod(expression);
    const binds = name === 'bind' && object.kind === 'path';
    const receiver = binds ? this.#path(object, scope, true) : this.compile(object, scope);
    const operands = expression.arguments.map((part) => this.compile(part, scope));
    this.#checkPattern(expression, nameStart);
    return (frame) => {
      const { evaluation } = frame;
      evaluation.step();
      const value = receiver(frame);
      const values = evaluateAll(operands, frame);
      if (value === UNSURE || !values) return UNSURE;
      return placed(start, () => callMethod(value, name, values, evaluation.symbolic));
    };
  }

  #namespaceFunction({ object, name, nameStart }: ExpressionOf<'method'>, scope: Scope): BuiltIn | undefined {
    if (object.kind !== 'name' || findVariable(object.name, scope)) return undefined;
    const namespace = NAMESPACES.get(object.name);
    if (!namespace) return undefined;
    const target = namespace.get(name);
    if (target) return target;
    const known = [...namespace.keys()].join(', ');
    throw this.#error(`"${object.name}" has no function "${name}". It has: ${known}.`, nameStart);
  }

  #checkMethod(expression: ExpressionOf<'method'>): void {
    const methods = methodsNamed(expression.name);
    if (methods.length === 0) {
      throw this.#error(`No type has a method "${expression.name}".`, expression.nameStart);
    }
    const min = Math.min(...methods.map((method) => method.minArguments));
    const max = Math.max(...methods.map((method) => method.maxArguments));
    this.#checkCount(expression.name, expression, min, max);
  }

  #checkCount(name: string, expression: ExpressionOf<'call' | 'method'>, min: number, max: number): void {
    const count = expression.arguments.length;
    if (count >= min && count <= max) return;
    const wanted = min === max ? `${min}` : `${min} to ${max}`;
    const start = expression.kind === 'method' ? expression.nameStart : expression.start;
    throw this.#error(`${name}() takes ${wanted} argument${wanted === '1' ? '' : 's'}, not ${count}.`, start);
  }

  #checkPattern({ name, arguments: list }: ExpressionOf<'method'>, nameStart: number): void {
    const position = methodsNamed(name).find((method) => method.pattern !== undefined)?.pattern;
    const argument = position === undefined ? undefined : list[position];
    if (argument?.kind !== 'literal' || typeof argument.value !== 'string') return;
    try {
      compilePattern(argument.value);
    } catch (error) {
      const message = `This is no regular expression of RE2: ${messageOf(error)}`;
      throw this.#error(message, argument.start ?? nameStart);
    }
  }

  #binary(expression: ExpressionOf<'binary'>, scope: Scope): Evaluate {
    const { operator, start } = expression;
    const left = this.compile(expression.left, scope);
    const right = this.compile(expression.right, scope);
    if (operator === '&&' || operator === '||') return logical(operator === '||', left, right, start);
    return operation(start, [left, right], (a, b) => binary(operator, a as RuleValue, b as RuleValue));
  }

  #conditional(expression: ExpressionOf<'conditional'>, scope: Scope): Evaluate {
    const { start } = expression;
    const condition = this.compile(expression.condition, scope);
    const then = this.compile(expression.then, scope);
    const otherwise = this.compile(expression.otherwise, scope);
    return (frame) => {
      frame.evaluation.step();
      const chosen = boolOf(condition(frame), start);
      if (typeof chosen !== 'boolean') return UNSURE;
      return chosen ? then(frame) : otherwise(frame);
    };
  }
}
