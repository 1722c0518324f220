import { expect, test } from 'vitest';
import { addressOf, shownIn } from './shown.ts';

test.each([
  { filter: 'all', text: '' },
  { filter: 'deleted', text: '' },
  { filter: 'all', text: ' a & b ' },
  { filter: 'attention', text: 'plant-1' },
] as const)('an address leads to what it was made of: $filter "$text"', (shown) => {
  expect(shownIn(new URL(addressOf(shown), 'https://hub.example.com').search)).toEqual(shown);
});

test('all of them is the address that people know, and what is unheard of is all of them', () => {
  expect(addressOf({ filter: 'all', text: '' })).toBe('/');
  expect(shownIn('show=purple&size=large')).toEqual({ filter: 'all', text: '' });
});
