import { expect, test } from 'vitest';
import type { SignIn } from '../../../shared/documents/status.ts';
import { SIGN_IN_WAYS } from '../../../shared/sign-in-ways.ts';
import { offeredBy } from './offered.ts';

const aCell = (signIn?: SignIn) => ({ ...(signIn && { signIn }) });
const shown = (...cells: readonly { signIn?: SignIn }[]) => {
  const { ways, open } = offeredBy(cells);
  return { ways: [...ways], open };
};
const ALL = { ways: [...SIGN_IN_WAYS], open: true };

test('what the operator has set up is offered, and nothing else', () => {
  const signIn: SignIn = { ways: ['password', 'google'], open: false };
  expect(shown(aCell(signIn))).toEqual({ ways: ['google', 'password'], open: false });
  expect(shown(aCell(signIn), aCell(signIn))).toEqual({ ways: ['google', 'password'], open: false });
});

test.each<[string, readonly { signIn?: SignIn }[]]>([
  ['nothing is said', []],
  ['an older version says nothing of it', [aCell()]],
  ['one of two cells says nothing of it', [aCell({ ways: ['google'], open: false }), aCell()]],
  ['all that is said this page does not know', [aCell({ ways: ['passkey' as never], open: false })]],
])('where %s, all is offered', (_, cells) => {
  expect(shown(...cells)).toEqual(ALL);
});

test('a way that this page does not know hides none of the others', () => {
  expect(shown(aCell({ ways: ['passkey' as never, 'github'], open: true }))).toEqual({
    ways: ['github'],
    open: true,
  });
});
