/** Servers that take plain TCP connections, and looking at what a connection begins with before deciding who gets it. */
import { createServer, type ServerOpts, type Socket } from 'node:net';
import { listen } from './http.ts';
import type { Face } from './service.ts';

/** @param open is given each connection; one that breaks is destroyed, and `close` destroys all at once */
export async function serveSockets(
  port: number,
  options: ServerOpts,
  open: (socket: Socket) => void,
): Promise<Face> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, ...options }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Whoever takes the connection over hears of errors too; before that nobody would, and that would end the process.
    socket.on('error', () => socket.destroy());
    open(socket);
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

/**
 * Reads until it is known what the connection is, puts the bytes back, and pauses it. One that ends before, or says nothing for
 * `silentMs`, is destroyed without a word.
 * @param look undefined: more bytes are needed; null: it is nothing that is wanted, and is destroyed
 */
export function peekAt<T>(
  socket: Socket,
  silentMs: number,
  look: (bytes: Buffer) => T | undefined | null,
  found: (what: T) => void,
): void {
  let bytes = Buffer.alloc(0);
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
    bytes = Buffer.concat([bytes, part]);
    const what = look(bytes);
    if (what === undefined) return;
    if (what === null) {
      give();
      return;
    }
    settle();
    socket.pause();
    socket.unshift(bytes);
    found(what);
  };
  socket.setTimeout(silentMs);
  socket.on('timeout', give);
  socket.on('end', give);
  socket.on('data', read);
}
