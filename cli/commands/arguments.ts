/** What people type, as the API takes it. */
import { days, hours, minutes, seconds } from '../../shared/units.ts';
import { WrongUsage } from '../failure.ts';

/** @throws WrongUsage */
export function wholeNumber(text: string, name: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new WrongUsage(`${name} must be a whole number, not "${text}"`);
  return Number(text);
}

/** @throws WrongUsage */
export function amount(text: string, name: string): number {
  if (!/^\d{1,9}(\.\d{1,2})?$/.test(text))
    throw new WrongUsage(`${name} must be an amount like 40 or 12.50, not "${text}"`);
  return Number(text);
}

const UNITS = { h: hours(1), d: days(1) } as const;

/** `8h` or `3d`, in hours. @throws WrongUsage */
export function lifetimeHours(text: string): number {
  const [, count, unit] = /^(\d{1,5})(h|d)$/.exec(text) ?? [];
  const ms = Number(count) * UNITS[unit as keyof typeof UNITS];
  if (!(ms > 0)) throw new WrongUsage(`a lifetime is said as 8h or 3d, not "${text}"`);
  return ms / hours(1);
}

const SHORT_UNITS = { s: seconds(1), m: minutes(1), h: hours(1) } as const;
/** What a timer of Node takes, about: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_MS = days(24);

/** `90s`, `20m` or `2h`. @throws WrongUsage */
export function timeoutMs(text: string): number {
  const [, count, unit] = /^(\d{1,7})(s|m|h)$/.exec(text) ?? [];
  const ms = Number(count) * SHORT_UNITS[unit as keyof typeof SHORT_UNITS];
  if (!(ms > 0 && ms <= LONGEST_MS))
    throw new WrongUsage(`a time is said as 90s, 20m or 2h, and is at most 24 days, not "${text}"`);
  return ms;
}

/** What the header takes of it, or Hub would not even be asked. @throws WrongUsage */
export function idempotencyKey(text: string): string {
  if (!/^[\x21-\x7e]([\x20-\x7e]{0,126}[\x21-\x7e])?$/.test(text))
    throw new WrongUsage('a key is 1 to 128 printable ASCII characters, with no space at either end');
  return text;
}
