/** What Hub puts into a leaf to carry out an install plan: pure, so that every field can be read and tested in one place. */

import { createHash } from 'node:crypto';
import { LIFECYCLE } from '../../shared/lifecycle/table.ts';
import { type CallHomeMessage, MESSAGE_SCHEMA } from '../../shared/messages.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { registryConfig } from '../charts.ts';
import { LABELS } from '../labels.ts';
import type { KubeObject, KubeRef } from './leaf.ts';
import { HUB_NAMESPACE, INSTALLER_BINDING, OURS } from './names.ts';
import type { InstallPlan, PlannedNamespace, Release } from './plan.ts';

const INSTALLER = 'installer';

/** Eight hex digits that stand for what would be installed: another plan is another Job. */
export function planHash(plan: InstallPlan): string {
  const { releases, images, chartSource, projectId, hintTopic, round } = plan;
  const text = JSON.stringify([
    releases,
    chartSource,
    images.helm,
    images.callHome,
    projectId,
    hintTopic,
    round,
  ]);
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

const nameOf = (plan: InstallPlan): string => `install-${plan.generation}-${planHash(plan)}`;

/** Whether a Job or a Secret in Hub's namespace is of an installation. */
export const isInstallation = (name: string): boolean => name.startsWith('install-');

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

const namespace = ({ name, podSecurity }: PlannedNamespace): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    labels: {
      ...OURS,
      'pod-security.kubernetes.io/enforce': podSecurity,
      'pod-security.kubernetes.io/warn': 'restricted',
    },
  },
});

export const namespaces = (plan: InstallPlan): KubeObject[] => plan.namespaces.map(namespace);

/**
 * What the Job needs, in no particular order; all of it must be there before the Job is.
 * @param chartToken lets Helm read the charts, where not everybody may; good for `CHART_TOKEN_MS`
 */
export const prerequisites = (plan: InstallPlan, chartToken?: string): KubeObject[] => [
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
    data: {
      ...Object.fromEntries(plan.releases.map((release) => [valuesFile(release), base64(release.values)])),
      ...(chartToken !== undefined && {
        [REGISTRY_FILE]: base64(registryConfig(plan.chartSource, chartToken)),
      }),
    },
  },
  {
    apiVersion: INSTALLER_BINDING.apiVersion,
    kind: INSTALLER_BINDING.kind,
    metadata: { name: INSTALLER_BINDING.name, labels: OURS },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: INSTALLER, namespace: HUB_NAMESPACE }],
  },
];

const base64 = (value: object): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64');
const valuesFile = ({ name }: Release): string => `${name}.json`;
const VALUES_PATH = '/values';
/** Beside the values, and by its name none of them. */
const REGISTRY_FILE = 'registry-config';
/** The only place the containers can write to. */
const SCRATCH_PATH = '/scratch';

/**
 * Tries after the first. Each begins with the first release; what is there already takes Helm seconds. So at the worst every release is
 * waited for once (15 minutes), and the slowest, the product, in two tries more (12).
 */
const RETRIES = 2;
/** All tries together end before the state's own deadline, so that the Job tells the reason. */
const DEADLINE_SECONDS = (LIFECYCLE.installing.timeoutMs - minutes(2.5)) / 1000;

/** A token is asked for just before the Job is made, and each of the tries pulls. */
export const CHART_TOKEN_MS = seconds(DEADLINE_SECONDS + 180);

const RESTRICTED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

/** Helm for one release after the other, then word to Hub. The call home may fail without harm: Hub looks again by itself. */
export function installJob(plan: InstallPlan): KubeObject {
  const name = nameOf(plan);
  const labels = { ...OURS, [LABELS.cluster]: plan.clusterId };
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
          initContainers: plan.releases.map((release) => helmContainer(release, plan)),
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

/** Name of the container that installs it. */
const helmContainerName = ({ name }: Pick<Release, 'name'>): string => `helm-${name}`;

function helmContainer(release: Release, { images, chartSource }: InstallPlan): object {
  return {
    name: helmContainerName(release),
    image: images.helm,
    command: ['helm'],
    args: [
      ...['upgrade', '--install', release.name, `${chartSource.replace(/\/$/, '')}/${release.chart}`],
      ...['--version', release.version],
      ...['--namespace', release.namespace],
      ...['--values', `${VALUES_PATH}/${valuesFile(release)}`],
      // What Hub or an owner has set since is set back; without it, repairing would end at the first such field.
      ...['--reset-values', '--force-conflicts'],
      ...['--wait', '--timeout', release.timeout, '--history-max', '3'],
    ],
    env: [
      { name: 'HOME', value: SCRATCH_PATH },
      { name: 'HELM_CACHE_HOME', value: `${SCRATCH_PATH}/cache` },
      { name: 'HELM_CONFIG_HOME', value: `${SCRATCH_PATH}/config` },
      { name: 'HELM_DATA_HOME', value: `${SCRATCH_PATH}/data` },
      // Not there where everybody may read charts, which is as good.
      { name: 'HELM_REGISTRY_CONFIG', value: `${VALUES_PATH}/${REGISTRY_FILE}` },
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
