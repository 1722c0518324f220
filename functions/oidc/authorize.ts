/**
 * What a cluster's dex asks for when it sends somebody here: checked strictly, since until the redirect address is known to be the
 * client's own, nothing may be sent there.
 * https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest
 */
import { type OidcScope, oidcScope } from '../../shared/documents/oidc.ts';
import type { FoundClient } from './clients.ts';
import { OAuthError, type OAuthErrorCode } from './oauth-error.ts';
import type { Parameters } from './parameters.ts';

export interface AuthorizationRequest {
  cluster: string;
  redirectUri: string;
  scopes: OidcScope[];
  state?: string;
  nonce?: string;
  codeChallenge?: string;
}

const PRINTABLE = /^[\x20-\x7e]{1,2048}$/;
/** SHA-256 in base64url: https://www.rfc-editor.org/rfc/rfc7636#section-4.2 */
const S256_CHALLENGE = /^[\w-]{43}$/;

/** Whether an answer, also a refusal, may be sent to the address that the request names. */
export const isRedirectable = (client: FoundClient, parameters: Parameters): boolean =>
  parameters.get('redirect_uri') === client.redirectUri;

/** The state, if it may be passed back at all. */
export function stateOf(parameters: Parameters): string | undefined {
  const state = parameters.get('state');
  return state !== undefined && PRINTABLE.test(state) ? state : undefined;
}

/**
 * Parameters that are not known are ignored, as the standard wants it; those that ask for more safety than there is are refused.
 * @throws OAuthError for the client, to whose address the answer may go
 */
export function parseAuthorizationRequest(client: FoundClient, parameters: Parameters): AuthorizationRequest {
  parameters.requireSingle();
  for (const [name, code] of UNSUPPORTED)
    if (parameters.get(name) !== undefined) throw new OAuthError(code, `${name} is not supported.`);
  if (parameters.get('response_type') !== 'code')
    throw new OAuthError('unsupported_response_type', 'The response_type must be code.');
  if ((parameters.get('response_mode') ?? 'query') !== 'query')
    throw new OAuthError('invalid_request', 'The response_mode must be query.');
  requirePrompt(parameters.get('prompt'));
  const state = optional(parameters, 'state');
  const nonce = optional(parameters, 'nonce');
  const codeChallenge = codeChallengeOf(client, parameters);
  return {
    cluster: client.clusterId,
    redirectUri: client.redirectUri,
    scopes: scopesOf(parameters.get('scope')),
    ...(state === undefined ? {} : { state }),
    ...(nonce === undefined ? {} : { nonce }),
    ...(codeChallenge === undefined ? {} : { codeChallenge }),
  };
}

/** `max_age` because the console may use a sign-in of any age, and nobody here could tell. */
const UNSUPPORTED: readonly (readonly [string, OAuthErrorCode])[] = [
  ['request', 'request_not_supported'],
  ['request_uri', 'request_uri_not_supported'],
  ['registration', 'registration_not_supported'],
  ['max_age', 'invalid_request'],
];

/** The console always asks before it goes on, and lets people change the account. dex sends `consent` when it is asked for offline access. */
function requirePrompt(prompt: string | undefined): void {
  for (const value of prompt?.split(' ') ?? []) {
    if (value === 'none') throw new OAuthError('login_required', 'Somebody must sign in.');
    if (value !== 'consent' && value !== 'select_account')
      throw new OAuthError('invalid_request', 'The prompt must be consent or select_account.');
  }
}

function scopesOf(scope = ''): OidcScope[] {
  const asked = new Set(scope.split(' '));
  if (!asked.has('openid')) throw new OAuthError('invalid_scope', 'The scope must contain openid.');
  return oidcScope.options.filter((known) => asked.has(known));
}

function optional(parameters: Parameters, name: string): string | undefined {
  const value = parameters.get(name);
  if (value !== undefined && !PRINTABLE.test(value))
    throw new OAuthError('invalid_request', `The ${name} is too long or not printable ASCII.`);
  return value;
}

/** https://www.rfc-editor.org/rfc/rfc7636#section-4.3; no method would mean `plain`. */
function codeChallengeOf(client: FoundClient, parameters: Parameters): string | undefined {
  const challenge = parameters.get('code_challenge');
  const method = parameters.get('code_challenge_method');
  if (challenge === undefined && method === undefined) {
    if (client.pkce === 'required')
      throw new OAuthError('invalid_request', 'This client must send a code_challenge.');
    return undefined;
  }
  if (method !== 'S256') throw new OAuthError('invalid_request', 'The code_challenge_method must be S256.');
  if (challenge === undefined || !S256_CHALLENGE.test(challenge))
    throw new OAuthError('invalid_request', 'The code_challenge is not one of S256.');
  return challenge;
}
