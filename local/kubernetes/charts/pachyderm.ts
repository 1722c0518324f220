/**
 * What Pachyderm's chart makes, as far as Hub and its users see it: workloads, Services, volumes, accounts, Secrets; with the values
 * that Hub sets; what concerns sign-in is in `local/pachd/chart.ts`. The proxy's routes, probes and most resources are left out.
 * https://github.com/pachyderm/pachyderm/tree/master/etc/helm/pachyderm
 */
import { type AuthObjects, authObjects, consoleSecretOf } from '../../pachd/chart.ts';
import { isMap } from '../json.ts';
import type { Fields } from '../objects.ts';
import type { Chart, RenderInput } from './index.ts';
import {
  type Base,
  configMap,
  daemonSet,
  deployment,
  roleWithBinding,
  secret,
  service,
  serviceAccount,
  statefulSet,
} from './parts.ts';

export const pachyderm: Chart = {
  name: 'pachyderm',
  versions: [
    ...['2.11.0', '2.11.1', '2.11.2', '2.11.3', '2.11.4', '2.11.5', '2.11.6'],
    ...['2.12.0', '2.12.1', '2.12.2'],
  ],
  check: (values) =>
    SCHEMA.flatMap(([path, want]) => {
      const got = typeAt(values, path);
      return got === undefined || got === want ? [] : [`at '${path}': got ${got}, want ${want}`];
    }),
  render(input) {
    const { values, namespace, refuse } = input;
    const base: Base = { namespace, labels: { suite: 'pachyderm' } };
    if (!values.deployTarget) refuse('pachd/deployment.yaml', 'deployTarget must be set');
    const storageBackend: string | undefined =
      values.pachd?.storage?.backend ?? BACKENDS[values.deployTarget];
    if (!storageBackend) {
      return refuse(
        'pachd/deployment.yaml',
        'pachd.storage.backend required when no matching deploy target found',
      );
    }
    if (!values.pachd?.storage?.storageURL) refuse('pachd/deployment.yaml', 'storage URL required');
    const auth = authObjects(values, input);
    if (auth.problem !== undefined) refuse('pachd/identity-secret.yaml', auth.problem);
    return [
      ...accounts(base, values),
      ...secrets(base, input, storageBackend),
      ...signInObjects(base, auth),
      ...databases(base, values),
      ...pachd(base, input, storageBackend, auth),
      ...front(base, input),
      ...(values.pachd?.lokiDeploy === false ? [] : logs(base, input)),
    ];
  },
};

/** In front of each image but those of the charts inside, as it is. */
const registryOf = ({ global }: Fields): string => global?.image?.registry ?? 'docker.io/';

const BACKENDS: Readonly<Record<string, string>> = {
  GOOGLE: 'GOOGLE',
  AMAZON: 'AMAZON',
  MICROSOFT: 'MICROSOFT',
  LOCAL: 'LOCAL',
};

