/**
 * The HTTP API, all of it or what one function serves of it. A request goes: route → who asks → may they → what they send → handler →
 * reply; whatever is thrown on the way becomes a problem. One line of log per request.
 */

import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { CLUSTER_ID } from '../../shared/documents/fields.ts';
import { AppError } from '../../shared/errors.ts';
import { asAppError } from '../failure.ts';
import { bodyIsTooLarge } from '../http/body-guard.ts';
import { type ApiEnv, observe } from '../http/observe.ts';
import { problemResponse } from '../http/problem.ts';
import { createRequestRates } from '../http/request-rates.ts';
import { portsAbout } from '../invocation.ts';
import type { Ports } from '../ports.ts';
import { ACCOUNT_ENDPOINTS } from './account.ts';
import { ADMIN_ENDPOINTS } from './admin.ts';
import { AUDIT_ENDPOINTS } from './audit.ts';
import { CATALOG_ENDPOINTS } from './catalog.ts';
import { CLEAN_UP_ENDPOINTS } from './clean-up.ts';
import { CLUSTER_ENDPOINTS } from './clusters.ts';
import { CREDENTIALS_ENDPOINTS } from './credentials.ts';
import { DEAD_LETTER_ENDPOINTS } from './dead-letters.ts';
import { type Endpoint, endpoint, serve } from './endpoint.ts';
import { EXTEND_ENDPOINTS } from './extend.ts';
import { HEALTH_ENDPOINTS } from './health.ts';
import { KEY_ENDPOINTS } from './keys.ts';
import { ME_ENDPOINTS } from './me.ts';
import { MEMBER_ENDPOINTS } from './members.ts';
import { ORPHAN_ENDPOINTS } from './orphans.ts';
import { isOfCluster, partsOf } from './policy.ts';
import { POOL_ENDPOINTS } from './pools.ts';
import { QUOTE_ENDPOINTS } from './quote.ts';
import { STATUS_ENDPOINTS } from './status.ts';
import { TRANSFER_ENDPOINTS } from './transfer.ts';

export function createApi(ports: Ports, endpoints = API_ENDPOINTS): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.use(observe(ports));
  const rates = createRequestRates(ports.clock);
  for (const endpoint of endpoints) {
    const { method, path } = partsOf(endpoint.name);
    app.on(method, routeOf(path), async (c) => {
      c.set('route', path);
      if (endpoint.makes && c.req.raw.method === 'HEAD') throw new AppError('METHOD_NOT_ALLOWED');
      if (c.env?.incoming && bodyIsTooLarge(c.env.incoming)) throw new AppError('BODY_TOO_LARGE');
      const id = idOf(path, c.req.param('id') ?? '');
      if (isOfCluster(endpoint.name) && CLUSTER_ID.test(id)) c.set('cluster', id);
      const own = c.get('ports');
      const about = c.get('cluster');
      const { body, headers } = await serve(about === undefined ? own : portsAbout(own, about), endpoint, {
        request: c.req.raw,
        rates,
        id,
        email: c.req.param('email'),
        queries: c.req.queries(),
      });
      const made = MADE.exec(headers?.location ?? '')?.[1];
      if (made !== undefined) c.set('cluster', made);
      if (typeof body === 'string') return c.body(body, endpoint.status, headers);
      return c.json(body, endpoint.status, headers);
    });
  }
  const shapes = shapesOf(endpoints);
  app.notFound((c) => noSuchRoute(c, shapes));
  app.onError((error, c) => problemResponse(asAppError(error), c.get('requestId')));
  return app;
}

/** The address of a cluster, in the reply to whoever asked for one. */
const MADE = /^\/v1\/clusters\/([a-z2-7]{16})$/;

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

/** What the function `api` serves. */
const API_ENDPOINTS: readonly Endpoint[] = [
  ...CLUSTER_ENDPOINTS,
  ...MEMBER_ENDPOINTS,
  ...TRANSFER_ENDPOINTS,
  ...EXTEND_ENDPOINTS,
  ...CLEAN_UP_ENDPOINTS,
  ...CATALOG_ENDPOINTS,
  ...QUOTE_ENDPOINTS,
  ...ME_ENDPOINTS,
  ...ACCOUNT_ENDPOINTS,
  ...POOL_ENDPOINTS,
  ...ADMIN_ENDPOINTS,
  ...AUDIT_ENDPOINTS,
  ...DEAD_LETTER_ENDPOINTS,
  ...ORPHAN_ENDPOINTS,
  ...HEALTH_ENDPOINTS,
  ...KEY_ENDPOINTS,
  ...STATUS_ENDPOINTS,
  openApi,
];

export const ENDPOINTS: readonly Endpoint[] = [...API_ENDPOINTS, ...CREDENTIALS_ENDPOINTS];

/** `/v1/clusters/{id}:retry` → `/v1/clusters/:id{[^/:]+:retry}`: a parameter takes a whole segment. */
const routeOf = (path: string): string =>
  path
    .replace(/\{id\}(:[a-z]+)?/, (_, verb: string | undefined) => `:id{[^/:]+${verb ?? ''}}`)
    .replace('{email}', ':email');

/** Takes the verb off again. */
const idOf = (path: string, segment: string): string =>
  /\}:[a-z]+$/.test(path) ? segment.slice(0, segment.lastIndexOf(':')) : segment;

interface Shape {
  method: string;
  shape: RegExp;
}

/** What an address would take, by its shape. */
const shapesOf = (endpoints: readonly Endpoint[]): Shape[] =>
  endpoints.map(({ name }) => {
    const { method, path } = partsOf(name);
    const pattern = path.replaceAll('.', '\\.').replace('{id}', '[^/:]+').replace('{email}', '[^/]+');
    return { method, shape: new RegExp(`^${pattern}$`) };
  });

function noSuchRoute(c: Context<ApiEnv>, shapes: readonly Shape[]): Response {
  const methods = shapes.filter(({ shape }) => shape.test(c.req.path)).map(({ method }) => method);
  const requestId = c.get('requestId');
  if (methods.length === 0) return problemResponse(new AppError('NOT_FOUND'), requestId);
  if (methods.includes('GET')) methods.push('HEAD');
  const response = problemResponse(new AppError('METHOD_NOT_ALLOWED'), requestId);
  response.headers.set('allow', methods.join(', '));
  return response;
}
