/** Passes requests on to what is behind the gateway, by the HTTP that is spoken there. */
import { type ClientRequest, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import {
  type ClientHttp2Session,
  connect,
  constants,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Upstream } from './server.ts';

type Request = Http2ServerRequest | IncomingMessage;
type Reply = Http2ServerResponse | ServerResponse;

/** What serves one connection from outside. */
export interface Backend {
  pass(upstream: Upstream, request: Request, reply: Reply): void;
  close(): void;
}

export function createBackend(): Backend {
  const sessions = new Map<string, { session: ClientHttp2Session; below: Duplex }>();
  const sessionTo = ({ name, connect: dial }: Upstream): ClientHttp2Session | undefined => {
    const known = sessions.get(name)?.session;
    if (known && !known.closed && !known.destroyed) return known;
    const below = dial();
    if (!below) return undefined;
    const session = connect('http://upstream', { createConnection: () => below });
    session.on('error', ignore);
    sessions.set(name, { session, below });
    return session;
  };
  return {
    pass(upstream, request, reply) {
      if (upstream.protocol === 'h2') {
        if (!('stream' in request)) return refuse(reply, 426, 'what is there needs HTTP/2');
        passHttp2(request.stream, request.headers, sessionTo(upstream));
        return;
      }
      const stream = upstream.connect();
      if (stream) passHttp(stream, request, reply);
      else answer(request, reply, 503, NO_UPSTREAM);
    },
    // The streams and not the sessions, which must not say goodbye there: see functions/pachyderm/grpc.ts.
    close() {
      for (const { below } of sessions.values()) below.destroy();
    },
  };
}

const isGrpc = ({ headers }: Pick<Request, 'headers'>): boolean =>
  String(headers['content-type'] ?? '').startsWith('application/grpc');

const ignore = (): void => undefined;

function refuse(reply: Reply, status: number, text: string): void {
  const body = Buffer.from(text);
  const headers = { 'content-type': 'text/plain', 'content-length': String(body.length) };
  // The two kinds of reply have the same methods, but no type in common.
  (reply as ServerResponse).writeHead(status, headers);
  (reply as ServerResponse).end(body);
}

const NO_UPSTREAM = 'no healthy upstream';

/** https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
const GRPC_STATUS: Readonly<Record<number, number>> = { 403: 7, 404: 12, 502: 14, 503: 14 };

/** As Envoy answers gRPC itself: https://grpc.io/docs/guides/status-codes/ */
const grpcAnswer = (status: number, text: string): Record<string, string> => ({
  'content-type': 'application/grpc',
  'grpc-status': String(GRPC_STATUS[status] ?? 2),
  'grpc-message': encodeURIComponent(text).replaceAll('%20', ' '),
});

/** In place of anybody behind the gateway. */
export function answer(request: Request, reply: Reply, status: number, text: string): void {
  if (!isGrpc(request)) {
    refuse(reply, status, text);
    return;
  }
  (reply as ServerResponse).writeHead(200, grpcAnswer(status, text));
  (reply as ServerResponse).end();
}

function passHttp2(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  session: ClientHttp2Session | undefined,
): void {
  stream.on('error', ignore);
  const nobody = (): void =>
    stream.respond(
      isGrpc({ headers }) ? { ':status': 200, ...grpcAnswer(503, NO_UPSTREAM) } : { ':status': 503 },
      {
        endStream: true,
      },
    );
  if (!session) {
    nobody();
    return;
  }
  const inside = session.request(headers as OutgoingHttpHeaders);
  let trailers: OutgoingHttpHeaders = {};
  inside.on('response', (answer, flags) => {
    if (stream.closed || stream.headersSent) return;
    // An answer that is headers only carries the status in them.
    const ends = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    stream.respond(withoutSensitive(answer), ends ? { endStream: true } : { waitForTrailers: true });
    // Not before: what ends early would begin the answer by itself.
    if (ends) inside.resume();
    else inside.pipe(stream);
  });
  inside.on('trailers', (last) => {
    trailers = withoutSensitive(last);
  });
  // Node's reply of the same stream would send trailers too, which it does not have.
  stream.removeAllListeners('wantTrailers');
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  inside.on('error', () => {
    if (!stream.headersSent && !stream.closed) nobody();
    else stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  });
  stream.on('close', () => inside.close(constants.NGHTTP2_CANCEL));
  stream.pipe(inside);
}

/** Plain names only: Node adds a symbol to what it received. */
const withoutSensitive = (headers: IncomingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers));

/** Those that concern one connection and not the request: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const OF_THE_CONNECTION = [
  ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te', 'http2-settings'],
];

function passHttp(stream: Duplex, request: Request, reply: Reply): void {
  const out = reply as ServerResponse;
  const host = request.headers[':authority'] ?? request.headers.host ?? '';
  const inside: ClientRequest = send({
    createConnection: () => stream,
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: { ...plainHeaders(request.headers), host: String(host), 'x-forwarded-proto': 'https' },
  });
  inside.on('response', (answer) => {
    out.writeHead(answer.statusCode ?? 502, plainHeaders(answer.headers));
    answer.on('error', () => out.destroy());
    answer.pipe(out);
  });
  inside.on('error', () => {
    if (out.headersSent) out.destroy();
    else answer(request, reply, 502, 'upstream connect error or disconnect/reset before headers');
  });
  out.on('close', () => {
    inside.destroy();
    stream.destroy();
  });
  request.on('error', ignore);
  request.pipe(inside);
}

const plainHeaders = (headers: IncomingHttpHeaders): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || name.startsWith(':') || OF_THE_CONNECTION.includes(name) ? [] : [[name, value]],
    ),
  );
