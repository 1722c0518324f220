/**
 * dex's connector `oidc`: a client of the provider behind it. https://dexidp.io/docs/connectors/oidc/
 * https://github.com/dexidp/dex/blob/v2.36.0/connector/oidc/oidc.go
 */
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import type { LocalClock } from '../clock.ts';
import type { Connector } from './data.ts';

/** Who somebody is, as a connector tells it. */
export interface Person {
  userId: string;
  name: string;
  email: string;
  emailVerified: boolean;
  groups: string[];
}

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

interface Discovery {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  jwks_uri: string;
}

export interface Upstream {
  /** Where to send whoever wants to sign in. @throws Error */
  loginUrl(callback: string, state: string): string;
  /** @throws Error */
  personOf(callback: URLSearchParams): Promise<Person>;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Asks the provider for its configuration, as dex does when it starts. @throws Error */
export async function openUpstream(connector: Connector, fetch: Fetch, clock: LocalClock): Promise<Upstream> {
  const issuer = text(connector.config.issuer);
  const discovery = await discover(issuer, fetch);
  const clientId = text(connector.config.clientID);
  const redirectUri = text(connector.config.redirectURI);
  const scopes = Array.isArray(connector.config.scopes)
    ? ['openid', ...connector.config.scopes.map(String)]
    : ['openid', 'profile', 'email'];
  return {
    loginUrl(callback, state) {
      if (redirectUri !== callback) {
        throw new Error(
          `expected callback URL "${callback}" did not match the URL in the config "${redirectUri}"`,
        );
      }
      const url = new URL(discovery.authorization_endpoint);
      const query = { client_id: clientId, redirect_uri: redirectUri, response_type: 'code' };
      for (const [name, value] of Object.entries({ ...query, scope: scopes.join(' '), state })) {
        url.searchParams.set(name, value);
      }
      return url.href;
    },
    async personOf(callback) {
      const problem = callback.get('error');
      if (problem) {
        const description = callback.get('error_description');
        throw new Error(description ? `${problem}: ${description}` : problem);
      }
      const secret = text(connector.config.clientSecret);
      const code = callback.get('code') ?? '';
      const idToken = await exchange(discovery, { clientId, secret, code, redirectUri }, fetch);
      const claims = await verified(idToken, discovery, clientId, fetch, clock);
      return personIn(claims, connector, scopes.includes('email'));
    },
  };
}

async function discover(issuer: string, fetch: Fetch): Promise<Discovery> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url);
  if (!response.ok) throw new Error(`failed to get provider: ${response.status} ${response.statusText}`);
  const found = (await response.json()) as Discovery;
  if (found.issuer !== issuer) {
    throw new Error(
      `failed to get provider: oidc: issuer did not match the issuer returned by provider, expected "${issuer}" got "${found.issuer}"`,
    );
  }
  return found;
}

interface Exchange {
  clientId: string;
  secret: string;
  code: string;
  redirectUri: string;
}

/** By HTTP Basic, then in the form: https://pkg.go.dev/golang.org/x/oauth2#AuthStyle */
async function exchange(
  { token_endpoint }: Discovery,
  { clientId, secret, code, redirectUri }: Exchange,
  fetch: Fetch,
): Promise<string> {
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`);
  let response = await post(fetch, token_endpoint, form, `Basic ${basic.toString('base64')}`);
  if (response.status === 401) {
    response = await post(fetch, token_endpoint, { ...form, client_id: clientId, client_secret: secret });
  }
  if (!response.ok)
    throw new Error(`oidc: failed to get token: oauth2: cannot fetch token: ${response.status}`);
  const { id_token: idToken } = (await response.json()) as { id_token?: unknown };
  if (typeof idToken !== 'string') throw new Error('oidc: no id_token in token response');
  return idToken;
}

const post = (
  fetch: Fetch,
  url: string,
  form: Record<string, string>,
  authorization?: string,
): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body: new URLSearchParams(form),
    ...(authorization !== undefined && { headers: { authorization } }),
  });

async function verified(
  idToken: string,
  { issuer, jwks_uri }: Discovery,
  audience: string,
  fetch: Fetch,
  clock: LocalClock,
): Promise<Record<string, unknown>> {
  const keys = createLocalJWKSet((await (await fetch(jwks_uri)).json()) as JSONWebKeySet);
  try {
    const { payload } = await jwtVerify(idToken, keys, {
      issuer,
      audience,
      currentDate: new Date(clock.now()),
    });
    return payload;
  } catch (error) {
    throw new Error(`oidc: failed to verify ID Token: ${error instanceof Error ? error.message : error}`);
  }
}

function personIn(claims: Record<string, unknown>, { config }: Connector, asksForEmail: boolean): Person {
  const nameKey = text(config.userNameKey) || 'name';
  for (const key of ['sub', nameKey]) {
    if (typeof claims[key] !== 'string') throw new Error(`missing "${key}" claim`);
  }
  if (typeof claims.email !== 'string' && asksForEmail) {
    throw new Error('missing email claim, not found "email" key');
  }
  const skips = config.insecureSkipEmailVerified === true;
  if (typeof claims.email_verified !== 'boolean' && !skips && asksForEmail) {
    throw new Error('missing "email_verified" claim');
  }
  const groups = config.insecureEnableGroups === true && Array.isArray(claims.groups) ? claims.groups : [];
  return {
    userId: text(claims.sub),
    name: text(claims[nameKey]),
    email: text(claims.email),
    emailVerified: typeof claims.email_verified === 'boolean' ? claims.email_verified : skips,
    groups: groups.map(String),
  };
}
