/**
 * Hub as an OpenID provider, and the one connector of each Pachyderm's dex: people sign in to their clusters as who they are to Hub.
 *
 *     dex ── GET /oidc/authorize ──▶ interaction, cookie ──▶ <console>/signin/oidc?interaction=…
 *     console ── POST /oidc/interactions/{id}, bearer Firebase ID token ──▶ code ──▶ <cluster>/dex/callback ── POST /oidc/token ──▶ ID token
 *
 * Only the authorization code flow, only confidential clients (one per cluster), only members of the cluster, only verified e-mail
 * addresses, only accounts that are good, no session of its own. Why it is not the library oidc-provider: docs/decisions/0006.
 */

import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { clusterPath } from '../../shared/documents/cluster.ts';
import { AppError } from '../../shared/errors.ts';
import { requireGoodAccounts } from '../accounts/standing.ts';
import { audited, tellDenied } from '../audit.ts';
import { asAppError } from '../failure.ts';
import { identify } from '../http/auth.ts';
import { readJson } from '../http/body.ts';
import { bodyIsTooLarge } from '../http/body-guard.ts';
import { type ApiEnv, observe } from '../http/observe.ts';
import { parseInput, problemResponse } from '../http/problem.ts';
import { createRequestRates, type RequestRates, takeForAddress } from '../http/request-rates.ts';
import type { Ports } from '../ports.ts';
import { newSecret } from '../secrets.ts';
import { type Principal, requireEmail } from '../tokens.ts';
import { isRedirectable, parseAuthorizationRequest, stateOf } from './authorize.ts';
import { browserCookie, browserSecretsOf, isSameOrigin } from './browser.ts';
import { type FoundClient, findClient } from './clients.ts';
import { newCode, type Person } from './codes.ts';
import { jwksOf, metadataOf } from './discovery.ts';
import {
  beginInteraction,
  endInteraction,
  type OpenInteraction,
  requireInteraction,
} from './interactions.ts';
import { findMembership } from './members.ts';
import { OAuthError } from './oauth-error.ts';
import { CONTENT_SECURITY_POLICY, type Page, renderPage } from './page.ts';
import { parametersOf } from './parameters.ts';
import { codeRedirect, errorRedirect } from './redirect.ts';
import { exchangeCode } from './token.ts';

type OidcContext = Context<ApiEnv>;

/**
 * What Hub does about whoever comes to a cluster: commands to it, of which the provider itself knows nothing. Clusters use the provider, so it is
 * told what lies above them.
 */
export interface Arrival {
  acceptInvitations(ports: Ports, principal: Principal): Promise<void>;
  /** @throws AppError ACCESS_NOT_READY while the application hears of another address of theirs */
  requireKnownAddress(ports: Ports, clusterId: string, principal: Principal): Promise<void>;
}

export function createOidc(ports: Ports, arrival: Arrival): Hono<ApiEnv> {
  const { issuer, signingKeys } = ports.settings.oidc;
  if (signingKeys.length === 0) throw new Error('there is no signing key: set HUB_OIDC_SIGNING_KEYS');
  const app = new Hono<ApiEnv>();
  app.use(observe(ports, HEADERS));
  const on = (path: string, handlers: Record<string, (c: OidcContext) => Promise<Response>>): void => {
    const route = `/oidc${path}`;
    app.all(route, (c) => {
      c.set('route', route);
      // Looking at a link must not begin a sign-in, so HEAD is not GET.
      const handle = Object.hasOwn(handlers, c.req.method) ? handlers[c.req.method] : undefined;
      return handle ? handle(c) : refuseMethod(c, Object.keys(handlers));
    });
  };
  const rates = createRequestRates(ports.clock);
  // These two read nothing, and without them no cluster signs anybody in: whoever shares an address with clusters could use it up for them.
  const publicly = { 'cache-control': 'public, max-age=300' };
  on('/.well-known/openid-configuration', { GET: async (c) => c.json(metadataOf(issuer), 200, publicly) });
  on('/jwks', { GET: async (c) => c.json(jwksOf(signingKeys), 200, publicly) });
  on('/authorize', { GET: (c) => authorize(c.get('ports'), c, rates) });
  on('/token', { POST: (c) => token(c.get('ports'), c, rates) });
  on('/interactions/:id', {
    GET: (c) => showInteraction(c.get('ports'), c, rates),
    POST: (c) => answerInteraction(c.get('ports'), c, rates, arrival),
  });
  app.notFound((c) => problemResponse(new AppError('NOT_FOUND'), c.get('requestId')));
  app.onError((error, c) => problemResponse(asAppError(error), c.get('requestId')));
  return app;
}

