/**
 * The identity server inside pachd: dex, with its connectors, its code flow and its keys. Real pachd embeds the real one.
 * https://github.com/dexidp/dex/blob/v2.36.0/server/handlers.go
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../../functions/cloud.ts';
import { hours, minutes } from '../../shared/units.ts';
import type { LocalClock } from '../clock.ts';
import type { Connector, OidcClient, PachdData } from './data.ts';
import type { SigningKey } from './keys.ts';
import { html, json, page, redirect, type Web } from './pages.ts';
import { type Fetch, openUpstream, type Person, type Upstream } from './upstream.ts';

interface DexInput {
  data: PachdData;
  key(): Promise<SigningKey>;
  clock: LocalClock;
  random: Random;
  /** To the providers behind the connectors. */
  fetch: Fetch;
}

interface AuthRequest {
  id: string;
  clientId: string;
  redirectUri: string;
  state: string;
  nonce: string;
  scopes: string[];
  connectorId: string;
  expiresAt: number;
}

interface Code extends AuthRequest {
  person: Person;
}

interface Dex {
  web: Web;
  /** Opens all connectors, as dex does before it serves. @throws Error */
  open(): Promise<void>;
  readonly publicKeys: () => Promise<{ keys: object[] }>;
}

/** What is asked for must be finished within a day, what is given out within half an hour. */
const REQUEST_LIFE_MS = hours(24);
const CODE_LIFE_MS = minutes(30);

const CROSS_CLIENT = 'audience:server:client_id:';
const SCOPES = ['openid', 'offline_access', 'email', 'profile', 'groups', 'federated:id'];

/** A mistake of the client, shown in place or told to it. */
class Refusal extends Error {
  readonly response: Response;
  constructor(response: Response) {
    super('refused');
    this.response = response;
  }
}

const shown = (status: number, message: string): Response =>
  page(status, 'dex', html`<h1>Error</h1><p>${message}</p>`);

