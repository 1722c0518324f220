/**
 * Who is signed in to a Hub. A session is a refresh token of Firebase Auth; ID tokens, which the API takes, are made from it for an hour
 * each. For scripts, `HUB_TOKEN` is an ID token, which nobody can renew, and `HUB_REFRESH_TOKEN` a session, of which nothing is stored. They win
 * over whoever is signed in, the first over the second.
 */
import { CONFIG_ADDRESS, type ConsoleConfig } from '../../shared/console-config.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { Failed } from '../failure.ts';
import type { HubFiles } from '../files.ts';
import { isPassing, readBody, send } from '../http.ts';
import { isLoopback } from '../hub-address.ts';
import type { Io } from '../io.ts';

export interface Session {
  /** An ID token that is good for some minutes; a fresh one if `anew`. @throws Failed if the session is over */
  token(anew?: boolean): Promise<string>;
  /** Of the ID token at hand, in ms since the epoch. */
  expiresAt(): number;
  /** Empty of a token that does not name one, or as long as there is none yet. */
  readonly uid: string;
  /** Absent of a token that does not name one, or as long as there is none yet. */
  readonly email: string | undefined;
  /** Where it is from; undefined: it is kept here, and what was made from it may be, too. */
  readonly variable: (typeof VARIABLES)[number] | undefined;
}

/** Of the environment. */
const VARIABLES = ['HUB_TOKEN', 'HUB_REFRESH_TOKEN'] as const;

/** The one that wins over who is signed in, if one is set. */
export const findVariable = ({ env }: Pick<Io, 'env'>): Session['variable'] =>
  VARIABLES.find((name) => env[name]);

/** As it is kept. */
interface Kept {
  uid: string;
  email?: string;
  refreshToken: string;
  idToken: string;
}

const FILE = 'session.json';
/** https://cloud.google.com/identity-platform/docs/use-rest-api#section-refresh-token */
const TOKENS_URL = 'https://securetoken.googleapis.com';
/** What is good for less is renewed first: it must last for what is asked with it. */
const MIN_LEFT_MS = minutes(2);

/** @throws Failed if nobody is signed in */
export function openSession(io: Io, address: string, files: HubFiles): Session {
  const variable = findVariable(io);
  const given = variable && io.env[variable];
  if (given) return variable === 'HUB_TOKEN' ? sessionOfToken(given) : borrowedSession(address, given);
  const kept = files.read<Kept>(FILE);
  if (!kept)
    throw new Failed(`You are not signed in to ${address}.`, {
      code: 'UNAUTHENTICATED',
      remedy: `Sign in: hub login --hub ${address}`,
    });
  return keptSession(address, files, kept);
}

function sessionOfToken(token: string): Session {
  const claims = claimsOf(token);
  return {
    async token(anew = false) {
      if (anew || claims.expiresAtMs < Date.now())
        throw new Failed('The token in HUB_TOKEN is not good any more.', {
          code: 'UNAUTHENTICATED',
          remedy: 'Set a fresh one, or unset it and sign in: hub login.',
        });
      return token;
    },
    expiresAt: () => claims.expiresAtMs,
    uid: claims.uid,
    email: claims.email,
    variable: 'HUB_TOKEN',
  };
}

/** Nothing of it is stored: each command asks for an ID token of its own. */
function borrowedSession(address: string, given: string): Session {
  let tokens: Tokens = { idToken: '', refreshToken: given };
  const claims = (): Claims => claimsOf(tokens.idToken);
  return {
    async token(anew = false) {
      if (!anew && tokens.idToken !== '' && claims().expiresAtMs >= Date.now() + MIN_LEFT_MS)
        return tokens.idToken;
      tokens = await renew(address, await configOf(address), tokens.refreshToken).catch((error: unknown) => {
        if (!(error instanceof Failed && error.code === 'UNAUTHENTICATED')) throw error;
        throw new Failed('The session in HUB_REFRESH_TOKEN is over.', {
          code: error.code,
          remedy: 'Set another one, or unset it and sign in: hub login.',
        });
      });
      return tokens.idToken;
    },
    expiresAt: () => claims().expiresAtMs,
    get uid() {
      return claims().uid;
    },
    get email() {
      return claims().email;
    },
    variable: 'HUB_REFRESH_TOKEN',
  };
}

