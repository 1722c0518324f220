/**
 * Takes over from the functions framework what it would do before our handler runs, on the server of the API only: its JSON parser
 * answers a broken body with a page of HTML, its limit of 1 GB lets one caller fill the instance, and its router answers a path
 * that cannot be decoded with HTML too. The framework has no setting for any of these
 * (https://github.com/GoogleCloudPlatform/functions-framework-nodejs/blob/main/src/server.ts).
 *
 * So the body is read here, in front of the framework: its parsers let a request pass whose body is read already, and
 * @hono/node-server takes it from `rawBody`, where the framework would have put it.
 */
import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { MAX_BODY_BYTES } from './body.ts';

/**
 * The next server that this process makes is guarded: to be called while the `api` function is loaded, right after which the
 * framework makes its server. `node:http` is patched for that one call, as tracing tools do.
 */
export function guardNextServer(): void {
  const { createServer } = http;
  const guarded = (...args: unknown[]): Server => {
    http.createServer = createServer;
    return guardBodies(Reflect.apply(createServer, http, args) as Server);
  };
  http.createServer = guarded as typeof createServer;
}

/** Guards a server that has its handlers already. */
export function guardBodies(server: Server): Server {
  const handlers = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!isDecodable(request.url ?? '')) request.url = '/';
    takeBody(request, () => {
      for (const handle of handlers) Reflect.apply(handle, server, [request, response]);
    });
  });
  return server;
}

const tooLarge = new WeakSet<object>();

/** Whether more than the limit was sent; the body is then empty. */
export const bodyIsTooLarge = (request: object): boolean => tooLarge.has(request);

/** Calls `next` once: with the body read, or as soon as it is clear that it is too large. A caller who hangs up gets no answer. */
function takeBody(request: IncomingMessage, next: () => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let refused = false;
  const pass = (): void => {
    Object.assign(request, { rawBody: Buffer.concat(chunks) });
    next();
  };
  const refuse = (): void => {
    refused = true;
    chunks.length = 0;
    tooLarge.add(request);
    // The framework would wait for the body that they announce. What still comes is thrown away below.
    delete request.headers['content-length'];
    delete request.headers['transfer-encoding'];
    pass();
  };
  request.on('data', (chunk: Buffer) => {
    if (refused) return;
    size += chunk.length;
    if (size > MAX_BODY_BYTES) refuse();
    else chunks.push(chunk);
  });
  request.on('end', () => {
    if (!refused) pass();
  });
  // Without a listener a caller who hangs up would end the process.
  request.on('error', () => undefined);
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) refuse();
}

function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '');
    return true;
  } catch {
    return false;
  }
}
