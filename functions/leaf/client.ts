/**
 * The port `leaf.ts` over @kubernetes/client-node: its kubeconfig, TLS and transport. Objects go through as they are and not through
 * its typed models, which drop fields they do not know (`from` of a NetworkPolicy) and turn timestamps into dates.
 */
import type { Duplex } from 'node:stream';
import type { Configuration, KubeConfig, RequestContext } from '@kubernetes/client-node';
import { AppError } from '../../shared/errors.ts';
import { MIB, seconds } from '../../shared/units.ts';
import type { LeafConnection } from '../providers/provider.ts';
import { createReadBody, type ReadBody, TooLarge } from './body.ts';
import { refusalError, unreachableError } from './errors.ts';
import { type ChannelSocket, PortStream } from './forward.ts';
import { apiPath } from './kinds.ts';
import { FIELD_MANAGER, type KubeObject, type Leaf, type LeafQuery, type Leaves } from './leaf.ts';

interface LeavesOptions {
  /** A Google access token with `container.clusters.connect`; asked for before each request, so it should be kept while it is valid. */
  accessToken(): Promise<string>;
}

const JSON_TYPE = 'application/json';

/** A step ends within 60 s and makes several requests. */
export const REQUEST_TIMEOUT_MS = seconds(20);

/** Page size of lists, at first as large as kubectl's; of objects so large that a page is too much, the list begins anew with the next one. */
const PAGES = [500, 50, 5, 1] as const;

/** More than any namespace of Hub's is let have; whoever says there are more could go on for ever. */
const MAX_ITEMS = 10_000;
const MAX_PAGES = 600;

/** Characters of all pages together, where whole objects are asked for. */
const MAX_LIST = 16 * MIB;

/** A leaf that wants more patience than that is asked again before. */
const MAX_RETRY_S = 600;

/** Connections that are kept for the next step on the same cluster. */
const KEPT_TRANSPORTS = 64;

