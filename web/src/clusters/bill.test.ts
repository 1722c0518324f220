import { expect, test } from 'vitest';
import { billOf } from './bill.ts';

test.each([
  [undefined, '$277 per month'],
  [8, '$3.04 until its end'],
  [24 * 7, '$64 until its end'],
])('38 cents an hour, for %s hours, are %s', (ttlHours, words) => {
  expect(billOf({ amount: 0.38, about: true }, ttlHours)).toBe(words);
});
