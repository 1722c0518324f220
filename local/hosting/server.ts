/**
 * In the place of Firebase Hosting: the address people know. What `firebase.json` rewrites goes to its function, all else is the
 * console.
 */
import { readFileSync } from 'node:fs';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { deployedRewrites } from '../deployed.ts';
import { listen } from '../http.ts';
import type { Face } from '../service.ts';

const agent = new Agent({ keepAlive: true });
const page = readFileSync(new URL('./index.html', import.meta.url));

/** @param portOf where the function of this name listens now */
export function serveHosting(port: number, portOf: (name: string) => number): Promise<Face> {
  const rewrites = deployedRewrites();
  const server = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? '/').replace(/\?.*$/, '');
    const rewrite = rewrites.find(({ matches }) => matches(path));
    if (rewrite) return forward(incoming, outgoing, portOf(rewrite.name));
    if (path === '/' || path === '/index.html') {
      outgoing.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      });
      return void outgoing.end(page);
    }
    outgoing.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such page.\n');
  });
  return listen(server, port);
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, port: number): void {
  const onward = request(
    {
      host: '127.0.0.1',
      port,
      path: incoming.url,
      method: incoming.method,
      headers: {
        ...withSessionOnly(incoming.headers),
        'x-forwarded-host': incoming.headers.host,
        'x-forwarded-for': incoming.socket.remoteAddress,
      },
      agent,
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  onward.on('error', () => unavailable(outgoing));
  // Whoever hangs up here must not keep the function waiting there.
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

/** The one cookie that reaches a function: https://firebase.google.com/docs/hosting/manage-cache#using_cookies */
const SESSION = /^\s*__session=/;

function withSessionOnly({ cookie, ...headers }: IncomingHttpHeaders): IncomingHttpHeaders {
  const passed = (cookie ?? '').split(';').filter((pair) => SESSION.test(pair));
  return passed.length === 0 ? headers : { ...headers, cookie: passed.join('; ') };
}

/** The function is being started again; what was asked may or may not have been done, as with any lost reply. */
function unavailable(outgoing: ServerResponse): void {
  if (outgoing.headersSent) return void outgoing.destroy();
  const problem = {
    type: 'about:blank',
    title: 'Hub cannot do this at the moment.',
    status: 503,
    code: 'UNAVAILABLE',
    remedy: 'Repeat the request in a few seconds.',
  };
  outgoing.writeHead(503, {
    'content-type': 'application/problem+json',
    'retry-after': '2',
    'cache-control': 'no-store',
  });
  outgoing.end(JSON.stringify(problem));
}
