import { expect, test } from 'vitest';
import { scrub } from './log.ts';

test.each([
  ['ask ada@example.com', 'ask [email]'],
  ["ask o'brien@example.com", 'ask [email]'],
  ["ask 'ada@example.com' for it", "ask '[email]' for it"],
  ['ask jürgen.groß@bücher.example', 'ask [email]'],
  ['ask 彼@例え.テスト.', 'ask [email].'],
  ['image pach/pachd@sha256:0f1e', 'image pach/pachd@sha256:0f1e'],
  [
    'viewer → owner; uid-of-somebody: owner → no member',
    'viewer → owner; uid-of-somebody: owner → no member',
  ],
])('%j is logged as %j', (text, told) => {
  expect(scrub(text)).toBe(told);
});
