/** Integers of 64 bits and floats. https://firebase.google.com/docs/reference/rules/rules.Integer_ */
import { fault } from './errors.ts';

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;

/** @throws Fault */
export function int64(value: bigint): bigint {
  return value >= MIN_INT && value <= MAX_INT ? value : fault('The result does not fit into 64 bits');
}

/** Cuts off what follows the point. @throws Fault */
export function intOfFloat(value: number): bigint {
  if (!Number.isFinite(value)) fault(`${value} cannot become an int`);
  return int64(BigInt(Math.trunc(value)));
}

/** An integer with a float makes a float. @throws Fault */
export function arithmetic(operator: string, a: bigint | number, b: bigint | number): bigint | number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return integers(operator, a, b);
  return floats(operator, Number(a), Number(b));
}

function integers(operator: string, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return int64(a + b);
    case '-':
      return int64(a - b);
    case '*':
      return int64(a * b);
    case '/':
      return b === 0n ? fault('Division by zero') : int64(a / b);
    default:
      return b === 0n ? fault('Division by zero') : a % b;
  }
}

function floats(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? fault('Division by zero') : a / b;
    default:
      return b === 0 ? fault('Division by zero') : a % b;
  }
}

/** Equal for equal numbers of either type. */
export const numericKey = (value: bigint | number): string =>
  typeof value === 'number' && Number.isInteger(value) ? BigInt(value).toString() : String(value);

/** As string() writes it: a float always shows that it is one. */
export function floatText(value: number): string {
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