/** The types of the values that Hub sets. */
const SCHEMA: ReadonlyArray<readonly [path: string, type: string]> = [
  ['/deployTarget', 'string'],
  ['/global', 'object'],
  ['/global/image', 'object'],
  ['/global/image/registry', 'string'],
  ['/console', 'object'],
  ['/console/enabled', 'boolean'],
  ['/console/priorityClassName', 'string'],
  ['/console/config/oauthClientSecretSecretName', 'string'],
  ['/console/config/oauthRedirectURI', 'string'],
  ['/console/config/reactAppRuntimeIssuerURI', 'string'],
  ['/etcd', 'object'],
  ['/etcd/priorityClassName', 'string'],
  ['/etcd/storageClass', 'string'],
  ['/etcd/storageSize', 'string'],
  ['/oidc', 'object'],
  ['/oidc/issuerURI', 'string'],
  ['/oidc/mockIDP', 'boolean'],
  ['/oidc/requireVerifiedEmail', 'boolean'],
  ['/oidc/upstreamIDPs', 'array'],
  ['/oidc/upstreamIDPsSecretName', 'string'],
  ['/oidc/userAccessibleOauthIssuerHost', 'string'],
  ['/pachd', 'object'],
  ['/pachd/activateAuth', 'boolean'],
  ['/pachd/enabled', 'boolean'],
  ['/pachd/defaultPipelineCPURequest', 'string'],
  ['/pachd/defaultPipelineMemoryRequest', 'string'],
  ['/pachd/defaultSidecarCPURequest', 'string'],
  ['/pachd/defaultSidecarMemoryRequest', 'string'],
  ['/pachd/enterpriseLicenseKeySecretName', 'string'],
  ['/pachd/enterpriseSecretSecretName', 'string'],
  ['/pachd/image/tag', 'string'],
  ['/pachd/localhostIssuer', 'string'],
  ['/pachd/lokiDeploy', 'boolean'],
  ['/pachd/lokiLogging', 'boolean'],
  ['/pachd/oauthClientSecretSecretName', 'string'],
  ['/pachd/oauthRedirectURI', 'string'],
  ['/pachd/pachAuthClusterRoleBindings', 'object'],
  ['/pachd/priorityClassName', 'string'],
  ['/pachd/resources', 'object'],
  ['/pachd/rootToken', 'string'],
  ['/pachd/storage/google/bucket', 'string'],
  ['/pachd/storage/storageURL', 'string'],
  ['/pachw', 'object'],
  ['/pgbouncer', 'object'],
  ['/pgbouncer/priorityClassName', 'string'],
  ['/pachw/resources', 'object'],
  ['/postgresql', 'object'],
  ['/postgresql/enabled', 'boolean'],
  ['/postgresql/extraDeploy', 'array'],
  ['/postgresql/image', 'object'],
  ['/postgresql/persistence', 'object'],
  ['/postgresql/persistence/size', 'string'],
  ['/postgresql/primary/priorityClassName', 'string'],
  ['/global/postgresql/postgresqlExistingSecretName', 'string'],
  ['/global/postgresql/postgresqlExistingSecretKey', 'string'],
  ['/proxy', 'object'],
  ['/proxy/enabled', 'boolean'],
  ['/proxy/host', 'string'],
  ['/proxy/priorityClassName', 'string'],
  ['/proxy/service/type', 'string'],
  ['/proxy/tls/enabled', 'boolean'],
];

function typeAt(values: Fields, path: string): string | undefined {
  let value: unknown = values;
  for (const step of path.slice(1).split('/')) value = isMap(value) ? value[step] : undefined;
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? 'array' : typeof value;
}

function accounts(base: Base, values: Fields): Fields[] {
  const pachd: Fields = values.pachd ?? {};
  const rule = (apiGroups: string[], resources: string[], verbs: string[]): Fields => ({
    apiGroups,
    resources,
    verbs,
  });
  return [
    serviceAccount(base, 'pachyderm', pachd.serviceAccount?.additionalAnnotations),
    serviceAccount(base, 'pachyderm-worker', pachd.worker?.serviceAccount?.additionalAnnotations),
    ...roleWithBinding(base, 'pachyderm', [
      rule([''], ['pods', 'pods/log', 'endpoints', 'events'], ['get', 'list', 'watch']),
      rule(
        [''],
        ['replicationcontrollers', 'replicationcontrollers/scale', 'services', 'secrets'],
        ['get', 'list', 'watch', 'create', 'update', 'delete', 'deletecollection'],
      ),
      rule(['apps', 'extensions'], ['deployments', 'deployments/scale'], ['get', 'list', 'patch', 'update']),
    ]),
    ...roleWithBinding(base, 'pachyderm-worker', [
      rule([''], ['services', 'pods'], ['get', 'list', 'update', 'create', 'delete']),
    ]),
  ];
}

