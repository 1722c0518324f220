/**
 * The wire face of one leaf cluster: HTTPS with a certificate authority of its own, open to who holds an access token, as GKE's DNS
 * endpoint is with IAM. And the index of them all.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/network-isolation#dns-based_endpoint
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { listen, readBody, sendJson } from '../http.ts';
import type { Face, World } from '../service.ts';
import type { KeyAndCertificate } from '../tls.ts';
import { discover } from './discovery.ts';
import { ReplyLost, throughDoor } from './door.ts';
import { ApiError, unauthorized } from './errors.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Leaves } from './leaves.ts';
import { type ApiRequest, answer } from './requests.ts';
import { parseResourcePath } from './routes.ts';
import { isWatch, streamWatch } from './watch-stream.ts';

export interface DoorKeeper {
  /** Whether a Google access token may connect: `container.clusters.connect`. */
  isAccessToken(token: string): boolean;
}

export function serveLeaf(
  leaf: LeafCluster,
  keeper: DoorKeeper,
  { key, certificate }: KeyAndCertificate,
  port: number,
): Promise<Face> {
  const server = createHttpsServer({ key, cert: certificate }, (request, response) => {
    void handle(leaf, keeper, request, response);
  });
  return listen(server, port);
}

/** `GET /`: every leaf cluster with its address and CA, for people, tools and tests. */
export function serveKubernetesIndex(_world: World, port: number, leaves: Leaves): Promise<Face> {
  const server = createHttpServer((request, response) => {
    if (request.method === 'GET' && request.url === '/') sendJson(response, 200, leaves.index());
    else sendJson(response, 404, { error: 'GET / lists the leaf clusters' });
  });
  return listen(server, port);
}

async function handle(
  leaf: LeafCluster,
  keeper: DoorKeeper,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await respond(leaf, keeper, request, response);
  } catch (error) {
    if (error instanceof ReplyLost) response.destroy();
    else if (response.headersSent) response.end();
    else refuse(leaf, error, response);
  }
}

function refuse(leaf: LeafCluster, error: unknown, response: ServerResponse): void {
  if (error instanceof ApiError) {
    const retry = error.code === 429 || error.code === 503 ? { 'retry-after': '1' } : {};
    sendJson(response, error.code, error.toStatus(), retry);
    return;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  leaf.world.log.error('kubernetes-request-failed', { cluster: leaf.key, detail });
  sendJson(response, 500, new ApiError(500, 'InternalError', 'internal error of the stand-in').toStatus());
}

async function respond(
  leaf: LeafCluster,
  keeper: DoorKeeper,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined || !keeper.isAccessToken(token)) throw unauthorized();
  const url = new URL(request.url ?? '/', 'https://leaf');
  const found = discover(url.pathname.replace(/(?<=.)\/$/, ''));
  if (typeof found === 'string') return sendText(response, found);
  if (found) return sendJson(response, 200, found);
  const asked: ApiRequest = {
    method: request.method ?? 'GET',
    target: parseResourcePath(url.pathname),
    query: url.searchParams,
    contentType: (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '',
    userAgent: request.headers['user-agent'] ?? '',
    body: body.length > 0 ? body : undefined,
  };
  const reply = throughDoor(leaf, `${asked.method} ${url.pathname}`, () => {
    if (!isWatch(asked)) return answer(leaf, asked);
    streamWatch(leaf, asked, response);
    return undefined;
  });
  if (!reply) return;
  if (typeof reply.body === 'string') sendText(response, reply.body);
  else sendJson(response, reply.status, reply.body);
}

function sendText(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}
