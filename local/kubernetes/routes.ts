/** The API's addresses: which kind, namespace, object and subresource a path means. */
import { noSuchResource } from './errors.ts';
import type { KindRegistry } from './kind-registry.ts';
import type { Kind } from './kinds.ts';

export interface ResourcePath {
  kind: Kind;
  namespace: string | undefined;
  /** Absent for the collection. */
  name: string | undefined;
  subresource: string | undefined;
}

/** `/api/v1/namespaces/a/pods/b/log`, `/apis/apps/v1/deployments`. @throws ApiError 404 */
export function parseResourcePath(kinds: KindRegistry, path: string): ResourcePath {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const core = parts[0] === 'api';
  const [group = '', version = ''] = core ? ['', parts[1]] : [parts[1], parts[2]];
  const rest = parts.slice(core ? 2 : 3);
  // `/namespaces/a` is the namespace itself, `/namespaces/a/pods` is within it; `status` and `finalize` are its subresources.
  const within = rest[0] === 'namespaces' && rest.length > 2 && !NAMESPACE_SUBRESOURCES.has(rest[2] ?? '');
  const [plural = '', name, subresource, ...more] = within ? rest.slice(2) : rest;
  const kind = kinds.byResource(group, version, plural);
  if (!kind || more.length > 0) throw noSuchResource();
  if (within && !kind.namespaced) throw noSuchResource();
  if (!within && kind.namespaced && name !== undefined) throw noSuchResource();
  return { kind, namespace: within ? rest[1] : undefined, name, subresource };
}

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

export const hasSubresource = (kind: Kind, name: string): boolean =>
  kind.subresources.some((subresource) => subresource.name === name);