/** Where the console takes over. */
const signInAddress = ({ issuer }: Ports['settings']['oidc'], interaction: string): string =>
  `${new URL(issuer).origin}/signin/oidc?interaction=${interaction}`;

/** A browser comes from a cluster: checked, remembered, and sent on to sign in. */
async function authorize(ports: Ports, c: OidcContext, rates: RequestRates): Promise<Response> {
  const { limits, oidc } = ports.settings;
  const { issuer } = oidc;
  const parameters = parametersOf(new URL(c.req.url).searchParams);
  let client: FoundClient | undefined;
  try {
    takeForAddress(rates, ports, c.req.raw.headers);
    client = await findClient(ports, parameters.get('client_id'));
  } catch (error) {
    rememberFailure(c, error);
    return isTooMany(error) ? pageResponse(c, TOO_MANY, 429) : pageResponse(c, UNAVAILABLE, 503);
  }
  if (!client || !isRedirectable(client, parameters)) return pageResponse(c, UNKNOWN_CLUSTER, 400);
  const to = { issuer, redirectUri: client.redirectUri, state: stateOf(parameters) };
  try {
    const request = parseAuthorizationRequest(client, parameters);
    // Nobody has proven anything, and it is a write: so many of one cluster's, wherever they come from.
    rates.take(`begun ${client.clusterId}`, limits.accountRequestsPerMinute);
    // Of several one is somebody else's, and nobody can tell which.
    const [known, ...others] = browserSecretsOf(c.req.header('cookie'));
    const browserSecret = known !== undefined && others.length === 0 ? known : newSecret(ports.random);
    const id = await beginInteraction(ports, request, browserSecret);
    c.header('set-cookie', browserCookie(browserSecret, issuer));
    return c.redirect(signInAddress(oidc, id), 303);
  } catch (error) {
    return c.redirect(errorRedirect(to, toOAuthError(c, error)), 303);
  }
}

/** For the line in the log: the error itself goes no further. */
function rememberFailure(c: OidcContext, error: unknown): void {
  c.error = error instanceof Error ? error : new Error(String(error));
}

function toOAuthError(c: OidcContext, error: unknown): OAuthError {
  if (error instanceof OAuthError) return error;
  rememberFailure(c, error);
  if (isTooMany(error)) return new OAuthError('temporarily_unavailable', 'Too many requests.');
  return asAppError(error).row.http === 503
    ? new OAuthError('temporarily_unavailable', 'Hub cannot do this at the moment.')
    : new OAuthError('server_error', 'Something went wrong in Hub.');
}

const isTooMany = (error: unknown): boolean => asAppError(error).code === 'TOO_MANY_REQUESTS';

const UNKNOWN_CLUSTER: Page = {
  title: 'This sign-in cannot continue',
  paragraphs: [
    'The address that brought you here does not belong to a cluster of this Hub, so Hub does not send you on.',
    'Open your cluster from the console of Hub and sign in from there. If that leads here again, tell the operator.',
  ],
};
const UNAVAILABLE: Page = {
  title: 'Hub cannot do this at the moment',
  paragraphs: ['Go back to your cluster in a few seconds and sign in again.'],
};

const TOO_MANY: Page = {
  title: 'Too many sign-ins from your network',
  paragraphs: ['Go back to your cluster in half a minute and sign in again.'],
};
/** As the API says it. */
const RETRY_LATER = { 'retry-after': '30' };

const pageResponse = (c: OidcContext, page: Page, status: 400 | 429 | 503): Response =>
  c.html(renderPage(page), status, {
    'content-security-policy': CONTENT_SECURITY_POLICY,
    ...(status === 429 && RETRY_LATER),
  });

/** For the console to tell whom the sign-in is for, before anybody has signed in. */
async function showInteraction(ports: Ports, c: OidcContext, rates: RequestRates): Promise<Response> {
  takeForAddress(rates, ports, c.req.raw.headers);
  const { cluster, redirectUri, expiresAt } = await openInteraction(ports, c);
  return c.json({ cluster, host: new URL(redirectUri).host, expiresAt: expiresAt.toISOString() });
}

