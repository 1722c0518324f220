/**
 * By which HTTP a gateway speaks to a port behind it: what the port's own name says, or a DestinationRule. Unlike a side-car it never takes
 * that of the client. https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
import type { LeafCluster } from '../kubernetes/leaf-cluster.ts';
import type { Fields } from '../kubernetes/objects.ts';
import type { Destination } from './routes.ts';
import { objectsOf } from './standing.ts';

/** @param rule the DestinationRule that holds for the Service, if there is one */
export const speaksHttp2 = (port: Fields, rule: Fields | undefined): boolean =>
  isNamedSo(port) || upgradePolicy(port, rule) === 'UPGRADE';

/** `appProtocol`, else the name up to the first hyphen. */
function isNamedSo({ name = '', appProtocol }: Fields): boolean {
  if (appProtocol === 'kubernetes.io/h2c') return true;
  const text = String(appProtocol ?? name).toLowerCase();
  return text.startsWith('grpc-web') || ['grpc', 'http2'].includes(text.split('-')[0] ?? '');
}

/** Settings of the port, once it has some, are all that count for it. */
function upgradePolicy({ port }: Fields, rule: Fields | undefined): string | undefined {
  const policy: Fields = rule?.spec?.trafficPolicy ?? {};
  const levels: Fields[] = policy.portLevelSettings ?? [];
  const settings = levels.find((one) => one.port?.number === port) ?? policy;
  return settings.connectionPool?.http?.h2UpgradePolicy;
}

/** The first of the namespaces that has one for it: the gateway's, the Service's own, the mesh's. */
export function ruleFor(
  leaf: LeafCluster,
  gatewayNamespace: string,
  { namespace, service }: Destination,
): Fields | undefined {
  const host = `${service}.${namespace}.svc.cluster.local`;
  for (const place of [gatewayNamespace, namespace, 'istio-system']) {
    const found = objectsOf(leaf, 'networking.istio.io/v1', 'DestinationRule', place).find(
      ({ spec }) => spec?.host === host || (place === namespace && spec?.host === service),
    );
    if (found) return found;
  }
  return undefined;
}
