/** What a request on a resource asks for, and the answer to it. Watches are in `watch-stream.ts`, streams of logs in `pod-logs.ts`. */
import * as api from './api.ts';
import { badRequest, detailsOf, methodNotAllowed, noSuchResource, unsupportedMediaType } from './errors.ts';
import type { Caller } from './identity.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields, Stored } from './objects.ts';
import { jsonPatch, mergePatch } from './patches.ts';
import { podLog } from './pod-logs.ts';
import { answerReview } from './reviews.ts';
import { hasSubresource, type ResourcePath } from './routes.ts';
import { strategicMergePatch } from './strategic-merge.ts';
import { changeScale, evict, finalizeNamespace, scaleOf } from './subresources.ts';
import { requestToken } from './tokens.ts';
import {
  checkApplied,
  checkFields,
  checkPatched,
  type FieldCheck,
  fieldValidationOf,
  parseJson,
  parseObject,
  parseYaml,
  requireMap,
} from './wire/bodies.ts';
import { matcherOf, type Page, pageOf, requireRevision } from './wire/lists.ts';
import { type Accepted, type Form, negotiate } from './wire/negotiation.ts';
import { type Presentation, presentList, presentObject } from './wire/replies.ts';
import { includeObjectOf } from './wire/tables.ts';

export interface ApiRequest {
  method: string;
  target: ResourcePath;
  query: URLSearchParams;
  contentType: string;
  /** The forms in which the client takes the answer. */
  accept: string | undefined;
  userAgent: string;
  /** Undefined without a body. */
  body: Buffer | undefined;
  /** Who asks, and may. */
  caller: Caller;
  /** What to warn the client of; filled while it is answered. */
  warnings: string[];
}

interface ApiReply {
  status: number;
  /** A text is sent as text/plain. */
  body: object | string;
  yaml?: boolean;
}

/** What there is to say, whatever the form. */
interface Result {
  status: number;
  body: object | string | { page: Page };
}

const ok = (body: Result['body']): Result => ({ status: 200, body });

const ONE: readonly Form[] = ['object', 'table', 'metadata'];
const MANY: readonly Form[] = ['object', 'table', 'metadata-list'];

/** @throws ApiError */
export function answer(leaf: LeafCluster, request: ApiRequest): ApiReply {
  const { target, method } = request;
  if (target.subresource === 'log') return { status: 200, body: podLog(leaf, target, request.query) };
  const isList = target.name === undefined && method !== 'POST';
  const accepted = negotiate(request.accept, isList ? MANY : ONE);
  const how = presentationOf(leaf, request, accepted);
  // One call is one entry of the journal: killed between an owner's deletion and that of what it owned, nobody would delete the rest.
  const { status, body } = leaf.world.store.batch(() => carryOut(leaf, request));
  if (typeof body === 'string') return { status, body };
  const form = 'page' in body ? presentList(how, body.page) : presentObject(how, body);
  return { status, body: form, yaml: accepted.yaml };
}

export const presentationOf = (
  leaf: LeafCluster,
  { target, query }: ApiRequest,
  accepted: Accepted,
): Presentation => ({
  kind: target.kind,
  accepted,
  includeObject: includeObjectOf(query),
  nowMs: leaf.world.clock.now(),
});

function carryOut(leaf: LeafCluster, request: ApiRequest): Result {
  const { target, method } = request;
  const { kind, name, subresource } = target;
  if (subresource !== undefined && !hasSubresource(kind, subresource)) throw noSuchResource();
  const special = answerSpecially(leaf, request);
  if (special) return special;
  if (name === undefined) {
    if (method === 'GET') return ok(listOf(leaf, request));
    if (method === 'POST') return post(leaf, request);
    if (method === 'DELETE') return ok(deleteCollection(leaf, request));
    throw methodNotAllowed();
  }
  if (method === 'GET') return ok(api.get(leaf, kind, target.namespace, name));
  if (method === 'PUT') return put(leaf, request, name);
  if (method === 'PATCH') return patch(leaf, request, name);
  if (method === 'DELETE' && subresource === undefined) return deleteOne(leaf, request, name);
  throw methodNotAllowed();
}

function listOf(leaf: LeafCluster, { target, query }: ApiRequest): { page: Page } {
  const { kind, namespace } = target;
  const { revision } = leaf.objects;
  requireRevision(query, revision);
  return { page: pageOf(api.list(leaf, kind, namespace, matcherOf(kind, query)), query, revision) };
}

