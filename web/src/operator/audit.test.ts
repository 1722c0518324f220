import { expect, test } from 'vitest';
import { addressOf, askedIn } from './audit.ts';

test.each([
  undefined,
  { by: 'cluster', id: 'abcdefghijklmnop' },
  { by: 'actor', id: 'somebody & else' },
] as const)('an address leads to what it was made of: %s', (asked) => {
  expect(askedIn(new URL(addressOf(asked), 'https://hub.example.com').search)).toEqual(asked);
});

test('what is empty or unheard of asks for all', () => {
  for (const search of ['', 'cluster=', 'size=large']) expect(askedIn(search)).toBeUndefined();
});
