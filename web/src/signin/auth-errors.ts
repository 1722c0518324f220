/** What Firebase refuses, in words: https://firebase.google.com/docs/reference/js/auth#autherrorcodes */

const WORDS: Readonly<Record<string, string>> = {
  'auth/invalid-credential': 'This e-mail address and password do not belong together.',
  'auth/user-not-found': 'This e-mail address and password do not belong together.',
  'auth/wrong-password': 'This e-mail address and password do not belong together.',
  'auth/invalid-email': 'This is not an e-mail address.',
  'auth/user-disabled': 'This account is switched off. Ask the operator of this Hub.',
  'auth/email-already-in-use':
    'There is an account with this address already: sign in, or have a new password sent to you.',
  'auth/weak-password': 'This password is too short: at least 8 characters, please.',
  'auth/too-many-requests':
    'That was tried too often. Wait a few minutes, or have a new password sent to you.',
  'auth/account-exists-with-different-credential':
    'You have an account with this address already, made in another way. Sign in as you did then.',
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

export function inWords(thrown: unknown): string | undefined {
  const { code = '' } = thrown as { code?: string };
  if (SILENT.has(code)) return undefined;
  return WORDS[code] ?? 'That did not work. Try again, or in another way.';
}
