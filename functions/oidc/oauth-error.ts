/** What goes wrong in the words of OAuth, which clients understand. Everything else is an AppError. */

/** https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 and 5.2, https://openid.net/specs/openid-connect-core-1_0.html#AuthError */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'access_denied'
  | 'login_required'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'registration_not_supported'
  | 'temporarily_unavailable'
  | 'server_error';

export class OAuthError extends Error {
  readonly code: OAuthErrorCode;
  /** @param description a sentence of ours, never what was sent: printable ASCII without quotes or backslashes */
  constructor(code: OAuthErrorCode, description: string) {
    super(description);
    this.name = 'OAuthError';
    this.code = code;
  }
}