function secrets(base: Base, { values, release }: RenderInput, backend: string): Fields[] {
  const pachd: Fields = values.pachd ?? {};
  const postgresql: Fields = values.global?.postgresql ?? {};
  return [
    secret(
      base,
      'pachyderm-storage-secret',
      backend === 'GOOGLE' ? { GOOGLE_BUCKET: pachd.storage?.google?.bucket ?? '', GOOGLE_CRED: '' } : {},
    ),
    ...(values.postgresql?.existingSecret
      ? []
      : [
          secret(base, 'postgres', {
            'postgresql-password': postgresql.postgresqlPassword ?? 'insecure-user-password',
            'postgresql-postgres-password': postgresql.postgresqlPostgresPassword ?? 'insecure-root-password',
          }),
        ]),
    secret(base, 'pachyderm-deployment-id-secret', {
      CLUSTER_DEPLOYMENT_ID: pachd.clusterDeploymentID ?? release,
    }),
  ];
}

const signInObjects = (base: Base, { secrets: made, configMaps }: AuthObjects): Fields[] => [
  ...Object.entries(made).map(([name, texts]) => secret(base, name, texts)),
  ...Object.entries(configMaps).map(([name, texts]) => configMap(base, name, texts)),
];

function databases(base: Base, values: Fields): Fields[] {
  const etcd: Fields = values.etcd ?? {};
  const postgresql: Fields = values.postgresql ?? {};
  const registry = registryOf(values);
  return [
    statefulSet(
      base,
      'etcd',
      {
        image: `${registry}${etcd.image?.repository ?? 'pachyderm/etcd'}:${etcd.image?.tag ?? 'v3.5.12'}`,
        args: ['/usr/local/bin/etcd', '--max-txn-ops=10000', '--max-request-bytes=52428800'],
        ports: [
          ['client-port', 2379],
          ['peer-port', 2380],
        ],
      },
      {
        claim: 'etcd-storage',
        path: '/var/data/etcd',
        size: etcd.storageSize ?? '10Gi',
        storageClass: etcd.storageClass,
      },
    ),
    service(base, 'etcd', [['client-port', 2379]]),
    service(base, 'etcd-headless', [['peer-port', 2380]], { app: 'etcd', headless: true }),
    ...(postgresql.enabled === false
      ? []
      : [
          statefulSet(
            base,
            'postgres',
            {
              image: `${postgresql.image?.registry ?? 'docker.io'}/${postgresql.image?.repository ?? 'pachyderm/postgresql'}:${postgresql.image?.tag ?? '13.3.0'}`,
              ports: [['tcp-postgresql', 5432]],
              env: { POSTGRES_DB: 'pachyderm', POSTGRES_USER: 'pachyderm' },
              envFromSecret: postgresql.existingSecret ?? 'postgres',
              user: 1001,
            },
            {
              claim: 'data',
              path: '/bitnami/postgresql',
              size: postgresql.persistence?.size ?? '10Gi',
              storageClass: postgresql.persistence?.storageClass,
            },
          ),
          service(base, 'postgres', [['tcp-postgresql', 5432]]),
          service(base, 'postgres-headless', [['tcp-postgresql', 5432]], { app: 'postgres', headless: true }),
        ]),
    ...extraObjects(postgresql),
    deployment(base, 'pg-bouncer', {
      image: `${registry}pachyderm/pgbouncer:1.16.2`,
      ports: [['pg-bouncer', 5432]],
      env: { POSTGRESQL_HOST: values.global?.postgresql?.postgresqlHost ?? 'postgres' },
      envFromSecret: values.global?.postgresql?.postgresqlExistingSecretName ?? 'postgres',
      user: 1001,
    }),
    service(base, 'pg-bouncer', [['pg-bouncer', 5432]]),
  ];
}

/**
 * The database is a chart inside, which makes whatever it is given besides, as a template.
 * https://github.com/pachyderm/pachyderm/blob/master/etc/helm/pachyderm/dependencies/postgresql/templates/extra-list.yaml
 */
