/**
 * All groups, versions and resources in one answer, as clients ask for since 1.27.
 * https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
 */
import type { KindRegistry } from '../kind-registry.ts';
import type { Kind, Subresource } from '../kinds.ts';

/** @param version `v2` or `v2beta1` */
export function aggregatedDiscovery(kinds: KindRegistry, core: boolean, version: string): object {
  const groups = core ? [{ name: '', versions: ['v1'] }] : kinds.groups();
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: { ...(name !== '' && { name }), creationTimestamp: null },
      versions: versions.map((one) => ({
        version: one,
        resources: kinds.of(name, one).map(resourceOf),
        freshness: 'Current',
      })),
    })),
  };
}

function resourceOf(kind: Kind): object {
  return {
    resource: kind.plural,
    responseKind: responseKind(kind.apiVersion, kind.kind),
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: kind.verbs,
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...(kind.categories.length > 0 && { categories: kind.categories }),
    ...(kind.subresources.length > 0 && { subresources: kind.subresources.map(subresourceOf) }),
  };
}

const subresourceOf = ({ name, apiVersion, kind, verbs }: Subresource): object => ({
  subresource: name,
  responseKind: responseKind(apiVersion, kind),
  verbs,
});

function responseKind(apiVersion: string, kind: string): object {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return { group, version, kind };
}
