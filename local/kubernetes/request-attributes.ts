/**
 * What a request is to the authoriser: a verb on a resource, or on a path.
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb
 */
import type { Caller } from './identity.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import { type Access, allows, forbiddenTo, type ResourceAccess } from './rbac.ts';
import type { ResourcePath } from './routes.ts';

interface Asked {
  method: string;
  target: ResourcePath;
  query: URLSearchParams;
  contentType: string;
}

const METHODS: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Streams into a pod: whoever opens one does something there, whatever the method. */
const CONNECTIONS = new Set(['exec', 'attach', 'portforward']);

export function accessOf({ method, target, query }: Asked): ResourceAccess {
  const { kind, subresource } = target;
  const name = target.name ?? namedInSelector(query);
  // A namespace is within itself: whoever has rights in it may have rights on it.
  const namespace = kind.plural === 'namespaces' && kind.group === '' ? name : target.namespace;
  return {
    verb: verbOf(method, target, query),
    group: kind.group,
    resource: subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`,
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
  };
}

function verbOf(method: string, { name, subresource = '' }: ResourcePath, query: URLSearchParams): string {
  if (CONNECTIONS.has(subresource)) return 'create';
  if (method === 'DELETE' && name === undefined) return 'deletecollection';
  const verb = METHODS[method];
  if (verb) return verb;
  if (['true', '1'].includes(query.get('watch') ?? '')) return 'watch';
  return name === undefined ? 'list' : 'get';
}

/** A list of one by its name is about that one. */
function namedInSelector(query: URLSearchParams): string | undefined {
  const [, name] = /(?:^|,)metadata\.name==?([^,]+)/.exec(query.get('fieldSelector') ?? '') ?? [];
  return name;
}

/** @throws ApiError 403 */
export function authorize(leaf: LeafCluster, caller: Caller, asked: Asked): void {
  const access = accessOf(asked);
  require(leaf, caller, access);
  const { kind, namespace, name, subresource } = asked.target;
  // An apply that makes the object creates it.
  const applies = asked.contentType.startsWith('application/apply-patch');
  if (applies && subresource === undefined && !leaf.objects.get(kind, namespace, name ?? '')) {
    require(leaf, caller, { ...access, verb: 'create' });
  }
}

/** @throws ApiError 403 */
export const authorizePath = (leaf: LeafCluster, caller: Caller, method: string, path: string): void =>
  require(leaf, caller, { verb: METHODS[method] ?? method.toLowerCase(), path });

function require(leaf: LeafCluster, caller: Caller, access: Access): void {
  if (!allows(leaf, caller, access)) throw forbiddenTo(caller, access);
}

/** Whether the path is a resource's; discovery, health and the like are not. */
export const isResourcePath = (path: string): boolean =>
  /^\/(api\/[^/]+|apis\/[^/]+\/[^/]+)\/[^/]/.test(path);
