/** Where the browser goes with the answer: always the client's one registered address, with what was said encoded into its query. */
import type { OAuthError } from './oauth-error.ts';

/** Whose answer it is, and to what. */
interface Answering {
  issuer: string;
  redirectUri: string;
  state?: string | undefined;
}

export const codeRedirect = (to: Answering, code: string): string => locationOf(to, { code });

export const errorRedirect = (to: Answering, { code, message }: OAuthError): string =>
  locationOf(to, { error: code, error_description: message });

function locationOf({ issuer, redirectUri, state }: Answering, answer: Record<string, string>): string {
  const location = new URL(redirectUri);
  for (const [name, value] of Object.entries(answer)) location.searchParams.set(name, value);
  if (state !== undefined) location.searchParams.set('state', state);
  // Against mix-ups: https://www.rfc-editor.org/rfc/rfc9207
  location.searchParams.set('iss', issuer);
  return location.href;
}
