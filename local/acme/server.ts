/** The wire face of the ACME stand-in: https://www.rfc-editor.org/rfc/rfc8555#section-7 */
import { X509Certificate } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, readBody } from '../http.ts';
import type { Face, World } from '../service.ts';
import { parseRequest } from './csr.ts';
import { type AccountJwk, parseJwk, thumbprintOf } from './jwk.ts';
import {
  createNonces,
  type Json,
  type Nonces,
  type SignedRequest,
  verifyBinding,
  verifyKeyChange,
  verifyRequest,
} from './jws.ts';
import type { Account, AcmeModel, Authorization, Order } from './model.ts';
import { AcmeRefusal, problemOf } from './problem.ts';

export interface AcmeFace extends Face {
  readonly directoryUrl: string;
  readonly model: AcmeModel;
}

/** Clear text, unlike the real thing: what is sent is signed anyway, and clients need no CA of ours. */
export async function serveAcme(world: World, port: number, model: AcmeModel): Promise<AcmeFace> {
  const nonces = createNonces();
  const server = createServer((request, response) => {
    respond({ world, model, nonces, base: baseOf(face.port) }, request, response).catch((error: unknown) =>
      sendRefusal(world, nonces, response, error),
    );
  });
  const face = await listen(server, port);
  return {
    port: face.port,
    directoryUrl: `${baseOf(face.port)}/directory`,
    model,
    close() {
      model.close();
      return face.close();
    },
  };
}

const baseOf = (port: number): string => `http://127.0.0.1:${port}`;

interface Here {
  world: World;
  model: AcmeModel;
  nonces: Nonces;
  base: string;
}

interface Call extends Here {
  url: string;
  id: string;
  /** Undefined: something is read. */
  payload: Json | undefined;
  signer: SignedRequest['signer'];
}

interface Reply {
  status?: number;
  headers?: Record<string, string>;
  /** A text is a chain of certificates. */
  body: Json | string | undefined;
}

interface Route {
  /** Faults are limited by it: `acme.newOrder`. */
  name: string;
  run(call: Call): Reply | Promise<Reply>;
}

const RETRY = { 'retry-after': '2' };

async function respond(here: Here, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', here.base).pathname;
  const url = `${here.base}${path}`;
  if (request.method !== 'POST') return readPublic(here, request.method ?? 'GET', path, response);
  const raw = await readBody(request);
  const [, first = '', id = '', more = ''] = path.split('/');
  const address = `${first}${id && '/:id'}${more && `/${more}`}`;
  const route = Object.hasOwn(ROUTES, address) ? ROUTES[address] : undefined;
  if (!route) throw new AcmeRefusal('malformed', 'Page not found', { status: 404 });
  if (!/^application\/jose\+json\b/.test(request.headers['content-type'] ?? '')) {
    throw new AcmeRefusal('malformed', 'The content type must be application/jose+json', { status: 415 });
  }
  requireUp(here.world, route.name);
  const accountIdOf = (kid: string): string | undefined =>
    kid.startsWith(`${here.base}/account/`) ? kid.slice(`${here.base}/account/`.length) : undefined;
  const verified = await verifyRequest(here.model, here.nonces, raw, { url, accountIdOf });
  const reply = await route.run({ ...here, ...verified, url, id });
  if (here.world.faults.hit('reply-lost', `acme.${route.name}`)) throw away();
  send(here, response, reply);
}

const away = (): AcmeRefusal => new AcmeRefusal('serverInternal', 'The service is down', { status: 503 });

function requireUp({ faults }: World, name: string): void {
  if (faults.hit('unavailable', `acme.${name}`)) throw away();
}

function readPublic(here: Here, method: string, path: string, response: ServerResponse): void {
  if (path === '/directory' && method === 'GET') {
    requireUp(here.world, 'directory');
    send(here, response, { body: directory(here) });
  } else if (path === '/new-nonce' && (method === 'HEAD' || method === 'GET')) {
    requireUp(here.world, 'newNonce');
    send(here, response, { status: method === 'HEAD' ? 200 : 204, body: undefined });
  } else {
    throw new AcmeRefusal('malformed', 'Method not allowed', { status: 405 });
  }
}

const directory = ({ base, model: { options } }: Here): Json => ({
  newNonce: `${base}/new-nonce`,
  newAccount: `${base}/new-account`,
  newOrder: `${base}/new-order`,
  revokeCert: `${base}/revoke-cert`,
  keyChange: `${base}/key-change`,
  meta: {
    termsOfService: 'https://pki.goog/GTS-SA.pdf',
    website: 'https://pki.goog',
    caaIdentities: [options.caaIdentity],
    externalAccountRequired: options.externalAccountRequired,
  },
});