function optionsOf(request: ApiRequest): api.WriteOptions & { subresource?: api.WrittenPart } {
  return {
    caller: request.caller,
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

/** What is written at the request's address. */
function checkOf({ target, query }: ApiRequest): FieldCheck {
  const { kind, subresource } = target;
  const as = kind.subresources.find(({ name }) => name === subresource);
  return { kind, as, validation: fieldValidationOf(query) };
}

/** @throws ApiError 400, 415 */
function bodyOf(request: ApiRequest): Fields {
  const { object, warnings } = checkFields(checkOf(request), parseObject(request));
  request.warnings.push(...warnings);
  return object;
}

function post(leaf: LeafCluster, request: ApiRequest): Result {
  const { kind } = request.target;
  const body = bodyOf(request);
  const namespace = request.target.namespace ?? (kind.namespaced ? body.metadata?.namespace : undefined);
  if (kind.namespaced && namespace === undefined) throw methodNotAllowed();
  return { status: 201, body: api.create(leaf, kind, namespace, body, optionsOf(request)) };
}

function put(leaf: LeafCluster, request: ApiRequest, name: string): Result {
  const { kind, namespace } = request.target;
  return ok(api.update(leaf, kind, namespace, name, bodyOf(request), optionsOf(request)));
}

function patch(leaf: LeafCluster, request: ApiRequest, name: string): Result {
  const { kind, namespace } = request.target;
  if (request.contentType === 'application/apply-patch+yaml') return applyPatch(leaf, request, name);
  const change = patchOf(request);
  return ok(api.patch(leaf, kind, namespace, name, change, optionsOf(request)));
}

/** @throws ApiError 400, 415 */
function patchOf(request: ApiRequest): (live: Stored) => api.Incoming {
  const check = checkOf(request);
  const change = changeOf(request);
  return (live) => {
    const { object, warnings } = checkPatched(check, change(live));
    request.warnings.push(...warnings);
    return object;
  };
}

function changeOf({ contentType, body, target }: ApiRequest): (live: Stored) => api.Incoming {
  const { kind } = target;
  switch (contentType) {
    case 'application/merge-patch+json': {
      const parsed = requireMap(parseJson(body));
      return (live) => mergePatch(live, parsed) as api.Incoming;
    }
    case 'application/strategic-merge-patch+json': {
      // Only Kubernetes' own kinds say how their lists merge.
      if (kind.custom) throw unsupportedMediaType(contentType);
      const parsed = requireMap(parseJson(body));
      return (live) => strategicMergePatch(live, parsed);
    }
    case 'application/json-patch+json': {
      const parsed = parseJson(body);
      return (live) => jsonPatch(live, parsed);
    }
    default:
      throw unsupportedMediaType(contentType);
  }
}

function applyPatch(leaf: LeafCluster, request: ApiRequest, name: string): Result {
  const { kind, namespace, subresource } = request.target;
  const manager = request.query.get('fieldManager');
  if (!manager) {
    throw badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  }
  const incoming = requireMap(parseYaml(request.body));
  checkApplied(checkOf(request), incoming, `${namespace ? `${namespace}/` : ''}${name}`);
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
    caller: request.caller,
    dryRun: isDryRun(request.query),
  });
  return { status: created ? 201 : 200, body: object };
}

/** Those that take a connection over. */
const isStream = (subresource: string | undefined): boolean =>
  ['exec', 'attach', 'portforward'].includes(subresource ?? '');

/** Reviews, and subresources that are more than a part of the object; undefined for all else. */
function answerSpecially(leaf: LeafCluster, request: ApiRequest): Result | undefined {
  const { kind, namespace = '', name, subresource } = request.target;
  const made = (body: object): Result => ({ status: 201, body });
  if (kind.review) {
    if (request.method !== 'POST' || name !== undefined) throw methodNotAllowed();
    return made(answerReview(leaf, request.caller, kind, namespace || undefined, bodyOf(request)));
  }
  if (name === undefined) return undefined;
  switch (`${request.method} ${subresource}`) {
    case 'POST token':
      return made(requestToken(leaf, namespace, name, bodyOf(request)));
    case 'POST eviction':
      return made(evict(leaf, namespace, name, bodyOf(request), isDryRun(request.query)));
    case 'PUT finalize':
      return ok(finalizeNamespace(leaf, name, bodyOf(request)));
    case 'GET scale':
      return ok(scaleOf(kind, api.get(leaf, kind, namespace, name)));
    case 'PUT scale': {
      const scale = bodyOf(request);
      return ok(changeScale(leaf, kind, namespace, name, () => scale, optionsOf(request)));
    }
    case 'PATCH scale':
      return ok(changeScale(leaf, kind, namespace, name, patchOf(request), optionsOf(request)));
    default:
      if (isStream(subresource)) throw badRequest('Upgrade request required');
      if (subresource !== undefined && subresource !== 'status' && subresource !== 'log')
        throw methodNotAllowed();
      return undefined;
  }
}

function deleteOptions(request: ApiRequest): api.DeleteOptions {
  const body: Fields = request.body?.length ? parseObject(request) : {};
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

function deleteOne(leaf: LeafCluster, request: ApiRequest, name: string): Result {
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

function deleteCollection(leaf: LeafCluster, request: ApiRequest): { page: Page } {
  const { kind, namespace } = request.target;
  const options = deleteOptions(request);
  const items = api.list(leaf, kind, namespace, matcherOf(kind, request.query));
  for (const { metadata } of items) {
    if (leaf.objects.get(kind, metadata.namespace, metadata.name)) {
      api.remove(leaf, kind, metadata.namespace, metadata.name, options);
    }
  }
  return { page: { items, metadata: { resourceVersion: String(leaf.objects.revision) } } };
}