/** As the log knows it. */
const ANSWER = 'POST /oidc/interactions/{id}';

const decisionBody = z.strictObject({ decision: z.enum(['continue', 'cancel']) });

/** The console says who it is; the answer says where the browser goes next. */
async function answerInteraction(
  ports: Ports,
  c: OidcContext,
  rates: RequestRates,
  arrival: Arrival,
): Promise<Response> {
  const { issuer } = ports.settings.oidc;
  if (c.env?.incoming && bodyIsTooLarge(c.env.incoming)) throw new AppError('BODY_TOO_LARGE');
  const { decision } = parseInput(decisionBody, await readJson(c.req.raw));
  const { headers } = c.req.raw;
  const principal = decision === 'continue' ? await identify(ports, rates, headers) : undefined;
  if (!principal) takeForAddress(rates, ports, headers);
  const interaction = await openInteraction(ports, c);
  const to = { issuer, redirectUri: interaction.redirectUri, state: interaction.state };
  if (!principal) {
    await endInteraction(ports, interaction);
    const refusal = new OAuthError('access_denied', 'The person chose not to sign in.');
    return c.json({ redirectTo: errorRedirect(to, refusal) });
  }
  const person = await requirePerson(ports, interaction, principal, arrival);
  const { code, write } = newCode(ports, interaction, person);
  const { cluster } = interaction;
  const entry = audited(ports, {
    actor: person.uid,
    action: 'sign-in',
    target: clusterPath(cluster),
    cluster,
  });
  await endInteraction(ports, interaction, { code: write, entry });
  return c.json({ redirectTo: codeRedirect(to, code) });
}

/** @throws AppError SIGN_IN_OVER also for a page that is not ours */
async function openInteraction(ports: Ports, c: OidcContext): Promise<OpenInteraction> {
  if (!isSameOrigin(c.req.raw.headers, ports.settings.oidc.issuer)) throw new AppError('SIGN_IN_OVER');
  return requireInteraction(ports, c.req.param('id') ?? '', browserSecretsOf(c.req.header('cookie')));
}

/**
 * Somebody who is invited comes straight here. What is refused leaves the sign-in open, so that the same browser may try as somebody else.
 * @throws AppError those of `requireGoodAccounts`, EMAIL_NOT_VERIFIED, NOT_A_MEMBER, ACCESS_NOT_READY
 */
async function requirePerson(
  ports: Ports,
  { cluster }: OpenInteraction,
  principal: Principal,
  { acceptInvitations, requireKnownAddress }: Arrival,
): Promise<Person> {
  const email = requireEmail(principal);
  const { uid } = principal;
  let membership = await findMembership(ports.documents, cluster, uid);
  if (!membership) {
    await acceptInvitations(ports, principal);
    membership = await findMembership(ports.documents, cluster, uid);
  }
  if (!membership) {
    const code = 'NOT_A_MEMBER';
    tellDenied(ports, { actor: uid, route: ANSWER, code, cluster });
    throw new AppError(code);
  }
  await requireGoodAccounts(ports, uid, membership.owner, 'use');
  await requireKnownAddress(ports, cluster, principal);
  return { uid, email };
}

async function token(ports: Ports, c: OidcContext, rates: RequestRates): Promise<Response> {
  c.header('pragma', 'no-cache');
  try {
    return c.json(await exchangeCode(ports, c.req.raw, rates, c.env?.incoming));
  } catch (error) {
    const { code, message } = toOAuthError(c, error);
    const body = { error: code, error_description: message };
    if (code === 'invalid_client') return c.json(body, 401, { 'www-authenticate': 'Basic realm="hub"' });
    if (isTooMany(error)) return c.json(body, 429, RETRY_LATER);
    return c.json(body, code === 'temporarily_unavailable' ? 503 : code === 'server_error' ? 500 : 400);
  }
}

function refuseMethod(c: OidcContext, allowed: readonly string[]): Response {
  const response = problemResponse(new AppError('METHOD_NOT_ALLOWED'), c.get('requestId'));
  response.headers.set('allow', allowed.join(', '));
  return response;
}

/** The pages say more about themselves. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};