export function createDex(input: DexInput): Dex {
  const { data, clock } = input;
  const requests = new Map<string, AuthRequest>();
  const codes = new Map<string, Code>();
  const upstreams = new Map<string, Upstream>();
  let opened: string | undefined;

  const open = async (): Promise<void> => {
    const wanted = JSON.stringify([data.identity, data.connectors]);
    if (opened === wanted) return;
    const next = new Map<string, Upstream>();
    for (const connector of data.connectors) {
      if (connector.type === 'oidc')
        next.set(connector.id, await openUpstream(connector, input.fetch, clock));
      else if (connector.type !== 'mockPassword')
        throw new Error(`unknown connector type "${connector.type}"`);
    }
    upstreams.clear();
    for (const [id, upstream] of next) upstreams.set(id, upstream);
    opened = wanted;
  };
  const issuer = (): URL => new URL(data.identity?.issuer ?? 'http://localhost:1658/dex');
  const at = (path: string): string => `${issuer().href.replace(/\/$/, '')}${path}`;
  const newId = (): string => input.random.base32(26);

  const connectorOf = (id: string): Connector => {
    const found = data.connectors.find((connector) => connector.id === id);
    if (!found) throw new Refusal(shown(400, 'Requested resource does not exist'));
    return found;
  };
  const requestOf = (id: string | null): AuthRequest => {
    if (!id) throw new Refusal(shown(400, 'User session error.'));
    const found = requests.get(id);
    if (!found) throw new Refusal(shown(400, 'Requested resource does not exist.'));
    return found;
  };

  const authorize = (url: URL): Response => {
    const query = new URLSearchParams(url.search);
    const wanted = query.get('connector_id');
    query.delete('connector_id');
    const pathOf = (id: string): string => `${url.pathname}/${encodeURIComponent(id)}?${query}`;
    if (wanted) {
      const known = data.connectors.some(({ id }) => id === wanted);
      return known
        ? redirect(302, pathOf(wanted))
        : shown(400, 'Connector ID does not match a valid Connector');
    }
    const [only] = data.connectors;
    if (only && data.connectors.length === 1) return redirect(302, pathOf(only.id));
    const links = data.connectors.map(
      ({ id, name }) => html`<p><a href="${pathOf(id)}">Log in with ${name}</a></p>`,
    );
    return page(200, 'dex', `<h1>Log in to Pachyderm</h1>${links.join('\n') || '<p>No IDPs Configured</p>'}`);
  };

  const begin = (url: URL, connectorId: string): Response => {
    const connector = connectorOf(connectorId);
    const request = {
      ...parseRequest(url.searchParams, data.clients),
      id: newId(),
      connectorId,
      expiresAt: clock.now() + REQUEST_LIFE_MS,
    };
    forgetOverdue(requests, clock.now());
    requests.set(request.id, request);
    if (connector.type === 'mockPassword') {
      return redirect(302, `${url.pathname}/login?${new URLSearchParams({ state: request.id, back: '' })}`);
    }
    try {
      return redirect(302, upstreams.get(connectorId)?.loginUrl(at('/callback'), request.id) ?? '');
    } catch {
      return shown(500, 'Login error.');
    }
  };

  const passwordLogin = async (request: Request, url: URL, connectorId: string): Promise<Response> => {
    const wanted = requestOf(url.searchParams.get('state'));
    const { type, config } = connectorOf(wanted.connectorId);
    if (wanted.connectorId !== connectorId || type !== 'mockPassword') {
      return shown(500, 'Requested resource does not exist.');
    }
    if (request.method !== 'POST') return passwordPage(url, false);
    const form = new URLSearchParams(await request.text());
    const right = form.get('login') === config.username && form.get('password') === config.password;
    return right ? sendCode(wanted, KILGORE) : passwordPage(url, true);
  };

  const callback = async (url: URL): Promise<Response> => {
    const wanted = requestOf(url.searchParams.get('state'));
    const upstream = upstreams.get(wanted.connectorId);
    if (!upstream) return shown(500, 'Requested resource does not exist.');
    try {
      return sendCode(wanted, await upstream.personOf(url.searchParams));
    } catch (error) {
      return shown(500, `Failed to authenticate: ${error instanceof Error ? error.message : error}`);
    }
  };

  const sendCode = (request: AuthRequest, person: Person): Response => {
    if (clock.now() > request.expiresAt) return shown(400, 'User session has expired.');
    requests.delete(request.id);
    const code = newId();
    forgetOverdue(codes, clock.now());
    codes.set(code, { ...request, person, expiresAt: clock.now() + CODE_LIFE_MS });
    const target = new URL(request.redirectUri);
    target.searchParams.set('code', code);
    target.searchParams.set('state', request.state);
    return redirect(303, target.href);
  };

  const token = async (request: Request): Promise<Response> => {
    if (request.method !== 'POST') return tokenError(400, 'invalid_request', 'method not allowed');
    const form = new URLSearchParams(await request.text());
    if (form.get('grant_type') !== 'authorization_code') return tokenError(400, 'unsupported_grant_type');
    const client = clientOf(request, form, data.clients);
    if (!client) return tokenError(401, 'invalid_client', 'Invalid client credentials.');
    const given = form.get('code') ?? '';
    const code = codes.get(given);
    if (!code || code.clientId !== client.id || clock.now() > code.expiresAt) {
      return tokenError(400, 'invalid_grant', 'Invalid or expired code parameter.');
    }
    if (code.redirectUri !== form.get('redirect_uri')) {
      return tokenError(400, 'invalid_request', 'redirect_uri did not match URI from initial request.');
    }
    codes.delete(given);
    const lifeMs = durationMs(data.identity?.idTokenExpiry) ?? hours(24);
    const idToken = await (await input.key()).sign(claimsOf(code, issuer().href, clock.now(), lifeMs));
    return json(200, {
      access_token: newId(),
      token_type: 'bearer',
      expires_in: Math.floor(lifeMs / 1000),
      id_token: idToken,
    });
  };

  const publicKeys = async () => ({ keys: [(await input.key()).publicJwk] });

  const serve = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    if (url.pathname === '/') return new Response('200 OK');
    const path = url.pathname.startsWith(`${issuer().pathname}/`)
      ? url.pathname.slice(issuer().pathname.length)
      : '';
    const [, area, connector, action] = path.split('/').map(decodeURIComponent);
    if (path === '/.well-known/openid-configuration') return json(200, discovery(issuer().href, at));
    if (path === '/keys') return json(200, await publicKeys());
    if (path === '/token') return token(request);
    if (path === '/auth') return authorize(url);
    if (area === 'auth' && connector && action === 'login') return passwordLogin(request, url, connector);
    if (area === 'auth' && connector && !action) return begin(url, connector);
    if (area === 'callback' && !connector) return callback(url);
    if (path === '/healthz') return new Response('Health check passed');
    return new Response('404 page not found', { status: 404 });
  };

  return {
    open,
    publicKeys,
    async web(request) {
      try {
        await open();
      } catch {
        return new Response('unable to start Dex server, check logs\n', { status: 500 });
      }
      try {
        return await serve(request);
      } catch (error) {
        if (error instanceof Refusal) return error.response;
        if (error instanceof URIError) return shown(400, 'Requested resource does not exist');
        throw error;
      }
    },
  };
}

function forgetOverdue(all: Map<string, { expiresAt: number }>, now: number): void {
  for (const [id, { expiresAt }] of all) if (now > expiresAt) all.delete(id);
}

/** Whom the chart's mock connector takes everybody for who knows its password. */
const KILGORE: Person = {
  userId: '0-385-28089-0',
  name: 'Kilgore Trout',
  email: 'kilgore@kilgore.trout',
  emailVerified: true,
  groups: [],
};

const passwordPage = (url: URL, wrong: boolean): Response =>
  page(
    200,
    'dex',
    html`<h1>Log in to Your Account</h1>
<form method="post" action="${url.pathname + url.search}"><input name="login" placeholder="username"><input name="password" type="password"><button>Login</button></form>
<p>${wrong ? 'Invalid username and password.' : ''}</p>`,
  );

