/**
 * The HTTP API. A request goes: route → who asks → may they → what they send → handler → reply; whatever is thrown on the way
 * becomes a problem. One line of log per request.
 */
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import type { Log } from '../log.ts';
import type { Ports } from '../ports.ts';
import { bodyIsTooLarge } from './body-guard.ts';
import { CATALOG_ENDPOINTS } from './catalog.ts';
import { CLUSTER_ENDPOINTS } from './clusters.ts';
import { type Endpoint, endpoint, serve } from './endpoint.ts';
import { HEALTH_ENDPOINTS } from './health.ts';
import { ME_ENDPOINTS } from './me.ts';
import { partsOf } from './policy.ts';
import { POOL_ENDPOINTS } from './pools.ts';
import { problemResponse, toAppError } from './problem.ts';

export interface ApiEnv {
  /** Node's request, where there is one: without a server Hono gives no bindings at all. */
  Bindings: { incoming?: object };
  Variables: { requestId: string; route: string };
}

export function createApi(ports: Ports): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.use(observe(ports));
  for (const endpoint of ENDPOINTS) {
    const { method, path } = partsOf(endpoint.name);
    app.on(method, routeOf(path), async (c) => {
      c.set('route', path);
      if (c.env?.incoming && bodyIsTooLarge(c.env.incoming)) throw new AppError('BODY_TOO_LARGE');
      const id = idOf(path, c.req.param('id') ?? '');
      const { body, headers } = await serve(ports, endpoint, {
        request: c.req.raw,
        id,
        queries: c.req.queries(),
      });
      return c.json(body, endpoint.status, headers);
    });
  }
  app.notFound((c) => noSuchRoute(c));
  app.onError((error, c) => problemResponse(toAppError(error), c.get('requestId')));
  return app;
}

const openApi = endpoint({
  name: 'GET /v1/openapi.json',
  summary: 'This document.',
  status: 200,
  reply: z.record(z.string(), z.unknown()),
  // Loaded when asked for: it is the heaviest part of the API and the least used.
  handle: async () => ({
    body: (await import('./openapi.ts')).openApiDocument(ENDPOINTS),
    headers: { 'cache-control': 'public, max-age=300' },
  }),
});

export const ENDPOINTS: readonly Endpoint[] = [
  ...CLUSTER_ENDPOINTS,
  ...CATALOG_ENDPOINTS,
  ...ME_ENDPOINTS,
  ...POOL_ENDPOINTS,
  ...HEALTH_ENDPOINTS,
  openApi,
];

/** Replies are data for the one who asked: nothing may keep them, run them or frame them. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Gives each request its id, each reply its headers, and the log its line. */
function observe({ clock, random, log }: Ports): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const startMs = clock.now();
    const requestId = random.base32(16);
    c.set('requestId', requestId);
    c.set('route', 'none');
    await next();
    const { headers } = c.res;
    for (const [name, value] of Object.entries(HEADERS)) if (!headers.has(name)) headers.set(name, value);
    headers.set('x-request-id', requestId);
    report(log, c, clock.now() - startMs);
  };
}

function report(log: Log, c: Context<ApiEnv>, durationMs: number): void {
  const { status } = c.res;
  const line = {
    request: c.get('requestId'),
    route: c.get('route'),
    method: c.req.method,
    status,
    durationMs,
  };
  const error = c.error && toAppError(c.error);
  if (!error || status < 500) {
    log.info('request', error ? { ...line, code: error.code } : line);
    return;
  }
  const { code, cause } = error;
  const detail = (cause instanceof Error ? cause : error).stack;
  log[code === 'BUG' ? 'error' : 'warn']('request', { ...line, code, ...(detail ? { detail } : {}) });
}

/** `/v1/clusters/{id}:retry` → `/v1/clusters/:id{[^/:]+:retry}`: a parameter takes a whole segment. */
const routeOf = (path: string): string =>
  path.replace(/\{id\}(:[a-z]+)?/, (_, verb: string | undefined) => `:id{[^/:]+${verb ?? ''}}`);

/** Takes the verb off again. */
const idOf = (path: string, segment: string): string =>
  /\}:[a-z]+$/.test(path) ? segment.slice(0, segment.lastIndexOf(':')) : segment;

/** What an address would take, by its shape. */
const SHAPES = ENDPOINTS.map(({ name }) => {
  const { method, path } = partsOf(name);
  return { method, shape: new RegExp(`^${path.replaceAll('.', '\\.').replace('{id}', '[^/:]+')}$`) };
});

function noSuchRoute(c: Context<ApiEnv>): Response {
  const methods = SHAPES.filter(({ shape }) => shape.test(c.req.path)).map(({ method }) => method);
  const requestId = c.get('requestId');
  if (methods.length === 0) return problemResponse(new AppError('NOT_FOUND'), requestId);
  if (methods.includes('GET')) methods.push('HEAD');
  const response = problemResponse(new AppError('METHOD_NOT_ALLOWED'), requestId);
  response.headers.set('allow', methods.join(', '));
  return response;
}
