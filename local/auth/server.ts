/**
 * The wire face of the Auth stand-in, twice: plain HTTP, addressed as the Firebase Auth emulator is (the host is the first part
 * of the path), and TLS under the names of Google's hosts, so that firebase-admin verifies tokens exactly as in production.
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { decodeJwt } from 'jose';
import { listen, readBody, sendJson } from '../http.ts';
import { type Face, ServiceError, STATUS, type World } from '../service.ts';
import { createServerIdentity, type ServerIdentity } from '../tls.ts';
import { ADMIN_OPERATIONS } from './admin.ts';
import type { Body } from './body.ts';
import { CLIENT_OPERATIONS, type Operation, refreshToken } from './client.ts';
import { type AuthModel, createAuthModel, invalid } from './model.ts';

export interface AuthFace extends Face {
  /** Port of the TLS face. */
  tlsPort: number;
  /** PEM of the CA that the TLS face's certificate is signed by. */
  ca: string;
  model: AuthModel;
}

const TLS_NAMES = [
  'identitytoolkit.googleapis.com',
  'securetoken.googleapis.com',
  'www.googleapis.com',
  'oauth2.googleapis.com',
  'iamcredentials.googleapis.com',
  'localhost',
  '127.0.0.1',
];

/** How long clients may keep the certificates; Google's own answer says some six hours. */
const CERTIFICATES_MAX_AGE_S = 21_600;

/** @param ports 0 takes any free one */
export async function serveAuth(world: World, ports: { http: number; tls: number }): Promise<AuthFace> {
  const model = await createAuthModel(world);
  const identity = await storedIdentity(world);
  const handle = requestListener(model, world);
  const plain = await listen(createServer(handle), ports.http);
  const tls = await listen(
    createTlsServer({ key: identity.key, cert: identity.certificate }, handle),
    ports.tls,
  ).catch(async (error: unknown) => {
    await plain.close();
    throw error;
  });
  return {
    port: plain.port,
    tlsPort: tls.port,
    ca: identity.ca,
    model,
    async close() {
      await Promise.all([plain.close(), tls.close()]);
    },
  };
}

/** Kept, so that whoever was given the CA can go on after a restart. */
async function storedIdentity({ store }: World): Promise<ServerIdentity> {
  const table = store.table<ServerIdentity>('tls');
  const identity = table.get('identity') ?? (await createServerIdentity('Hub local Auth', TLS_NAMES));
  if (!table.has('identity')) table.set('identity', identity);
  return identity;
}

const requestListener =
  (model: AuthModel, world: World): RequestListener =>
  (request, response) => {
    respond(model, request, response).catch((error: unknown) => {
      if (!(error instanceof ServiceError)) {
        world.log.error('auth.request_failed', { service: 'auth', detail: String(error) });
      }
      sendError(response, error);
    });
  };

async function respond(model: AuthModel, request: IncomingMessage, response: ServerResponse): Promise<void> {
  allowOrigin(request, response);
  if (request.method === 'OPTIONS') {
    response.writeHead(204).end();
    return;
  }
  const call = await readCall(request);
  const certificates = CERTIFICATE_PATHS.includes(call.path);
  const headers: Record<string, string> = certificates
    ? { 'cache-control': `public, max-age=${CERTIFICATES_MAX_AGE_S}, must-revalidate, no-transform` }
    : {};
  const answer = certificates ? model.tokens.certificates : await operationOf(call, model)(model, call.body);
  sendJson(response, 200, answer, headers);
}

/** Any page may call, as with the real service; the preflight is answered with what it asks for. */
function allowOrigin({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', headers.origin ?? '*');
  response.setHeader('vary', 'origin');
  response.setHeader('access-control-allow-methods', 'GET, POST, OPTIONS');
  response.setHeader('access-control-allow-headers', headers['access-control-request-headers'] ?? '*');
  response.setHeader('access-control-max-age', '3600');
}

interface Call {
  method: string;
  /** Begins with the host it is meant for: `/identitytoolkit.googleapis.com/v1/…`. */
  path: string;
  /** The body, JSON or form; for a GET the query. */
  body: Body;
  bearer: string | undefined;
  hasKey: boolean;
}

async function readCall(request: IncomingMessage): Promise<Call> {
  const url = new URL(request.url ?? '/', 'http://auth.local');
  const [host = ''] = (request.headers.host ?? '').split(':');
  const method = request.method ?? 'GET';
  return {
    method,
    path: host.endsWith('.googleapis.com') ? `/${host}${url.pathname}` : url.pathname,
    body: method === 'GET' ? Object.fromEntries(url.searchParams) : await readFields(request),
    bearer: /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1],
    hasKey: url.searchParams.has('key') || request.headers['x-goog-api-key'] !== undefined,
  };
}

