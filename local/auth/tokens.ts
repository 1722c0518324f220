/**
 * The JSON Web Tokens of the stand-in: ID tokens and session cookies as Firebase words them, and the custom tokens it takes in
 * exchange. Their lifetimes are real time: a faster cloud does not age a sign-in.
 * https://firebase.google.com/docs/auth/admin/verify-id-tokens#verify_id_tokens_using_a_third-party_jwt_library
 */
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { ServiceError, STATUS, type World } from '../service.ts';
import { type SigningKey, storedSigningKey } from './keys.ts';
import type { SignIn, User } from './model.ts';

/** Seconds an ID token lives: https://firebase.google.com/docs/auth/admin/manage-sessions */
export const ID_TOKEN_LIFE_S = 3600;
/** Audience of custom tokens: https://firebase.google.com/docs/auth/admin/create-custom-tokens */
const CUSTOM_TOKEN_AUDIENCE =
  'https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit';
/** https://firebase.google.com/docs/auth/admin/custom-claims#set_and_validate_custom_user_claims_via_the_admin_sdk */
export const RESERVED_CLAIMS: readonly string[] =
  'acr amr at_hash aud auth_time azp cnf c_hash exp firebase iat iss jti nbf nonce sub user_id'.split(' ');

export interface IdClaims extends JWTPayload {
  sub: string;
  auth_time: number;
}

interface CustomToken {
  uid: string;
  claims: Record<string, unknown>;
}

export interface Tokens {
  /** Key id → PEM, of what signs ID tokens and session cookies. */
  certificates: Record<string, string>;
  mintIdToken(user: User, signIn: SignIn): Promise<string>;
  /** Checks signature, times and audience; knows nothing of the user. @throws ServiceError INVALID_ID_TOKEN, TOKEN_EXPIRED */
  verifyIdToken(token: string): Promise<IdClaims>;
  mintSessionCookie(claims: IdClaims, lifeS: number): Promise<string>;
  /**
   * Takes what this stand-in signed for a service account, and as the official emulator does unsigned ones, also without any
   * wrapping: `{"uid":"…","claims":{}}`.
   * @throws ServiceError INVALID_CUSTOM_TOKEN
   */
  verifyCustomToken(token: string): Promise<CustomToken>;
  /** Signs bytes as any service account of the project: IAM's `signBlob`. */
  signBlob(bytes: Buffer): Promise<{ keyId: string; signature: Buffer }>;
}

export async function createTokens({ store, clock, projectId }: World): Promise<Tokens> {
  const key = await storedSigningKey(store, 'id-token', 'securetoken.system.gserviceaccount.com');
  const serviceKey = await storedSigningKey(store, 'service-account', `hub.${projectId}`);
  const issuer = `https://securetoken.google.com/${projectId}`;
  const nowS = (): number => Math.floor(clock.now() / 1000);
  const currentDate = (): Date => new Date(clock.now());

  return {
    certificates: { [key.kid]: key.certificate },
    mintIdToken: (user, signIn) =>
      sign(key, {
        ...userClaims(user, signIn),
        iss: issuer,
        aud: projectId,
        auth_time: signIn.authTimeS,
        user_id: user.localId,
        sub: user.localId,
        iat: nowS(),
        exp: nowS() + ID_TOKEN_LIFE_S,
      }),
    async verifyIdToken(token) {
      try {
        const { payload } = await jwtVerify(requireCompact(token), key.publicKey, {
          algorithms: ['RS256'],
          issuer,
          audience: projectId,
          requiredClaims: ['sub', 'iat', 'exp', 'auth_time'],
          currentDate: currentDate(),
        });
        return requireIdClaims(payload, nowS());
      } catch (error) {
        const expired = error instanceof errors.JWTExpired;
        throw new ServiceError(STATUS.INVALID_ARGUMENT, expired ? 'TOKEN_EXPIRED' : 'INVALID_ID_TOKEN');
      }
    },
    mintSessionCookie: (claims, lifeS) =>
      sign(key, {
        ...claims,
        iss: `https://session.firebase.google.com/${projectId}`,
        iat: nowS(),
        exp: nowS() + lifeS,
      }),
    async verifyCustomToken(token) {
      try {
        return readCustomToken(await customPayload(token, serviceKey, currentDate()), nowS());
      } catch {
        throw new ServiceError(STATUS.INVALID_ARGUMENT, 'INVALID_CUSTOM_TOKEN');
      }
    },
    async signBlob(bytes) {
      const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', serviceKey.privateKey, bytes);
      return { keyId: serviceKey.kid, signature: Buffer.from(signature) };
    },
  };
}

/** The library passes over blanks in a signature; nobody else does. https://www.rfc-editor.org/rfc/rfc7515#section-7.1 */
function requireCompact(token: string): string {
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw new Error('not a compact JWS');
  return token;
}

const sign = (key: SigningKey, claims: JWTPayload): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT' }).sign(key.privateKey);

/** Custom claims come first, so that none can pass for a claim of the service: what is undefined there ends up absent. */
function userClaims(user: User, signIn: SignIn): JWTPayload {
  const identities: Record<string, string[]> = {};
  if (user.email) identities.email = [user.email];
  if (user.phoneNumber) identities.phone = [user.phoneNumber];
  for (const { providerId, rawId } of user.providers) {
    identities[providerId] = [...(identities[providerId] ?? []), rawId];
  }
  return {
    ...(JSON.parse(user.customAttributes ?? '{}') as JWTPayload),
    ...signIn.claims,
    name: user.displayName,
    picture: user.photoUrl,
    provider_id: signIn.provider === 'anonymous' ? 'anonymous' : undefined,
    email: user.email,
    email_verified: user.email ? user.emailVerified : undefined,
    phone_number: user.phoneNumber,
    firebase: { identities, sign_in_provider: signIn.provider },
  };
}

function requireIdClaims(payload: JWTPayload, nowS: number): IdClaims {
  const { sub, iat, auth_time } = payload;
  const isPast = (time: unknown): boolean => typeof time === 'number' && time <= nowS;
  // A signature of ours over such claims would be a fault of ours; it is no reason to believe them.
  if (!sub || !isPast(iat) || !isPast(auth_time)) throw new Error('no claims of an ID token');
  return payload as IdClaims;
}

async function customPayload(token: string, key: SigningKey, currentDate: Date): Promise<JWTPayload> {
  if (token.startsWith('{')) {
    const exp = currentDate.getTime() / 1000 + 1;
    return { ...(JSON.parse(token) as JWTPayload), aud: CUSTOM_TOKEN_AUDIENCE, exp };
  }
  if (decodeProtectedHeader(token).alg !== 'none') {
    return (await jwtVerify(token, key.publicKey, { algorithms: ['RS256'], currentDate })).payload;
  }
  if (!token.endsWith('.')) throw new Error('not signed, but with a signature');
  return decodeJwt(token);
}

function readCustomToken({ aud, exp, uid, claims = {} }: JWTPayload, nowS: number): CustomToken {
  const good =
    aud === CUSTOM_TOKEN_AUDIENCE &&
    (exp ?? 0) > nowS &&
    typeof uid === 'string' &&
    uid.length > 0 &&
    uid.length <= 128 &&
    typeof claims === 'object' &&
    claims !== null &&
    !Array.isArray(claims) &&
    !RESERVED_CLAIMS.some((name) => Object.hasOwn(claims, name));
  if (!good) throw new Error('not a custom token of this service');
  return { uid, claims: claims as Record<string, unknown> };
}
