/** Prices in words. */

const DOLLARS = { style: 'currency', currency: 'USD' } as const;
const dollars = new Intl.NumberFormat('en-US', DOLLARS);
const wholeDollars = new Intl.NumberFormat('en-US', { ...DOLLARS, maximumFractionDigits: 0 });

export interface Money {
  amount: number;
  about: boolean;
}

/** `about $1.20` where it is an estimate; nothing is exactly nothing. */
export const inDollars = ({ amount, about }: Money): string =>
  amount > 0 && amount < 0.005
    ? 'under 1 ¢'
    : `${about && amount !== 0 ? 'about ' : ''}${dollars.format(amount)}`;

/** `$277`, for where cents say nothing. */
export const inWholeDollars = (amount: number): string => wholeDollars.format(amount);
