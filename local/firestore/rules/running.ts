/** What compiled expressions are made of: functions that compute from the functions of their operands. */
import { Fault, fault } from './errors.ts';
import type { Evaluation } from './evaluation.ts';
import { nameOfType } from './operators.ts';
import { SOME_BOOL, Unknown } from './unknown.ts';
import { type Hole, Path, type Result, type RuleValue, UNSURE } from './values.ts';

/** What an expression is evaluated in. */
interface Frame {
  readonly evaluation: Evaluation;
  /** Of the wildcards of all matches around, from the outermost. */
  readonly captures: readonly RuleValue[];
  /** Parameters, then variables. */
  readonly locals: RuleValue[];
}

/** @throws Fault */
export type Evaluate = (frame: Frame) => Result;

/** An operator: all operands are evaluated, from left to right. */
export function operation(
  start: number,
  operands: readonly Evaluate[],
  run: (...values: readonly RuleValue[]) => Result,
): Evaluate {
  const [first, second] = operands as readonly [Evaluate, Evaluate];
  if (operands.length > 2) return longOperation(start, operands, run);
  if (operands.length === 1) {
    return (frame) => {
      frame.evaluation.step();
      const value = first(frame);
      return value === UNSURE ? UNSURE : placed(start, () => run(value));
    };
  }
  return (frame) => {
    frame.evaluation.step();
    const left = first(frame);
    const right = second(frame);
    return left === UNSURE || right === UNSURE ? UNSURE : placed(start, () => run(left, right));
  };
}

function longOperation(
  start: number,
  operands: readonly Evaluate[],
  run: (...values: readonly RuleValue[]) => Result,
): Evaluate {
  return (frame) => {
    frame.evaluation.step();
    const values = evaluateAll(operands, frame);
    return values ? placed(start, () => run(...values)) : UNSURE;
  };
}

/** Undefined if one of them may be an error. Errors that are sure are thrown. */
export function evaluateAll(operands: readonly Evaluate[], frame: Frame): RuleValue[] | undefined {
  const values: RuleValue[] = [];
  let sure = true;
  for (const operand of operands) {
    const value = operand(frame);
    if (value === UNSURE) sure = false;
    else values.push(value);
  }
  return sure ? values : undefined;
}

/** Notes where a Fault comes from. */
export function placed(start: number, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof Fault) error.at ??= start;
    throw error;
  }
}

/** What can be said of a condition. @throws Fault if it is surely no bool */
export function boolOf(value: Result, start: number): boolean | Unknown | typeof UNSURE {
  if (typeof value === 'boolean' || value === UNSURE) return value;
  if (!(value instanceof Unknown)) return fault(`Expected a bool, not a ${nameOfType(value)}`, start);
  const { type } = value.facts;
  if (type === 'bool') return value;
  return type === undefined ? UNSURE : fault(`Expected a bool, not a ${type}`, start);
}

/**
 * && and ||: an operand with the deciding value (true for ||) decides, also if the other has an error.
 */
export function logical(deciding: boolean, left: Evaluate, right: Evaluate, start: number): Evaluate {
  return (frame) => {
    frame.evaluation.step();
    const a = attempt(left, frame, start);
    if (a === deciding) return deciding;
    const b = attempt(right, frame, start);
    if (b === deciding) return deciding;
    if (typeof a === 'boolean' && typeof b === 'boolean') return !deciding;
    const open = a === UNSURE || b === UNSURE || a instanceof Unknown || b instanceof Unknown;
    if (a instanceof Fault || b instanceof Fault) {
      // The operand that is open may decide, in spite of the error.
      if (open) return UNSURE;
      throw a instanceof Fault ? a : b;
    }
    return a === UNSURE || b === UNSURE ? UNSURE : SOME_BOOL;
  };
}

function attempt(operand: Evaluate, frame: Frame, start: number): boolean | Unknown | typeof UNSURE | Fault {
  try {
    return boolOf(operand(frame), start);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

/** Adds what `$(…)` gives to the segments of a path; false if it may be an error. @throws Fault */
export function pushSegment(out: (string | Unknown | Hole)[], value: Result, start: number): boolean {
  if (value === UNSURE) return false;
  if (value instanceof Path) {
    out.push(...value.segments);
    return true;
  }
  if (value instanceof Unknown && value.facts.type === 'string') {
    out.push(value);
    return true;
  }
  if (value instanceof Unknown) return false;
  if (typeof value !== 'string') return fault(`A ${nameOfType(value)} cannot be part of a path`, start);
  if (value === '' || value.includes('/')) return fault(`"${value}" is not one segment of a path`, start);
  out.push(value);
  return true;
}
