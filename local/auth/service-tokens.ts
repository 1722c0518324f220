/**
 * OIDC identity tokens of service accounts, as Google issues them: what Pub/Sub puts on a push, and what the host of the functions,
 * in the place of Cloud Run's invoker check, asks of a caller. They have a key of their own, so none passes for a user's token.
 * https://cloud.google.com/run/docs/authenticating/service-to-service
 */
import { exportJWK, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { ServiceError, STATUS, type World } from '../service.ts';
import { type SigningKey, storedSigningKey } from './keys.ts';

const ISSUER = 'https://accounts.google.com';
/** Real seconds: a faster cloud does not age a token. */
const LIFE_S = 3600;

interface ServiceTokenVerifier {
  /** Who presents it. @throws ServiceError UNAUTHENTICATED for any token not good for exactly this audience */
  verify(token: string, audience: string): Promise<{ email: string }>;
}

export interface ServiceTokens extends ServiceTokenVerifier {
  mint(email: string, audience: string): Promise<string>;
  /** What another process needs for `verifierFor`. */
  publicJwk(): Promise<JWK>;
}

/** The key lives in the store of this `world`: make it from one service's world only, and hand its public half to the others. */
export function createServiceTokens({ store, clock }: World): ServiceTokens {
  let loading: Promise<SigningKey> | undefined;
  const key = (): Promise<SigningKey> => {
    loading ??= storedSigningKey(store, 'service-token', 'accounts.google.com');
    return loading;
  };
  const publicJwk = async (): Promise<JWK> => {
    const { publicKey, kid } = await key();
    return { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' };
  };
  return {
    publicJwk,
    async mint(email, audience) {
      const { kid, privateKey } = await key();
      const iat = Math.floor(clock.now() / 1000);
      return new SignJWT({ iss: ISSUER, aud: audience, azp: email, sub: email, email, email_verified: true })
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
        .setIssuedAt(iat)
        .setExpirationTime(iat + LIFE_S)
        .sign(privateKey);
    },
    verify: async (token, audience) =>
      verifierFor(await publicJwk(), () => clock.now()).verify(token, audience),
  };
}

/** Verifies what the holder of this key's private half minted. */
export function verifierFor(jwk: JWK, now: () => number = Date.now): ServiceTokenVerifier {
  const key = importJWK(jwk, 'RS256');
  // Whoever verifies hears of a bad key; until then it must not end the process.
  key.catch(() => undefined);
  return {
    async verify(token, audience) {
      try {
        const { payload } = await jwtVerify(token, await key, {
          algorithms: ['RS256'],
          issuer: ISSUER,
          audience,
          requiredClaims: ['exp', 'iat', 'email'],
          currentDate: new Date(now()),
        });
        if (payload.email_verified === true && typeof payload.email === 'string')
          return { email: payload.email };
      } catch {
        // Every way to fail is told alike, without the token.
      }
      throw new ServiceError(STATUS.UNAUTHENTICATED, 'The service token is not valid for this audience.');
    },
  };
}
