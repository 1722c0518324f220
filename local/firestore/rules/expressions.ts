/**
 * Reads expressions. Operators from the tightest to the loosest, as documented:
 * https://firebase.google.com/docs/rules/rules-language#building_conditions
 */
import type { Lexer } from './lexer.ts';
import { MAX_EXPRESSION_DEPTH } from './limits.ts';
import type { BinaryOperator, Expression } from './syntax.ts';
import { TYPE_NAMES } from './types.ts';

/** How tightly each operator binds. All associate to the left. */
const STRENGTH: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  in: 4,
  is: 4,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  '%': 7,
};

export class ExpressionReader {
  readonly #lexer: Lexer;
  /** Height of the tree below each expression; what would overflow the stack later is refused here. */
  readonly #heights = new WeakMap<Expression, number>();
  #nesting = 0;

  constructor(lexer: Lexer) {
    this.#lexer = lexer;
  }

  /** @throws RulesError */
  read(): Expression {
    const condition = this.#nested(() => this.#binary(1));
    if (!this.#lexer.take('?')) return condition;
    const then = this.#nested(() => this.read());
    this.#lexer.expect(':', 'between the two outcomes of "?"');
    const otherwise = this.#nested(() => this.read());
    return this.#made(
      { kind: 'conditional', condition, then, otherwise, start: condition.start, end: otherwise.end },
      condition,
      then,
      otherwise,
    );
  }

  #nested<T>(read: () => T): T {
    if (++this.#nesting > MAX_EXPRESSION_DEPTH) throw this.#tooDeep(this.#lexer.token.start);
    const result = read();
    this.#nesting--;
    return result;
  }

  #made(expression: Expression, ...parts: readonly Expression[]): Expression {
    const height = 1 + Math.max(0, ...parts.map((part) => this.#heights.get(part) ?? 1));
    if (height > MAX_EXPRESSION_DEPTH) throw this.#tooDeep(expression.start);
    this.#heights.set(expression, height);
    return expression;
  }

  #tooDeep(offset: number): Error {
    const message = `This expression is nested more than ${MAX_EXPRESSION_DEPTH} deep: move parts of it into functions.`;
    return this.#lexer.error(message, offset);
  }

