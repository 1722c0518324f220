/** The few things that every REST face needs: listen on 127.0.0.1, read a bounded body, answer JSON, close for good. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Face } from './service.ts';

/**
 * How long a connection may be idle; Google's front ends close it after 610 s: https://cloud.google.com/load-balancing/docs/https#timeout_and_retries.
 * After Node's own five seconds it would often be closed while a client that was late is sending something, which nobody sends again.
 */
const IDLE_MS = 610_000;

export async function listen(server: Server, port: number): Promise<Face> {
  if ('keepAliveTimeout' in server) server.keepAliveTimeout = IDLE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        (server as { closeAllConnections?: () => void }).closeAllConnections?.();
      }),
  };
}

/** @throws RangeError if the body is larger than `limit` bytes */
export async function readBody(request: IncomingMessage, limit = 10 * 1024 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new RangeError(`body larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(text);
}
