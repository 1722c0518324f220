/** What the API says about itself, in the form that the client asks for: versions, health, resources, schemas. */
import { discover } from '../discovery.ts';
import type { LeafCluster } from '../leaf-cluster.ts';
import { aggregatedDiscovery } from './aggregated-discovery.ts';
import { negotiate } from './negotiation.ts';
import { openApi } from './openapi.ts';

interface About {
  body: object | string;
  headers: Record<string, string>;
}

/** Undefined if the path is a resource's. @throws ApiError 404, 406 */
export function aboutApi(leaf: LeafCluster, path: string, accept: string | undefined): About | undefined {
  if (path === '/api' || path === '/apis') {
    const { form, version } = negotiate(accept, ['discovery', 'object']);
    if (form === 'discovery') {
      const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
      return {
        body: aggregatedDiscovery(leaf.kinds, path === '/api', version),
        headers: { 'content-type': type, vary: 'Accept' },
      };
    }
  }
  const schema = openApi(leaf.kinds, path);
  if (schema !== undefined) return { body: schema, headers: { 'content-type': 'application/json' } };
  const found = discover(leaf.kinds, path);
  return found === undefined ? undefined : { body: found, headers: {} };
}
