/**
 * The door to everything exposed: one TLS port, which finds by SNI whose name is asked for, shows that one's certificate, and passes
 * requests on by Pachyderm's routes. In the cloud this is one Istio gateway per cluster; here they share a port.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type TLSSocket } from 'node:tls';
import type { Face } from '../service.ts';
import { peekAt, serveSockets } from '../sockets.ts';
import { ALERTS, alertRecord, readHello } from './client-hello.ts';
import { type Kind, kindOf } from './kinds.ts';
import { type Backend, createBackend, refuse } from './proxy.ts';

/** What a gateway's AuthorizationPolicy is asked about. */
export interface AskedRequest {
  host: string;
  method: string;
  path: string;
  kind: Kind;
  remoteAddress: string;
}

export interface Route {
  /** PEM, with the chain; absent while there is none (yet). */
  certificate?: string | undefined;
  key?: string | undefined;
  /** A new connection to what serves that kind; undefined: nobody does now. */
  connect(kind: Kind): Duplex | undefined;
  /** Everything is allowed if absent. */
  allows?(request: AskedRequest): boolean;
}

export interface IngressOptions {
  /** Whose name it is, in lower case; asked at each handshake and for each connection behind it. */
  route(host: string): Route | undefined;
  /** A connection that says nothing for this long is closed. */
  silentMs?: number;
}

type Request = Http2ServerRequest | IncomingMessage;
type Reply = Http2ServerResponse | ServerResponse;

export async function serveIngress(
  port: number,
  { route, silentMs = 30_000 }: IngressOptions,
): Promise<Face> {
  const backends = new WeakMap<TLSSocket, Backend>();
  const tls = createSecureServer({
    allowHTTP1: true,
    ALPNProtocols: ['h2', 'http/1.1'],
    minVersion: 'TLSv1.2',
    SNICallback(name, done) {
      const { certificate, key } = route(name.toLowerCase()) ?? {};
      try {
        done(null, createSecureContext({ cert: certificate ?? '', key: key ?? '' }));
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
  const backendOf = (socket: TLSSocket, host: string): Backend => {
    const known = backends.get(socket);
    if (known) return known;
    const backend = createBackend((kind) => route(host)?.connect(kind));
    backends.set(socket, backend);
    socket.once('close', () => backend.close());
    return backend;
  };
  tls.on('request', (request: Request, reply: Reply) => {
    const socket = tlsSocketOf(request);
    const host = String((socket as { servername?: unknown }).servername ?? '').toLowerCase();
    const path = request.url ?? '/';
    const kind = kindOf({ path, headers: request.headers });
    const remoteAddress = socket.remoteAddress ?? '';
    const found = route(host);
    if (!found) return refuse(reply, 404, '');
    const asked = { host, method: request.method ?? 'GET', path, kind, remoteAddress };
    if (found.allows && !found.allows(asked)) return refuse(reply, 403, 'RBAC: access denied');
    backendOf(socket, host).pass(kind, request, reply);
  });
  tls.on('sessionError', ignore);
  tls.on('tlsClientError', ignore);

  return serveSockets(port, {}, (socket) =>
    peekAt(socket, silentMs, readHello, ({ serverName }) => {
      const found = serverName === undefined ? undefined : route(serverName);
      if (!found) return alert(socket, ALERTS.unrecognizedName);
      if (!found.certificate || !found.key) return alert(socket, ALERTS.handshakeFailure);
      tls.emit('connection', socket);
    }),
  );
}

const ignore = (): void => undefined;

/** Over HTTP/2 the request's own socket is a stand-in for the real one, which its session has. */
function tlsSocketOf(request: Request): TLSSocket {
  if ('stream' in request) return request.stream.session?.socket as TLSSocket;
  return request.socket as TLSSocket;
}

const alert = (socket: Socket, description: number): void => void socket.end(alertRecord(description));
