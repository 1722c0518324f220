/**
 * One pachd with its console: what its ports serve, on whatever stream reaches them. It serves nothing before its environment has been
 * applied, so there is no moment in which it is open.
 */
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { ServerCredentials } from '@grpc/grpc-js';
import { getRequestListener } from '@hono/node-server';
import type { Random } from '../../functions/cloud.ts';
import type { LocalClock } from '../clock.ts';
import { createGrpcServer } from '../grpc.ts';
import { Auth } from './auth.ts';
import { bootstrap, type Environment } from './bootstrap.ts';
import { createConsole } from './console.ts';
import { type Database, emptyData } from './data.ts';
import { createDex } from './dex.ts';
import { httpApi } from './http-api.ts';
import { ensureSigningKey, type SigningKey } from './keys.ts';
import { createLogins } from './logins.ts';
import type { Web } from './pages.ts';
import { pachdProtos } from './protos.ts';
import { services } from './services.ts';
import type { Fetch } from './upstream.ts';
import { asksForLicense } from './versions.ts';

interface PachdOptions {
  /** `2.12.1`; up to 2.11 a licence is asked for. */
  version: string;
  /** pachd's environment variables. */
  environment: Environment;
  /** Its Postgres. */
  database: Database;
  clock: LocalClock;
  /** Tokens come from it too: good enough where nothing is secret. */
  random: Random;
  /** To the world outside: the provider behind dex. */
  fetch: Fetch;
  /** The fault `open-project`. */
  keepsOpen?: boolean;
}

/** https://github.com/pachyderm/pachyderm/blob/master/etc/helm/pachyderm/templates/pachd/deployment.yaml */
export const PORTS = {
  s3: 1600,
  grpc: 1650,
  peer: 1653,
  callback: 1657,
  identity: 1658,
  http: 1659,
} as const;
export const CONSOLE_PORT = 4000;

export interface Pachd {
  /** Serves one connection to that port; false: nothing listens there. */
  serve(port: number, socket: Duplex): boolean;
  close(): void;
}

/** Starts it. @throws Error if what the environment says cannot be done: the process ends with it */
export async function startPachd(options: PachdOptions): Promise<Pachd> {
  const { version, environment, database, clock, random, keepsOpen } = options;
  const data = database.load() ?? emptyData(clock.now());
  const save = (): void => database.save(data);
  const auth = new Auth(data, save, clock, random, keepsOpen);
  let signingKey: Promise<SigningKey> | undefined;
  const key = (): Promise<SigningKey> => {
    signingKey ??= ensureSigningKey(data, save);
    return signingKey;
  };
  const dex = createDex({ data, key, clock, random, fetch: options.fetch });
  /** pachd finds its issuer in its own pod, whatever its name is outside. */
  const issuerFetch: Fetch = (url, init) =>
    data.oidc?.localhostIssuer === false ? options.fetch(url, init) : dex.web(new Request(url, init));
  const logins = createLogins({ data, auth, clock, random, issuerFetch });
  const needsLicense = asksForLicense(version);
  await bootstrap({ environment, data, auth, now: clock.now(), needsLicense, openIdentity: dex.open });
  save();

  const root = pachdProtos();
  const bound = services({ root, version, environment, data, save, auth, logins, clock, needsLicense });
  const grpc = createGrpcServer(bound);
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const console = createConsole({
    clientId: environment.CONSOLE_OAUTH_ID ?? '',
    sessionMinutes: Number(environment.SESSION_DURATION_MINUTES ?? 43_200),
    data,
    auth,
    logins,
    clock,
    random,
    issuerFetch,
  });
  const pages: Readonly<Record<number, (socket: Duplex) => void>> = {
    [PORTS.s3]: serveWeb(noS3),
    [PORTS.callback]: serveWeb(logins.web),
    [PORTS.identity]: serveWeb(dex.web),
    [PORTS.http]: serveWeb(httpApi(bound)),
    [CONSOLE_PORT]: serveWeb(console),
  };
  const sockets = new Set<Duplex>();
  return {
    serve(port, socket) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      if (port === PORTS.grpc || port === PORTS.peer) injector.injectConnection(socket);
      else if (pages[port]) pages[port](socket);
      else return false;
      return true;
    },
    close() {
      // Its connections first: HTTP/2 must not say goodbye on them, see functions/pachyderm/grpc.ts.
      for (const socket of sockets) socket.destroy();
      grpc.forceShutdown();
    },
  };
}

/** A server that never listens: connections are handed to it. */
function serveWeb(web: Web): (socket: Duplex) => void {
  const server = createServer(getRequestListener(web));
  return (socket) => void server.emit('connection', socket);
}

const noS3: Web = async () =>
  new Response(
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NotImplemented</Code><Message>The stand-in has no S3 gateway.</Message></Error>\n',
    { status: 501, headers: { 'content-type': 'application/xml' } },
  );
