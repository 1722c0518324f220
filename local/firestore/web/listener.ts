/** The HTTP/1.1 server of the web face: takes connections from a port that it shares, so it never listens itself. */
import { createServer, type Server } from 'node:http';
import type { WebFace } from './server.ts';

/** No traffic either way for this long ends a connection: a request that stops in its middle, or a client that is gone. */
const SILENT_MS = 120_000;

/** A document's name has up to 6 KiB, and its URL three times that: https://firebase.google.com/docs/firestore/quotas */
const MAX_HEADER_BYTES = 64 * 1024;

export function createHttpServer(web: WebFace): Server {
  const server = createServer(
    { keepAliveTimeout: 65_000, maxHeaderSize: MAX_HEADER_BYTES },
    (request, response) => web.handle(request, response),
  );
  server.setTimeout(SILENT_MS);
  return server;
}
