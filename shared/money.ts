/** Prices in words. */

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

interface Money {
  amount: number;
  about: boolean;
}

/** `about $1.20` where it is an estimate. */
export const inDollars = ({ amount, about }: Money): string =>
  amount > 0 && amount < 0.005 ? 'under 1 ¢' : `${about ? 'about ' : ''}${dollars.format(amount)}`;
