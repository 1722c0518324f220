import { describe, expect, test } from 'vitest';
import type { KubeObject } from './leaf.ts';
import {
  type InstallPlan,
  installJob,
  jobRef,
  namespaces,
  planHash,
  prerequisites,
  valuesRef,
} from './manifests.ts';

const PLAN: InstallPlan = {
  clusterId: 'aaaabbbbccccdddd',
  generation: 3,
  product: {
    namespace: 'app',
    release: 'app',
    chart: 'app-chart',
    service: 'front',
    values: ({ clusterId, version, bucket }) => ({ clusterId, version, bucket, password: 'open sesame' }),
    endpoints: (address) => ({ web: `http://${address}` }),
  },
  version: '1.2.3',
  bucket: 'hub-aaaabbbbccccdddd-g3',
  images: { helm: 'mirror/helm:4', callHome: 'mirror/google-cloud-cli:slim' },
  chartSource: 'oci://mirror/charts/',
  projectId: 'a-project',
  hintTopic: 'hint',
};

const podOf = (plan: InstallPlan) => installJob(plan).spec.template.spec;
const find = (kind: string): KubeObject => {
  const found = prerequisites(PLAN).find((object) => object.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
};

describe('the install Job', () => {
  test('runs Helm with every argument spelled out', () => {
    const [helm] = podOf(PLAN).initContainers;
    expect([...helm.command, ...helm.args].join(' ')).toBe(
      'helm upgrade --install app oci://mirror/charts/app-chart --version 1.2.3 --namespace app --values /values/values.json --reset-values --wait --timeout 8m --history-max 3',
    );
  });

  test('calls home with arguments that no shell reads', () => {
    const [callHome] = podOf(PLAN).containers;
    expect(callHome.args).toEqual([
      ...['gcloud', 'pubsub', 'topics', 'publish', 'hint', '--project=a-project'],
      ...['--message={"schema":1,"cluster":"aaaabbbbccccdddd"}', '--quiet'],
    ]);
  });

  test('is named after generation and plan, as its values are', () => {
    expect(jobRef(PLAN).name).toBe(`install-3-${planHash(PLAN)}`);
    expect(jobRef(PLAN).name).toMatch(/^install-3-[0-9a-f]{8}$/);
    expect(installJob(PLAN).metadata.name).toBe(jobRef(PLAN).name);
    expect(valuesRef(PLAN).name).toBe(podOf(PLAN).volumes[0].secret.secretName);
  });

  test.each<[string, Partial<InstallPlan>]>([
    ['version', { version: '1.2.4' }],
    ['bucket, through the values', { bucket: 'other' }],
    ['image', { images: { helm: 'mirror/helm:5', callHome: 'x' } }],
    ['chart', { product: { ...PLAN.product, chart: 'other' } }],
  ])('another %s is another Job', (_what, change) => {
    expect(planHash({ ...PLAN, ...change })).not.toBe(planHash(PLAN));
  });

  test('renounces everything that the restricted level asks for', () => {
    const pod = podOf(PLAN);
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const container of [...pod.initContainers, ...pod.containers]) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources.limits.memory).toBeDefined();
    }
  });

  test('ends before the step’s own deadline', () => {
    const { activeDeadlineSeconds, backoffLimit, podReplacementPolicy } = installJob(PLAN).spec;
    expect(activeDeadlineSeconds).toBeLessThan(30 * 60);
    expect(activeDeadlineSeconds).toBeGreaterThan((backoffLimit + 1) * 8 * 60);
    expect(podReplacementPolicy).toBe('Failed');
  });

  test('holds no values itself', () => {
    expect(JSON.stringify(installJob(PLAN))).not.toContain('open sesame');
  });
});

test('the values travel in a Secret, as JSON', () => {
  const { data } = find('Secret');
  expect(JSON.parse(Buffer.from(data['values.json'], 'base64').toString('utf8'))).toEqual({
    clusterId: 'aaaabbbbccccdddd',
    version: '1.2.3',
    bucket: 'hub-aaaabbbbccccdddd-g3',
    password: 'open sesame',
  });
});

test('only the installer’s account gets rights', () => {
  expect(find('ClusterRoleBinding')).toMatchObject({
    roleRef: { name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'installer', namespace: 'hub-system' }],
  });
  expect(podOf(PLAN).serviceAccountName).toBe('installer');
});

test('Hub’s namespace is held to the strictest level, the product’s to the baseline', () => {
  const level = ({ metadata }: KubeObject) => [
    metadata.name,
    metadata.labels?.['pod-security.kubernetes.io/enforce'],
  ];
  expect(namespaces(PLAN).map(level)).toEqual([
    ['hub-system', 'restricted'],
    ['app', 'baseline'],
  ]);
});
