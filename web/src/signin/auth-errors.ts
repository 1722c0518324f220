/** What Firebase refuses, in words: https://firebase.google.com/docs/reference/js/auth#autherrorcodes */

const WORDS: Readonly<Record<string, string>> = {
  'auth/invalid-credential': 'The e-mail address or the password is wrong.',
  'auth/user-not-found': 'The e-mail address or the password is wrong.',
  'auth/wrong-password': 'The e-mail address or the password is wrong.',
  'auth/invalid-email': 'This is not an e-mail address.',
  'auth/user-disabled': 'This account is disabled. Ask the operator of this Hub.',
  'auth/email-already-in-use':
    'An account with this address already exists. Sign in, or reset your password.',
  'auth/weak-password': 'This password is too short. Use at least 8 characters.',
  'auth/too-many-requests': 'Too many attempts. Wait a few minutes, or reset your password.',
  'auth/account-exists-with-different-credential':
    'You already have an account with this address, created with another way to sign in. Use that one.',
  'auth/popup-blocked':
    'The browser did not let the sign-in window open. Allow pop-ups for this page and try again.',
  'auth/network-request-failed': 'Hub cannot be reached at the moment. Check your connection and try again.',
  'auth/operation-not-allowed': 'This Hub does not offer this way to sign in.',
  'auth/internal-error': 'The sign-in window could not be opened. Check your connection and try again.',
};

/** Who closes the window has changed their mind; nothing is to be said. */
const SILENT: ReadonlySet<string> = new Set([
  'auth/popup-closed-by-user',
  'auth/cancelled-popup-request',
  'auth/user-cancelled',
]);

/** @param address with which they wanted in, where they have said so here and not in a window of somebody else's */
export function inWords(thrown: unknown, address?: string): string | undefined {
  const { code = '' } = thrown as { code?: string };
  if (SILENT.has(code)) return undefined;
  if (code === 'auth/admin-restricted-operation') return notAdded(address || undefined);
  return WORDS[code] ?? 'That did not work. Try again, or use another way to sign in.';
}

/** Where people do not make accounts themselves, to try again is of no use, and neither is another way in. */
export const notAdded = (address = 'the address of your account'): string =>
  `Only people whom the operator of this Hub has added are let in. Ask them to add ${address}.`;
