/** What a price per hour comes to. */
import { inDollars, type Money } from '../../../shared/money.ts';

/** On average: 365 days of 24 hours in 12 months. */
const MONTH_HOURS = 730;

/** From there on the cents of an estimate say nothing. */
const WHOLE = 10;
const wholeDollars = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  maximumFractionDigits: 0,
});

/** `$277 per month`, or, of one that has an end, `$3.04 until its end`. It stands beside the price, which says that it is an estimate. */
export function billOf({ amount }: Money, ttlHours: number | undefined): string {
  const sum = amount * (ttlHours ?? MONTH_HOURS);
  const words = sum < WHOLE ? inDollars({ amount: sum, about: false }) : wholeDollars.format(sum);
  return `${words} ${ttlHours === undefined ? 'per month' : 'until its end'}`;
}
