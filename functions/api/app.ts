/**
 * The HTTP API. A request goes: route → who asks → may they → what they send → handler → reply; whatever is thrown on the way
 * becomes a problem. One line of log per request.
 */
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import type { Ports } from '../ports.ts';
import { bodyIsTooLarge } from './body-guard.ts';
import { CATALOG_ENDPOINTS } from './catalog.ts';
import { CLUSTER_ENDPOINTS } from './clusters.ts';
import { type Endpoint, endpoint, serve } from './endpoint.ts';
import { HEALTH_ENDPOINTS } from './health.ts';
import { ME_ENDPOINTS } from './me.ts';
import { type ApiEnv, observe } from './observe.ts';
import { partsOf } from './policy.ts';
import { POOL_ENDPOINTS } from './pools.ts';
import { problemResponse, toAppError } from './problem.ts';

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
