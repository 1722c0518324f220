/** How methods and functions of the language are written down: name, numbers of arguments, what they do. */
import { fault } from '../errors.ts';
import { nameOfType } from '../operators.ts';
import { Unknown } from '../unknown.ts';
import { Bytes, MapDiff, Path, type Result, RuleMap, RuleSet, type RuleValue } from '../values.ts';

export interface BuiltIn {
  readonly name: string;
  readonly minArguments: number;
  readonly maxArguments: number;
  /** Whether it copes with values that are not known, in lists and maps too. Otherwise it is not called with them. */
  readonly unknowns: boolean;
  /** The position of an argument that is a regular expression: it is checked early if it is a literal. */
  readonly pattern?: number;
  /** A method is given its object first. @throws Fault */
  call(...operands: readonly RuleValue[]): Result;
}

interface BuiltInOptions {
  readonly max?: number;
  readonly unknowns?: boolean;
  readonly pattern?: number;
}

/** A method, or a function of a namespace: `count` is the number of arguments, without the object. */
export function builtIn<T extends readonly RuleValue[]>(
  name: string,
  count: number,
  run: (...operands: T) => Result,
  { max = count, unknowns = false, ...rest }: BuiltInOptions = {},
): BuiltIn {
  return {
    name,
    minArguments: count,
    maxArguments: max,
    unknowns,
    ...rest,
    call: (...operands) => run(...(operands as unknown as T)),
  };
}

/** Whether a value is unknown, or something in it. */
export function hasUnknown(value: RuleValue): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Unknown) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  if (value instanceof RuleSet) return value.elements.some(hasUnknown);
  if (value instanceof RuleMap) return value.keys.some((key) => hasUnknown(value.get(key) ?? null));
  if (value instanceof MapDiff) return hasUnknown(value.left) || hasUnknown(value.right);
  return value instanceof Path && value.segments.some((segment) => segment instanceof Unknown);
}

/** @throws Fault */
export function stringOf(value: RuleValue, what: string): string {
  return typeof value === 'string' ? value : fault(`${what} must be a string, not a ${nameOfType(value)}`);
}

/** @throws Fault */
export function intOf(value: RuleValue, what: string): bigint {
  return typeof value === 'bigint' ? value : fault(`${what} must be an int, not a ${nameOfType(value)}`);
}

/** @throws Fault */
export function numberOf(value: RuleValue, what: string): bigint | number {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return fault(`${what} must be a number, not a ${nameOfType(value)}`);
}

/** The elements of a list or set. @throws Fault */
export function elementsOf(value: RuleValue, what: string): readonly RuleValue[] {
  if (Array.isArray(value)) return value;
  return value instanceof RuleSet
    ? value.elements
    : fault(`${what} must be a list or set, not a ${nameOfType(value)}`);
}

/** @throws Fault */
export function mapOf(value: RuleValue, what: string): RuleMap {
  return value instanceof RuleMap ? value : fault(`${what} must be a map, not a ${nameOfType(value)}`);
}

/** What a hash is computed of. @throws Fault */
export function contentOf(value: RuleValue, what: string): Uint8Array {
  if (value instanceof Bytes) return value.content;
  return Buffer.from(stringOf(value, what));
}