  #binary(weakest: number): Expression {
    let left = this.#unary();
    for (;;) {
      const { token } = this.#lexer;
      const strength = token.kind === 'literal' ? undefined : STRENGTH[token.text];
      if (strength === undefined || strength < weakest || !Object.hasOwn(STRENGTH, token.text)) return left;
      this.#lexer.next();
      left = token.text === 'is' ? this.#is(left) : this.#operation(token.text, strength, left);
    }
  }

  #operation(operator: string, strength: number, left: Expression): Expression {
    const right = this.#nested(() => this.#binary(strength + 1));
    const span = { start: left.start, end: right.end };
    return this.#made(
      { kind: 'binary', operator: operator as BinaryOperator, left, right, ...span },
      left,
      right,
    );
  }

  #is(operand: Expression): Expression {
    const token = this.#lexer.expectName('the name of a type after "is"');
    if (!TYPE_NAMES.has(token.text)) {
      const known = [...TYPE_NAMES].join(', ');
      throw this.#lexer.error(`"${token.text}" is no type. Types are: ${known}.`, token.start);
    }
    return this.#made(
      { kind: 'is', operand, type: token.text, start: operand.start, end: token.end },
      operand,
    );
  }

  #unary(): Expression {
    const { token } = this.#lexer;
    if (!this.#lexer.at('!') && !this.#lexer.at('-')) return this.#postfix(this.#primary());
    this.#lexer.next();
    const operand = this.#nested(() => this.#unary());
    const operator = token.text === '!' ? '!' : '-';
    return this.#made({ kind: 'unary', operator, operand, start: token.start, end: operand.end }, operand);
  }

  #postfix(object: Expression): Expression {
    if (this.#lexer.take('.')) {
      const name = this.#lexer.expectName('the name of a property or method after "."');
      return this.#postfix(this.#member(object, name.text, name.start, name.end));
    }
    if (this.#lexer.take('[')) return this.#postfix(this.#bracket(object));
    if (this.#lexer.at('(')) {
      if (object.kind !== 'name')
        throw this.#lexer.error('Only functions and methods can be called.', object.start);
      const list = this.#list('(', ')');
      return this.#postfix(
        this.#made(
          { kind: 'call', name: object.name, arguments: list.elements, start: object.start, end: list.end },
          ...list.elements,
        ),
      );
    }
    return object;
  }

  #member(object: Expression, name: string, nameStart: number, nameEnd: number): Expression {
    if (!this.#lexer.at('(')) {
      return this.#made({ kind: 'member', object, name, start: object.start, end: nameEnd }, object);
    }
    const list = this.#list('(', ')');
    return this.#made(
      {
        kind: 'method',
        object,
        name,
        nameStart,
        arguments: list.elements,
        start: object.start,
        end: list.end,
      },
      object,
      ...list.elements,
    );
  }

  #bracket(object: Expression): Expression {
    const index = this.#nested(() => this.read());
    if (!this.#lexer.take(':')) {
      const { end } = this.#lexer.expect(']', 'to close the index');
      return this.#made({ kind: 'index', object, index, start: object.start, end }, object, index);
    }
    const to = this.#nested(() => this.read());
    const { end } = this.#lexer.expect(']', 'to close the range');
    return this.#made(
      { kind: 'slice', object, from: index, to, start: object.start, end },
      object,
      index,
      to,
    );
  }

  #primary(): Expression {
    const { token } = this.#lexer;
    if (token.kind === 'literal') {
      this.#lexer.next();
      return { kind: 'literal', value: token.value, start: token.start, end: token.end };
    }
    if (token.kind === 'name') return this.#word();
    if (this.#lexer.at('(')) return this.#group();
    if (this.#lexer.at('/')) return this.#path();
    if (this.#lexer.at('{')) return this.#map();
    if (this.#lexer.at('[')) {
      const list = this.#list('[', ']');
      return this.#made({ kind: 'list', ...list }, ...list.elements);
    }
    throw this.#lexer.unexpected('an expression');
  }

  #word(): Expression {
    const { text, start, end } = this.#lexer.next();
    if (text === 'true' || text === 'false') return { kind: 'literal', value: text === 'true', start, end };
    if (text === 'null') return { kind: 'literal', value: null, start, end };
    if (KEYWORDS.has(text)) {
      throw this.#lexer.error(`Expected an expression, but found the keyword "${text}".`, start);
    }
    return { kind: 'name', name: text, start, end };
  }

  #group(): Expression {
    const { start } = this.#lexer.next();
    const inner = this.#nested(() => this.read());
    const { end } = this.#lexer.expect(')', 'to close the parenthesis');
    return this.#made({ ...inner, start, end }, inner);
  }

  #list(open: string, close: string): { elements: Expression[]; start: number; end: number } {
    const { start } = this.#lexer.expect(open, '');
    const elements: Expression[] = [];
    while (!this.#lexer.at(close)) {
      elements.push(this.#nested(() => this.read()));
      if (!this.#lexer.take(',')) break;
    }
    const { end } = this.#lexer.expect(close, 'or "," and another expression');
    return { elements, start, end };
  }

  #map(): Expression {
    const { start } = this.#lexer.next();
    const entries: { key: Expression; value: Expression }[] = [];
    while (!this.#lexer.at('}')) {
      const key = this.#nested(() => this.read());
      this.#lexer.expect(':', 'between a key of the map and its value');
      entries.push({ key, value: this.#nested(() => this.read()) });
      if (!this.#lexer.take(',')) break;
    }
    const { end } = this.#lexer.expect('}', 'or "," and another entry of the map');
    return this.#made(
      { kind: 'map', entries, start, end },
      ...entries.flatMap(({ key, value }) => [key, value]),
    );
  }

  #path(): Expression {
    const { start } = this.#lexer.token;
    let { end } = this.#lexer.token;
    const segments: (string | Expression)[] = [];
    // After a space it is a division.
    while (this.#lexer.at('/') && (segments.length === 0 || this.#lexer.token.start === end)) {
      const literal = this.#lexer.segment(false);
      if (literal) {
        segments.push(literal.text);
        ({ end } = literal);
        continue;
      }
      this.#lexer.expect('$', 'or a name as the next segment of the path');
      this.#lexer.expect('(', 'after "$" in a path');
      segments.push(this.#nested(() => this.read()));
      ({ end } = this.#lexer.expect(')', 'to close "$("'));
    }
    const parts = segments.filter((segment) => typeof segment !== 'string');
    return this.#made({ kind: 'path', segments, start, end }, ...parts);
  }
}

/** Words that no variable or function can be named. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  'allow',
  'false',
  'function',
  'if',
  'in',
  'is',
  'let',
  'match',
  'null',
  'return',
  'true',
]);
