/**
 * The wire face of one leaf cluster: HTTPS with a certificate authority of its own, open to who holds an access token, as GKE's DNS
 * endpoint is with IAM. And the index of them all.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/network-isolation#dns-based_endpoint
 */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { listen, readBody, sendJson } from '../http.ts';
import type { Face, World } from '../service.ts';
import type { KeyAndCertificate } from '../tls.ts';
import { get } from './api.ts';
import { ReplyLost, throughDoor } from './door.ts';
import { ApiError, badRequest, noSuchResource } from './errors.ts';
import { authenticate, type Caller, type DoorKeeper, impersonated } from './identity.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Leaves } from './leaves.ts';
import { followLog, isFollowed } from './pod-logs.ts';
import { authorize, authorizePath, isResourcePath } from './request-attributes.ts';
import { type ApiRequest, answer } from './requests.ts';
import { hasSubresource, parseResourcePath } from './routes.ts';
import { forwardPorts, type Upgrade } from './streams/port-forward.ts';
import { issuerDocument } from './tokens.ts';
import { isWatch, streamWatch } from './watch-stream.ts';
import { aboutApi } from './wire/about.ts';
import { send, warningHeaders } from './wire/replies.ts';

export type { DoorKeeper } from './identity.ts';

export async function serveLeaf(
  leaf: LeafCluster,
  keeper: DoorKeeper,
  { key, certificate }: KeyAndCertificate,
  port: number,
): Promise<Face> {
  const server = createHttpsServer({ key, cert: certificate }, (request, response) => {
    void handle(leaf, keeper, request, response);
  });
  // The server forgets connections that were taken over.
  const streams = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    streams.add(socket);
    socket.on('close', () => streams.delete(socket));
    socket.on('error', () => undefined);
    upgrade(leaf, keeper, { request, socket, head });
  });
  const face = await listen(server, port);
  return {
    port: face.port,
    close: () => {
      for (const stream of streams) stream.destroy();
      return face.close();
    },
  };
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
  const { code, status } = refusalOf(leaf, error);
  sendJson(response, code, status, code === 429 || code === 503 ? { 'retry-after': '1' } : {});
}

function refusalOf(leaf: LeafCluster, error: unknown): { code: number; status: object } {
  if (error instanceof ApiError) return { code: error.code, status: error.toStatus() };
  if (error instanceof URIError) return { code: 400, status: badRequest(error.message).toStatus() };
  if (error instanceof RangeError) {
    const tooLarge = new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: ${error.message}`);
    return { code: tooLarge.code, status: tooLarge.toStatus() };
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  leaf.world.log.error('kubernetes-request-failed', { cluster: leaf.key, detail });
  const failure = new ApiError(500, 'InternalError', 'internal error of the stand-in');
  return { code: failure.code, status: failure.toStatus() };
}

async function respond(
  leaf: LeafCluster,
  keeper: DoorKeeper,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const caller = callerOf(leaf, keeper, request);
  const url = new URL(request.url ?? '/', 'https://leaf');
  if (!isResourcePath(url.pathname)) authorizePath(leaf, caller, request.method ?? 'GET', url.pathname);
  const issued = issuerDocument(leaf, url.pathname);
  if (issued) return sendJson(response, 200, issued);
  const about = aboutApi(leaf, url.pathname.replace(/(?<=.)\/$/, ''), request.headers.accept);
  if (about) return send(response, 200, about.body, { headers: about.headers });
  const asked = requestOf(leaf, caller, request, url, body);
  const reply = throughDoor(leaf, `${asked.method} ${url.pathname}`, () => {
    if (isWatch(asked)) return streamWatch(leaf, asked, response);
    if (isFollowedLog(asked)) return followLog(leaf, asked.target, asked.query, response);
    return answer(leaf, asked);
  });
  if (!reply) return;
  const { status, body: answered, yaml = false } = reply;
  send(response, status, answered, { yaml, headers: warningHeaders(asked.warnings) });
}

const callerOf = (leaf: LeafCluster, keeper: DoorKeeper, { headers }: IncomingMessage): Caller =>
  impersonated(leaf, authenticate(leaf, keeper, headers.authorization), headers);

/** @throws ApiError 403, 404 */
function requestOf(
  leaf: LeafCluster,
  caller: Caller,
  { method = 'GET', headers }: IncomingMessage,
  url: URL,
  body: Buffer,
): ApiRequest {
  const asked: ApiRequest = {
    method,
    target: parseResourcePath(leaf.kinds, url.pathname),
    query: url.searchParams,
    contentType: (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '',
    accept: headers.accept,
    userAgent: headers['user-agent'] ?? '',
    body: body.length > 0 ? body : undefined,
    caller,
    warnings: [],
  };
  authorize(leaf, caller, asked);
  return asked;
}

/** A request to take the connection over, for a stream into a pod. */
function upgrade(leaf: LeafCluster, keeper: DoorKeeper, upgraded: Upgrade): void {
  const { request, socket } = upgraded;
  try {
    const url = new URL(request.url ?? '/', 'https://leaf');
    const asked = requestOf(leaf, callerOf(leaf, keeper, request), request, url, Buffer.alloc(0));
    throughDoor(leaf, `${asked.method} ${url.pathname}`, () => openStream(leaf, asked, upgraded));
  } catch (error) {
    if (error instanceof ReplyLost) return void socket.destroy();
    const { code, status } = refusalOf(leaf, error);
    const text = JSON.stringify(status);
    socket.end(
      `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
    );
  }
}

/** @throws ApiError 400, 404 */
function openStream(leaf: LeafCluster, { target, query }: ApiRequest, upgraded: Upgrade): void {
  const { kind, namespace = '', name = '', subresource } = target;
  if (subresource === undefined || !hasSubresource(kind, subresource)) throw noSuchResource();
  const pod = get(leaf, kind, namespace, name);
  if (subresource === 'portforward') {
    if (pod.status?.phase !== 'Running') {
      throw badRequest(
        `unable to forward port because pod is not running. Current status=${pod.status?.phase}`,
      );
    }
    forwardPorts({ leaf, namespace, pod: name }, upgraded, query);
    return;
  }
  throw badRequest(
    `${kind.plural}/${subresource} is not possible in this cluster: it is a stand-in, and no processes run in its containers`,
  );
}

const isFollowedLog = ({ target, query }: ApiRequest): boolean =>
  target.subresource === 'log' && isFollowed(query);
