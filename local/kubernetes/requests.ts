/** What a request on a resource asks for, and the answer to it. Watches are in `watch-stream.ts`. */
import * as api from './api.ts';
import { logOf } from './containers.ts';
import {
  ApiError,
  badRequest,
  detailsOf,
  methodNotAllowed,
  noSuchResource,
  notFound,
  unsupportedMediaType,
} from './errors.ts';
import type { Kind } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import { type Fields, keyOfObject, type Stored } from './objects.ts';
import { jsonPatch, mergePatch, strategicMergePatch } from './patches.ts';
import { hasSubresource, type ResourcePath } from './routes.ts';
import { type Matcher, parseFieldSelector, parseLabelSelector } from './selectors.ts';

export interface ApiRequest {
  method: string;
  target: ResourcePath;
  query: URLSearchParams;
  contentType: string;
  userAgent: string;
  /** Undefined without a body. */
  body: Buffer | undefined;
}

export interface ApiReply {
  status: number;
  /** A text is sent as text/plain. */
  body: object | string;
}

const ok = (body: object | string): ApiReply => ({ status: 200, body });

/** @throws ApiError */
export function answer(leaf: LeafCluster, request: ApiRequest): ApiReply {
  const { target, method } = request;
  const { kind, name, subresource } = target;
  if (subresource !== undefined && !hasSubresource(kind, subresource)) throw noSuchResource();
  if (name === undefined) {
    if (method === 'GET') return ok(listOf(leaf, request));
    if (method === 'POST') return post(leaf, request);
    if (method === 'DELETE') return ok(deleteCollection(leaf, request));
    throw methodNotAllowed();
  }
  if (subresource === 'log') return ok(podLog(leaf, target, request.query));
  if (method === 'GET') return ok(api.get(leaf, kind, target.namespace, name));
  if (method === 'PUT') return put(leaf, request, name);
  if (method === 'PATCH') return patch(leaf, request, name);
  if (method === 'DELETE' && subresource === undefined) return deleteOne(leaf, request, name);
  throw methodNotAllowed();
}

export function matcherOf(query: URLSearchParams): Matcher {
  const labels = parseLabelSelector(query.get('labelSelector') ?? undefined);
  const fields = parseFieldSelector(query.get('fieldSelector') ?? undefined);
  return (object) => labels(object) && fields(object);
}

function listOf(leaf: LeafCluster, { target, query }: ApiRequest): object {
  const { kind, namespace } = target;
  const all = api.list(leaf, kind, namespace, matcherOf(query));
  const after = readContinue(query.get('continue'));
  const rest = after === undefined ? all : all.filter((object) => keyOfObject(object) > after);
  const limit = Number(query.get('limit') ?? 0);
  const page = limit > 0 ? rest.slice(0, limit) : rest;
  const last = page.at(-1);
  const more = rest.length - page.length;
  return {
    kind: `${kind.kind}List`,
    apiVersion: kind.apiVersion,
    metadata: {
      resourceVersion: String(leaf.objects.revision),
      ...(more > 0 && last && { continue: writeContinue(last), remainingItemCount: more }),
    },
    // As the real server: items of a list do not repeat what they are.
    items: page.map(({ apiVersion: _, kind: __, ...item }) => item),
  };
}

const writeContinue = (last: Stored): string =>
  Buffer.from(JSON.stringify({ after: keyOfObject(last) })).toString('base64url');

function readContinue(token: string | null): string | undefined {
  if (!token) return undefined;
  try {
    return String(JSON.parse(Buffer.from(token, 'base64url').toString('utf8')).after);
  } catch {
    throw badRequest('continue key is not valid');
  }
}

function optionsOf(request: ApiRequest): api.WriteOptions & { subresource?: 'status' | undefined } {
  return {
    manager: managerOf(request),
    dryRun: isDryRun(request.query),
    subresource: request.target.subresource === 'status' ? 'status' : undefined,
  };
}

function isDryRun(query: URLSearchParams): boolean {
  const asked = query.getAll('dryRun');
  if (asked.some((value) => value !== 'All' && value !== '')) {
    throw badRequest(`PatchOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: "${asked}"`);
  }
  return asked.includes('All');
}

/** As the server names managers that do not name themselves: the first word of the user agent. */
const managerOf = ({ query, userAgent }: ApiRequest): string =>
  query.get('fieldManager') || userAgent.split('/')[0] || 'unknown';

function jsonBody(request: ApiRequest): Fields {
  if (request.contentType !== '' && request.contentType !== 'application/json') {
    throw unsupportedMediaType(request.contentType);
  }
  return parseBody(request.body);
}

function parseBody(body: Buffer | undefined): Fields {
  if (!body?.length) throw badRequest('the request has no body');
  try {
    return JSON.parse(body.toString('utf8')) as Fields;
  } catch (error) {
    throw badRequest(`error decoding the body: ${(error as Error).message}`);
  }
}

function post(leaf: LeafCluster, request: ApiRequest): ApiReply {
  const { kind } = request.target;
  const body = jsonBody(request);
  const namespace = request.target.namespace ?? (kind.namespaced ? body.metadata?.namespace : undefined);
  if (kind.namespaced && namespace === undefined) throw methodNotAllowed();
  return { status: 201, body: api.create(leaf, kind, namespace, body, optionsOf(request)) };
}

function put(leaf: LeafCluster, request: ApiRequest, name: string): ApiReply {
  const { kind, namespace } = request.target;
  return ok(api.update(leaf, kind, namespace, name, jsonBody(request), optionsOf(request)));
}

