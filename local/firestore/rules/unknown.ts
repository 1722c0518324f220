/**
 * Values that a query leaves open. Rules for a query are evaluated once for all documents that it may ever find: a field is then
 * either an `Unknown`, which surely has a value that some facts are known of, or UNSURE, which may be an error as well. Whatever
 * is computed here must hold for every document that the query can find.
 */
import type { TypeName } from './types.ts';
import { type Result, type RuleValue, UNSURE } from './values.ts';

/** Ranges are known of these only; their order is the same in queries and in rules. */
export type Comparable = bigint | number | string;

export interface Bound {
  /** Nanoseconds for a timestamp. */
  readonly value: Comparable;
  readonly inclusive: boolean;
}

export interface Facts {
  /** `number` stands for an integer or a float. */
  readonly type?: TypeName | 'number' | undefined;
  readonly lower?: Bound | undefined;
  readonly upper?: Bound | undefined;
  /** Values that it surely is not. */
  readonly not?: readonly RuleValue[] | undefined;
  /** Elements that it surely has, being a list or set. */
  readonly contains?: readonly RuleValue[] | undefined;
  /** Of a map: the value of a key. */
  readonly member?: ((key: string) => Result) | undefined;
  /** Of a map: keys that it surely has. */
  readonly keys?: readonly string[] | undefined;
}

export class Unknown {
  readonly facts: Facts;

  constructor(facts: Facts) {
    this.facts = facts;
  }
}

export const ANYTHING = new Unknown({});
export const SOME_BOOL = new Unknown({ type: 'bool' });

/** True, false, or undefined for either of the two; never an error. */
export type Truth = boolean | undefined;

/** A property of a map that is not known. */
export function memberOf({ facts }: Unknown, key: string): Result {
  const value = facts.member?.(key);
  return value === undefined ? UNSURE : value;
}

export const resultOf = (truth: Truth): RuleValue => truth ?? SOME_BOOL;
