/** Prices in words. */
import { inDollars } from '../../shared/money.ts';

export { inDollars, inWholeDollars, type Money } from '../../shared/money.ts';

/** Of what is estimated. */
export const microsInDollars = (micros: number): string =>
  inDollars({ amount: micros / 1_000_000, about: true });

/** Of what somebody has set. */
export const limitInDollars = (micros: number): string =>
  inDollars({ amount: micros / 1_000_000, about: false });
