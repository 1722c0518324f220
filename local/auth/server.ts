/**
 * The wire face of the Auth stand-in, twice: plain HTTP, addressed as the Firebase Auth emulator is (the host is the first part
 * of the path), and TLS under the names of Google's hosts, so that firebase-admin verifies tokens exactly as in production.
 */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { listen, sendJson } from '../http.ts';
import { type Face, ServiceError, STATUS, type World } from '../service.ts';
import { createServerIdentity, type ServerIdentity } from '../tls.ts';
import type { Body } from './body.ts';
import { type AuthModel, createAuthModel, invalid } from './model.ts';
import { type Caller, refuseTenant } from './operation.ts';
import { pageOf } from './pages.ts';
import { type Call, operationOf } from './routes.ts';
import type { IdClaims } from './tokens.ts';

export interface AuthFace extends Face {
  /** Port of the TLS face. */
  tlsPort: number;
  /** PEM of the CA that the TLS face's certificate is signed by. */
  ca: string;
  model: AuthModel;
  /**
   * Whose ID token this is, by its signature, times and audience alone: nobody is looked up, so whoever was disabled or signed out
   * a moment ago still passes, as with Firestore's and Storage's rules in production.
   * @throws ServiceError UNAUTHENTICATED for every other text
   */
  verifyIdToken(token: string): Promise<IdClaims>;
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
const LARGEST_BODY_BYTES = 10 * 1024 * 1024;

/** @param ports 0 takes any free one */
export async function serveAuth(world: World, ports: { http: number; tls: number }): Promise<AuthFace> {
  const model = await createAuthModel(world);
  const identity = await storedIdentity(world);
  let plainPort = ports.http;
  const handle = requestListener(model, world, () => plainPort);
  const plainServer = createServer(handle).on('clientError', refuseGarbage);
  const tlsServer = createTlsServer({ key: identity.key, cert: identity.certificate }, handle);
  tlsServer.on('clientError', refuseGarbage);
  const plain = await listen(plainServer, ports.http);
  plainPort = plain.port;
  const tls = await listen(tlsServer, ports.tls).catch(async (error: unknown) => {
    await plain.close();
    throw error;
  });
  return {
    port: plain.port,
    tlsPort: tls.port,
    ca: identity.ca,
    model,
    verifyIdToken: (token) =>
      model.tokens.verifyIdToken(token).catch(() => {
        throw new ServiceError(STATUS.UNAUTHENTICATED, 'The ID token is not valid for this project.');
      }),
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
  (model: AuthModel, world: World, plainPort: () => number): RequestListener =>
  (request, response) => {
    const caller: Caller = { origin: originOf(request, plainPort()), log: world.log };
    respond(model, request, response, caller).catch((error: unknown) => {
      if (!(error instanceof ServiceError)) {
        world.log.error('auth.request_failed', { service: 'auth', detail: String(error) });
      }
      sendError(response, error);
    });
  };

/** Links lead to the plain face, by the name under which the caller knows it if that is one of this machine. */
function originOf({ headers }: IncomingMessage, plainPort: number): string {
  const host = headers.host?.startsWith('localhost:') ? 'localhost' : '127.0.0.1';
  return `http://${host}:${plainPort}`;
}

async function respond(
  model: AuthModel,
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
): Promise<void> {
  allowOrigin(request, response);
  if (request.method === 'OPTIONS') {
    response.writeHead(204).end();
    return;
  }
  const url = requireUrl(request);
  const method = request.method ?? 'GET';
  const fields = method === 'GET' ? {} : await readFields(request, response);
  const wantsHtml = request.headers.accept?.includes('text/html') ?? false;
  const pageRequest = { query: url.searchParams, form: fields, wantsHtml };
  const page = await pageOf(model, method, url.pathname, pageRequest, caller);
  if (page) {
    response.writeHead(page.status, page.headers).end(page.body);
    return;
  }
  const call = callOf(request, method, url, fields);
  if (CERTIFICATE_PATHS.includes(call.path)) {
    const cached = `public, max-age=${CERTIFICATES_MAX_AGE_S}, must-revalidate, no-transform`;
    sendJson(response, 200, model.tokens.certificates, { 'cache-control': cached });
    return;
  }
  const operation = operationOf(call, model);
  refuseTenant(call.body);
  sendJson(response, 200, await operation(model, call.body, caller));
}

/** Any page may call, as with the real service; the preflight is answered with what it asks for. */
function allowOrigin({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', headers.origin ?? '*');
  response.setHeader('vary', 'origin');
  response.setHeader('access-control-allow-methods', 'GET, POST, PATCH, DELETE, OPTIONS');
  response.setHeader('access-control-allow-headers', headers['access-control-request-headers'] ?? '*');
  response.setHeader('access-control-max-age', '3600');
  if (headers['access-control-request-private-network']) {
    response.setHeader('access-control-allow-private-network', 'true');
  }
}

function requireUrl({ url = '/' }: IncomingMessage): URL {
  // One slash at the beginning is part of a path; two would be a host.
  const address = `http://auth.local${url.startsWith('/') ? '' : '/'}${url}`;
  if (!URL.canParse(address)) throw invalid('Invalid request target.');
  return new URL(address);
}

function callOf({ headers }: IncomingMessage, method: string, url: URL, fields: Body): Call {
  const [host = ''] = (headers.host ?? '').split(':');
  return {
    method,
    path: host.endsWith('.googleapis.com') ? `/${host}${url.pathname}` : url.pathname,
    body: method === 'POST' ? fields : { ...Object.fromEntries(url.searchParams), ...fields },
    bearer: /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1],
    hasKey: url.searchParams.has('key') || headers['x-goog-api-key'] !== undefined,
  };
}

async function readFields(request: IncomingMessage, response: ServerResponse): Promise<Body> {
  const raw = await readText(request, response);
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

/** @throws ServiceError for a body larger than `LARGEST_BODY_BYTES` */
async function readText(request: IncomingMessage, response: ServerResponse): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = Number(request.headers['content-length'] ?? 0);
  if (sizeBytes <= LARGEST_BODY_BYTES) {
    sizeBytes = 0;
    // The request is not destroyed by leaving the loop: its connection has to carry the answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > LARGEST_BODY_BYTES) break;
      chunks.push(chunk);
    }
  }
  if (sizeBytes <= LARGEST_BODY_BYTES) return Buffer.concat(chunks).toString('utf8');
  request.resume();
  response.setHeader('connection', 'close');
  throw invalid('Request payload size exceeds the limit.');
}

/** ID tokens and session cookies are signed with one key here; Google has two sets. */
const CERTIFICATE_PATHS = [
  '/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com',
  '/identitytoolkit/v3/relyingparty/publicKeys',
].flatMap((path) => [path, `/www.googleapis.com${path}`]);

const HTTP_STATUS: Readonly<Record<number, readonly [number, string]>> = {
  [STATUS.INVALID_ARGUMENT]: [400, 'INVALID_ARGUMENT'],
  [STATUS.UNAUTHENTICATED]: [401, 'UNAUTHENTICATED'],
  [STATUS.PERMISSION_DENIED]: [403, 'PERMISSION_DENIED'],
  [STATUS.NOT_FOUND]: [404, 'NOT_FOUND'],
};

/** https://cloud.google.com/apis/design/errors#http_mapping */
function errorOf(refusal: ServiceError) {
  const [code, status] = HTTP_STATUS[refusal.code] ?? [500, 'INTERNAL'];
  const { message } = refusal;
  const errors = [{ message, domain: 'global', reason: code === 400 ? 'invalid' : status.toLowerCase() }];
  return { error: { code, message, status, errors } };
}

function sendError(response: ServerResponse, error: unknown): void {
  const refusal = error instanceof ServiceError ? error : new ServiceError(STATUS.INTERNAL, 'INTERNAL_ERROR');
  const body = errorOf(refusal);
  sendJson(response, body.error.code, body);
}

/** What is no HTTP at all, or has headers beyond Node's limit. */
function refuseGarbage(_error: Error, socket: Socket): void {
  if (!socket.writable) return;
  const body = JSON.stringify(errorOf(invalid('Malformed HTTP request.')));
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
