/** What the API says about itself: versions, groups, resources. The plain form; the aggregated one is asked for and may be refused. */
import { noSuchResource } from './errors.ts';
import { GROUPS, type Kind, kindsOf } from './kinds.ts';
import { VERSION } from './model.ts';

/** The answer to a path that is not a resource's; undefined if it is one's. @throws ApiError 404 */
export function discover(path: string): object | string | undefined {
  if (path === '/version') return VERSION;
  if (/^\/(readyz|livez|healthz)(\/|$)/.test(path)) return 'ok';
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: GROUPS.map(groupOf) };
  const [, root, first = '', second, ...rest] = path.split('/');
  if (root === 'api' && second === undefined) return resourceList('', first);
  if (root === 'apis' && rest.length === 0) {
    if (second !== undefined) return resourceList(first, second);
    if (!GROUPS.includes(first)) throw noSuchResource();
    return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(first) };
  }
  if (root !== 'api' && root !== 'apis') throw noSuchResource();
  return undefined;
}

function groupOf(name: string): object {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [version], preferredVersion: version };
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

function resourceList(group: string, version: string): object {
  const kinds = kindsOf(group, version);
  if (kinds.length === 0) throw noSuchResource();
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: kinds.flatMap((kind) => [
      {
        ...describe(kind, kind.plural, VERBS),
        ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
      },
      ...(kind.status ? [describe(kind, `${kind.plural}/status`, ['get', 'patch', 'update'])] : []),
      ...(kind.kind === 'Pod' ? [describe(kind, 'pods/log', ['get'])] : []),
    ]),
  };
}

const describe = (kind: Kind, name: string, verbs: string[]): object => ({
  name,
  singularName: name.includes('/') ? '' : kind.kind.toLowerCase(),
  namespaced: kind.namespaced,
  kind: kind.kind,
  verbs,
});