function keptSession(address: string, files: HubFiles, kept: Kept): Session {
  let { idToken, refreshToken } = kept;
  return {
    async token(anew = false) {
      if (anew || claimsOf(idToken).expiresAtMs < Date.now() + MIN_LEFT_MS) {
        ({ idToken, refreshToken } = await renew(address, await configOf(address), refreshToken));
        files.write(FILE, { ...kept, idToken, refreshToken } satisfies Kept);
      }
      return idToken;
    },
    expiresAt: () => claimsOf(idToken).expiresAtMs,
    uid: kept.uid,
    email: kept.email,
    variable: undefined,
  };
}

/**
 * Begins a session with what the console has handed over, and keeps it.
 * @throws Failed
 */
export async function keepSession(address: string, files: HubFiles, refreshToken: string): Promise<Session> {
  const tokens = await renew(address, await configOf(address), refreshToken);
  const { uid, email } = claimsOf(tokens.idToken);
  // Nothing stays of who was signed in before.
  files.removeAll();
  const kept: Kept = { uid, ...(email !== undefined && { email }), ...tokens };
  files.write(FILE, kept);
  return keptSession(address, files, kept);
}

/** @throws Failed if it is no Hub */
export async function configOf(address: string): Promise<ConsoleConfig> {
  const answer = await send(new URL(CONFIG_ADDRESS, address));
  const config = (await readBody(answer)).json as Partial<ConsoleConfig> | undefined;
  const { projectId, apiKey, authDomain = '', hub } = config ?? {};
  if (!answer.ok || typeof projectId !== 'string' || typeof apiKey !== 'string')
    throw new Failed(`${address} is no Hub: ${CONFIG_ADDRESS} answers ${answer.status}.`, {
      remedy: 'Check the address.',
      passes: isPassing(answer.status),
    });
  // Only a Hub on this computer may send what is signed in elsewhere than to Google.
  return { projectId, apiKey, authDomain, ...(hub && isLoopback(address) && { hub }) };
}

/** Why a session is over: https://firebase.google.com/docs/reference/rest/auth#section-refresh-token */
const OVER = /^(TOKEN_EXPIRED|USER_DISABLED|USER_NOT_FOUND|INVALID_REFRESH_TOKEN|MISSING_REFRESH_TOKEN)/;

interface Tokens {
  idToken: string;
  refreshToken: string;
}

/** @throws Failed */
async function renew(address: string, config: ConsoleConfig, refreshToken: string): Promise<Tokens> {
  const base = config.hub ? `${config.hub.auth}/securetoken.googleapis.com` : TOKENS_URL;
  const answer = await send(new URL(`${base}/v1/token?key=${encodeURIComponent(config.apiKey)}`), {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
  });
  const body = (await readBody(answer)).json as
    | { id_token?: string; refresh_token?: string; error?: { message?: string } }
    | undefined;
  if (answer.ok && body?.id_token && body.refresh_token)
    return { idToken: body.id_token, refreshToken: body.refresh_token };
  const reason = body?.error?.message ?? `it answers ${answer.status}`;
  if (OVER.test(reason))
    throw new Failed(`Your session at ${address} is over.`, {
      code: 'UNAUTHENTICATED',
      remedy: `Sign in again: hub login --hub ${address}`,
    });
  throw new Failed(`Your session cannot be renewed at the moment: ${reason}.`, {
    remedy: 'Try again in a few seconds.',
    passes: true,
  });
}

interface Claims {
  uid: string;
  email?: string;
  expiresAtMs: number;
}

/** What it says of itself; whether that is so, Hub checks. */
export function claimsOf(idToken: string): Claims {
  try {
    const payload = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()) as {
      sub?: string;
      email?: string;
      exp?: number;
    };
    const { sub: uid = '', email, exp } = payload;
    return {
      uid,
      ...(email !== undefined && { email }),
      expiresAtMs: seconds(exp ?? Number.POSITIVE_INFINITY),
    };
  } catch {
    return { uid: '', expiresAtMs: Number.POSITIVE_INFINITY };
  }
}
