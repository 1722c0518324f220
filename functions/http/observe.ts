/** What every request of an HTTP function has in common, whatever it asks: an id, strict headers on the reply, a line of log. */

import type { Context, MiddlewareHandler } from 'hono';
import { asAppError, tellFailure } from '../failure.ts';
import { portsOfInvocation } from '../invocation.ts';
import type { Log } from '../log.ts';
import type { Ports } from '../ports.ts';
import { traceOfRequest } from '../trace.ts';

export interface ApiEnv {
  /** Node's request, where there is one: without a server Hono gives no bindings at all. */
  Bindings: { incoming?: object };
  Variables: {
    requestId: string;
    route: string;
    /** This request's own: what it logs and sends carries its trace. */
    ports: Ports;
    /** The one it is about, where it is about one. */
    cluster?: string;
  };
}

/** Replies are data for the one who asked: nothing may keep them, run them or frame them. */
const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/**
 * Gives each request its id and its trace, each reply its headers, and the log its line: never a query, which may hold a code or a state.
 * @param more headers of this application, in place of those of the same name
 */
export function observe(
  ports: Ports,
  more: Readonly<Record<string, string>> = {},
): MiddlewareHandler<ApiEnv> {
  const { clock, random, metrics } = ports;
  const all = Object.entries({ ...HEADERS, ...more });
  return async (c, next) => {
    const startMs = clock.monotonic();
    const requestId = random.base32(16);
    c.set('requestId', requestId);
    c.set('route', 'none');
    const own = portsOfInvocation(ports, traceOfRequest(c.req.raw.headers, random));
    c.set('ports', own);
    await metrics.during(async () => {
      await next();
      const { headers } = c.res;
      for (const [name, value] of all) if (!headers.has(name)) headers.set(name, value);
      headers.set('x-request-id', requestId);
      const durationMs = Math.round(clock.monotonic() - startMs);
      report(own.log, c, durationMs);
      const status = `${Math.floor(c.res.status / 100)}xx`;
      metrics.record('requests', durationMs / 1000, { route: c.get('route'), status });
    });
  };
}

function report(log: Log, c: Context<ApiEnv>, durationMs: number): void {
  const { status } = c.res;
  const line = {
    request: c.get('requestId'),
    ...(c.get('cluster') !== undefined && { cluster: c.get('cluster') }),
    route: c.get('route'),
    method: c.req.method,
    status,
    durationMs,
  };
  const error = c.error && asAppError(c.error);
  if (!error || status < 500) {
    log.info('request', error ? { ...line, code: error.code } : line);
    return;
  }
  tellFailure(log, 'request', error, line);
}
