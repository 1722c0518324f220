/**
 * Whose names are whose: what Istio would make of the objects that stand in the leaves. A leaf has a name once one of its gateways lists
 * it, pods of that gateway run and its Service has an address; all else is asked of its objects for each request.
 */
import { lookup } from '../dns/lookup.ts';
import type { DnsModel } from '../dns/model.ts';
import type { LeafCluster } from '../kubernetes/leaf-cluster.ts';
import type { Kubernetes } from '../kubernetes/model.ts';
import type { Fields, Stored } from '../kubernetes/objects.ts';
import { isAllowed } from './policies.ts';
import { findRoute } from './routes.ts';
import type { IngressOptions, Site } from './server.ts';
import { objectsOf, readyPodsOf, selects } from './standing.ts';
import { upstreamTo } from './upstreams.ts';

/** A gateway that is there for a name. */
interface Claim {
  leaf: LeafCluster;
  gateway: Stored;
  /** Of the gateway, that has the name. */
  server: Fields;
  /** Public, of the gateway's Service. */
  addresses: readonly string[];
  /** Of one of its pods. */
  labels: Record<string, string>;
}

export const sitesOf =
  (kubernetes: Pick<Kubernetes, 'all'>, dns: DnsModel): IngressOptions['siteOf'] =>
  (host) => {
    const claims = [...kubernetes.all()].flatMap((leaf) => claimsIn(leaf, host));
    // Only one of two is found by who asks for the name's address.
    const claim = claims.length > 1 ? (claims.find(isNamed(dns, host)) ?? claims[0]) : claims[0];
    return claim && siteOf(claim);
  };

const isNamed =
  (dns: DnsModel, host: string) =>
  ({ addresses }: Claim): boolean =>
    lookup(dns, `${host}.`, 'A').answers.some(({ rrdatas }) =>
      rrdatas.some((data) => addresses.includes(data)),
    );

function claimsIn(leaf: LeafCluster, host: string): Claim[] {
  return objectsOf(leaf, 'networking.istio.io/v1', 'Gateway').flatMap((gateway) => {
    const servers: Fields[] = gateway.spec?.servers ?? [];
    const server = servers.find(
      ({ port, hosts }) =>
        port?.protocol === 'HTTPS' && ((hosts ?? []) as string[]).some((one) => names(one, host)),
    );
    const [pod] = readyPodsOf(leaf, gateway.metadata.namespace ?? '', gateway.spec?.selector ?? {});
    if (!server || !pod) return [];
    const labels = pod.metadata.labels ?? {};
    const addresses = addressesOf(leaf, gateway.metadata.namespace ?? '', labels);
    return addresses.length > 0 ? [{ leaf, gateway, server, addresses, labels }] : [];
  });
}

/** `host`, `namespace/host`, and a `*` for any first part of it. */
function names(pattern: string, host: string): boolean {
  const name = pattern.slice(pattern.indexOf('/') + 1).toLowerCase();
  return name === host || name === '*' || (name.startsWith('*.') && host.endsWith(name.slice(1)));
}

const addressesOf = (leaf: LeafCluster, namespace: string, labels: Record<string, string>): string[] =>
  objectsOf(leaf, 'v1', 'Service', namespace)
    .filter(({ spec }) => spec?.type === 'LoadBalancer' && selects(spec.selector, labels))
    .flatMap(({ status }) =>
      ((status?.loadBalancer?.ingress ?? []) as Fields[]).flatMap(({ ip }) => ip ?? []),
    );

function siteOf(claim: Claim): Site {
  const { leaf, gateway, server, labels } = claim;
  const { name = '', namespace = '' } = gateway.metadata;
  const [secret] = objectsOf(leaf, 'v1', 'Secret', namespace).filter(
    ({ metadata }) => metadata.name === server.tls?.credentialName,
  );
  return {
    certificate: textOf(secret?.data?.['tls.crt']),
    key: textOf(secret?.data?.['tls.key']),
    allows: (request) => isAllowed(leaf, namespace, labels, request),
    upstream(request) {
      const route = findRoute(leaf, { name, namespace }, request);
      return route && ('status' in route ? route : upstreamTo(leaf, namespace, route));
    },
  };
}

const textOf = (base64: unknown): string | undefined =>
  typeof base64 === 'string' ? Buffer.from(base64, 'base64').toString('utf8') : undefined;
