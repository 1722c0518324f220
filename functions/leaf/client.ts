/**
 * The port `leaf.ts` over @kubernetes/client-node: its kubeconfig, TLS and transport. Objects go through as they are and not through
 * its typed models, which drop fields they do not know (`from` of a NetworkPolicy) and turn timestamps into dates.
 */
import type { Configuration, KubeConfig, RequestContext } from '@kubernetes/client-node';
import { AppError } from '../../shared/errors.ts';
import { seconds } from '../../shared/units.ts';
import type { LeafConnection } from '../providers/provider.ts';
import { refusalError, unreachableError } from './errors.ts';
import { apiPath } from './kinds.ts';
import type { KubeObject, Leaf, Leaves } from './leaf.ts';

export interface LeavesOptions {
  /** A Google access token with `container.clusters.connect`; asked for before each request, so it should be kept while it is valid. */
  accessToken(): Promise<string>;
}

const FIELD_MANAGER = 'hub';

/** A step ends within 60 s and makes several requests. */
const REQUEST_TIMEOUT_MS = seconds(20);

/** Page size of lists: as large as kubectl's. */
const PAGE = '500';

/** Connections that are kept for the next step on the same cluster. */
const KEPT_TRANSPORTS = 64;

interface Request {
  method: 'GET' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  body?: object;
  contentType?: string;
}

interface Reply {
  status: number;
  text: string;
}

type Transport = (request: Request) => Promise<Reply>;

export function createLeaves(options: LeavesOptions): Leaves {
  const transports = new Map<string, Promise<Transport>>();
  const transportTo = (connection: LeafConnection): Promise<Transport> => {
    const key = `${connection.server} ${connection.ca ?? ''}`;
    const known = transports.get(key) ?? openTransport(connection, options);
    // The one used last stays longest.
    transports.delete(key);
    transports.set(key, known);
    known.catch(() => transports.delete(key));
    const [oldest] = transports.keys();
    if (transports.size > KEPT_TRANSPORTS && oldest !== undefined) transports.delete(oldest);
    return known;
  };
  return { open: (connection) => leafOver(async (request) => (await transportTo(connection))(request)) };
}

function leafOver(transport: Transport): Leaf {
  /** @param expected statuses that are answers too, not only 2xx */
  const call = async (request: Request, ...expected: number[]): Promise<Reply> => {
    const name = `${request.method} ${request.path}`;
    let reply: Reply;
    try {
      reply = await transport(request);
    } catch (error) {
      // Not having a token is not the leaf's fault.
      throw error instanceof AppError ? error : unreachableError(name, error);
    }
    if (reply.status < 300 || expected.includes(reply.status)) return reply;
    throw refusalError(name, { status: reply.status, ...statusOf(reply) });
  };
  return {
    async apply(object) {
      const path = apiPath({ ...object, ...object.metadata });
      const query = { fieldManager: FIELD_MANAGER, force: 'true' };
      const contentType = 'application/apply-patch+yaml';
      return objectOf(path, await call({ method: 'PATCH', path, query, body: object, contentType }));
    },
    async find(ref) {
      const path = apiPath(ref);
      const reply = await call({ method: 'GET', path }, 404);
      return reply.status === 404 ? undefined : objectOf(path, reply);
    },
    async list(target) {
      const { apiVersion, kind, labelSelector } = target;
      const path = apiPath({ apiVersion, kind, namespace: target.namespace });
      const selector: Record<string, string> = labelSelector === undefined ? {} : { labelSelector };
      const items: KubeObject[] = [];
      let query: Record<string, string> = { limit: PAGE, ...selector };
      for (;;) {
        const page = objectOf(path, await call({ method: 'GET', path, query }));
        // Items of a list do not say what they are.
        for (const item of page.items ?? []) items.push({ apiVersion, kind, ...item });
        const next: string | undefined = (page.metadata as { continue?: string }).continue;
        if (!next) return items;
        query = { limit: PAGE, ...selector, continue: next };
      }
    },
    async delete(ref) {
      // Named explicitly: the default of batch/v1 leaves a Job's pods behind.
      const body = { propagationPolicy: 'Background' };
      await call({ method: 'DELETE', path: apiPath(ref), body, contentType: 'application/json' }, 404);
    },
    async logTail(pod, lines) {
      const path = `${apiPath({ apiVersion: 'v1', kind: 'Pod', ...pod })}/log`;
      const query = {
        tailLines: String(lines),
        ...(pod.container !== undefined && { container: pod.container }),
      };
      // 400: the container has not started; 404: the pod is gone.
      const reply = await call({ method: 'GET', path, query }, 400, 404);
      return reply.status < 300 ? reply.text : '';
    },
  };
}

function objectOf(path: string, { text }: Reply): KubeObject {
  try {
    return JSON.parse(text) as KubeObject;
  } catch (error) {
    throw unreachableError(path, error);
  }
}

/** What a `Status` object says; nothing if something between answered in its place. */
function statusOf({ text }: Reply): { reason?: string; message?: string } {
  try {
    const { reason, message } = JSON.parse(text) as { reason?: unknown; message?: unknown };
    return { reason: String(reason ?? ''), message: String(message ?? '') };
  } catch {
    return {};
  }
}

/**
 * client-node makes a new connection pool, and so a new TLS handshake, for each request to a server with its own CA; here the pool of
 * the first request serves the later ones. The package is large (over a second to load), so only who opens a leaf loads it.
 */
async function openTransport(connection: LeafConnection, options: LeavesOptions): Promise<Transport> {
  const { HttpMethod, KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    {
      name: 'leaf',
      server: connection.server,
      skipTLSVerify: false,
      ...(connection.ca !== undefined && { caData: Buffer.from(connection.ca).toString('base64') }),
    },
    { name: FIELD_MANAGER },
  );
  const { configuration } = config.makeApiClient(RawApi);
  const pool = await poolOf(config, configuration.baseServer.makeRequestContext('/', HttpMethod.GET));
  return async ({ method, path, query, body, contentType }) => {
    const context = configuration.baseServer.makeRequestContext(path, HttpMethod[method]);
    for (const [name, value] of Object.entries(query ?? {})) context.setQueryParam(name, value);
    context.setHeaderParam('Accept', 'application/json');
    context.setHeaderParam('User-Agent', FIELD_MANAGER);
    context.setHeaderParam('Authorization', `Bearer ${await options.accessToken()}`);
    if (contentType !== undefined) context.setHeaderParam('Content-Type', contentType);
    if (body !== undefined) context.setBody(JSON.stringify(body));
    context.setSignal(AbortSignal.timeout(REQUEST_TIMEOUT_MS));
    if (pool) context.setDispatcher(pool);
    const response = await configuration.httpApi.send(context).toPromise();
    return { status: response.httpStatusCode, text: await response.body.text() };
  };
}

/** The pool that client-node would make for this request; none where the public roots do. */
async function poolOf(
  config: KubeConfig,
  context: RequestContext,
): Promise<ReturnType<RequestContext['getDispatcher']>> {
  await config.applySecurityAuthentication(context);
  return context.getDispatcher();
}

/** Takes the configuration that client-node makes for its own clients. */
class RawApi {
  readonly configuration: Configuration;
  constructor(configuration: Configuration) {
    this.configuration = configuration;
  }
}
