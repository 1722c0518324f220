import { expect, test } from 'vitest';
import { inWords } from './auth-errors.ts';

test('whom no operator has added is told whom to ask for what, and not to try again', () => {
  const refused = { code: 'auth/admin-restricted-operation' };
  const says = 'Only people whom the operator of this Hub has added are let in. Ask them to add';
  expect(inWords(refused, 'nora@example.com')).toBe(`${says} nora@example.com.`);
  // The window of a provider does not say which address it was.
  expect(inWords(refused)).toBe(`${says} the address of your account.`);
});

test('who closes the window reads nothing, and what is unheard of is told all the same', () => {
  expect(inWords({ code: 'auth/popup-closed-by-user' })).toBeUndefined();
  expect(inWords(new Error('broken'))).toMatch(/^That did not work\./);
});
