/** Prices in words. */

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

export interface Money {
  amount: number;
  about: boolean;
}

/** `about $1.20` where it is an estimate; nothing is exactly nothing. */
export const inDollars = ({ amount, about }: Money): string =>
  amount > 0 && amount < 0.005
    ? 'under 1 ¢'
    : `${about && amount !== 0 ? 'about ' : ''}${dollars.format(amount)}`;