function patch(leaf: LeafCluster, request: ApiRequest, name: string): ApiReply {
  const { kind, namespace } = request.target;
  if (request.contentType === 'application/apply-patch+yaml') return applyPatch(leaf, request, name);
  const change = patchOf(request);
  return ok(api.patch(leaf, kind, namespace, name, change, optionsOf(request)));
}

function patchOf({ contentType, body }: ApiRequest): (live: Stored) => api.Incoming {
  switch (contentType) {
    case 'application/merge-patch+json': {
      const parsed = parseBody(body);
      return (live) => mergePatch(live, parsed) as api.Incoming;
    }
    case 'application/strategic-merge-patch+json': {
      const parsed = parseBody(body);
      return (live) => strategicMergePatch('', live, parsed) as api.Incoming;
    }
    case 'application/json-patch+json': {
      const parsed = parseBody(body);
      return (live) => jsonPatch(live, parsed);
    }
    default:
      throw unsupportedMediaType(contentType);
  }
}

/** The body of an apply is YAML; JSON, which is YAML, is what is understood. */
function applyPatch(leaf: LeafCluster, request: ApiRequest, name: string): ApiReply {
  const { kind, namespace, subresource } = request.target;
  const manager = request.query.get('fieldManager');
  if (!manager) {
    throw badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  }
  const incoming = parseBody(request.body);
  if (subresource === 'status')
    return ok(
      api.patch(
        leaf,
        kind,
        namespace,
        name,
        (live) => ({ ...live, ...incoming, metadata: live.metadata }),
        optionsOf(request),
      ),
    );
  const { object, created } = api.apply(leaf, kind, namespace, name, incoming, {
    manager,
    force: request.query.get('force') === 'true',
    dryRun: isDryRun(request.query),
  });
  return { status: created ? 201 : 200, body: object };
}

function deleteOptions(request: ApiRequest): api.DeleteOptions {
  const body: Fields = request.body?.length ? parseBody(request.body) : {};
  const { query } = request;
  const policy = query.get('propagationPolicy') ?? body.propagationPolicy;
  const orphans = query.get('orphanDependents') ?? body.orphanDependents;
  const grace = query.get('gracePeriodSeconds') ?? body.gracePeriodSeconds;
  if (policy !== undefined && policy !== null && !['Background', 'Foreground', 'Orphan'].includes(policy)) {
    throw badRequest(`invalid propagationPolicy "${policy}"`);
  }
  const propagation: api.Propagation | undefined =
    policy ?? (orphans === undefined ? undefined : String(orphans) === 'true' ? 'Orphan' : 'Background');
  return {
    ...(propagation && { propagation }),
    ...(grace !== undefined && grace !== null && { gracePeriodSeconds: Number(grace) }),
    ...(body.preconditions && { preconditions: body.preconditions }),
    dryRun: isDryRun(query) || (body.dryRun ?? []).includes('All'),
  };
}

function deleteOne(leaf: LeafCluster, request: ApiRequest, name: string): ApiReply {
  const { kind, namespace } = request.target;
  const live = api.get(leaf, kind, namespace, name);
  const left = api.remove(leaf, kind, namespace, name, deleteOptions(request));
  if (left) return ok(left);
  return ok({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { ...detailsOf(kind, name), uid: live.metadata.uid },
  });
}

function deleteCollection(leaf: LeafCluster, request: ApiRequest): object {
  const { kind, namespace } = request.target;
  const options = deleteOptions(request);
  const items = api.list(leaf, kind, namespace, matcherOf(request.query));
  for (const { metadata } of items) {
    if (leaf.objects.get(kind, metadata.namespace, metadata.name)) {
      api.remove(leaf, kind, metadata.namespace, metadata.name, options);
    }
  }
  return {
    kind: `${kind.kind}List`,
    apiVersion: kind.apiVersion,
    metadata: { resourceVersion: String(leaf.objects.revision) },
    items,
  };
}

/** @throws ApiError 400 if no container is named and there is more than one, or if it has not started; 404 */
export function podLog(leaf: LeafCluster, target: ResourcePath, query: URLSearchParams): string {
  const { kind, namespace, name = '' } = target;
  const pod = api.get(leaf, kind, namespace, name);
  const container = containerFor(kind, pod, query.get('container'));
  const text = logOf(leaf, pod, container);
  if (text === undefined) {
    throw badRequest(
      `container "${container}" in pod "${name}" is waiting to start: ${waitingReason(pod, container)}`,
    );
  }
  const lines = query.get('tailLines');
  if (lines === null) return text;
  const all = text.split('\n');
  const trailing = all.at(-1) === '' ? 1 : 0;
  return all.slice(Math.max(0, all.length - trailing - Number(lines))).join('\n');
}

function containerFor(kind: Kind, pod: Stored, asked: string | null): string {
  const names = (list: Fields[] | undefined): string[] => (list ?? []).map((one) => one.name);
  const containers = names(pod.spec?.containers);
  const inits = names(pod.spec?.initContainers);
  if (asked) {
    if (containers.includes(asked) || inits.includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
  }
  const [only] = containers;
  if (containers.length === 1 && only !== undefined) return only;
  if (containers.length === 0) throw notFound(kind, pod.metadata.name);
  const choices = `choose one of: [${containers.join(' ')}]${inits.length > 0 ? ` or one of the init containers: [${inits.join(' ')}]` : ''}`;
  throw new ApiError(
    400,
    'BadRequest',
    `a container name must be specified for pod ${pod.metadata.name}, ${choices}`,
  );
}

function waitingReason(pod: Stored, container: string): string {
  const statuses: Fields[] = [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ];
  return statuses.find((one) => one.name === container)?.state?.waiting?.reason ?? 'ContainerCreating';
}
