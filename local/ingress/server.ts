/**
 * The door to everything exposed: one TLS port, which finds by SNI whose name is asked for, shows that one's certificate, and passes
 * requests on where that one's routes say. In the cloud this is one Istio gateway per cluster; here they share a port.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type TLSSocket } from 'node:tls';
import type { Face } from '../service.ts';
import { peekAt, serveSockets } from '../sockets.ts';
import { ALERTS, alertRecord, readHello } from './client-hello.ts';
import { normalPath } from './paths.ts';
import { answer, type Backend, createBackend } from './proxy.ts';
import type { DirectResponse } from './routes.ts';

/** What routes and policies are asked about. */
export interface AskedRequest {
  /** As the client wrote it, in lower case: with a port if there is one in it. */
  host: string;
  method: string;
  /** Without the query; as `normalPath` makes it. */
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  remoteAddress: string;
}

/** Where requests go. */
export interface Upstream {
  /** The same for requests that may share a connection. */
  name: string;
  /** What the gateway speaks there, whatever the client speaks to it. */
  protocol: 'h2' | 'http/1.1';
  /** A new connection; undefined: nobody serves now. */
  connect(): Duplex | undefined;
}

/** What stands behind a name. */
export interface Site {
  /** PEM, with the chain; absent while there is none (yet). */
  certificate?: string | undefined;
  key?: string | undefined;
  /** undefined: no route fits. */
  upstream(request: AskedRequest): Upstream | DirectResponse | undefined;
  /** Everything is allowed if absent. */
  allows?(request: AskedRequest): boolean;
}

export interface IngressOptions {
  /** Whose name it is, in lower case; asked at each handshake and for each request behind it. */
  siteOf(host: string): Site | undefined;
  /** A connection that says nothing for this long is closed. */
  silentMs?: number;
}

type Request = Http2ServerRequest | IncomingMessage;
type Reply = Http2ServerResponse | ServerResponse;

export async function serveIngress(
  port: number,
  { siteOf, silentMs = 30_000 }: IngressOptions,
): Promise<Face> {
  const backends = new WeakMap<TLSSocket, Backend>();
  const tls = createSecureServer({
    allowHTTP1: true,
    ALPNProtocols: ['h2', 'http/1.1'],
    minVersion: 'TLSv1.2',
    SNICallback(name, done) {
      const { certificate, key } = siteOf(name.toLowerCase()) ?? {};
      try {
        done(null, createSecureContext({ cert: certificate ?? '', key: key ?? '' }));
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
  const backendOf = (socket: TLSSocket): Backend => {
    const known = backends.get(socket);
    if (known) return known;
    const backend = createBackend();
    backends.set(socket, backend);
    socket.once('close', () => backend.close());
    return backend;
  };
  tls.on('request', (request: Request, reply: Reply) => {
    const socket = tlsSocketOf(request);
    const name = String((socket as { servername?: unknown }).servername ?? '').toLowerCase();
    const site = siteOf(name);
    if (!site) return answer(request, reply, 404, '');
    normalize(request);
    const asked = askedOf(request, socket);
    if (site.allows && !site.allows(asked)) return answer(request, reply, 403, 'RBAC: access denied');
    const way = site.upstream(asked);
    if (!way) return answer(request, reply, 404, '');
    if ('status' in way) return answer(request, reply, way.status, way.text);
    backendOf(socket).pass(way, request, reply);
  });
  tls.on('sessionError', ignore);
  tls.on('tlsClientError', ignore);

  return serveSockets(port, {}, (socket) =>
    peekAt(socket, silentMs, readHello, ({ serverName }) => {
      const site = serverName === undefined ? undefined : siteOf(serverName);
      if (!site) return alert(socket, ALERTS.unrecognizedName);
      if (!site.certificate || !site.key) return alert(socket, ALERTS.handshakeFailure);
      tls.emit('connection', socket);
    }),
  );
}

const ignore = (): void => undefined;

/** What policies and routes are asked about is also what is passed on. */
function normalize(request: Request): void {
  request.url = normalPath(request.url ?? '/');
  if ('stream' in request) request.headers[':path'] = request.url;
}

function askedOf(
  { method = 'GET', url = '/', headers }: Request,
  { remoteAddress = '' }: TLSSocket,
): AskedRequest {
  const host = String(headers[':authority'] ?? headers.host ?? '').toLowerCase();
  return { host, method, path: url.replace(/\?.*$/s, ''), headers, remoteAddress };
}

/** Over HTTP/2 the request's own socket is a stand-in for the real one, which its session has. */
function tlsSocketOf(request: Request): TLSSocket {
  if ('stream' in request) return request.stream.session?.socket as TLSSocket;
  return request.socket as TLSSocket;
}

const alert = (socket: Socket, description: number): void => void socket.end(alertRecord(description));
