/** The token endpoint: a client that proves who it is exchanges a code for an ID token. https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3 */
import { CODE_LIFETIME_MS } from '../../shared/documents/oidc.ts';
import { AppError } from '../../shared/errors.ts';
import { requireGoodAccounts } from '../accounts/standing.ts';
import { MAX_BODY_BYTES } from '../http/body.ts';
import { bodyIsTooLarge } from '../http/body-guard.ts';
import { type RequestRates, takeForAddress } from '../http/request-rates.ts';
import type { Ports } from '../ports.ts';
import { newSecret } from '../secrets.ts';
import { clientIdOf, type FoundClient, findClient, isSecretOf } from './clients.ts';
import { redeemCode } from './codes.ts';
import { signIdToken } from './id-token.ts';
import { findMembership } from './members.ts';
import { OAuthError } from './oauth-error.ts';
import { type Parameters, parametersOf } from './parameters.ts';

interface TokenReply {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  id_token: string;
}

/**
 * @param incoming Node's request, where there is one
 * @throws OAuthError; AppError TOO_MANY_REQUESTS
 */
export async function exchangeCode(
  ports: Ports,
  request: Request,
  rates: RequestRates,
  incoming: object | undefined,
): Promise<TokenReply> {
  const { clock, random, settings } = ports;
  const { client, parameters } = await identifyClient(ports, request, rates, incoming);
  if (parameters.get('grant_type') !== 'authorization_code')
    throw new OAuthError('unsupported_grant_type', 'The grant_type must be authorization_code.');
  const code = await redeemCode(ports, {
    cluster: client.clusterId,
    code: parameters.get('code'),
    redirectUri: parameters.get('redirect_uri'),
    codeVerifier: parameters.get('code_verifier'),
  });
  if (!code.hub) await requireStill(ports, client.clusterId, code.uid);
  const { issuer, signingKeys } = settings.oidc;
  const [key] = signingKeys;
  if (!key) throw new Error('there is no signing key');
  const clientId = clientIdOf(client.clusterId);
  return {
    // OAuth wants one. Nothing takes it and nothing remembers it, so there is nothing to revoke.
    access_token: newSecret(random),
    token_type: 'Bearer',
    expires_in: CODE_LIFETIME_MS / 1000,
    id_token: await signIdToken(code, { issuer, clientId, key, now: clock.now() }),
  };
}

/**
 * Who asks, counted: for the cluster that is proven, or else for the address. Clusters share addresses with one another, and with whatever their people
 * run in them.
 */
async function identifyClient(
  ports: Ports,
  request: Request,
  rates: RequestRates,
  incoming: object | undefined,
): Promise<{ client: FoundClient; parameters: Parameters }> {
  let asked: { client: FoundClient; parameters: Parameters };
  try {
    const parameters = await readForm(request, incoming);
    parameters.requireSingle();
    const client = await authenticateClient(ports, request.headers.get('authorization'), parameters);
    asked = { client, parameters };
  } catch (error) {
    takeForAddress(rates, ports, request.headers);
    throw error;
  }
  rates.take(`exchange ${asked.client.clusterId}`, ports.settings.limits.accountRequestsPerMinute);
  return asked;
}

/** @throws OAuthError invalid_grant: what was so when the code was made is not so any more */
async function requireStill(ports: Ports, cluster: string, uid: string): Promise<void> {
  const membership = await findMembership(ports.documents, cluster, uid);
  if (!membership)
    throw new OAuthError('invalid_grant', 'This person is not a member of the cluster any more.');
  try {
    await requireGoodAccounts(ports, uid, membership.owner, 'use');
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new OAuthError('invalid_grant', 'This person may not use the cluster any more.');
  }
}

const FORM = /^application\/x-www-form-urlencoded\s*(;\s*charset="?utf-8"?\s*)?$/i;

async function readForm(request: Request, incoming: object | undefined): Promise<Parameters> {
  if (!FORM.test(request.headers.get('content-type') ?? ''))
    throw new OAuthError('invalid_request', 'The body must be application/x-www-form-urlencoded.');
  const announced = Number(request.headers.get('content-length') ?? 0);
  const refused = (incoming && bodyIsTooLarge(incoming)) || announced > MAX_BODY_BYTES;
  const bytes = refused ? undefined : await request.arrayBuffer();
  if (!bytes || bytes.byteLength > MAX_BODY_BYTES)
    throw new OAuthError('invalid_request', 'The body is too large.');
  return parametersOf(new URLSearchParams(new TextDecoder().decode(bytes)));
}

/** @throws OAuthError invalid_client, in the same words for one that does not exist; invalid_request if it proves itself twice */
async function authenticateClient(
  ports: Ports,
  authorization: string | null,
  parameters: Parameters,
): Promise<FoundClient> {
  const posted = { id: parameters.get('client_id'), secret: parameters.get('client_secret') };
  const basic = authorization === null ? undefined : parseBasic(authorization);
  if (basic && (posted.secret !== undefined || (posted.id ?? basic.id) !== basic.id))
    throw new OAuthError('invalid_request', 'The client must authenticate in one way only.');
  const { id, secret = '' } = basic ?? posted;
  const client = await findClient(ports, id);
  if (!isSecretOf(client, secret) || !client) throw invalidClient();
  return client;
}

const BASIC = /^basic +([A-Za-z0-9+/]+=*) *$/i;

/** Both halves are form-encoded first: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 */
function parseBasic(authorization: string): { id: string; secret: string } {
  const encoded = BASIC.exec(authorization)?.[1];
  const [id, secret, ...rest] = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split(':');
  if (id === undefined || secret === undefined || rest.length > 0) throw invalidClient();
  return { id: formDecoded(id), secret: formDecoded(secret) };
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalidClient();
  }
}

const invalidClient = (): OAuthError =>
  new OAuthError('invalid_client', 'The client or its secret is wrong.');
