import { describe, expect, test } from 'vitest';
import { inDollars } from '../../shared/money.ts';
import { durationInWords, leftInWords } from './duration.ts';

test.each([
  [0, 'a moment'],
  [400, 'a moment'],
  [1000, '1 s'],
  [59_600, '1 min'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h'],
  [3_725_000, '1 h 2 min'],
  [3_599_700, '1 h'],
  [90_061_000, '1 d 1 h'],
  [86_400_000, '1 d'],
])('%d ms are %s', (ms, words) => {
  expect(durationInWords(ms)).toBe(words);
});

test.each([
  [-5000, 'a moment'],
  [4000, 'a moment'],
  [12_000, 'about 20 s'],
  [50_500, 'about 1 min'],
  [59_999, 'about 1 min'],
  [170_000, 'about 3 min'],
  [3_599_000, 'about 1 h'],
  [3_700_000, 'about 1 h'],
])('%d ms that are left are %s', (ms, words) => {
  expect(leftInWords(ms)).toBe(words);
});

describe('money', () => {
  test.each([
    [0, true, '$0.00'],
    [0.001, true, 'under 1 ¢'],
    [0.384, true, 'about $0.38'],
    [1234.5, false, '$1,234.50'],
  ])('%d (about: %s) is %s', (amount, about, words) => {
    expect(inDollars({ amount, about })).toBe(words);
  });
});
