/**
 * The `filter` of Compute Engine's list methods, in its two grammars, which one request may not mix:
 * AIP-160 (`labels.env = dev`, `labels.owner:*`, AND, OR, parentheses) and the older one with regular expressions
 * (`name eq 'gke-.*'`, `(name eq …) (zone ne …)`), where the expression must match the whole field.
 * https://cloud.google.com/compute/docs/reference/rest/v1/disks/aggregatedList
 */
import { ServiceError, STATUS } from '../service.ts';

type Matcher = (resource: object) => boolean;

/** @throws ServiceError INVALID_ARGUMENT as Compute Engine words it */
export function parseFilter(text: string | undefined): Matcher {
  if (!text?.trim()) return () => true;
  const known = parsed.get(text);
  if (known) return known;
  const matcher = parse(text);
  if (parsed.size >= MAX_KEPT) parsed.clear();
  parsed.set(text, matcher);
  return matcher;
}

/** A client asks for one cluster's again and again, while it is made or goes. */
const parsed = new Map<string, Matcher>();
const MAX_KEPT = 100;

function parse(text: string): Matcher {
  const tokens = tokenize(text);
  const legacy = tokens.some(
    (token) => token.kind === 'word' && (token.text === 'eq' || token.text === 'ne'),
  );
  let at = 0;
  const peek = (): Token | undefined => tokens[at];
  const take = (): Token => tokens[at++] ?? refuse(text);
  const isWord = (word: string): boolean => peek()?.kind === 'word' && peek()?.text === word;
  const isSign = (sign: string): boolean => peek()?.kind === 'sign' && peek()?.text === sign;

  // AND binds looser than OR in AIP-160: `a AND b OR c` is `a AND (b OR c)`. https://google.aip.dev/160
  const conjunction = (): Matcher => {
    const parts = [disjunction()];
    while (peek() && !isSign(')')) {
      if (isWord('AND')) take();
      parts.push(disjunction());
    }
    return (resource) => parts.every((part) => part(resource));
  };
  const disjunction = (): Matcher => {
    const parts = [term()];
    while (isWord('OR')) {
      take();
      parts.push(term());
    }
    return (resource) => parts.some((part) => part(resource));
  };
  const term = (): Matcher => {
    if (isWord('NOT')) {
      take();
      const inner = term();
      return (resource) => !inner(resource);
    }
    if (isSign('(')) {
      take();
      const inner = conjunction();
      if (take().text !== ')') refuse(text);
      return inner;
    }
    return comparison();
  };
  const comparison = (): Matcher => {
    const field = take();
    const operator = take();
    const value = take();
    if (field.kind !== 'word' || value.kind === 'sign') return refuse(text);
    const path = field.text.split('.');
    const read = (resource: object): string | undefined => fieldOf(resource, path);
    switch (operator.text) {
      case '=':
        return legacy ? refuse(text) : (resource) => read(resource) === value.text;
      case '!=':
        return legacy ? refuse(text) : (resource) => read(resource) !== value.text;
      case ':':
        if (legacy) return refuse(text);
        if (value.text === '*') return (resource) => read(resource) !== undefined;
        return (resource) => read(resource)?.includes(value.text) ?? false;
      case 'eq': {
        const pattern = wholly(value.text, text);
        return (resource) => pattern.test(read(resource) ?? '');
      }
      case 'ne': {
        const pattern = wholly(value.text, text);
        return (resource) => !pattern.test(read(resource) ?? '');
      }
      default:
        return refuse(text);
    }
  };
  const matcher = conjunction();
  if (at < tokens.length) refuse(text);
  return matcher;
}

interface Token {
  kind: 'word' | 'quoted' | 'sign';
  text: string;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(!=|[=:()])|([^\s=:()!"']+))/gy;
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    end = match.index + match[0].length;
    if (match[1] !== undefined) tokens.push({ kind: 'quoted', text: match[1].slice(1, -1) });
    else if (match[2] !== undefined) tokens.push({ kind: 'sign', text: match[2] });
    else tokens.push({ kind: 'word', text: match[3] ?? '' });
  }
  if (text.slice(end).trim() !== '') refuse(text);
  return tokens;
}

/** `labels.a-b` and the like; a label's key has no dots. */
function fieldOf(resource: object, path: readonly string[]): string | undefined {
  let value: unknown = resource;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value === undefined ? undefined : String(value);
}

function wholly(expression: string, filter: string): RegExp {
  try {
    return new RegExp(`^(?:${expression})$`);
  } catch {
    return refuse(filter);
  }
}

function refuse(filter: string): never {
  throw new ServiceError(
    STATUS.INVALID_ARGUMENT,
    `Invalid value for field 'filter': '${filter}'. Invalid list filter expression.`,
    'invalid',
  );
}
