import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { AppError, MAX_DETAIL } from '../shared/errors.ts';
import { describe as describeError } from '../shared/lifecycle/transition.ts';
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

/**
 * A search looks at a character again for each place before it that a match may begin at. So a pattern that may begin anywhere ends after so
 * many characters, and the text ends, too: then no text takes longer than its length times that.
 */
describe('a text by somebody who wants it to take long', () => {
  const HOSTILE = [
    'a',
    "a'",
    'a@',
    'a@a',
    'a.',
    'eyJ',
    'eyJ-',
    '-----BEGIN A',
    'bearer ',
    'password',
    'ya29.',
  ];

  test.each(HOSTILE)('is looked at up to a limit: a megabyte of %j', (part) => {
    const long = part.repeat(2 ** 20 / part.length);
    const read: number[] = [];
    const { replace } = String.prototype;
    vi.spyOn(String.prototype, 'replace').mockImplementation(function (this: string, ...args) {
      read.push(this.length);
      return Reflect.apply(replace, this, args);
    });
    onTestFinished(() => void vi.restoreAllMocks());
    expect(scrub(long).length).toBeLessThanOrEqual(MAX_DETAIL + 1);
    // A mask may be longer than what was under it.
    expect(Math.max(...read)).toBeLessThan(3 * MAX_DETAIL);
  });

  test('has its secrets masked, also one through which it was cut', () => {
    const before = `${'word '.repeat(798)}`;
    expect(before).toHaveLength(3990);
    const told = scrub(
      `-----BEGIN PRIVATE KEY-----${'x'.repeat(3000)}-----END PRIVATE KEY-----${before.slice(0, 920)} ada.lovelace@example.com`,
    );
    expect(told).toContain('[pem]word');
    expect(told).not.toContain('ada');
    expect(scrub(`-----BEGIN PRIVATE KEY-----${'x'.repeat(5000)}`)).toBe('[pem]…');
  });

  test('is kept as what a document takes', () => {
    expect(scrub(`${'a'.repeat(MAX_DETAIL - 1)}😀`).isWellFormed()).toBe(true);
    expect(new AppError('BUG', `${'a'.repeat(MAX_DETAIL - 1)}😀`).detail?.isWellFormed()).toBe(true);
  });
});

test('no error says more than a document takes', () => {
  const long = 'x'.repeat(2 ** 20);
  const error = new AppError('PRODUCT_REFUSED', long);
  expect(error.detail).toHaveLength(MAX_DETAIL + 1);
  expect(error.message.length).toBeLessThan(MAX_DETAIL + 100);
  expect(describeError('PRODUCT_REFUSED', long).message.length).toBeLessThan(MAX_DETAIL + 200);
});
