/** What can be wrong with rules: their text (RulesError), or one evaluation of an expression (Fault). */

/** A fault in the text of the rules. Line and column count from 1. */
export class RulesError extends Error {
  override readonly name = 'RulesError';
  readonly line: number;
  readonly column: number;

  constructor(message: string, source: string, offset: number) {
    super(message);
    ({ line: this.line, column: this.column } = placeOf(source, offset));
  }
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/** Line and column of an offset, from 1. */
export function placeOf(source: string, offset: number): Place {
  const before = source.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

/**
 * An evaluation that has no value: a missing property, a wrong type, an overflow. It makes the allow statement false unless && or ||
 * decide without it. No Error, because it is an ordinary outcome that never leaves this folder, and a stack would cost the most of it.
 */
export class Fault {
  readonly message: string;
  /** Offset in the source of the expression; set by the innermost expression that knows it. */
  at: number | undefined;

  constructor(message: string, at?: number) {
    this.message = message;
    this.at = at;
  }
}

/** @throws Fault */
export function fault(message: string, at?: number): never {
  throw new Fault(message, at);
}
