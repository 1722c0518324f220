/** The few shapes that charts are made of. */
import type { EnvironmentSource } from '../../pachd/chart.ts';
import type { Fields } from '../objects.ts';

export interface Base {
  namespace: string;
  labels: Record<string, string>;
}

const metadata = ({ namespace, labels }: Base, name: string, more: Fields = {}): Fields => ({
  name,
  namespace,
  labels: { ...labels, app: name },
  ...more,
});

export const serviceAccount = (base: Base, name: string, annotations?: Record<string, string>): Fields => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metadata(base, name, annotations && Object.keys(annotations).length > 0 ? { annotations } : {}),
});

export const secret = (base: Base, name: string, texts: Record<string, string>): Fields => {
  const data: Record<string, string> = {};
  for (const [key, text] of Object.entries(texts)) data[key] = Buffer.from(text, 'utf8').toString('base64');
  return { apiVersion: 'v1', kind: 'Secret', metadata: metadata(base, name), type: 'Opaque', data };
};

export const configMap = (base: Base, name: string, data: Record<string, string>): Fields => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(base, name),
  data,
});

type Port = [name: string, port: number, targetPort?: string | number];

interface ServiceOptions {
  app?: string;
  type?: string;
  headless?: boolean;
  annotations?: Record<string, string>;
}

export const service = (
  base: Base,
  name: string,
  ports: readonly Port[],
  options: ServiceOptions = {},
): Fields => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(base, name, options.annotations ? { annotations: options.annotations } : {}),
  spec: {
    type: options.type ?? 'ClusterIP',
    ...(options.headless && { clusterIP: 'None' }),
    selector: { app: options.app ?? name, suite: base.labels.suite ?? name },
    ports: ports.map(([portName, port, targetPort]) => ({
      name: portName,
      port,
      protocol: 'TCP',
      targetPort: targetPort ?? port,
    })),
  },
});

interface PodOptions {
  image: string;
  ports?: ReadonlyArray<readonly [name: string, port: number]>;
  args?: readonly string[];
  env?: Record<string, string>;
  /** Variables that are elsewhere. */
  envSources?: readonly EnvironmentSource[];
  serviceAccountName?: string;
  envFromSecret?: string;
  mounts?: ReadonlyArray<readonly [volume: string, path: string]>;
  volumes?: readonly Fields[];
  user?: number;
  asRoot?: boolean;
  /** Of its container, where the chart leaves them to whoever installs it: none at all if empty. */
  resources?: Fields;
  /** As the strictest level of Pod Security asks. */
  restricted?: boolean;
}

function template(base: Base, name: string, pod: PodOptions): Fields {
  return {
    metadata: { labels: { app: name, suite: base.labels.suite ?? name } },
    spec: {
      ...(pod.serviceAccountName && { serviceAccountName: pod.serviceAccountName }),
      securityContext: pod.asRoot
        ? { runAsUser: 0, runAsGroup: 0 }
        : { runAsNonRoot: true, runAsUser: pod.user ?? 65532, fsGroup: pod.user ?? 65532 },
      containers: [
        {
          name,
          image: pod.image,
          ...(pod.args && { args: [...pod.args] }),
          ...((pod.env || pod.envSources) && { env: environmentOf(pod) }),
          ...(pod.envFromSecret && { envFrom: [{ secretRef: { name: pod.envFromSecret } }] }),
          ...(pod.ports && {
            ports: pod.ports.map(([portName, port]) => ({
              name: portName,
              containerPort: port,
              protocol: 'TCP',
            })),
          }),
          ...(pod.mounts && {
            volumeMounts: pod.mounts.map(([volume, path]) => ({ name: volume, mountPath: path })),
          }),
          resources: pod.resources ?? { requests: { cpu: '100m', memory: '256Mi' } },
          ...(pod.restricted && {
            securityContext: {
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'] },
              seccompProfile: { type: 'RuntimeDefault' },
            },
          }),
        },
      ],
      ...(pod.volumes && { volumes: [...pod.volumes] }),
    },
  };
}

const environmentOf = ({ env = {}, envSources = [] }: PodOptions): Fields[] => [
  ...Object.entries(env).map(([name, value]) => ({ name, value })),
  ...envSources.map((source) => {
    if ('value' in source) return { name: source.name, value: source.value };
    const { name, key } = source;
    return 'secret' in source
      ? { name, valueFrom: { secretKeyRef: { name: source.secret, key } } }
      : { name, valueFrom: { configMapKeyRef: { name: source.configMap, key } } };
  }),
];

export const deployment = (base: Base, name: string, pod: PodOptions, replicas = 1): Fields => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata(base, name),
  spec: {
    replicas,
    selector: { matchLabels: { app: name, suite: base.labels.suite ?? name } },
    template: template(base, name, pod),
  },
});

export const daemonSet = (base: Base, name: string, pod: PodOptions): Fields => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: metadata(base, name),
  spec: {
    selector: { matchLabels: { app: name, suite: base.labels.suite ?? name } },
    template: template(base, name, pod),
  },
});

interface Storage {
  claim: string;
  path: string;
  size: string;
  storageClass?: string | undefined;
}

export const statefulSet = (base: Base, name: string, pod: PodOptions, storage: Storage): Fields => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: metadata(base, name),
  spec: {
    replicas: 1,
    serviceName: `${name}-headless`,
    selector: { matchLabels: { app: name, suite: base.labels.suite ?? name } },
    template: template(base, name, {
      ...pod,
      mounts: [...(pod.mounts ?? []), [storage.claim, storage.path]],
    }),
    volumeClaimTemplates: [
      {
        metadata: { name: storage.claim, labels: { app: name, suite: base.labels.suite ?? name } },
        spec: {
          accessModes: ['ReadWriteOnce'],
          ...(storage.storageClass && { storageClassName: storage.storageClass }),
          resources: { requests: { storage: storage.size } },
        },
      },
    ],
  },
});

export const roleWithBinding = (base: Base, name: string, rules: Fields[]): Fields[] => [
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: metadata(base, name), rules },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: metadata(base, name),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: base.namespace }],
  },
];