const ROUTES: Readonly<Record<string, Route>> = {
  'new-account': { name: 'newAccount', run: newAccount },
  'account/:id': { name: 'account', run: updateAccount },
  'account/:id/orders': {
    name: 'orders',
    run(call) {
      const { id } = requireSelf(call);
      return { body: { orders: call.model.ordersOf(id).map((order) => `${call.base}/order/${order.id}`) } };
    },
  },
  'key-change': { name: 'keyChange', run: keyChange },
  'new-order': { name: 'newOrder', run: newOrder },
  'order/:id': {
    name: 'order',
    run: (call) => ({
      headers: RETRY,
      body: orderResource(call, call.model.requireOrder(requireAccount(call).id, call.id)),
    }),
  },
  'order/:id/finalize': { name: 'finalize', run: finalize },
  'authz/:id': {
    name: 'authorization',
    run(call) {
      const { id } = requireAccount(call);
      const row =
        call.payload?.status === 'deactivated'
          ? call.model.deactivateAuthorization(id, call.id)
          : call.model.requireAuthorization(id, call.id);
      return { headers: RETRY, body: authorizationResource(call, row) };
    },
  },
  'challenge/:id': {
    name: 'challenge',
    run(call) {
      const { id } = requireAccount(call);
      const row = call.payload
        ? call.model.answerChallenge(id, call.id)
        : call.model.requireAuthorization(id, call.id);
      const link = `<${call.base}/authz/${row.id}>;rel="up"`;
      return { headers: { ...RETRY, link }, body: challengeResource(call, row) };
    },
  },
  'cert/:id': {
    name: 'certificate',
    run: (call) => ({ body: call.model.requireCertificate(requireAccount(call).id, call.id).chain }),
  },
  'revoke-cert': { name: 'revokeCert', run: revoke },
};

function requireAccount({ signer }: Call): Account {
  if ('account' in signer) return signer.account;
  throw new AcmeRefusal('malformed', 'The request must be signed for an account ("kid")');
}

/** The account whose address was called. */
function requireSelf(call: Call): Account {
  const account = requireAccount(call);
  if (account.id !== call.id) throw new AcmeRefusal('unauthorized', 'The account is another one');
  return account;
}

async function newAccount({ model, base, url, signer, payload = {} }: Call): Promise<Reply> {
  if (!('jwk' in signer)) throw new AcmeRefusal('malformed', 'A new account is asked for by its key ("jwk")');
  const reply = (status: number, account: Account): Reply => ({
    status,
    headers: { location: `${base}/account/${account.id}` },
    body: accountResource(base, account),
  });
  // Also where it is not needed: an authority may, and some do. https://www.rfc-editor.org/rfc/rfc8555#section-7.3.4
  const binding = payload.externalAccountBinding;
  const kid = binding === undefined ? undefined : await verifyBinding(model, binding, url, signer.jwk);
  const known = model.findAccount(signer.jwk);
  if (known) return reply(200, model.requireAccount(known.id));
  if (payload.onlyReturnExisting === true) {
    throw new AcmeRefusal('accountDoesNotExist', 'No account exists with the provided key');
  }
  if (payload.termsOfServiceAgreed !== true) {
    throw new AcmeRefusal('userActionRequired', 'The terms of service must be agreed to');
  }
  if (binding === undefined && model.options.externalAccountRequired) {
    throw new AcmeRefusal('externalAccountRequired', 'An external account binding is required');
  }
  return reply(201, model.createAccount(signer.jwk, contactsOf(payload.contact) ?? [], kid));
}

function contactsOf(value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
  throw new AcmeRefusal('malformed', 'Contacts must be a list of texts');
}

function updateAccount(call: Call): Reply {
  const { id } = requireSelf(call);
  const contact = contactsOf(call.payload?.contact);
  const account = call.model.updateAccount(id, {
    ...(contact && { contact }),
    ...(call.payload?.status === 'deactivated' && { status: 'deactivated' as const }),
  });
  return { body: accountResource(call.base, account) };
}

async function keyChange(call: Call): Promise<Reply> {
  const { base, model, url } = call;
  const account = requireAccount(call);
  const accountUrl = `${base}/account/${account.id}`;
  const jwk = await verifyKeyChange(call.payload, { url, accountUrl, account });
  const holder = model.findAccount(jwk);
  if (holder) {
    const location = `${base}/account/${holder.id}`;
    return { status: 409, headers: { location }, body: { ...CONFLICT } };
  }
  return { body: accountResource(base, model.changeKey(account.id, jwk)) };
}

const CONFLICT = problemOf(
  new AcmeRefusal('malformed', 'The new key is in use by an account already', { status: 409 }),
);

