/** What the provider says of itself. https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata */
import { oidcScope } from '../../shared/documents/oidc.ts';
import type { SigningKey } from './keys.ts';

export const metadataOf = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: ['authorization_code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  scopes_supported: oidcScope.options,
  claims_supported: ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce', 'email', 'email_verified', 'name'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  // A dex that can do PKCE reads this, and then does.
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
  claims_parameter_supported: false,
  request_parameter_supported: false,
  // Absent would mean true.
  request_uri_parameter_supported: false,
});

export const jwksOf = (keys: readonly SigningKey[]) => ({ keys: keys.map(({ publicJwk }) => publicJwk) });
