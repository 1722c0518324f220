/** What the API says about itself, in the plain form: versions, groups, resources. The aggregated form is in `wire/aggregated-discovery.ts`. */
import { noSuchResource } from './errors.ts';
import type { ApiGroup, KindRegistry } from './kind-registry.ts';
import type { Kind, Subresource } from './kinds.ts';
import { VERSION } from './version.ts';

/** The answer to a path that is not a resource's; undefined if it is one's. @throws ApiError 404 */
export function discover(kinds: KindRegistry, path: string): object | string | undefined {
  if (path === '/version') return VERSION;
  if (/^\/(readyz|livez|healthz)(\/|$)/.test(path)) return 'ok';
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (path === '/apis')
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: kinds.groups().map(groupOf) };
  const [, root, first = '', second, ...rest] = path.split('/');
  if (root === 'api' && second === undefined) return resourceList(kinds, '', first);
  if (root === 'apis' && rest.length === 0) {
    if (second !== undefined) return resourceList(kinds, first, second);
    const group = kinds.groups().find(({ name }) => name === first);
    if (!group) throw noSuchResource();
    return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) };
  }
  if (root !== 'api' && root !== 'apis') throw noSuchResource();
  return undefined;
}

function groupOf({ name, versions }: ApiGroup): object {
  const all = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: all, preferredVersion: all[0] };
}

function resourceList(registry: KindRegistry, group: string, version: string): object {
  const kinds = registry.of(group, version);
  if (kinds.length === 0) throw noSuchResource();
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: kinds.flatMap((kind) => [
      {
        name: kind.plural,
        singularName: kind.singular,
        namespaced: kind.namespaced,
        kind: kind.kind,
        verbs: kind.verbs,
        ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
        ...(kind.categories.length > 0 && { categories: kind.categories }),
      },
      ...kind.subresources.map((subresource) => subresourceOf(kind, subresource)),
    ]),
  };
}

function subresourceOf(owner: Kind, { name, apiVersion, kind, verbs }: Subresource): object {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return {
    name: `${owner.plural}/${name}`,
    singularName: '',
    namespaced: owner.namespaced,
    ...(apiVersion !== owner.apiVersion && { group, version }),
    kind,
    verbs,
  };
}