function newOrder(call: Call): Reply {
  const { id } = requireAccount(call);
  const identifiers = call.payload?.identifiers;
  if (!Array.isArray(identifiers)) throw new AcmeRefusal('malformed', 'The order names no identifiers');
  const names = identifiers.map((identifier: unknown) => {
    const { type, value } = (identifier ?? {}) as Json;
    if (type !== 'dns') {
      throw new AcmeRefusal('unsupportedIdentifier', `Identifiers of type ${String(type)} are not supported`);
    }
    return String(value).toLowerCase();
  });
  const order = call.model.createOrder(id, names);
  const location = `${call.base}/order/${order.id}`;
  return { status: 201, headers: { location }, body: orderResource(call, order) };
}

async function finalize(call: Call): Promise<Reply> {
  const account = requireAccount(call);
  const { names, publicKey } = await parseRequest(call.payload?.csr, account.jwk);
  const order = call.model.finalize(account.id, call.id, names, publicKey);
  const location = `${call.base}/order/${order.id}`;
  return { headers: { ...RETRY, location }, body: orderResource(call, order) };
}

/** By the account that asked for it, or by its own key. */
function revoke({ model, signer, payload = {} }: Call): Reply {
  const der = Buffer.from(typeof payload.certificate === 'string' ? payload.certificate : '', 'base64url');
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(der);
  } catch {
    throw new AcmeRefusal('malformed', 'The certificate is not valid DER');
  }
  const found = model.findCertificate(parsed.fingerprint256.replaceAll(':', '').toLowerCase());
  if (!found) throw new AcmeRefusal('malformed', 'No such certificate', { status: 404 });
  const allowed = 'account' in signer ? signer.account.id === found.account : isKeyOf(parsed, signer.jwk);
  if (!allowed) throw new AcmeRefusal('unauthorized', 'The certificate is not yours to revoke');
  const { reason } = payload;
  if (reason !== undefined && ![0, 1, 3, 4, 5].includes(Number(reason))) {
    throw new AcmeRefusal('badRevocationReason', 'The revocation reason is not one that is accepted');
  }
  model.revoke(found.id);
  return { body: undefined };
}

function isKeyOf(certificate: X509Certificate, jwk: AccountJwk): boolean {
  const own = parseJwk(certificate.publicKey.export({ format: 'jwk' }));
  return own !== undefined && thumbprintOf(own) === thumbprintOf(jwk);
}

const accountResource = (base: string, { id, status, contact }: Account): Json => ({
  status,
  contact,
  orders: `${base}/account/${id}/orders`,
});

const instant = (atMs: number): string => new Date(atMs).toISOString();

const orderResource = ({ base, model }: Here, order: Order): Json => ({
  status: model.statusOf(order),
  expires: instant(order.expiresAtMs),
  identifiers: order.names.map((value) => ({ type: 'dns', value })),
  authorizations: order.authorizations.map((id) => `${base}/authz/${id}`),
  finalize: `${base}/order/${order.id}/finalize`,
  ...(order.certificate !== undefined && { certificate: `${base}/cert/${order.certificate}` }),
  ...(order.error && { error: order.error }),
});

const authorizationResource = (here: Here, row: Authorization): Json => ({
  status: row.status,
  expires: instant(row.expiresAtMs),
  identifier: { type: 'dns', value: row.name },
  ...(row.wildcard && { wildcard: true }),
  challenges: [challengeResource(here, row)],
});

const challengeResource = ({ base }: Here, row: Authorization): Json => ({
  type: 'dns-01',
  url: `${base}/challenge/${row.id}`,
  status: row.challenge,
  token: row.token,
  ...(row.validatedAtMs !== undefined && { validated: instant(row.validatedAtMs) }),
  ...(row.error && { error: row.error }),
});

function send(
  { base, nonces }: Here,
  response: ServerResponse,
  { status = 200, headers, body }: Reply,
): void {
  const type =
    typeof body === 'string'
      ? 'application/pem-certificate-chain'
      : status >= 400
        ? 'application/problem+json'
        : 'application/json';
  response.writeHead(status, {
    'replay-nonce': nonces.issue(),
    'cache-control': 'no-store',
    link: `<${base}/directory>;rel="index"`,
    ...(body !== undefined && { 'content-type': type }),
    ...headers,
  });
  response.end(typeof body === 'string' ? body : body && JSON.stringify(body));
}

function sendRefusal(world: World, nonces: Nonces, response: ServerResponse, error: unknown): void {
  const known = error instanceof AcmeRefusal || error instanceof RangeError || error instanceof URIError;
  if (!known) world.log.error('acme.request_failed', { service: 'acme', detail: String(error) });
  const refusal =
    error instanceof AcmeRefusal
      ? error
      : new AcmeRefusal(
          known ? 'malformed' : 'serverInternal',
          known ? 'Malformed request' : 'Internal error',
        );
  response.writeHead(refusal.status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'replay-nonce': nonces.issue(),
    ...(refusal.retryAfterS !== undefined && { 'retry-after': String(refusal.retryAfterS) }),
  });
  response.end(JSON.stringify(problemOf(refusal)));
}
