/** What people type, as the API takes it. */
import { days, hours } from '../../shared/units.ts';
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

/** @throws WrongUsage */
export function oneOf<T extends string>(text: string, choices: readonly T[], name: string): T {
  const found = choices.find((choice) => choice === text);
  if (!found) throw new WrongUsage(`${name} is one of ${choices.join(', ')}, not "${text}"`);
  return found;
}
