/** The syntax tree of a rules file. Every node knows where it stands in the source, as offsets [start, end). */
import type { Bytes } from './values.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface RulesFile {
  readonly version: '1' | '2';
  /** Declared outside the service. */
  readonly functions: readonly FunctionDeclaration[];
  readonly service: Block & Span;
}

export interface Block {
  readonly functions: readonly FunctionDeclaration[];
  readonly matches: readonly MatchStatement[];
}

export interface MatchStatement extends Block, Span {
  readonly path: readonly PatternSegment[];
  readonly allows: readonly AllowStatement[];
}

export type PatternSegment = Span &
  (
    | { readonly kind: 'literal'; readonly text: string }
    /** `{name}` */
    | { readonly kind: 'one'; readonly name: string }
    /** `{name=**}` */
    | { readonly kind: 'rest'; readonly name: string }
  );

export interface AllowStatement extends Span {
  readonly methods: readonly Named[];
  readonly condition: Expression | undefined;
}

export interface Named extends Span {
  readonly name: string;
}

export interface FunctionDeclaration extends Span {
  readonly name: string;
  readonly parameters: readonly Named[];
  readonly lets: readonly LetBinding[];
  readonly body: Expression;
}

export interface LetBinding extends Named {
  readonly value: Expression;
}

/** The span of an expression in parentheses includes them. */
export type Expression = Span & ExpressionKind;

type ExpressionKind =
  | { readonly kind: 'literal'; readonly value: null | boolean | bigint | number | string | Bytes }
  | { readonly kind: 'list'; readonly elements: readonly Expression[] }
  | { readonly kind: 'map'; readonly entries: readonly { key: Expression; value: Expression }[] }
  | { readonly kind: 'path'; readonly segments: readonly (string | Expression)[] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly object: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression }
  | {
      readonly kind: 'slice';
      readonly object: Expression;
      readonly from: Expression;
      readonly to: Expression;
    }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] }
  | {
      readonly kind: 'method';
      readonly object: Expression;
      readonly name: string;
      readonly nameStart: number;
      readonly arguments: readonly Expression[];
    }
  | { readonly kind: 'unary'; readonly operator: '!' | '-'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'is'; readonly operand: Expression; readonly type: string }
  | {
      readonly kind: 'conditional';
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    };

export type ExpressionOf<K extends Expression['kind']> = Extract<Expression, { kind: K }>;

export type BinaryOperator =
  | '*'
  | '/'
  | '%'
  | '+'
  | '-'
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | '=='
  | '!='
  | '&&'
  | '||';

/** The expressions directly within one. */
function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'list':
      return expression.elements;
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'path':
      return expression.segments.filter((segment) => typeof segment !== 'string');
    case 'member':
      return [expression.object];
    case 'index':
      return [expression.object, expression.index];
    case 'slice':
      return [expression.object, expression.from, expression.to];
    case 'call':
      return expression.arguments;
    case 'method':
      return [expression.object, ...expression.arguments];
    case 'unary':
    case 'is':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'conditional':
      return [expression.condition, expression.then, expression.otherwise];
  }
}

/** The expression and all within it, outermost first. */
export function* walkExpression(expression: Expression): Generator<Expression> {
  yield expression;
  for (const child of childrenOf(expression)) yield* walkExpression(child);
}