interface Request {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  body?: object;
  contentType?: string;
  /** The form of the answer; whole objects if absent. */
  accept?: string;
  /** Of an answer that is not a refusal its status is all that matters. */
  statusOnly?: true;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
const metadataAs = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1`;
const METADATA = metadataAs('PartialObjectMetadata');
const METADATA_LIST = metadataAs('PartialObjectMetadataList');

interface Reply {
  status: number;
  text: string;
}

interface Transport {
  send(request: Request): Promise<Reply>;
  /** A connection to a port of a pod. */
  forward(path: string): Promise<Duplex>;
}

export function createLeaves(options: LeavesOptions): Leaves {
  const transports = new Map<string, Promise<Transport>>();
  const readBody = createReadBody();
  const transportTo = (connection: LeafConnection): Promise<Transport> => {
    const key = `${connection.server} ${connection.ca ?? ''}`;
    const known = transports.get(key) ?? openTransport(connection, options, readBody);
    // The one used last stays longest.
    transports.delete(key);
    transports.set(key, known);
    known.catch(() => transports.delete(key));
    const [oldest] = transports.keys();
    if (transports.size > KEPT_TRANSPORTS && oldest !== undefined) transports.delete(oldest);
    return known;
  };
  return {
    open: (connection) =>
      leafOver({
        send: async (request) => (await transportTo(connection)).send(request),
        forward: async (path) => (await transportTo(connection)).forward(path),
      }),
  };
}

function leafOver(transport: Transport): Leaf {
  /** @param expected statuses that are answers too, not only 2xx */
  const call = async (request: Request, ...expected: number[]): Promise<Reply> => {
    const name = `${request.method} ${request.path}`;
    let reply: Reply;
    try {
      reply = await transport.send(request);
    } catch (error) {
      // Not having a token is not the leaf's fault.
      if (error instanceof AppError) throw error;
      if (error instanceof TooLarge) throw tooMuch(name, error.message, { cause: error });
      throw unreachableError(name, error);
    }
    if (reply.status < 300 || expected.includes(reply.status)) return reply;
    throw refusalError(name, { status: reply.status, ...statusOf(reply) });
  };
  return {
    async apply(object) {
      const path = apiPath({ ...object, ...object.metadata });
      const query = { fieldManager: FIELD_MANAGER, force: 'true' };
      const contentType = 'application/apply-patch+yaml';
      const request: Request = { method: 'PATCH', path, query, body: object, contentType, accept: METADATA };
      const { apiVersion, kind } = object;
      return { apiVersion, kind, metadata: objectOf(path, await call(request)).metadata };
    },
    async create(object) {
      const path = apiPath({ ...object, namespace: object.metadata.namespace, name: undefined });
      const query = { fieldManager: FIELD_MANAGER };
      const request: Request = {
        method: 'POST',
        path,
        query,
        body: object,
        contentType: JSON_TYPE,
        accept: METADATA,
      };
      const reply = await call(request, 409);
      if (reply.status < 300) return 'created';
      const refusal = statusOf(reply);
      if (refusal.reason === 'AlreadyExists') return 'exists';
      throw refusalError(`POST ${path}`, { status: reply.status, ...refusal });
    },
    async find(ref) {
      const path = apiPath(ref);
      const reply = await call({ method: 'GET', path }, 404);
      return reply.status === 404 ? undefined : objectOf(path, reply);
    },
    async findMetadata(ref) {
      const { apiVersion, kind } = ref;
      const path = apiPath(ref);
      const reply = await call({ method: 'GET', path, accept: METADATA }, 404);
      return reply.status === 404
        ? undefined
        : { apiVersion, kind, metadata: objectOf(path, reply).metadata };
    },
    async list(target) {
      for (const limit of PAGES) {
        const items = await listBy(call, target, limit);
        if (items) return items;
      }
      throw tooMuch(`GET ${target.kind}`, 'one of them is too large');
    },
    async delete(ref, uid) {
      const body = {
        // Named explicitly: the default of batch/v1 leaves a Job's pods behind.
        propagationPolicy: 'Background',
        ...(uid !== undefined && { preconditions: { uid } }),
      };
      const path = apiPath(ref);
      // Some kinds are answered with all that they were. 409: it is another one.
      const fine = uid === undefined ? [404] : [404, 409];
      await call({ method: 'DELETE', path, body, contentType: JSON_TYPE, statusOnly: true }, ...fine);
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
    async forward(pod, port) {
      const path = `${apiPath({ apiVersion: 'v1', kind: 'Pod', ...pod })}/portforward?ports=${port}`;
      try {
        return await transport.forward(path);
      } catch (error) {
        throw error instanceof AppError ? error : handshakeError(`GET ${path}`, error);
      }
    },
    async issueToken(account, lifeMs) {
      const path = `${apiPath({ apiVersion: 'v1', kind: 'ServiceAccount', ...account })}/token`;
      const body = {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: Math.floor(lifeMs / 1000) },
      };
      const reply = await call({ method: 'POST', path, body, contentType: JSON_TYPE }, 404);
      if (reply.status === 404) throw new AppError('NOT_FOUND', path);
      const { token, expirationTimestamp } = objectOf(path, reply).status;
      return { token, expiresAt: Date.parse(expirationTimestamp) };
    },
  };
}

type Call = (request: Request, ...expected: number[]) => Promise<Reply>;

/** @returns undefined if a page of so many is too large */
async function listBy(
  call: Call,
  { apiVersion, kind, namespace, labelSelector, metadataOnly, pick }: LeafQuery,
  limit: number,
): Promise<KubeObject[] | undefined> {
  const path = apiPath({ apiVersion, kind, namespace });
  const selector: Record<string, string> = labelSelector === undefined ? {} : { labelSelector };
  const items: KubeObject[] = [];
  let size = 0;
  // All but the token must be the same for each page: https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
  let query: Record<string, string> = { limit: String(limit), ...selector };
  for (let pages = 1; ; pages++) {
    const request: Request = { method: 'GET', path, query, ...(metadataOnly && { accept: METADATA_LIST }) };
    let reply: Reply;
    try {
      reply = await call(request);
    } catch (error) {
      if (error instanceof AppError && error.cause instanceof TooLarge) return undefined;
      throw error;
    }
    size += pick ? 0 : reply.text.length;
    const page = objectOf(path, reply);
    for (const item of page.items ?? []) {
      // Items of a list do not say what they are.
      const object: KubeObject = { ...item, apiVersion, kind };
      items.push(pick ? pick(object) : object);
    }
    const next: string | undefined = (page.metadata as { continue?: string }).continue;
    if (items.length > MAX_ITEMS || size > MAX_LIST || (next && pages === MAX_PAGES))
      throw tooMuch(`GET ${path}`, 'there is more of it than Hub reads');
    if (!next) return items;
    query = { limit: String(limit), ...selector, continue: next };
  }
}

const tooMuch = (request: string, why: string, options?: ErrorOptions): AppError =>
  new AppError('LEAF_UNAVAILABLE', `${request}: ${why}`, options);

function objectOf(path: string, { text }: Reply): KubeObject {
  try {
    return JSON.parse(text) as KubeObject;
  } catch (error) {
    throw unreachableError(path, error);
  }
}

/** What a `Status` object says; nothing if something between answered in its place. */
function statusOf({ text }: Reply): { reason?: string; message?: string; retryAfterS?: number } {
  try {
    const { reason, message, details } = JSON.parse(text) as {
      reason?: unknown;
      message?: unknown;
      details?: { retryAfterSeconds?: unknown };
    };
    const retryAfterS = Number(details?.retryAfterSeconds ?? 0);
    return {
      reason: String(reason ?? ''),
      message: String(message ?? ''),
      ...(retryAfterS > 0 && { retryAfterS: Math.min(retryAfterS, MAX_RETRY_S) }),
    };
  } catch {
    return {};
  }
}

/** That there is no such pod, or that it does not run, passes as any other trouble with it does: pods come and go. */
function handshakeError(request: string, error: unknown): AppError {
  const { message = '', error: cause } = error as { message?: string; error?: unknown };
  const status = Number(/^Unexpected server response: (\d+)$/.exec(message)?.[1]);
  return status === 401 || status === 403
    ? refusalError(request, { status })
    : unreachableError(request, cause ?? error);
}

/**
 * client-node makes a new connection pool, and so a new TLS handshake, for each request to a server with its own CA; here the pool of
 * the first request serves the later ones. The package is large (over a second to load), so only who opens a leaf loads it.
 */
async function openTransport(
  connection: LeafConnection,
  options: LeavesOptions,
  readBody: ReadBody,
): Promise<Transport> {
  const { Exec, HttpMethod, KubeConfig } = await import('@kubernetes/client-node');
  const configWith = (token?: string): KubeConfig => {
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      {
        name: 'leaf',
        server: connection.server,
        skipTLSVerify: false,
        ...(connection.ca !== undefined && { caData: Buffer.from(connection.ca).toString('base64') }),
      },
      { name: FIELD_MANAGER, ...(token !== undefined && { token }) },
    );
    return config;
  };
  const config = configWith();
  const { configuration } = config.makeApiClient(RawApi);
  const pool = await poolOf(config, configuration.baseServer.makeRequestContext('/', HttpMethod.GET));
  const send: Transport['send'] = async (request) => {
    const { method, path, query, body, contentType, accept = JSON_TYPE, statusOnly = false } = request;
    const context = configuration.baseServer.makeRequestContext(path, HttpMethod[method]);
    for (const [name, value] of Object.entries(query ?? {})) context.setQueryParam(name, value);
    context.setHeaderParam('Accept', accept);
    context.setHeaderParam('User-Agent', FIELD_MANAGER);
    context.setHeaderParam('Authorization', `Bearer ${await options.accessToken()}`);
    if (contentType !== undefined) context.setHeaderParam('Content-Type', contentType);
    if (body !== undefined) context.setBody(JSON.stringify(body));
    context.setSignal(AbortSignal.timeout(REQUEST_TIMEOUT_MS));
    if (pool) context.setDispatcher(pool);
    const response = await configuration.httpApi.send(context).toPromise();
    const { httpStatusCode: status } = response;
    return { status, text: await readBody(response.body.stream(), !statusOnly || status >= 300) };
  };
  const forward: Transport['forward'] = async (path) => {
    const stream = new PortStream();
    // The package opens WebSockets only by way of one of its commands; which one makes no difference.
    const { handler } = new Exec(configWith(await options.accessToken()));
    const opening = handler.connect(path, null, (channel, message) => stream.receive(channel, message));
    // Whoever comes too late is shown out.
    opening.then((socket) => stream.attach(socket as unknown as ChannelSocket)).catch(() => undefined);
    try {
      await inTime(opening);
      // A refusal may come along with the handshake.
      if (stream.errored) throw stream.errored;
    } catch (error) {
      stream.destroy();
      throw error;
    }
    return stream;
  };
  return { send, forward };
}

/** The handshake of a WebSocket has no limit of its own. */
async function inTime(opening: Promise<unknown>): Promise<void> {
  const { promise: never, reject } = Promise.withResolvers<never>();
  const overdue = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const late = (): void => reject(overdue.reason);
  overdue.addEventListener('abort', late);
  try {
    await Promise.race([opening, never]);
  } finally {
    overdue.removeEventListener('abort', late);
  }
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
