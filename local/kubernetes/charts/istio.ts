/**
 * Istio's three charts, as far as a gateway without side-cars needs them: the kinds, the control plane, and the gateway.
 * https://github.com/istio/istio/tree/master/manifests/charts
 */
import type { Fields } from '../objects.ts';
import type { Chart, RenderInput } from './index.ts';
import { definitions } from './istio-kinds.ts';

const VERSIONS = ['1.28.0', '1.31.4'];

/** As `istio.labels` of the charts; Helm adds who manages it. */
const labelsOf = (chart: string, { release, version }: RenderInput): Record<string, string> => ({
  'app.kubernetes.io/instance': release,
  'app.kubernetes.io/part-of': 'istio',
  'app.kubernetes.io/version': version,
  'helm.sh/chart': `${chart}-${version}`,
});

export const base: Chart = {
  name: 'base',
  versions: VERSIONS,
  render: ({ release, namespace }) => [
    ...definitions({ 'app.kubernetes.io/part-of': 'istio', release }),
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'istio-reader-service-account', namespace, labels: { app: 'istio-reader', release } },
    },
  ],
};

const ISTIOD_PORTS = [
  ['grpc-xds', 15010, 15010],
  ['https-dns', 15012, 15012],
  // Webhooks: the API server comes from outside of the nodes' network, through a firewall.
  ['https-webhook', 443, 15017],
  ['http-monitoring', 15014, 15014],
] as const;

export const istiod: Chart = {
  name: 'istiod',
  versions: VERSIONS,
  render(input) {
    const { release, namespace, version, values } = input;
    const labels = { app: 'istiod', 'istio.io/rev': values.revision || 'default', istio: 'pilot' };
    const named = (name: string): Fields => ({
      name,
      namespace,
      labels: { ...labels, ...labelsOf('istiod', input), release },
    });
    return [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: named('istiod') },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: named('istio'),
        data: { mesh: JSON.stringify(values.meshConfig ?? {}), meshNetworks: 'networks: {}' },
      },
      ...clusterRights(input),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: named('istiod'),
        spec: {
          selector: { app: 'istiod', istio: 'pilot' },
          ports: ISTIOD_PORTS.map(([name, port, targetPort]) => ({
            name,
            port,
            targetPort,
            protocol: 'TCP',
          })),
        },
      },
      deployment(named('istiod'), labels, {
        serviceAccountName: 'istiod',
        containers: [
          {
            name: 'discovery',
            image: `${hubOf(values)}/pilot:${values.global?.tag ?? version}`,
            args: ['discovery', '--monitoringAddr=:15014'],
            ports: ISTIOD_PORTS.map(([, , containerPort]) => ({ containerPort, protocol: 'TCP' })),
            resources: values.resources ?? { requests: { cpu: '500m', memory: '2048Mi' } },
            securityContext: { ...UNPRIVILEGED, ...pick(values, 'seccompProfile') },
          },
        ],
      }),
      ...(values.global?.defaultPodDisruptionBudget?.enabled === false
        ? []
        : [
            {
              apiVersion: 'policy/v1',
              kind: 'PodDisruptionBudget',
              metadata: named('istiod'),
              spec: { minAvailable: 1, selector: { matchLabels: { app: 'istiod', istio: 'pilot' } } },
            },
          ]),
      ...webhooks(input, labels),
    ];
  },
};

const GATEWAY_PORTS = [
  ['status-port', 15021],
  ['http2', 80],
  ['https', 443],
] as const;

