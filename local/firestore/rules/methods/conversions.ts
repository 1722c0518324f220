/** The functions that make values of one type from another: int(), float(), string(), bool(), path(). */
import { isNumber } from '../equality.ts';
import { fault } from '../errors.ts';
import { floatText, int64, intOfFloat } from '../numbers.ts';
import { nameOfType } from '../operators.ts';
import { Path, type RuleValue } from '../values.ts';
import { type BuiltIn, builtIn, stringOf } from './method.ts';

const INT = /^[+-]?\d+$/;
const FLOAT = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

export const CONVERSIONS: readonly BuiltIn[] = [
  builtIn('int', 1, toInt),
  builtIn('float', 1, toFloat),
  builtIn('string', 1, textOf),
  builtIn('bool', 1, toBool),
  builtIn('path', 1, (value) => pathOf(stringOf(value, 'The argument of path()'))),
];

function toInt(value: RuleValue): RuleValue {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return intOfFloat(value);
  if (typeof value !== 'string') return fault(`A ${nameOfType(value)} cannot become an int`);
  return INT.test(value) ? int64(BigInt(value.replace('+', ''))) : fault(`"${value}" is no int`);
}

function toFloat(value: RuleValue): RuleValue {
  if (isNumber(value)) return Number(value);
  if (typeof value !== 'string') return fault(`A ${nameOfType(value)} cannot become a float`);
  return FLOAT.test(value) ? Number(value) : fault(`"${value}" is no float`);
}

function toBool(value: RuleValue): RuleValue {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  return fault(
    typeof value === 'string' ? `"${value}" is no bool` : `A ${nameOfType(value)} cannot become a bool`,
  );
}

/** What string() makes of a value. @throws Fault */
export function textOf(value: RuleValue): string {
  if (typeof value === 'string') return value;
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return floatText(value);
  if (value instanceof Path) return `/${value.segments.join('/')}`;
  return fault(`A ${nameOfType(value)} cannot become a string`);
}

function pathOf(text: string): Path {
  const segments = text.replace(/^\//, '').split('/');
  return segments.includes('') ? fault(`"${text}" is no path`) : new Path(segments);
}
