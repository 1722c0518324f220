/**
 * The host of all functions, in the place of Cloud Run: each function is the functions framework's own server on a port of its own, and
 * those that are not public ask the caller for a service token first. Started by `supervisor.ts`; ends with its parent.
 */
import './without-domains.ts';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import '../../functions/index.ts';
import { guardBodies } from '../../functions/http/body-guard.ts';
import { type FunctionSpec, MANIFEST } from '../../functions/manifest.ts';
import { verifierFor } from '../auth/service-tokens.ts';
import { createFaults } from '../faults.ts';
import { listen } from '../http.ts';
import { randomStream } from '../random.ts';
import type { HostOptions, HostReady } from './protocol.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

// The parent may have been killed, even while this was loading; a host without its cloud has no purpose.
if (!process.connected) process.exit(0);
// Not by `exit`: the log's last lines are written then until they are taken, and nobody is left who would.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('SIGTERM', () => process.exit(0));
// Ctrl+C goes to both; the parent ends this one when its time has come.
process.on('SIGINT', () => undefined);

const options = JSON.parse(process.env.HUB_HOST ?? '{}') as HostOptions;
const tokens = verifierFor(options.jwk);
const faults = createFaults(options.faults, randomStream(options.seed, `host ${process.pid}`));

/** Replaces what the framework's server does with a request by a check and then the same. */
function guard(
  server: Server,
  check: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>,
): void {
  const handlers = server.listeners('request') as Handler[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void check(request, response).then((passed) => {
      if (passed) for (const handle of handlers) handle(request, response);
    });
  });
}

/** Cloud Run's invoker check: https://cloud.google.com/run/docs/securing/managing-access */
const invokerOnly =
  (audience: () => string) => async (request: IncomingMessage, response: ServerResponse) => {
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const caller = await tokens.verify(token, audience()).catch(() => undefined);
    if (caller?.email !== options.invoker) {
      response
        .writeHead(caller ? 403 : 401, { 'content-type': 'text/plain' })
        .end('The caller may not invoke this function.\n');
      return false;
    }
    if (faults.hit('crash')) setTimeout(() => process.kill(process.pid, 'SIGKILL'), faultDelayMs());
    return true;
  };

/** Somewhere within the handling of a message. */
const faultDelayMs = (): number => Math.floor(Math.random() * 50);

async function serve({ name, trigger }: FunctionSpec): Promise<[name: string, port: number]> {
  const server = getTestServer(name);
  let port = 0;
  if (trigger.kind === 'http') guardBodies(server);
  if (trigger.kind === 'topic')
    guard(
      server,
      invokerOnly(() => `http://127.0.0.1:${port}`),
    );
  port = (await listen(server, options.ports[name] ?? 0)).port;
  return [name, port];
}

const ports = Object.fromEntries(await Promise.all(MANIFEST.map(serve)));
process.send?.({ kind: 'ready', ports } satisfies HostReady);
