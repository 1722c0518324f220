/**
 * The filter language of subscriptions: which messages are delivered, by their attributes.
 * https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax
 */
import { ServiceError, STATUS } from '../service.ts';

export type Filter = (attributes: Readonly<Record<string, string>>) => boolean;

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(!=|[=:(),.-])|([A-Za-z_][\w-]*))/y;

/**
 * An empty expression lets everything pass.
 * @throws ServiceError INVALID_ARGUMENT
 */
export function parseFilter(expression: string): Filter {
  const tokens = tokenize(expression);
  if (tokens.length === 0) return () => true;
  let at = 0;
  const refuse = (): never => {
    throw new ServiceError(
      STATUS.INVALID_ARGUMENT,
      `Invalid filter given (filter=${expression}), near "${tokens.slice(at, at + 3).join(' ')}".`,
    );
  };
  const accept = (token: string): boolean => tokens[at] === token && ++at > 0;
  const expect = (token: string): void => void (accept(token) || refuse());
  const name = (): string => {
    const token = tokens[at++] ?? refuse();
    if (token.startsWith('"')) return unquote(token);
    return /^[A-Za-z_]/.test(token) ? token : refuse();
  };
  const text = (): string => {
    const token = tokens[at++] ?? refuse();
    return token.startsWith('"') ? unquote(token) : refuse();
  };

  /** AND and OR do not mix without parentheses. */
  function all(): Filter {
    const terms = [term()];
    const operator = tokens[at];
    if (operator !== 'AND' && operator !== 'OR') return terms[0] ?? refuse();
    while (accept(operator)) terms.push(term());
    return operator === 'AND'
      ? (attributes) => terms.every((matches) => matches(attributes))
      : (attributes) => terms.some((matches) => matches(attributes));
  }
  function term(): Filter {
    if (accept('NOT') || accept('-')) {
      const inner = term();
      return (attributes) => !inner(attributes);
    }
    if (accept('(')) {
      const inner = all();
      expect(')');
      return inner;
    }
    if (accept('hasPrefix')) {
      expect('(');
      expect('attributes');
      expect('.');
      const key = name();
      expect(',');
      const prefix = text();
      expect(')');
      return (attributes) => attributes[key]?.startsWith(prefix) ?? false;
    }
    expect('attributes');
    if (accept(':')) {
      const key = name();
      return (attributes) => Object.hasOwn(attributes, key);
    }
    expect('.');
    const key = name();
    const unequal = accept('!=');
    if (!unequal) expect('=');
    const value = text();
    return (attributes) => (attributes[key] === value) !== unequal;
  }

  const filter = all();
  return at === tokens.length ? filter : refuse();
}

function tokenize(expression: string): string[] {
  const tokens: string[] = [];
  const text = expression.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) {
      throw new ServiceError(
        STATUS.INVALID_ARGUMENT,
        `Invalid filter given (filter=${expression}), near "${text.slice(from, from + 10)}".`,
      );
    }
    tokens.push(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return tokens;
}

const unquote = (token: string): string => token.slice(1, -1).replace(/\\(.)/g, '$1');
