/**
 * What leads from the internet to the application: the gateway's listener for the one name, the product's routes behind it, and a policy
 * that lets nothing else through. Pure.
 */
import { isPassage, type Match, type Product, type Route } from '../../shared/catalog/product.ts';
import { hostName } from '../clusters/host.ts';
import type { KubeObject, KubeRef } from '../leaf/leaf.ts';
import { GATEWAY_NAMESPACE, GATEWAY_RELEASE } from '../leaf/mesh.ts';
import { OURS } from '../leaf/names.ts';

/** Of the gateway's own pods. */
const SELECTOR = { istio: GATEWAY_RELEASE };

/** Holds the certificate and its key, beside the gateway, which is the only one that reads it. */
export const CERTIFICATE_SECRET: KubeRef = {
  apiVersion: 'v1',
  kind: 'Secret',
  name: 'hub-certificate',
  namespace: GATEWAY_NAMESPACE,
};

const inGateway = (name: string) => ({ name, namespace: GATEWAY_NAMESPACE, labels: OURS });

/** Without it nobody listens. */
export const GATEWAY: KubeRef = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  name: 'hub',
  namespace: GATEWAY_NAMESPACE,
};

/** In the order in which they are to be applied: who listens comes last. */
export const exposureOf = (host: string, product: Product): KubeObject[] => [
  authorizationPolicy(host),
  ...destinationRules(product),
  virtualService(host, product),
  gateway(host),
];

/** https://istio.io/latest/docs/reference/config/networking/gateway/ */
const gateway = (host: string): KubeObject => ({
  apiVersion: GATEWAY.apiVersion,
  kind: GATEWAY.kind,
  metadata: inGateway(GATEWAY.name),
  spec: {
    selector: SELECTOR,
    servers: [
      {
        port: { number: 443, name: 'https', protocol: 'HTTPS' },
        hosts: [hostName(host)],
        tls: {
          mode: 'SIMPLE',
          credentialName: CERTIFICATE_SECRET.name,
          minProtocolVersion: 'TLSV1_2',
        },
      },
    ],
  },
});

/** https://istio.io/latest/docs/reference/config/networking/virtual-service/ */
const virtualService = (host: string, product: Product): KubeObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'VirtualService',
  metadata: inGateway('hub'),
  spec: {
    hosts: [hostName(host)],
    gateways: [GATEWAY.name],
    http: product.routes.map((route) => ({
      ...(route.matches.length > 0 && { match: route.matches.map(matchOf) }),
      ...actionOf(route, product),
    })),
  },
});

const matchOf = ({ path, pathPrefix, header }: Match) => ({
  ...(path !== undefined && { uri: { exact: path } }),
  ...(pathPrefix !== undefined && { uri: { prefix: pathPrefix } }),
  ...(header && { headers: { [header.name]: { prefix: header.prefix } } }),
});

/** The gateway answers itself what it refuses; whoever speaks gRPC is told PERMISSION_DENIED. */
function actionOf(route: Route, product: Product): object {
  if (!isPassage(route)) return { directResponse: { status: 403, body: { string: route.refusal } } };
  const { service, port, timeoutS } = route;
  return {
    route: [{ destination: { host: serviceHost(service, product), port: { number: port } } }],
    ...(timeoutS !== undefined && { timeout: `${timeoutS}s` }),
  };
}

const serviceHost = (service: string, { namespace }: Product): string =>
  `${service}.${namespace}.svc.cluster.local`;

/**
 * Istio takes a port's protocol from its name up to the first hyphen, and a gateway speaks HTTP/1.1 where that says nothing. Not
 * `useClientProtocol`: a browser's HTTP/2 would then reach what has HTTP/1.1 only.
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings-HTTPSettings-H2UpgradePolicy
 */
function destinationRules(product: Product): KubeObject[] {
  const routes = product.routes.filter(isPassage).filter(({ protocol }) => protocol === 'h2');
  return [...new Set(routes.map(({ service }) => service))].map((service) => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: inGateway(`hub-${service}`),
    spec: {
      host: serviceHost(service, product),
      trafficPolicy: {
        portLevelSettings: [
          ...new Set(routes.filter((route) => route.service === service).map(({ port }) => port)),
        ].map((number) => ({
          port: { number },
          connectionPool: { http: { h2UpgradePolicy: 'UPGRADE' } },
        })),
      },
    },
  }));
}

/** Once one allows, everything that none allows is refused: https://istio.io/latest/docs/concepts/security/#implicit-enablement */
const authorizationPolicy = (host: string): KubeObject => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: inGateway('hub'),
  spec: {
    selector: { matchLabels: SELECTOR },
    action: 'ALLOW',
    rules: [{ to: [{ operation: { hosts: [hostName(host), `${hostName(host)}:*`] } }] }],
  },
});

export const certificateSecret = (certificatePem: string, privateKeyPem: string): KubeObject => ({
  apiVersion: CERTIFICATE_SECRET.apiVersion,
  kind: CERTIFICATE_SECRET.kind,
  metadata: inGateway(CERTIFICATE_SECRET.name),
  type: 'kubernetes.io/tls',
  data: {
    'tls.crt': Buffer.from(certificatePem, 'utf8').toString('base64'),
    'tls.key': Buffer.from(privateKeyPem, 'utf8').toString('base64'),
  },
});
