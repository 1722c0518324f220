/** dex's signing key, and the ID tokens that it signs. */
import type { JWK, JWTPayload } from 'jose';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import type { PachdData } from './data.ts';

export interface SigningKey {
  /** For `/keys`. */
  readonly publicJwk: JWK;
  sign(claims: JWTPayload): Promise<string>;
}

const ALGORITHM = 'RS256';

export async function ensureSigningKey(data: PachdData, save: () => void): Promise<SigningKey> {
  if (!data.signingKey) {
    const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    data.signingKey = (await exportJWK(privateKey)) as Record<string, unknown>;
    save();
  }
  const jwk = data.signingKey as JWK;
  const { kty, n, e } = jwk;
  const publicPart = { kty, n, e } as JWK;
  const kid = await calculateJwkThumbprint(publicPart);
  const key = await importJWK(jwk, ALGORITHM);
  return {
    publicJwk: { ...publicPart, kid, alg: ALGORITHM, use: 'sig' },
    sign: (claims) => new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, kid }).sign(key),
  };
}