export const gateway: Chart = {
  name: 'gateway',
  versions: VERSIONS,
  render(input) {
    const { release, namespace, version, values } = input;
    const name: string = values.name || release;
    const labels = { app: name, istio: name.replace(/^istio-/, ''), ...values.labels };
    const metadata: Fields = { name, namespace, labels: { ...labels, ...labelsOf('gateway', input) } };
    const selector = { app: labels.app, istio: labels.istio };
    return [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata,
        rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'watch', 'list'] }],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: {
          ...metadata,
          ...(values.service?.annotations && { annotations: values.service.annotations }),
        },
        spec: {
          type: values.service?.type ?? 'LoadBalancer',
          selector,
          ...pick(values.service, 'externalTrafficPolicy', 'loadBalancerSourceRanges', 'loadBalancerIP'),
          ports:
            values.service?.ports ??
            GATEWAY_PORTS.map(([portName, port]) => ({
              name: portName,
              port,
              targetPort: port,
              protocol: 'TCP',
            })),
        },
      },
      deployment(
        metadata,
        selector,
        {
          serviceAccountName: name,
          // Ports below 1024 without a right for it.
          securityContext: { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] },
          ...pick(values, 'securityContext'),
          containers: [
            {
              name: 'istio-proxy',
              // The chart says `auto`; this is what the control plane's webhook makes of it.
              image: `${hubOf(values)}/proxyv2:${version}`,
              ports: [{ containerPort: 15090, protocol: 'TCP', name: 'http-envoy-prom' }],
              resources: values.resources ?? {
                requests: { cpu: '100m', memory: '128Mi' },
                limits: { cpu: '2000m', memory: '1024Mi' },
              },
              securityContext: values.containerSecurityContext ?? UNPRIVILEGED,
            },
          ],
        },
        values.replicaCount ?? 1,
      ),
    ];
  },
};

const hubOf = (values: Fields): string => values.global?.hub ?? 'docker.io/istio';

/** As both charts run by default: all that Pod Security's strictest level asks but the seccomp profile, which values must name. */
const UNPRIVILEGED: Fields = {
  runAsUser: 1337,
  runAsGroup: 1337,
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  privileged: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

const pick = (values: Fields | undefined, ...names: string[]): Fields =>
  Object.fromEntries(names.flatMap((name) => (values?.[name] === undefined ? [] : [[name, values[name]]])));

const deployment = (
  metadata: Fields,
  labels: Record<string, string>,
  spec: Fields,
  replicas = 1,
): Fields => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata,
  spec: {
    replicas,
    selector: { matchLabels: labels },
    template: { metadata: { labels: { ...metadata.labels, ...labels } }, spec },
  },
});

/** The control plane reads the whole cluster, and writes its own webhooks. */
function clusterRights({ release, namespace }: RenderInput): Fields[] {
  const name = `istiod-clusterrole-${namespace}`;
  const labels = { app: 'istiod', release };
  const read = ['get', 'list', 'watch'];
  const rule = (apiGroups: string[], resources: string[], verbs: string[]): Fields => ({
    apiGroups,
    resources,
    verbs,
  });
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name, labels },
      rules: [
        rule(
          ['admissionregistration.k8s.io'],
          ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
          [...read, 'update', 'patch'],
        ),
        rule(['networking.istio.io', 'security.istio.io'], ['*'], read),
        rule([''], ['pods', 'nodes', 'services', 'namespaces', 'endpoints', 'secrets'], read),
        rule(['discovery.k8s.io'], ['endpointslices'], read),
        rule(['authentication.k8s.io'], ['tokenreviews'], ['create']),
        rule(['authorization.k8s.io'], ['subjectaccessreviews'], ['create']),
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: 'istiod', namespace }],
    },
  ];
}

/** They are there to be seen: the stand-in's API server calls no webhooks. */
function webhooks({ release, namespace }: RenderInput, labels: Record<string, string>): Fields[] {
  const service = (path: string): Fields => ({ service: { name: 'istiod', namespace, path, port: 443 } });
  const common = { sideEffects: 'None', admissionReviewVersions: ['v1'] };
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: `istio-sidecar-injector`, labels: { ...labels, release } },
      webhooks: [
        {
          ...common,
          name: 'object.sidecar-injector.istio.io',
          clientConfig: service('/inject'),
          failurePolicy: 'Fail',
          rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
          objectSelector: { matchLabels: { 'sidecar.istio.io/inject': 'true' } },
        },
      ],
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: `istio-validator-${namespace}`, labels: { ...labels, release } },
      webhooks: [
        {
          ...common,
          name: 'rev.validation.istio.io',
          clientConfig: service('/validate'),
          failurePolicy: 'Ignore',
          rules: [
            {
              operations: ['CREATE', 'UPDATE'],
              apiGroups: ['security.istio.io', 'networking.istio.io'],
              apiVersions: ['*'],
              resources: ['*'],
            },
          ],
        },
      ],
    },
  ];
}
