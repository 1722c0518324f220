/** https://firebase.google.com/docs/reference/rules/rules.Timestamp_ and rules.Duration_, and the namespaces of the same names. */
import { fault } from '../errors.ts';
import { nameOfType } from '../operators.ts';
import { Duration, Timestamp } from '../values.ts';
import { type BuiltIn, builtIn, intOf, stringOf } from './method.ts';

const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;
const MILLI = 1_000_000n;

/** Division that rounds down, also before the epoch. */
const floorDiv = (a: bigint, b: bigint): bigint => (a - floorMod(a, b)) / b;
const floorMod = (a: bigint, b: bigint): bigint => ((a % b) + b) % b;

const dateOf = ({ nanos }: Timestamp): Date => new Date(Number(floorDiv(nanos, MILLI)));
const timeOfDay = ({ nanos }: Timestamp): bigint => floorMod(nanos, DAY);

/** Days since the first of January of the same year, from 1. */
function dayOfYear(time: Timestamp): bigint {
  const start = dateOf(time);
  start.setUTCMonth(0, 1);
  start.setUTCHours(0, 0, 0, 0);
  return floorDiv(time.nanos - BigInt(start.getTime()) * MILLI, DAY) + 1n;
}

export const TIMESTAMP_METHODS: readonly BuiltIn[] = [
  builtIn('date', 0, ({ nanos }: Timestamp) => new Timestamp(floorDiv(nanos, DAY) * DAY)),
  builtIn('time', 0, (time: Timestamp) => new Duration(timeOfDay(time))),
  builtIn('year', 0, (time: Timestamp) => BigInt(dateOf(time).getUTCFullYear())),
  builtIn('month', 0, (time: Timestamp) => BigInt(dateOf(time).getUTCMonth() + 1)),
  builtIn('day', 0, (time: Timestamp) => BigInt(dateOf(time).getUTCDate())),
  // From Monday, 1, to Sunday, 7.
  builtIn('dayOfWeek', 0, (time: Timestamp) => BigInt(((dateOf(time).getUTCDay() + 6) % 7) + 1)),
  builtIn('dayOfYear', 0, dayOfYear),
  builtIn('hours', 0, (time: Timestamp) => timeOfDay(time) / (3600n * SECOND)),
  builtIn('minutes', 0, (time: Timestamp) => (timeOfDay(time) / (60n * SECOND)) % 60n),
  builtIn('seconds', 0, (time: Timestamp) => (timeOfDay(time) / SECOND) % 60n),
  builtIn('nanos', 0, (time: Timestamp) => timeOfDay(time) % SECOND),
  builtIn('toMillis', 0, ({ nanos }: Timestamp) => floorDiv(nanos, MILLI)),
];

export const DURATION_METHODS: readonly BuiltIn[] = [
  builtIn('seconds', 0, ({ nanos }: Duration) => nanos / SECOND),
  builtIn('nanos', 0, ({ nanos }: Duration) => nanos % SECOND),
];

const UNITS: Readonly<Record<string, bigint>> = {
  w: 7n * DAY,
  d: DAY,
  h: 3600n * SECOND,
  m: 60n * SECOND,
  s: SECOND,
  ms: MILLI,
  ns: 1n,
};

export const DURATION_FUNCTIONS: readonly BuiltIn[] = [
  builtIn('value', 2, (magnitude, unit) => {
    const name = stringOf(unit, 'The unit');
    const nanos = Object.hasOwn(UNITS, name) ? UNITS[name] : undefined;
    if (nanos === undefined) return fault(`"${name}" is no unit: ${Object.keys(UNITS).join(', ')} are`);
    return new Duration(intOf(magnitude, 'The magnitude') * nanos);
  }),
  builtIn('time', 4, (hours, minutes, seconds, nanos) => {
    const whole = intOf(hours, 'Hours') * 3600n + intOf(minutes, 'Minutes') * 60n + intOf(seconds, 'Seconds');
    return new Duration(whole * SECOND + intOf(nanos, 'Nanoseconds'));
  }),
  builtIn('abs', 1, (value) => {
    if (!(value instanceof Duration))
      return fault(`The argument must be a duration, not a ${nameOfType(value)}`);
    return value.nanos < 0n ? new Duration(-value.nanos) : value;
  }),
];

export const TIMESTAMP_FUNCTIONS: readonly BuiltIn[] = [
  builtIn('date', 3, (year, month, day) =>
    date(Number(intOf(year, 'The year')), Number(intOf(month, 'The month')), Number(intOf(day, 'The day'))),
  ),
  builtIn('value', 1, (millis) => new Timestamp(intOf(millis, 'Milliseconds') * MILLI)),
];

function date(year: number, month: number, day: number): Timestamp {
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, day);
  // Days and months that there are not would roll over into the next.
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) {
    fault(`There is no date ${year}-${month}-${day}`);
  }
  return new Timestamp(BigInt(midnight.getTime()) * MILLI);
}
