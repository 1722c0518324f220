import { expect, test } from 'vitest';
import { ERRORS, type ErrorCode } from '../../../shared/errors.ts';
import { refusalIn } from './client.ts';
import { remedyFor } from './remedies.ts';

/** What only who writes a program has, or sends. */
const OF_PROGRAMS =
  /GET |\/v1\/|Send |JSON|content-type|ETag|If-Match|Retry-After|Idempotency|pageToken|kind=|"|token|[Aa] program|\bkey\b/;

test.each(Object.keys(ERRORS) as ErrorCode[])('%s is for a person where a person reads it', (code) => {
  expect(remedyFor(code)).not.toMatch(OF_PROGRAMS);
  const { say: title, remedy } = ERRORS[code];
  expect(refusalIn({ code, title, remedy }, 400).remedy).toBe(remedyFor(code));
});

test('what this page has no words for is said as Hub says it', () => {
  expect(refusalIn({ code: 'OF_TOMORROW', title: 'No.', remedy: 'Wait for it.' }, 400).remedy).toBe(
    'Wait for it.',
  );
});