async function readFields(request: IncomingMessage): Promise<Body> {
  const raw = (await readBody(request)).toString('utf8');
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(raw));
  }
  try {
    const body: unknown = raw === '' ? {} : JSON.parse(raw);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Body;
  } catch {
    // Told below, as for any other text that is no object.
  }
  throw invalid('Invalid JSON payload received.');
}

/** ID tokens and session cookies are signed with one key here; Google has two sets. */
const CERTIFICATE_PATHS = [
  '/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com',
  '/identitytoolkit/v3/relyingparty/publicKeys',
].flatMap((path) => [path, `/www.googleapis.com${path}`]);

/** @throws ServiceError for an unknown address or a caller who may not */
function operationOf(call: Call, model: AuthModel): Operation {
  const at = `${call.method} ${call.path}`;
  const client = /^POST \/identitytoolkit\.googleapis\.com\/v1\/accounts:(\w+)$/.exec(at)?.[1];
  if (client && Object.hasOwn(CLIENT_OPERATIONS, client)) return withKey(call, CLIENT_OPERATIONS[client]);
  if (at === 'POST /securetoken.googleapis.com/v1/token') return withKey(call, refreshToken);
  if (at === 'POST /oauth2.googleapis.com/token') return serviceToken;

  const admin = /^(\w+) \/(?:identitytoolkit\.googleapis\.com|emulator)\/v1\/projects\/([^/:]+)(.*)$/.exec(
    at,
  );
  if (admin) {
    requireAdmin(call, model);
    const [, method, project, rest = ''] = admin;
    if (project !== model.projectId) throw new ServiceError(STATUS.NOT_FOUND, 'PROJECT_NOT_FOUND');
    const name = `${method} ${rest}`;
    const operation = Object.hasOwn(ADMIN_OPERATIONS, name) ? ADMIN_OPERATIONS[name] : undefined;
    if (operation) return operation;
  }
  if (/^POST \/iamcredentials\.googleapis\.com\/v1\/projects\/-\/serviceAccounts\/[^/]+:signBlob$/.test(at)) {
    requireAdmin(call, model);
    return signBlob;
  }
  throw new ServiceError(STATUS.NOT_FOUND, `Not here: ${call.method} ${call.path}`);
}

function withKey(call: Call, operation: Operation | undefined): Operation {
  if (!operation || (!call.hasKey && !call.bearer)) {
    throw new ServiceError(STATUS.PERMISSION_DENIED, 'The request is missing a valid API key.');
  }
  return operation;
}

function requireAdmin({ bearer }: Call, model: AuthModel): void {
  if (bearer === 'owner' || (bearer && model.isAccessToken(bearer))) return;
  throw new ServiceError(STATUS.UNAUTHENTICATED, 'Request had invalid authentication credentials.');
}

/** A service account's signed assertion for an access token; the signature is not checked, there being no registered key. */
const serviceToken: Operation = (model, body) => {
  try {
    const { iss } = decodeJwt(String(body.assertion));
    if (iss) return { access_token: model.issueAccessToken(iss), expires_in: 3600, token_type: 'Bearer' };
  } catch {
    // Told below, as for an assertion of nobody.
  }
  throw invalid('invalid_grant');
};

const signBlob: Operation = async (model, body) => {
  const { keyId, signature } = await model.tokens.signBlob(Buffer.from(String(body.payload), 'base64'));
  return { keyId, signedBlob: signature.toString('base64') };
};

const HTTP_STATUS: Readonly<Record<number, readonly [number, string]>> = {
  [STATUS.INVALID_ARGUMENT]: [400, 'INVALID_ARGUMENT'],
  [STATUS.UNAUTHENTICATED]: [401, 'UNAUTHENTICATED'],
  [STATUS.PERMISSION_DENIED]: [403, 'PERMISSION_DENIED'],
  [STATUS.NOT_FOUND]: [404, 'NOT_FOUND'],
};

function sendError(response: ServerResponse, error: unknown): void {
  const refusal =
    error instanceof ServiceError
      ? error
      : error instanceof RangeError
        ? invalid('Request payload size exceeds the limit.')
        : new ServiceError(STATUS.INTERNAL, 'INTERNAL_ERROR');
  const [code, status] = HTTP_STATUS[refusal.code] ?? [500, 'INTERNAL'];
  const { message } = refusal;
  const errors = [{ message, domain: 'global', reason: code === 400 ? 'invalid' : status.toLowerCase() }];
  sendJson(response, code, { error: { code, message, status, errors } });
}
