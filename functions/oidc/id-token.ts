/** The ID token: who signed in, said to one cluster. https://openid.net/specs/openid-connect-core-1_0.html#IDToken */
import { SignJWT } from 'jose';
import { minutes } from '../../shared/units.ts';
import type { RedeemedCode } from './codes.ts';
import type { SigningKey } from './keys.ts';

/** dex reads it at once and makes a session of its own. */
const LIFETIME_MS = minutes(5);

interface IdTokenOptions {
  issuer: string;
  clientId: string;
  key: SigningKey;
  now: number;
}

export function signIdToken(
  { uid, email, scopes, nonce }: RedeemedCode,
  { issuer, clientId, key, now }: IdTokenOptions,
): Promise<string> {
  const issuedAt = Math.floor(now / 1000);
  const claims = {
    ...(nonce === undefined ? {} : { nonce }),
    // Only verified addresses get this far.
    ...(scopes.includes('email') ? { email, email_verified: true } : {}),
    // dex insists on a name. The address is one that nobody can choose in order to be taken for somebody else.
    ...(scopes.includes('profile') ? { name: email } : {}),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT' })
    .setIssuer(issuer)
    .setSubject(uid)
    .setAudience(clientId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME_MS / 1000)
    .sign(key.privateKey);
}
