/**
 * In the place of Firebase Hosting: the address people know. What `firebase.json` rewrites goes to its function, all else is the
 * console, with the headers that it is deployed with.
 */
import { existsSync } from 'node:fs';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import sirv, { type Options } from 'sirv';
import { CONFIG_ADDRESS, type ConsoleConfig } from '../../shared/console-config.ts';
import { deployedRewrites, deployedSite } from '../deployed.ts';
import { listen } from '../http.ts';
import type { Face } from '../service.ts';

const agent = new Agent({ keepAlive: true });

/** What the console must be told of the embedded cloud. */
export interface ConsoleSetting {
  projectId: string;
  /** `host:port` of the stand-ins that a browser talks to. */
  firestore: string;
  auth: string;
  cloudSpeed: number;
  accounts: readonly { email: string; password: string; note: string }[];
}

/** @param portOf where the function of this name listens now */
export function serveHosting(
  port: number,
  portOf: (name: string) => number,
  setting: ConsoleSetting,
): Promise<Face> {
  const rewrites = deployedRewrites();
  const site = serveSite(setting);
  const server = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? '/').replace(/\?.*$/, '');
    const rewrite = rewrites.find(({ matches }) => matches(path));
    if (rewrite) return forward(incoming, outgoing, portOf(rewrite.name));
    if (path === CONFIG_ADDRESS) return serveConfig(incoming, outgoing, setting);
    site(incoming, outgoing);
  });
  return listen(server, port);
}

function serveConfig(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { projectId, firestore, auth, cloudSpeed, accounts }: ConsoleSetting,
): void {
  const { host = '' } = incoming.headers;
  const config: ConsoleConfig = {
    projectId,
    apiKey: 'local',
    authDomain: host,
    hub: { auth: `http://${auth}`, firestore, cloudSpeed, accounts },
  };
  outgoing
    .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(config));
}

function serveSite(setting: ConsoleSetting) {
  const site = deployedSite();
  const localized = toStandIns(setting);
  const setHeaders = (path: string, outgoing: ServerResponse): void => {
    for (const [name, value] of site.headersFor(path)) outgoing.setHeader(name, localized(value));
  };
  if (!existsSync(`${site.folder}/index.html`)) {
    return (_: IncomingMessage, outgoing: ServerResponse): void => {
      outgoing
        .writeHead(404, { 'content-type': 'text/plain' })
        .end('The console is not built: npm run build\n');
    };
  }
  // The compressed twins, as Hosting makes them.
  const options: Options = {
    brotli: true,
    gzip: true,
    etag: true,
    setHeaders: (outgoing, path) => setHeaders(path, outgoing),
  };
  const serveFile = sirv(site.folder, options);
  const servePage = sirv(site.folder, { ...options, single: true, ignores: false });
  return (incoming: IncomingMessage, outgoing: ServerResponse): void =>
    serveFile(incoming, outgoing, () => {
      const path = (incoming.url ?? '/').replace(/\?.*$/, '');
      if (site.isPage(path)) return servePage(incoming, outgoing);
      setHeaders(path, outgoing);
      // It is there again when a release is taken back.
      outgoing.setHeader('cache-control', 'no-cache');
      outgoing.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such file.\n');
    });
}

/** In the Content-Security-Policy the stand-ins take the places of Google's hosts. */
function toStandIns({ firestore, auth }: ConsoleSetting): (header: string) => string {
  const places: readonly (readonly [string, string])[] = [
    ['https://firestore.googleapis.com', `http://${firestore}`],
    ['https://identitytoolkit.googleapis.com', `http://${auth}`],
    ['https://securetoken.googleapis.com', `http://${auth}`],
    ['https://apis.google.com', `http://${auth}`],
    ['https://*.firebaseapp.com', `http://${auth}`],
  ];
  return (header) => places.reduce((text, [real, standIn]) => text.replaceAll(real, standIn), header);
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
    remedy: 'Try again in a few seconds.',
  };
  outgoing.writeHead(503, {
    'content-type': 'application/problem+json',
    'retry-after': '2',
    'cache-control': 'no-store',
  });
  outgoing.end(JSON.stringify(problem));
}
