/**
 * pachd as a client of its own dex: a login is begun by anybody, ended by the callback, and turned into a session by who began it.
 * https://github.com/pachyderm/pachyderm/blob/master/src/server/auth/server/oidc.go
 */
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import type { Random } from '../../functions/cloud.ts';
import { minutes, seconds } from '../../shared/units.ts';
import type { LocalClock } from '../clock.ts';
import type { Auth } from './auth.ts';
import type { OidcConfig, PachdData } from './data.ts';
import { plainText, type Web } from './pages.ts';
import { plain } from './refusals.ts';
import type { Fetch } from './upstream.ts';

export interface Logins {
  /** @throws ServiceError */
  start(): { loginUrl: string; state: string };
  /** Waits for the callback. @throws ServiceError */
  emailOf(state: string): Promise<string>;
  /** A session for whoever that ID token is about, no longer than the token lives. @throws ServiceError */
  sessionFor(idToken: string, mostMs: number): Promise<string>;
  /** `/authorization-code/callback` */
  web: Web;
}

interface Session {
  nonce: string;
  expiresAt: number;
  outcome: PromiseWithResolvers<string>;
}

const SESSION_LIFE_MS = minutes(3);
/** How long `Authenticate` watches for somebody to sign in; then it says that the state has expired. */
const MAX_WATCH_MS = seconds(60);

interface LoginsInput {
  data: PachdData;
  auth: Auth;
  clock: LocalClock;
  random: Random;
  /** Requests to the issuer, which is pachd's own dex. */
  issuerFetch: Fetch;
}

interface Claims {
  email: string;
  nonce: string;
  expiresAt: number;
}

export function createLogins({ data, auth, clock, random, issuerFetch }: LoginsInput): Logins {
  const sessions = new Map<string, Session>();

  const config = (): OidcConfig => {
    if (!data.oidc?.issuer) throw plain('OIDC ID provider configuration not found');
    return data.oidc;
  };

  /** @throws Error */
  const validate = async (idToken: string): Promise<Claims> => {
    const { issuer, clientId, requireEmailVerified } = config();
    const keys = await issuerFetch(`${issuer.replace(/\/$/, '')}/keys`);
    const { payload } = await jwtVerify(idToken, createLocalJWKSet((await keys.json()) as JSONWebKeySet), {
      issuer,
      audience: clientId,
      currentDate: new Date(clock.now()),
    });
    if (payload.email_verified !== true && requireEmailVerified) {
      throw new Error('email_verified claim was false, and require_email_verified was set');
    }
    const email = String(payload.email ?? '');
    const groups = Array.isArray(payload.groups) ? payload.groups : [];
    auth.setGroups(
      `user:${email}`,
      groups.map((group) => `group:${group}`),
    );
    return { email, nonce: String(payload.nonce ?? ''), expiresAt: Number(payload.exp) * 1000 };
  };

  const exchange = async (code: string): Promise<Claims> => {
    const { issuer, clientId, clientSecret, redirectUri } = config();
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
    const response = await issuerFetch(`${issuer.replace(/\/$/, '')}/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...form, client_id: clientId, client_secret: clientSecret }),
    });
    const { id_token: idToken } = (await response.json()) as { id_token?: unknown };
    if (typeof idToken !== 'string') throw new Error('missing id token');
    return validate(idToken);
  };

  return {
    start() {
      const { issuer, clientId, redirectUri, scopes, userAccessibleIssuerHost } = config();
      const state = random.base32(30);
      const nonce = random.base32(30);
      for (const [old, { expiresAt }] of sessions) if (clock.now() > expiresAt) sessions.delete(old);
      const outcome = Promise.withResolvers<string>();
      // Whether anybody waits for it or not.
      outcome.promise.catch(() => undefined);
      sessions.set(state, { nonce, outcome, expiresAt: clock.now() + SESSION_LIFE_MS });
      const url = new URL(`${issuer.replace(/\/$/, '')}/auth`);
      const query = { client_id: clientId, nonce, redirect_uri: redirectUri, response_type: 'code' };
      for (const [name, value] of Object.entries({ ...query, scope: scopes.join(' '), state })) {
        url.searchParams.set(name, value);
      }
      moveTo(url, userAccessibleIssuerHost);
      return { loginUrl: url.href, state };
    },

    async emailOf(state) {
      const session = sessions.get(state);
      if (!session || clock.now() > session.expiresAt) {
        throw plain('error watching OIDC state token (has it expired?)');
      }
      const cancel = clock.schedule(clock.now() + MAX_WATCH_MS, () =>
        session.outcome.reject(plain('error during authorization: OIDC state token expired')),
      );
      return session.outcome.promise.finally(cancel);
    },

    async sessionFor(idToken, mostMs) {
      const claims = await validate(idToken).catch((error: unknown) => {
        throw plain(`could not verify token: ${error instanceof Error ? error.message : error}`);
      });
      const lifeMs = Math.min(claims.expiresAt - clock.now(), mostMs);
      return auth.issue(`user:${claims.email}`, Math.floor(lifeMs / 1000));
    },

    async web(request) {
      const url = new URL(request.url);
      if (url.pathname !== '/authorization-code/callback') return new Response('200 OK');
      const code = url.searchParams.get('code');
      const state = url.searchParams.get('state');
      if (!code || !state) {
        return plainText(
          400,
          'invalid OIDC callback request: missing OIDC state token or authorization code',
        );
      }
      const half = `"${state.slice(0, state.length / 2)}.../${state.length}"`;
      const session = sessions.get(state);
      if (!session || clock.now() > session.expiresAt) {
        return plainText(
          500,
          `temporary error during authorization (OIDC state token: ${half}; Pachyderm logs may contain more information)`,
        );
      }
      try {
        const { email, nonce } = await exchange(code);
        if (nonce !== session.nonce) throw new Error('IDP nonce did not match');
        session.outcome.resolve(email);
        return new Response('You are now logged in. Go back to the terminal to use Pachyderm!');
      } catch {
        session.outcome.reject(plain('authorization failed'));
        return plainText(
          401,
          `authorization failed (OIDC state token: ${half}; Pachyderm logs may contain more information)`,
        );
      }
    },
  };
}

/** @param host with a scheme in front or without one, and then the issuer's stays; empty: so does all */
export function moveTo(url: URL, host: string): void {
  if (host === '') return;
  const target = new URL(host.includes('://') ? host : `${url.protocol}//${host}`);
  url.protocol = target.protocol;
  url.host = target.host;
  // A host without a port keeps the former one's.
  url.port = target.port;
}
