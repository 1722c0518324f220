/** Durations in milliseconds and sizes in bytes, so that no bare number stands in the code. */
export const seconds = (n: number): number => n * 1000;
export const minutes = (n: number): number => n * 60_000;
export const hours = (n: number): number => n * 3_600_000;
export const days = (n: number): number => n * 86_400_000;

export const KIB = 1024;
export const MIB = 1024 * KIB;

/** As people read it: `$2.92`, `$2`. What is between two cents is told as the upper one, or the lower. */
export function inDollars(micros: number, between: 'up' | 'down'): string {
  const cents = (between === 'up' ? Math.ceil : Math.floor)(micros / 10_000);
  return `$${(cents / 100).toFixed(cents % 100 === 0 ? 0 : 2)}`;
}

/** Money is counted in whole micro-dollars: sums stay exact, however often they are added and taken away. */
export const dollars = (n: number): number => Math.round(n * 1_000_000);

/** On average: 365 days of 24 hours in 12 months. Google's prices per month are prices per hour times as many. */
export const MONTH_HOURS = 730;