function extraObjects({ enabled, extraDeploy = [] }: Fields): Fields[] {
  if (enabled === false) return [];
  if (JSON.stringify(extraDeploy).includes('{{')) throw new Error('templates are not evaluated here');
  return structuredClone(extraDeploy);
}

const PACHD_PORTS = [
  ['api-grpc-port', 1650],
  ['peer-port', 1653],
  ['s3gateway-port', 1600],
  ['oidc-port', 1657],
  ['identity-port', 1658],
  ['prom-metrics', 1656],
  ['pachd-http', 1659],
] as const;

function pachd(
  base: Base,
  { values, version, namespace }: RenderInput,
  backend: string,
  { environment: envSources }: AuthObjects,
): Fields[] {
  const pachdValues: Fields = values.pachd ?? {};
  const registry = registryOf(values);
  const image = `${registry}${pachdValues.image?.repository ?? 'pachyderm/pachd'}:${pachdValues.image?.tag ?? version}`;
  const environment = {
    PACH_ROOT: '/pach',
    PACH_NAMESPACE: namespace,
    STORAGE_BACKEND: backend,
    STORAGE_URL: pachdValues.storage?.storageURL ?? '',
    LOKI_LOGGING: String(pachdValues.lokiLogging ?? true),
    WORKER_IMAGE: `${registry}${pachdValues.worker?.image?.repository ?? 'pachyderm/worker'}:${pachdValues.image?.tag ?? version}`,
    WORKER_SIDECAR_IMAGE: image,
    WORKER_SERVICE_ACCOUNT: 'pachyderm-worker',
    PACHYDERM_PUBLIC_HOST: values.proxy?.host ?? '',
    POSTGRES_HOST: 'postgres',
    PG_BOUNCER_HOST: 'pg-bouncer',
    ...(pachdValues.defaultPipelineCPURequest && {
      PIPELINE_DEFAULT_CPU_REQUEST: pachdValues.defaultPipelineCPURequest,
    }),
    ...(pachdValues.defaultSidecarCPURequest && {
      SIDECAR_DEFAULT_CPU_REQUEST: pachdValues.defaultSidecarCPURequest,
    }),
  };
  const pod = {
    image,
    env: environment,
    serviceAccountName: 'pachyderm',
    envFromSecret: 'pachyderm-storage-secret',
    mounts: [['pachyderm-storage-secret', '/pachyderm-storage-secret']] as const,
    volumes: [{ name: 'pachyderm-storage-secret', secret: { secretName: 'pachyderm-storage-secret' } }],
  };
  return [
    deployment(
      base,
      'pachd',
      {
        ...{ ...pod, envSources, args: ['--mode', 'full'], ports: PACHD_PORTS },
        // What it asks for of memory is also what it is told that it has.
        resources: pachdValues.resources ?? {},
      },
      pachdValues.replicas ?? 1,
    ),
    // Storage workers scale from nothing.
    deployment(
      base,
      'pachw',
      {
        ...{ ...pod, args: ['--mode', 'pachw'] },
        resources: values.pachw?.resources ?? pachdValues.resources ?? {},
      },
      values.pachw?.minReplicas ?? 0,
    ),
    service(base, 'pachd', [
      ['api-grpc-port', 30650, 'api-grpc-port'],
      ['oidc-port', 30657, 'oidc-port'],
      ['identity-port', 30658, 'identity-port'],
      ['s3gateway-port', 30600, 's3gateway-port'],
      ['prom-metrics', 30656, 'prom-metrics'],
    ]),
    service(base, 'pachd-peer', [['api-grpc-peer-port', 30653, 'peer-port']], { app: 'pachd' }),
    service(
      base,
      'pachd-proxy-backend',
      PACHD_PORTS.map(([name, port]) => [name, port, name]),
      { app: 'pachd' },
    ),
  ];
}

