/** Splits the text of rules into tokens, on demand: what a path segment is depends on where it stands. */
import { RulesError } from './errors.ts';
import { MAX_SOURCE_BYTES } from './limits.ts';
import type { Span } from './syntax.ts';
import { Bytes } from './values.ts';

export type Token = Span &
  (
    | { readonly kind: 'name'; readonly text: string }
    | { readonly kind: 'literal'; readonly text: string; readonly value: bigint | number | string | Bytes }
    | { readonly kind: 'symbol'; readonly text: string }
    | { readonly kind: 'end'; readonly text: string }
  );

const SPACE = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /\d+(\.\d+)?([eE][+-]?\d+)?/y;
const STRING = /(b?)(?:'((?:[^'\\\n]|\\[^\n])*)'|"((?:[^"\\\n]|\\[^\n])*)")/y;
const SYMBOL = /=\*\*|==|!=|<=|>=|&&|\|\||[-+*/%<>!?:;,.(){}[\]=$]/y;
/** No dot: a path ends before `.bind()`. */
const SEGMENT = /[A-Za-z0-9_~%@-]+|\(default\)/y;
/** A match pattern has nothing behind it that a dot could begin. */
const PATTERN_SEGMENT = /[A-Za-z0-9_~%@.-]+|\(default\)/y;

const MAX_INT = 2n ** 63n - 1n;

export class Lexer {
  readonly source: string;
  #token: Token;

  /** @throws RulesError */
  constructor(source: string) {
    this.source = source;
    if (Buffer.byteLength(source) > MAX_SOURCE_BYTES) {
      throw this.error(`The rules are longer than ${MAX_SOURCE_BYTES / 1024} KiB.`, 0);
    }
    this.#token = this.#read(0);
  }

  /** The token that comes next. */
  get token(): Token {
    return this.#token;
  }

  /** Takes the next token. @throws RulesError if what follows it is none */
  next(): Token {
    const token = this.#token;
    this.#token = this.#read(token.end);
    return token;
  }

  /** Whether a symbol or word comes next. */
  at(text: string): boolean {
    return this.#token.kind !== 'literal' && this.#token.kind !== 'end' && this.#token.text === text;
  }

  /** Takes a symbol or word if it comes next. */
  take(text: string): boolean {
    if (!this.at(text)) return false;
    this.next();
    return true;
  }

  /** @throws RulesError */
  expect(text: string, where: string): Token {
    if (!this.at(text)) throw this.unexpected(`"${text}" ${where}`);
    return this.next();
  }

  /** @throws RulesError */
  expectName(what: string): Token {
    if (this.#token.kind !== 'name') throw this.unexpected(what);
    return this.next();
  }

  /**
   * After a `/` that was seen but not taken: takes it and the literal segment right behind it. Undefined if something else follows,
   * which then is the next token.
   */
  segment(pattern: boolean): (Span & { text: string }) | undefined {
    const start = this.#token.end;
    const text = this.#match(pattern ? PATTERN_SEGMENT : SEGMENT, start)?.[0];
    this.#token = this.#read(start + (text?.length ?? 0));
    return text === undefined ? undefined : { text, start, end: start + text.length };
  }

  unexpected(expected: string): RulesError {
    const { kind, text, start } = this.#token;
    const found = kind === 'end' ? 'the rules end here' : `found "${text.slice(0, 40)}"`;
    return this.error(`Expected ${expected}, but ${found}.`, start);
  }

  error(message: string, offset: number): RulesError {
    return new RulesError(message, this.source, offset);
  }

  #match(pattern: RegExp, at: number): RegExpExecArray | null {
    pattern.lastIndex = at;
    return pattern.exec(this.source);
  }

  #read(from: number): Token {
    const start = from + (this.#match(SPACE, from)?.[0].length ?? 0);
    if (start >= this.source.length) return { kind: 'end', text: '', start, end: start };
    if (this.source.startsWith('/*', start)) throw this.error('This comment is not closed: add "*/".', start);
    const string = this.#match(STRING, start);
    if (string) return this.#string(string, start);
    const name = this.#match(NAME, start)?.[0];
    if (name !== undefined) return { kind: 'name', text: name, start, end: start + name.length };
    const number = this.#match(NUMBER, start);
    if (number) return this.#number(number, start);
    const symbol = this.#match(SYMBOL, start)?.[0];
    if (symbol !== undefined) return { kind: 'symbol', text: symbol, start, end: start + symbol.length };
    throw this.error(this.#unknown(start), start);
  }

  #unknown(start: number): string {
    const char = String.fromCodePoint(this.source.codePointAt(start) ?? 0);
    if (char === '"' || char === "'") return `This string is not closed: add ${char} on the same line.`;
    if (char === '&' || char === '|') return `Expected "${char}${char}", but found a single "${char}".`;
    return `The character "${char}" has no meaning here.`;
  }

  #number(match: RegExpExecArray, start: number): Token {
    const [text, fraction, exponent] = match;
    const end = start + text.length;
    if (fraction !== undefined || exponent !== undefined) {
      return { kind: 'literal', text, value: Number(text), start, end };
    }
    const value = BigInt(text);
    if (value > MAX_INT) throw this.error(`The integer ${text} is greater than ${MAX_INT}.`, start);
    return { kind: 'literal', text, value, start, end };
  }

  #string(match: RegExpExecArray, start: number): Token {
    const [text, prefix, single, double] = match;
    const end = start + text.length;
    const body = single ?? double ?? '';
    const value = prefix === 'b' ? bytesOf(body) : unescaped(body);
    return { kind: 'literal', text, value, start, end };
  }
}

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/g;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', 0: '\0' };

/** A backslash before a letter that means nothing stays, so that '\d' in a regular expression is what it looks like. */
function unescaped(body: string): string {
  if (!body.includes('\\')) return body;
  return body.replace(ESCAPE, (all, unicode?: string, hex?: string, char?: string) => {
    const code = unicode ?? hex;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return ESCAPES[char ?? ''] ?? (/[A-Za-z0-9]/.test(char ?? '') ? all : (char ?? ''));
  });
}

/** In bytes, \x stands for one byte. */
function bytesOf(body: string): Bytes {
  const parts = body.split(/(\\x[0-9a-fA-F]{2})/);
  return new Bytes(
    Buffer.concat(
      parts.map((part) =>
        /^\\x[0-9a-fA-F]{2}$/.test(part) ? Buffer.from(part.slice(2), 'hex') : Buffer.from(unescaped(part)),
      ),
    ),
  );
}
