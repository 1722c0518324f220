/** What Hub puts into a leaf to install a product: pure, so that every field can be read and tested in one place. */
import { createHash } from 'node:crypto';
import type { CallHomeMessage } from '../../shared/messages.ts';
import { MESSAGE_SCHEMA } from '../../shared/messages.ts';
import type { KubeObject, KubeRef } from './leaf.ts';

/** What a product of the catalog says about its installation. */
export interface InstallableProduct {
  namespace: string;
  /** Name of the Helm release. */
  release: string;
  /** Name of the chart below `chartSource`. */
  chart: string;
  /** The Service through which it is reached. */
  service: string;
  values(input: { clusterId: string; version: string; bucket: string }): object;
  endpoints(address: string): Record<string, string>;
}

export interface InstallPlan {
  clusterId: string;
  generation: number;
  product: InstallableProduct;
  /** The product's version, which is also its chart's. */
  version: string;
  bucket: string;
  images: { helm: string; callHome: string };
  /** `oci://…`, the operator's mirror. */
  chartSource: string;
  projectId: string;
  /** Topic to which the leaf calls home. */
  hintTopic: string;
}

/** Hub's own namespace in a leaf. */
export const HUB_NAMESPACE = 'hub-system';

const INSTALLER = 'installer';

/** The installer may do everything, and only while its Job runs. */
export const INSTALLER_BINDING: KubeRef = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  name: 'hub-installer',
};

/** Eight hex digits that stand for what would be installed: another plan is another Job. */
export function planHash(plan: InstallPlan): string {
  const { product, version, images, chartSource, projectId, hintTopic } = plan;
  const { namespace, release, chart } = product;
  const text = JSON.stringify([
    [namespace, release, chart, version, chartSource],
    [images.helm, images.callHome, projectId, hintTopic],
    valuesOf(plan),
  ]);
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

const valuesOf = ({ product, clusterId, version, bucket }: InstallPlan): object =>
  product.values({ clusterId, version, bucket });

const nameOf = (plan: InstallPlan): string => `install-${plan.generation}-${planHash(plan)}`;

export const jobRef = (plan: InstallPlan): KubeRef => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  name: nameOf(plan),
  namespace: HUB_NAMESPACE,
});

export const valuesRef = (plan: InstallPlan): KubeRef => ({
  apiVersion: 'v1',
  kind: 'Secret',
  name: nameOf(plan),
  namespace: HUB_NAMESPACE,
});

const OURS = { 'app.kubernetes.io/managed-by': 'hub' };

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
const namespace = (name: string, level: 'restricted' | 'baseline'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    labels: {
      ...OURS,
      'pod-security.kubernetes.io/enforce': level,
      'pod-security.kubernetes.io/warn': 'restricted',
    },
  },
});

/** Products come with images of their own making, so they are held to the baseline; Hub's own pods to the strictest level. */
export const namespaces = (plan: InstallPlan): KubeObject[] => [
  namespace(HUB_NAMESPACE, 'restricted'),
  namespace(plan.product.namespace, 'baseline'),
];

/** What the Job needs, in no particular order; all of it must be there before the Job is. */
export const prerequisites = (plan: InstallPlan): KubeObject[] => [
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: INSTALLER, namespace: HUB_NAMESPACE, labels: OURS },
  },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: nameOf(plan), namespace: HUB_NAMESPACE, labels: OURS },
    type: 'Opaque',
    // JSON is YAML, and needs no quoting rules.
    data: { [VALUES_FILE]: Buffer.from(JSON.stringify(valuesOf(plan)), 'utf8').toString('base64') },
  },
  {
    apiVersion: INSTALLER_BINDING.apiVersion,
    kind: INSTALLER_BINDING.kind,
    metadata: { name: INSTALLER_BINDING.name, labels: OURS },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: INSTALLER, namespace: HUB_NAMESPACE }],
  },
];

const VALUES_FILE = 'values.json';
const VALUES_PATH = '/values';
/** The only place the containers can write to. */
const SCRATCH_PATH = '/scratch';

/** Tries after the first; each may take as long as Helm waits. */
const RETRIES = 2;
const HELM_TIMEOUT = '8m';
/** All tries together end before the step's own deadline of 30 minutes, so that the Job tells the reason. */
const DEADLINE_SECONDS = 27 * 60;

const RESTRICTED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** First Helm, then word to Hub. The call home may fail without harm: Hub looks again by itself. */
export function installJob(plan: InstallPlan): KubeObject {
  const name = nameOf(plan);
  const labels = { ...OURS, 'hub-cluster': plan.clusterId };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: HUB_NAMESPACE, labels },
    spec: {
      backoffLimit: RETRIES,
      activeDeadlineSeconds: DEADLINE_SECONDS,
      // Two Helms must never run at once.
      podReplacementPolicy: 'Failed',
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          serviceAccountName: INSTALLER,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65532,
            runAsGroup: 65532,
            fsGroup: 65532,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          initContainers: [helmContainer(plan)],
          containers: [callHomeContainer(plan)],
          volumes: [
            { name: 'values', secret: { secretName: name, defaultMode: 0o440 } },
            { name: 'scratch', emptyDir: {} },
          ],
        },
      },
    },
  };
}

export const HELM_CONTAINER = 'helm';

function helmContainer({ product, version, images, chartSource }: InstallPlan): object {
  return {
    name: HELM_CONTAINER,
    image: images.helm,
    command: ['helm'],
    args: [
      ...['upgrade', '--install', product.release, `${chartSource.replace(/\/$/, '')}/${product.chart}`],
      ...['--version', version],
      ...['--namespace', product.namespace],
      ...['--values', `${VALUES_PATH}/${VALUES_FILE}`],
      ...['--reset-values', '--wait', '--timeout', HELM_TIMEOUT, '--history-max', '3'],
    ],
    env: [
      { name: 'HOME', value: SCRATCH_PATH },
      { name: 'HELM_CACHE_HOME', value: `${SCRATCH_PATH}/cache` },
      { name: 'HELM_CONFIG_HOME', value: `${SCRATCH_PATH}/config` },
      { name: 'HELM_DATA_HOME', value: `${SCRATCH_PATH}/data` },
    ],
    resources: { requests: { cpu: '50m', memory: '256Mi' }, limits: { memory: '1Gi' } },
    securityContext: RESTRICTED,
    volumeMounts: [
      { name: 'values', mountPath: VALUES_PATH, readOnly: true },
      { name: 'scratch', mountPath: SCRATCH_PATH },
    ],
  };
}

function callHomeContainer({ images, projectId, hintTopic, clusterId }: InstallPlan): object {
  const message: CallHomeMessage = { schema: MESSAGE_SCHEMA, cluster: clusterId };
  return {
    name: 'call-home',
    image: images.callHome,
    // The arguments stay arguments: nothing of them is read as shell.
    command: ['sh', '-c', '"$@" || echo "Calling home failed; Hub looks again by itself."', 'call-home'],
    args: [
      ...['gcloud', 'pubsub', 'topics', 'publish', hintTopic],
      ...[`--project=${projectId}`, `--message=${JSON.stringify(message)}`, '--quiet'],
    ],
    env: [
      { name: 'HOME', value: SCRATCH_PATH },
      { name: 'CLOUDSDK_CONFIG', value: `${SCRATCH_PATH}/gcloud` },
    ],
    resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    securityContext: RESTRICTED,
    volumeMounts: [{ name: 'scratch', mountPath: SCRATCH_PATH }],
  };
}
