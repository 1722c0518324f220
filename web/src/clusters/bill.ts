/** What a price per hour comes to. */

import { inDollars, inWholeDollars, type Money } from '../../../shared/money.ts';
import { MONTH_HOURS } from '../../../shared/units.ts';

/** From there on the cents of an estimate say nothing. */
const WHOLE = 10;

/** `$277 per month`, or, of one that has an end, `$3.04 until its end`. It stands beside the price, which says that it is an estimate. */
export function billOf({ amount }: Money, ttlHours: number | undefined): string {
  const sum = amount * (ttlHours ?? MONTH_HOURS);
  const words = sum < WHOLE ? inDollars({ amount: sum, about: false }) : inWholeDollars(sum);
  return `${words} ${ttlHours === undefined ? 'per month' : 'until its end'}`;
}