/** Console, and the proxy through which everything is reached. */
function front(base: Base, { values, version }: RenderInput): Fields[] {
  const proxy: Fields = values.proxy ?? {};
  const objects: Fields[] = [];
  if (values.console?.enabled !== false) {
    const tag: string = values.console?.image?.tag ?? `${version}-1`;
    objects.push(
      deployment(base, 'console', {
        image: `${registryOf(values)}${values.console?.image?.repository ?? 'pachyderm/haberdashery'}:${tag}`,
        ports: [['console-http', 4000]],
        envFromSecret: consoleSecretOf(values),
        env: {
          OAUTH_CLIENT_ID: values.console?.config?.oauthClientID || 'console',
          OAUTH_REDIRECT_URI: values.console?.config?.oauthRedirectURI ?? '',
          REACT_APP_RUNTIME_ISSUER_URI: values.console?.config?.reactAppRuntimeIssuerURI ?? '',
          ISSUER_URI: values.oidc?.issuerURI ?? '',
          PACHD_ADDRESS: 'pachd-peer:30653',
        },
      }),
      service(base, 'console-proxy-backend', [['console-http', 4000, 'console-http']], { app: 'console' }),
    );
  }
  if (proxy.enabled === false) return objects;
  objects.push(
    configMap(base, 'pachyderm-proxy-envoy-config', { 'envoy.json': '{}' }),
    deployment(
      base,
      'pachyderm-proxy',
      {
        image: `${registryOf(values)}${proxy.image?.repository ?? 'envoyproxy/envoy-distroless'}:${proxy.image?.tag ?? 'v1.29.3'}`,
        ports: [
          ['http-port', 8080],
          ['https-port', 8443],
        ],
        mounts: [['config', '/config']],
        volumes: [{ name: 'config', configMap: { name: 'pachyderm-proxy-envoy-config' } }],
      },
      proxy.replicas ?? 1,
    ),
    service(
      base,
      'pachyderm-proxy',
      [
        ['http-port', proxy.service?.httpPort ?? 80, 'http-port'],
        ...(proxy.tls?.enabled
          ? [['https-port', proxy.service?.httpsPort ?? 443, 'https-port'] as [string, number, string]]
          : []),
      ],
      { type: proxy.service?.type ?? 'ClusterIP', annotations: proxy.service?.annotations },
    ),
  );
  return objects;
}

/** Loki keeps the logs of pipelines; promtail collects them on every node, from the node's own folders and as its root. */
function logs(base: Base, { values, release }: RenderInput): Fields[] {
  const persistence: Fields = values['loki-stack']?.loki?.persistence ?? {};
  return [
    serviceAccount(base, `${release}-loki`),
    serviceAccount(base, `${release}-promtail`),
    statefulSet(
      base,
      `${release}-loki`,
      {
        image: 'grafana/loki:2.6.1',
        ports: [['http-metrics', 3100]],
        serviceAccountName: `${release}-loki`,
        user: 10001,
      },
      {
        claim: 'storage',
        path: '/data',
        size: persistence.size ?? '10Gi',
        storageClass: persistence.storageClassName,
      },
    ),
    service(base, `${release}-loki`, [['http-metrics', 3100]]),
    service(base, `${release}-loki-headless`, [['http-metrics', 3100]], {
      app: `${release}-loki`,
      headless: true,
    }),
    daemonSet(base, `${release}-promtail`, {
      image: 'grafana/promtail:2.6.1',
      ports: [['http-metrics', 3101]],
      serviceAccountName: `${release}-promtail`,
      asRoot: true,
      mounts: HOST_FOLDERS.map(([volume, path]) => [volume, path] as const),
      volumes: HOST_FOLDERS.map(([volume, path]) => ({ name: volume, hostPath: { path } })),
    }),
  ];
}

/** https://github.com/grafana/helm-charts/blob/main/charts/promtail/values.yaml */
const HOST_FOLDERS = [
  ['run', '/run/promtail'],
  ['containers', '/var/lib/docker/containers'],
  ['pods', '/var/log/pods'],
] as const;
