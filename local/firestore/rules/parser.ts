/** Reads a rules file: version, service, matches, allows and functions. https://firebase.google.com/docs/rules/rules-language */
import { ExpressionReader, KEYWORDS } from './expressions.ts';
import { Lexer, type Token } from './lexer.ts';
import { MAX_CAPTURES, MAX_LETS, MAX_MATCH_DEPTH, MAX_PARAMETERS, MAX_PATTERN_SEGMENTS } from './limits.ts';
import { METHOD_NAMES } from './operations.ts';
import type {
  AllowStatement,
  FunctionDeclaration,
  LetBinding,
  MatchStatement,
  Named,
  PatternSegment,
  RulesFile,
} from './syntax.ts';

/** @throws RulesError */
export function parseRules(source: string): RulesFile {
  return new Parser(source).file();
}

/** What all matches around a statement have used up. */
interface Used {
  readonly depth: number;
  readonly segments: number;
  readonly captures: number;
}

class Parser {
  readonly #lexer: Lexer;
  readonly #expressions: ExpressionReader;
  #version: '1' | '2' = '1';

  constructor(source: string) {
    this.#lexer = new Lexer(source);
    this.#expressions = new ExpressionReader(this.#lexer);
  }

  file(): RulesFile {
    if (this.#lexer.at('rules_version')) this.#version = this.#readVersion();
    const functions: FunctionDeclaration[] = [];
    while (this.#lexer.at('function')) functions.push(this.#function());
    const service = this.#service();
    while (this.#lexer.at('function')) functions.push(this.#function());
    if (this.#lexer.token.kind !== 'end') throw this.#lexer.unexpected('nothing after the service');
    return { version: this.#version, functions, service };
  }

  #readVersion(): '1' | '2' {
    this.#lexer.next();
    this.#lexer.expect('=', 'after "rules_version"');
    const { token } = this.#lexer;
    const value = token.kind === 'literal' ? token.value : undefined;
    if (value !== '1' && value !== '2') throw this.#lexer.unexpected("the version in quotes, '1' or '2'");
    this.#lexer.next();
    this.#lexer.take(';');
    return value;
  }

  #service(): RulesFile['service'] {
    const { start } = this.#lexer.expect('service', 'cloud.firestore { … }');
    const name = this.#lexer.expectName('"cloud.firestore" after "service"');
    const dot = this.#lexer.take('.');
    const product = dot ? this.#lexer.expectName('"firestore" after "cloud."').text : '';
    if (`${name.text}.${product}` !== 'cloud.firestore') {
      throw this.#lexer.error(
        'Expected "cloud.firestore": rules of other services have no place here.',
        name.start,
      );
    }
    this.#lexer.expect('{', 'after "service cloud.firestore"');
    const functions: FunctionDeclaration[] = [];
    const matches: MatchStatement[] = [];
    while (!this.#lexer.at('}')) {
      if (this.#lexer.at('function')) functions.push(this.#function());
      else if (this.#lexer.at('match')) matches.push(this.#match({ depth: 0, segments: 0, captures: 0 }));
      else throw this.#lexer.unexpected('"match", "function" or "}" in the service');
    }
    return { functions, matches, start, end: this.#lexer.next().end };
  }

  #match(around: Used): MatchStatement {
    const { start } = this.#lexer.next();
    const path = this.#pattern();
    const used = this.#use(around, path, start);
    this.#lexer.expect('{', 'after the path of the match');
    const functions: FunctionDeclaration[] = [];
    const matches: MatchStatement[] = [];
    const allows: AllowStatement[] = [];
    while (!this.#lexer.at('}')) {
      if (this.#lexer.at('allow')) allows.push(this.#allow());
      else if (this.#lexer.at('match')) matches.push(this.#match(used));
      else if (this.#lexer.at('function')) functions.push(this.#function());
      else throw this.#lexer.unexpected('"allow", "match", "function" or "}" in the match');
    }
    return { path, functions, matches, allows, start, end: this.#lexer.next().end };
  }

  #use(around: Used, path: readonly PatternSegment[], start: number): Used {
    const used = {
      depth: around.depth + 1,
      segments: around.segments + path.length,
      captures: around.captures + path.filter((segment) => segment.kind !== 'literal').length,
    };
    if (used.depth > MAX_MATCH_DEPTH) {
      throw this.#lexer.error(`Matches can be nested ${MAX_MATCH_DEPTH} deep, not deeper.`, start);
    }
    if (used.segments > MAX_PATTERN_SEGMENTS) {
      throw this.#lexer.error(
        `Nested matches can have ${MAX_PATTERN_SEGMENTS} path segments, not more.`,
        start,
      );
    }
    if (used.captures > MAX_CAPTURES) {
      throw this.#lexer.error(`Nested matches can have ${MAX_CAPTURES} wildcards, not more.`, start);
    }
    return used;
  }

  #pattern(): PatternSegment[] {
    const segments: PatternSegment[] = [];
    if (!this.#lexer.at('/')) throw this.#lexer.unexpected('a path that begins with "/" after "match"');
    while (this.#lexer.at('/')) {
      const literal = this.#lexer.segment(true);
      segments.push(literal ? { kind: 'literal', ...literal } : this.#wildcard());
    }
    this.#checkRecursive(segments);
    return segments;
  }

  #wildcard(): PatternSegment {
    const { start } = this.#lexer.expect('{', 'or a name as the next segment of the path');
    const name = this.#variable('the name of the wildcard').text;
    const rest = this.#lexer.take('=**');
    if (!rest && this.#lexer.at('='))
      throw this.#lexer.unexpected('"=**" or "}" after the name of the wildcard');
    const { end } = this.#lexer.expect('}', 'to close the wildcard');
    return { kind: rest ? 'rest' : 'one', name, start, end };
  }

  #checkRecursive(segments: readonly PatternSegment[]): void {
    const recursive = segments.filter((segment) => segment.kind === 'rest');
    const [first, second] = recursive;
    if (second) {
      throw this.#lexer.error('A match can have one recursive wildcard ("=**"), not more.', second.start);
    }
    if (first && this.#version === '1' && first !== segments.at(-1)) {
      const mend = "Begin the file with rules_version = '2'; to have it elsewhere.";
      throw this.#lexer.error(
        `In version 1 a recursive wildcard must be the last segment. ${mend}`,
        first.start,
      );
    }
  }

  #allow(): AllowStatement {
    const allow = this.#lexer.next();
    const methods: Named[] = [];
    let end: number;
    do {
      const token = this.#lexer.expectName(`one of ${METHOD_NAMES.join(', ')} after "allow"`);
      if (!METHOD_NAMES.includes(token.text)) {
        throw this.#lexer.error(
          `"${token.text}" is no method. Methods are: ${METHOD_NAMES.join(', ')}.`,
          token.start,
        );
      }
      methods.push({ name: token.text, start: token.start, end: token.end });
      ({ end } = token);
    } while (this.#lexer.take(','));
    let condition: AllowStatement['condition'];
    if (this.#lexer.take(':')) {
      this.#lexer.expect('if', 'after ":"');
      condition = this.#expressions.read();
      ({ end } = condition);
    }
    end = this.#endOfStatement(end, condition ? '"&&", "||"' : '":", ","');
    return { methods, condition, start: allow.start, end };
  }

  /** A semicolon may be missing where a statement could not go on anyway. */
  #endOfStatement(end: number, other: string): number {
    const { token } = this.#lexer;
    if (this.#lexer.take(';')) return token.end;
    const follows = ['}', 'allow', 'match', 'function'].some((text) => this.#lexer.at(text));
    if (!follows) throw this.#lexer.unexpected(`";" or ${other} to go on`);
    return end;
  }

  #variable(what: string): Token {
    const token = this.#lexer.expectName(what);
    if (KEYWORDS.has(token.text)) {
      throw this.#lexer.error(`Expected ${what}, but "${token.text}" is a keyword.`, token.start);
    }
    return token;
  }

  #function(): FunctionDeclaration {
    const { start } = this.#lexer.next();
    const name = this.#variable('the name of the function');
    const parameters = this.#parameters();
    this.#lexer.expect('{', 'to begin the body of the function');
    const lets: LetBinding[] = [];
    while (this.#lexer.at('let')) lets.push(this.#let());
    if (lets.length > MAX_LETS) {
      throw this.#lexer.error(
        `A function can have ${MAX_LETS} variables, not more.`,
        lets[MAX_LETS]?.start ?? start,
      );
    }
    this.#lexer.expect('return', lets.length > 0 ? 'or another "let"' : 'or "let" in a function');
    const body = this.#expressions.read();
    this.#lexer.take(';');
    const { end } = this.#lexer.expect('}', 'after the returned expression');
    return { name: name.text, parameters, lets, body, start: name.start, end };
  }

  #parameters(): Named[] {
    const { start } = this.#lexer.expect('(', 'after the name of the function');
    const parameters: Named[] = [];
    while (!this.#lexer.at(')')) {
      const token = this.#variable('the name of a parameter or ")"');
      parameters.push({ name: token.text, start: token.start, end: token.end });
      if (!this.#lexer.take(',')) break;
    }
    this.#lexer.expect(')', 'or "," and another parameter');
    if (parameters.length > MAX_PARAMETERS) {
      throw this.#lexer.error(`A function can have ${MAX_PARAMETERS} parameters, not more.`, start);
    }
    return parameters;
  }

  #let(): LetBinding {
    const { start } = this.#lexer.next();
    const name = this.#variable('the name of the variable after "let"').text;
    this.#lexer.expect('=', 'after the name of the variable');
    const value = this.#expressions.read();
    const { end } = this.#lexer.expect(';', 'after the value of the variable');
    return { name, value, start, end };
  }
}
