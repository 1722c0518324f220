/** Lets pages of any origin in, with credentials, as Firestore does: https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS */
import type { IncomingMessage, ServerResponse } from 'node:http';

const HOUR_S = '3600';

/** Headers for every answer. With credentials the origin must be named: `*` is not allowed. */
export function allowOrigin(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (!origin) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-expose-headers', 'X-HTTP-Session-Id');
  response.setHeader('vary', 'Origin');
}

/** The answer to OPTIONS: whatever the page wants to send. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  const wanted = request.headers['access-control-request-headers'];
  response.setHeader('access-control-allow-methods', 'GET, POST, PATCH, PUT, DELETE, OPTIONS');
  if (wanted) response.setHeader('access-control-allow-headers', wanted);
  if (request.headers['access-control-request-private-network']) {
    response.setHeader('access-control-allow-private-network', 'true');
  }
  response.setHeader('access-control-max-age', HOUR_S);
  response.writeHead(204).end();
}
