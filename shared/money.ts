/** Money: as it is counted, as it is told, and in words. */

/** Money is counted in whole micro-dollars: sums stay exact, however often they are added and taken away. */
export const microsOf = (dollars: number): number => Math.round(dollars * 1_000_000);
export const dollarsOf = (micros: number): number => micros / 1_000_000;

const DOLLARS = { style: 'currency', currency: 'USD' } as const;
const dollars = new Intl.NumberFormat('en-US', DOLLARS);
const wholeDollars = new Intl.NumberFormat('en-US', { ...DOLLARS, maximumFractionDigits: 0 });

/** A sum of US dollars. */
export interface Money {
  amount: number;
  /** Whether it is an estimate. */
  about: boolean;
}

/** `about $1.20` where it is an estimate; nothing is exactly nothing. */
export const inDollars = ({ amount, about }: Money): string =>
  amount > 0 && amount < 0.005
    ? 'under 1 ¢'
    : `${about && amount !== 0 ? 'about ' : ''}${dollars.format(amount)}`;

/** `$277`, for where cents say nothing. */
export const inWholeDollars = (amount: number): string => wholeDollars.format(amount);

/** `$2.92`, `$2`. What is between two cents is told as the upper one, or the lower: beside a limit it must not seem to fit, or to differ. */
export function inCents(micros: number, between: 'up' | 'down'): string {
  const cents = (between === 'up' ? Math.ceil : Math.floor)(micros / 10_000);
  return `$${(cents / 100).toFixed(cents % 100 === 0 ? 0 : 2)}`;
}

/** Of what is estimated. */
export const aboutInDollars = (micros: number): string =>
  inDollars({ amount: dollarsOf(micros), about: true });

/** Of what somebody has set; or where it is said beside it that all of it is an estimate. */
export const exactInDollars = (micros: number): string =>
  inDollars({ amount: dollarsOf(micros), about: false });