const discovery = (issuer: string, at: (path: string) => string) => ({
  issuer,
  authorization_endpoint: at('/auth'),
  token_endpoint: at('/token'),
  jwks_uri: at('/keys'),
  userinfo_endpoint: at('/userinfo'),
  grant_types_supported: ['authorization_code'],
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  scopes_supported: ['openid', 'email', 'groups', 'profile', 'offline_access'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
});

const tokenError = (status: number, error: string, description?: string): Response =>
  json(status, { error, ...(description !== undefined && { error_description: description }) });

type Parsed = Omit<AuthRequest, 'id' | 'connectorId' | 'expiresAt'>;

/** @throws Refusal */
function parseRequest(query: URLSearchParams, clients: readonly OidcClient[]): Parsed {
  const clientId = query.get('client_id') ?? '';
  const client = clients.find(({ id }) => id === clientId);
  if (!client) throw new Refusal(shown(404, `Invalid client_id ("${clientId}").`));
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!client.redirectUris.includes(redirectUri)) {
    throw new Refusal(shown(400, `Unregistered redirect_uri ("${redirectUri}").`));
  }
  const state = query.get('state') ?? '';
  const scopes = (query.get('scope') ?? '').split(/\s+/).filter(Boolean);
  const fault =
    scopeFault(scopes, clientId, clients) ??
    (query.get('response_type') === 'code'
      ? undefined
      : ['unsupported_response_type', 'Unsupported response type']);
  if (fault) {
    const [error = '', description = ''] = fault;
    const target = new URL(redirectUri);
    for (const [name, value] of Object.entries({ state, error, error_description: description })) {
      target.searchParams.set(name, value);
    }
    throw new Refusal(redirect(303, target.href));
  }
  return { clientId, redirectUri, state, nonce: query.get('nonce') ?? '', scopes };
}

function scopeFault(
  scopes: string[],
  clientId: string,
  clients: readonly OidcClient[],
): string[] | undefined {
  if (!scopes.includes('openid')) return ['invalid_scope', 'Missing required scope(s) ["openid"].'];
  const other = scopes.filter((scope) => !SCOPES.includes(scope));
  const unknown = other.filter((scope) => !scope.startsWith(CROSS_CLIENT));
  if (unknown.length > 0) return ['invalid_scope', `Unrecognized scope(s) ${JSON.stringify(unknown)}`];
  const refused = other.filter((scope) => {
    const peer = scope.slice(CROSS_CLIENT.length);
    const trusted = clients.find(({ id }) => id === peer)?.trustedPeers.includes(clientId);
    return peer !== clientId && !trusted;
  });
  return refused.length > 0
    ? ['invalid_scope', `Client can't request scope(s) ${JSON.stringify(refused)}`]
    : undefined;
}

function clientOf(
  request: Request,
  form: URLSearchParams,
  clients: readonly OidcClient[],
): OidcClient | undefined {
  const [scheme, encoded = ''] = (request.headers.get('authorization') ?? '').split(' ');
  let [id, secret] = [form.get('client_id') ?? '', form.get('client_secret') ?? ''];
  if (scheme?.toLowerCase() === 'basic') {
    const [user = '', password = ''] = Buffer.from(encoded, 'base64').toString().split(':');
    [id, secret] = [decodeURIComponent(user), decodeURIComponent(password)];
  }
  const client = clients.find((one) => one.id === id);
  return client && sameSecret(client.secret, secret) ? client : undefined;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const sameSecret = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

function claimsOf(
  { clientId, nonce, scopes, connectorId, person }: Code,
  issuer: string,
  now: number,
  lifeMs: number,
) {
  const peers = scopes.filter((scope) => scope.startsWith(CROSS_CLIENT));
  const audience = peers.map((scope) => scope.slice(CROSS_CLIENT.length));
  const issuedAt = Math.floor(now / 1000);
  return {
    iss: issuer,
    sub: subjectOf(person.userId, connectorId),
    aud: audience.length === 0 ? clientId : [...new Set([...audience, clientId])],
    ...(audience.length > 0 && { azp: clientId }),
    iat: issuedAt,
    exp: issuedAt + Math.floor(lifeMs / 1000),
    ...(nonce !== '' && { nonce }),
    ...(scopes.includes('email') && { email: person.email, email_verified: person.emailVerified }),
    ...(scopes.includes('groups') && { groups: person.groups }),
    ...(scopes.includes('profile') && { name: person.name }),
  };
}

/** A message of two strings, as dex makes its subjects: who, at which connector. */
function subjectOf(userId: string, connectorId: string): string {
  const field = (number: number, value: string): Buffer =>
    Buffer.concat([Buffer.from([number * 8 + 2, Buffer.byteLength(value)]), Buffer.from(value)]);
  return Buffer.concat([field(1, userId.slice(0, 100)), field(2, connectorId.slice(0, 100))]).toString(
    'base64url',
  );
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000 };

/** As Go writes durations: `24h`, `1h30m`. */
function durationMs(text: string | undefined): number | undefined {
  const parts = [...(text ?? '').matchAll(/(\d+(?:\.\d+)?)([hms])/g)];
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0);
}
