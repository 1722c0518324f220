/** Who sends this ID token? firebase-admin checks its signature, its claims and, with one lookup, that it was not revoked. */
import { Agent, type AgentOptions } from 'node:https';
import { connect } from 'node:tls';
import type { AppOptions } from 'firebase-admin/app';
import type { Auth, DecodedIdToken } from 'firebase-admin/auth';
import { AppError } from '../../shared/errors.ts';
import { seconds } from '../../shared/units.ts';
import type { Clock } from '../cloud.ts';
import { lazyValue } from '../lazy.ts';
import type { Principal, TokenVerifier } from '../tokens.ts';

export interface AccountsOptions {
  projectId: string;
  /** Only in the embedded cloud: the TLS face of its Auth service (`host:port`) and the PEM of that face's CA. */
  local?: { authTls: string; ca: string };
}

interface TokenVerifierOptions extends AccountsOptions {
  /** By which a token is judged to come from the past; the SDK judges by the machine's whether it has expired. */
  clock: Pick<Clock, 'now'>;
}

/** How far the clock of whoever signed may run ahead of ours. */
const CLOCK_SKEW_MS = seconds(60);

/**
 * Loads firebase-admin at the first token, so that making one is cheap.
 * @throws Error if FIREBASE_AUTH_EMULATOR_HOST is set: firebase-admin would then accept tokens that nobody signed
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  if (process.env.FIREBASE_AUTH_EMULATOR_HOST) {
    throw new Error('FIREBASE_AUTH_EMULATOR_HOST switches the verification of signatures off; unset it');
  }
  const loaded = lazyValue(() => loadAuth(options));
  return {
    async verify(idToken) {
      if (!isTokenShaped(idToken)) throw invalid('not a JSON Web Token');
      const auth = await loaded();
      const claims = await inTime(auth.verifyIdToken(idToken, true)).catch((error: unknown) => {
        throw error instanceof AppError ? error : translate(error);
      });
      requirePast(claims, options.clock.now());
      return principalOf(claims);
    },
  };
}

/** The SDK fetches keys without a time-out of its own. */
export const SIGN_IN_ANSWER_MS = seconds(10);

export function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new AppError('UNAVAILABLE', 'the sign-in service does not answer')),
      SIGN_IN_ANSWER_MS,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

let apps = 0;

/** An app with a name of its own each time, so that two of them (as in tests) do not share one. */
export async function loadAuth({ projectId, local }: AccountsOptions): Promise<Auth> {
  const [{ initializeApp }, { getAuth }] = await Promise.all([
    import('firebase-admin/app'),
    import('firebase-admin/auth'),
  ]);
  const app = initializeApp({ projectId, ...(local && localAppOptions(local)) }, `hub-${++apps}`);
  return getAuth(app);
}

/** Leads every request for Google's hosts to the embedded cloud, whose CA alone is trusted there. */
export function localAppOptions({
  authTls,
  ca,
}: NonNullable<AccountsOptions['local']>): Pick<AppOptions, 'httpAgent' | 'credential'> {
  const { hostname: host, port } = new URL(`https://${authTls}`);
  const agent = new Agent({ keepAlive: true, ca });
  agent.createConnection = ({ servername }: AgentOptions) =>
    connect({ host, port: Number(port), ca, ...(servername && { servername }) });
  return {
    httpAgent: agent,
    credential: { getAccessToken: async () => ({ access_token: 'owner', expires_in: 3600 }) },
  };
}

/** Three parts, the first two JSON objects. Anything else may trip the SDK's parser, whose errors quote the text. */
function isTokenShaped(token: string): boolean {
  const parts = token.split('.');
  return parts.length === 3 && parts.slice(0, 2).every(isJsonObject);
}

function isJsonObject(part: string): boolean {
  if (!/^[\w-]+$/.test(part)) return false;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/**
 * Both must lie in the past, which the SDK leaves to us, as it does a missing one.
 * https://firebase.google.com/docs/auth/admin/verify-id-tokens#verify_id_tokens_using_a_third-party_jwt_library
 */
function requirePast({ iat, auth_time, exp }: DecodedIdToken, nowMs: number): void {
  const latest = nowMs + CLOCK_SKEW_MS;
  const isPast = (claim: unknown): boolean => typeof claim === 'number' && claim * 1000 <= latest;
  if (!isPast(iat) || !isPast(auth_time)) throw invalid('issued in the future');
  if (typeof exp !== 'number') throw invalid('it never expires');
}

function principalOf(claims: DecodedIdToken): Principal {
  return {
    uid: claims.uid,
    ...(typeof claims.email === 'string' && { email: claims.email }),
    emailVerified: claims.email_verified === true,
    operator: claims.operator === true,
    signedInAt: new Date(claims.auth_time * 1000),
  };
}

const invalid = (detail: string): AppError => new AppError('TOKEN_INVALID', detail);

/**
 * How the message begins when the certificates could not be fetched; the SDK gives that the code of a bad token. Its messages
 * about a token itself begin otherwise, wherever they quote one of its claims.
 */
const NO_KEYS = /^Error (while making request|fetching public keys)|^Error while parsing response data/;

/** Takes the SDK's code only: its messages and causes may quote claims of the token, or our own credentials. */
function translate(error: unknown): AppError {
  const { code, message } = error as { code?: unknown; message?: unknown };
  switch (code) {
    case 'auth/id-token-expired':
      return new AppError('TOKEN_EXPIRED');
    case 'auth/id-token-revoked':
      return new AppError('TOKEN_REVOKED', 'signed out everywhere');
    case 'auth/user-disabled':
      return new AppError('TOKEN_REVOKED', 'the account is disabled');
    case 'auth/user-not-found':
      return new AppError('TOKEN_REVOKED', 'the account was deleted');
    case 'auth/argument-error':
      return NO_KEYS.test(String(message))
        ? new AppError('UNAVAILABLE', 'the keys that sign ID tokens cannot be had')
        : invalid('signature or claims are not those of this project');
    default:
      return new AppError('UNAVAILABLE', `the account cannot be looked up (${String(code ?? 'unknown')})`);
  }
}
