/** Prices in words. */

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

export interface Money {
  amount: number;
  about: boolean;
}

/** `about $1.20` where it is an estimate. */
export const inDollars = ({ amount, about }: Money): string =>
  amount > 0 && amount < 0.005 ? 'under 1 ¢' : `${about ? 'about ' : ''}${dollars.format(amount)}`;

/** Of what is estimated. */
export const microsInDollars = (micros: number): string =>
  inDollars({ amount: micros / 1_000_000, about: true });

/** Of what somebody has set. */
export const limitInDollars = (micros: number): string =>
  inDollars({ amount: micros / 1_000_000, about: false });
