/** Changes that the server computes from what a field holds: https://firebase.google.com/docs/firestore/manage-data/add-data */
import { orderKey } from './order.ts';
import type { FieldPath } from './paths.ts';
import {
  doubleValue,
  elementsOf,
  integerValue,
  isInteger,
  isNaNValue,
  NAN,
  numberOf,
  timeValue,
  type Value,
} from './values.ts';

export type Transform = { field: FieldPath } & (
  | { kind: 'server-time' }
  | { kind: 'increment' | 'maximum' | 'minimum'; operand: Value }
  | { kind: 'union' | 'remove'; elements: readonly Value[] }
);

interface Transformed {
  /** What the field holds now. */
  value: Value;
  /** What the reply to the write says. */
  result: Value;
}

/** @param micros time of the commit; the server's time has milliseconds only */
export function transform(current: Value | undefined, change: Transform, micros: number): Transformed {
  switch (change.kind) {
    case 'server-time':
      return both(timeValue(Math.floor(micros / 1000) * 1000));
    case 'increment':
      return both(increment(current, change.operand));
    case 'maximum':
    case 'minimum':
      return both(extreme(current, change.operand, change.kind));
    case 'union':
      return { value: union(elementsOf(current), change.elements), result: null };
    case 'remove': {
      const gone = new Set(change.elements.map(orderKey));
      return { value: elementsOf(current).filter((e) => !gone.has(orderKey(e))), result: null };
    }
  }
}

const both = (value: Value): Transformed => ({ value, result: value });

const MAX_INT64 = (1n << 63n) - 1n;

/** Integers stop at the limits of 64 bits; with a double on either side the sum is a double. */
function increment(current: Value | undefined, by: Value): Value {
  const [a, b] = [numberOf(current), numberOf(by)];
  if (a === undefined || b === undefined) return by;
  if (!isInteger(current) || !isInteger(by)) return doubleValue(Number(a) + Number(b));
  const sum = BigInt(a) + BigInt(b);
  return integerValue(sum > MAX_INT64 ? MAX_INT64 : sum < -MAX_INT64 - 1n ? -MAX_INT64 - 1n : sum);
}

/** Equal numbers of two types leave the field as it is; NaN wins always. */
function extreme(current: Value | undefined, operand: Value, kind: 'maximum' | 'minimum'): Value {
  const [a, b] = [numberOf(current), numberOf(operand)];
  if (current === undefined || a === undefined || b === undefined) return operand;
  if (isNaNValue(current) || isNaNValue(operand)) return NAN;
  return (kind === 'maximum' ? b > a : b < a) ? operand : current;
}

function union(current: readonly Value[], added: readonly Value[]): Value[] {
  const seen = new Set(current.map(orderKey));
  const out = [...current];
  for (const element of added) {
    const key = orderKey(element);
    if (!seen.has(key)) out.push(element);
    seen.add(key);
  }
  return out;
}
