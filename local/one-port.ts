/** One TCP port for gRPC and for HTTP/1.1: the first bytes of a connection say which it speaks. */
import type { Socket } from 'node:net';
import type { Face } from './service.ts';
import { peekAt, serveSockets } from './sockets.ts';

interface OnePortOptions {
  http2: (socket: Socket) => void;
  http1: (socket: Socket) => void;
  /** A connection that says nothing for this long is closed; browsers open some before they need them. */
  silentMs?: number;
}

/** What every HTTP/2 client sends first: https://www.rfc-editor.org/rfc/rfc9113#name-http-2-connection-preface */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export const serveOnePort = (
  port: number,
  { http2, http1, silentMs = 60_000 }: OnePortOptions,
): Promise<Face> =>
  serveSockets(port, { allowHalfOpen: true }, (socket) =>
    peekAt(socket, silentMs, startsWithPreface, (isHttp2) => {
      if (!isHttp2) {
        http1(socket);
        socket.resume();
        return;
      }
      // HTTP/2 has no half-open connections. It reads what was put back by itself, and past JavaScript: the socket must not flow.
      socket.allowHalfOpen = false;
      http2(socket);
    }),
  );

/** HTTP/1.1 has methods that begin with P, even with PR: undefined while it could be either. */
function startsWithPreface(start: Buffer): boolean | undefined {
  const length = Math.min(start.length, PREFACE.length);
  const isPreface = start.subarray(0, length).equals(PREFACE.subarray(0, length));
  return isPreface && length < PREFACE.length ? undefined : isPreface;
}
