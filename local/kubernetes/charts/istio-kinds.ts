/**
 * The kinds that Istio's chart `base` defines, with schemas of those that lead into a cluster; of the others any `spec` is taken.
 * https://github.com/istio/istio/blob/master/manifests/charts/base/files/crd-all.gen.yaml
 */
import type { Fields } from '../objects.ts';

const text: Fields = { type: 'string' };
const whole: Fields = { type: 'integer' };
const flag: Fields = { type: 'boolean' };
const anything: Fields = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const listOf = (items: Fields): Fields => ({ type: 'array', items });
const object = (properties: Fields, ...required: string[]): Fields => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
});
const textsByName: Fields = { type: 'object', additionalProperties: text };
const oneOfTexts = (...values: string[]): Fields => ({ type: 'string', enum: values });
/** `exact`, `prefix` or `regex`. */
const match: Fields = object({ exact: text, prefix: text, regex: text });
const matchesByName: Fields = { type: 'object', additionalProperties: match };

/** https://istio.io/latest/docs/reference/config/networking/gateway/ */
const GATEWAY = object({
  selector: textsByName,
  servers: listOf(
    object(
      {
        name: text,
        bind: text,
        port: object(
          { number: whole, name: text, protocol: text, targetPort: whole },
          'number',
          'protocol',
          'name',
        ),
        hosts: listOf(text),
        defaultEndpoint: text,
        tls: object({
          httpsRedirect: flag,
          mode: oneOfTexts(
            ...['PASSTHROUGH', 'SIMPLE', 'MUTUAL', 'AUTO_PASSTHROUGH', 'ISTIO_MUTUAL', 'OPTIONAL_MUTUAL'],
          ),
          serverCertificate: text,
          privateKey: text,
          caCertificates: text,
          credentialName: text,
          credentialNames: listOf(text),
          subjectAltNames: listOf(text),
          minProtocolVersion: oneOfTexts('TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'),
          maxProtocolVersion: oneOfTexts('TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'),
          cipherSuites: listOf(text),
        }),
      },
      ...['port', 'hosts'],
    ),
  ),
});

const destination = object({ host: text, subset: text, port: object({ number: whole }) }, 'host');

/** https://istio.io/latest/docs/reference/config/networking/virtual-service/ */
const VIRTUAL_SERVICE = object({
  hosts: listOf(text),
  gateways: listOf(text),
  exportTo: listOf(text),
  http: listOf(
    object({
      name: text,
      match: listOf(
        object({
          name: text,
          uri: match,
          scheme: match,
          method: match,
          authority: match,
          headers: matchesByName,
          withoutHeaders: matchesByName,
          queryParams: matchesByName,
          ignoreUriCase: flag,
          port: whole,
          sourceLabels: textsByName,
          gateways: listOf(text),
        }),
      ),
      route: listOf(object({ destination, weight: whole, headers: anything }, 'destination')),
      redirect: anything,
      directResponse: object({ status: whole, body: object({ string: text, bytes: text }) }, 'status'),
      rewrite: anything,
      timeout: text,
      retries: anything,
      fault: anything,
      mirror: anything,
      corsPolicy: anything,
      headers: anything,
    }),
  ),
  tls: listOf(anything),
  tcp: listOf(anything),
});

const trafficPolicy: Fields = {
  connectionPool: object({
    tcp: anything,
    http: object({
      h2UpgradePolicy: oneOfTexts('DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE'),
      useClientProtocol: flag,
    }),
  }),
  loadBalancer: anything,
  outlierDetection: anything,
  tls: anything,
};

/** https://istio.io/latest/docs/reference/config/networking/destination-rule/ */
const DESTINATION_RULE = object(
  {
    host: text,
    exportTo: listOf(text),
    subsets: listOf(anything),
    trafficPolicy: object({
      ...trafficPolicy,
      portLevelSettings: listOf(object({ ...trafficPolicy, port: object({ number: whole }) })),
    }),
  },
  'host',
);

const peers = Object.fromEntries(
  ['principals', 'requestPrincipals', 'namespaces', 'ipBlocks', 'remoteIpBlocks']
    .flatMap((name) => [name, `not${name.charAt(0).toUpperCase()}${name.slice(1)}`])
    .map((name) => [name, listOf(text)]),
);
const operations = Object.fromEntries(
  ['hosts', 'notHosts', 'ports', 'notPorts', 'methods', 'notMethods', 'paths', 'notPaths'].map((name) => [
    name,
    listOf(text),
  ]),
);

/** https://istio.io/latest/docs/reference/config/security/authorization-policy/ */
const AUTHORIZATION_POLICY = object({
  selector: object({ matchLabels: textsByName }),
  targetRefs: listOf(anything),
  action: oneOfTexts('ALLOW', 'DENY', 'AUDIT', 'CUSTOM'),
  provider: object({ name: text }),
  rules: listOf(
    object({
      from: listOf(object({ source: object(peers) })),
      to: listOf(object({ operation: object(operations) })),
      when: listOf(object({ key: text, values: listOf(text), notValues: listOf(text) }, 'key')),
    }),
  ),
});

interface Row {
  group: string;
  /** The one that is stored first. */
  versions: readonly string[];
  kind: string;
  plural: string;
  shortName?: string;
  spec?: Fields;
}

const NETWORKING = { group: 'networking.istio.io', versions: ['v1', 'v1beta1', 'v1alpha3'] } as const;
const SECURITY = { group: 'security.istio.io', versions: ['v1', 'v1beta1'] } as const;

const ROWS: readonly Row[] = [
  { ...NETWORKING, kind: 'Gateway', plural: 'gateways', shortName: 'gw', spec: GATEWAY },
  {
    ...NETWORKING,
    kind: 'VirtualService',
    plural: 'virtualservices',
    shortName: 'vs',
    spec: VIRTUAL_SERVICE,
  },
  {
    ...NETWORKING,
    kind: 'DestinationRule',
    plural: 'destinationrules',
    shortName: 'dr',
    spec: DESTINATION_RULE,
  },
  { ...NETWORKING, kind: 'ServiceEntry', plural: 'serviceentries', shortName: 'se' },
  { ...NETWORKING, kind: 'Sidecar', plural: 'sidecars' },
  { ...NETWORKING, versions: ['v1alpha3'], kind: 'EnvoyFilter', plural: 'envoyfilters' },
  {
    ...SECURITY,
    kind: 'AuthorizationPolicy',
    plural: 'authorizationpolicies',
    shortName: 'ap',
    spec: AUTHORIZATION_POLICY,
  },
  { ...SECURITY, kind: 'PeerAuthentication', plural: 'peerauthentications', shortName: 'pa' },
  { ...SECURITY, kind: 'RequestAuthentication', plural: 'requestauthentications', shortName: 'ra' },
];

/** Their CustomResourceDefinitions. */
export const definitions = (labels: Record<string, string>): Fields[] =>
  ROWS.map(({ group, versions, kind, plural, shortName, spec = anything }) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(shortName !== undefined && { shortNames: [shortName] }),
        categories: ['istio-io', group.replaceAll('.', '-')],
      },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        subresources: { status: {} },
        schema: { openAPIV3Schema: object({ spec, status: anything }) },
      })),
    },
  }));
