/**
 * Rules with one thing changed each, for a mutation test: tests of rules are complete if every such change makes one of them fail.
 */
import { placeOf } from './errors.ts';
import { parseRules } from './parser.ts';
import {
  type AllowStatement,
  type Block,
  type Expression,
  type FunctionDeclaration,
  type MatchStatement,
  type Span,
  walkExpression,
} from './syntax.ts';

interface Mutant {
  readonly source: string;
  /** Where the change is, from 1. */
  readonly line: number;
  readonly column: number;
  /** What was changed, for the name of a test. */
  readonly what: string;
}

/** A piece of the source, and what to put in its place: a text, or another piece of the source. */
interface Change {
  readonly at: Span;
  readonly by: string | Span;
  readonly what: string;
}

/** @throws RulesError if the source has a fault of syntax */
export function mutants(source: string): Mutant[] {
  const textOf = ({ start, end }: Span): string => source.slice(start, end);
  const file = parseRules(source);
  const changes = [...file.functions.flatMap(ofFunction), ...ofBlock(file.service)];
  return changes.map(({ at, by, what }) => ({
    // Spaces keep a word from growing together with its neighbours.
    source: `${source.slice(0, at.start)} ${typeof by === 'string' ? by : textOf(by)} ${source.slice(at.end)}`,
    ...placeOf(source, at.start),
    what: `${what}: ${textOf(at).replace(/\s+/g, ' ')}`,
  }));
}

const ofBlock = ({ functions, matches }: Block): Change[] => [
  ...functions.flatMap(ofFunction),
  ...matches.flatMap(ofMatch),
];

const ofMatch = (match: MatchStatement): Change[] => [...match.allows.flatMap(ofAllow), ...ofBlock(match)];

const ofFunction = ({ lets, body }: FunctionDeclaration): Change[] =>
  [...lets.map(({ value }) => value), body].flatMap(ofExpression);

function ofAllow(allow: AllowStatement): Change[] {
  const removed: Change = { at: allow, by: '', what: 'statement removed' };
  const { condition } = allow;
  if (!condition) return [removed];
  const isTrue = condition.kind === 'literal' && condition.value === true;
  const always: Change[] = isTrue ? [] : [{ at: condition, by: 'true', what: 'condition true' }];
  return [removed, ...always, ...ofExpression(condition)];
}

const ofExpression = (expression: Expression): Change[] => [...walkExpression(expression)].flatMap(ofNode);

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);

function ofNode(node: Expression): Change[] {
  if (node.kind === 'unary' && node.operator === '!') {
    return [{ at: node, by: node.operand, what: '"!" dropped' }];
  }
  if (node.kind === 'is') return bothWays(node);
  if (node.kind !== 'binary') return [];
  if (COMPARISONS.has(node.operator)) return bothWays(node);
  if (node.operator !== '&&' && node.operator !== '||') return [];
  return [
    { at: node, by: node.right, what: `left of ${node.operator} dropped` },
    { at: node, by: node.left, what: `right of ${node.operator} dropped` },
  ];
}

const bothWays = (node: Expression): Change[] => [
  { at: node, by: 'true', what: 'true instead' },
  { at: node, by: 'false', what: 'false instead' },
];
