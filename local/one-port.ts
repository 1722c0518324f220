/** One TCP port for gRPC and for HTTP/1.1: the first bytes of a connection say which it speaks. */
import { createServer, type Socket } from 'node:net';
import { listen } from './http.ts';
import type { Face } from './service.ts';

export interface OnePortOptions {
  http2: (socket: Socket) => void;
  http1: (socket: Socket) => void;
  /** A connection that says nothing for this long is closed; browsers open some before they need them. */
  silentMs?: number;
}

/** What every HTTP/2 client sends first: https://www.rfc-editor.org/rfc/rfc9113#name-http-2-connection-preface */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export async function serveOnePort(
  port: number,
  { http2, http1, silentMs = 60_000 }: OnePortOptions,
): Promise<Face> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Whoever takes the connection over hears of errors too; before that nobody would, and that would end the process.
    socket.on('error', () => socket.destroy());
    sniff(socket, silentMs, (isHttp2) => {
      if (!isHttp2) {
        http1(socket);
        socket.resume();
        return;
      }
      // HTTP/2 has no half-open connections. It reads what was put back by itself, and past JavaScript: the socket must not flow.
      socket.allowHalfOpen = false;
      http2(socket);
    });
  });
  const face = await listen(server as Parameters<typeof listen>[0], port);
  return {
    port: face.port,
    close() {
      const closed = face.close();
      for (const socket of sockets) socket.destroy();
      return closed;
    },
  };
}

function sniff(socket: Socket, silentMs: number, found: (isHttp2: boolean) => void): void {
  let start = Buffer.alloc(0);
  const settle = (): void => {
    socket.off('data', read);
    socket.off('end', give);
    socket.off('timeout', give);
    socket.setTimeout(0);
  };
  const give = (): void => {
    settle();
    socket.destroy();
  };
  const read = (part: Buffer): void => {
    start = Buffer.concat([start, part]);
    const length = Math.min(start.length, PREFACE.length);
    const isPreface = start.subarray(0, length).equals(PREFACE.subarray(0, length));
    // HTTP/1.1 has methods that begin with P, even with PR.
    if (isPreface && length < PREFACE.length) return;
    settle();
    socket.pause();
    socket.unshift(start);
    found(isPreface);
  };
  socket.setTimeout(silentMs);
  socket.on('timeout', give);
  socket.on('end', give);
  socket.on('data', read);
}
