import { describe, expect, test } from 'vitest';
import { LIFECYCLE } from '../../shared/lifecycle/table.ts';
import { aPlan, PRODUCT } from '../../test/a-plan.ts';
import type { KubeObject } from './leaf.ts';
import {
  CHART_TOKEN_MS,
  installJob,
  jobRef,
  namespaces,
  planHash,
  prerequisites,
  valuesRef,
} from './manifests.ts';
import { ISTIO_VERSION } from './mesh.ts';
import type { InstallPlan } from './plan.ts';

const PLAN = aPlan();
const podOf = (plan: InstallPlan) => installJob(plan).spec.template.spec;
const find = (kind: string): KubeObject => {
  const found = prerequisites(PLAN).find((object) => object.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
};

describe('the install Job', () => {
  test('runs Helm for the mesh and then the product, with every argument spelled out', () => {
    const upgrade = (release: string, chart: string, version: string, namespace: string, timeout: string) =>
      `helm upgrade --install ${release} oci://mirror/charts/${chart} --version ${version} --namespace ${namespace} --values /values/${release}.json --reset-values --force-conflicts --wait --timeout ${timeout} --history-max 3`;
    const containers: { name: string; command: string[]; args: string[] }[] = podOf(PLAN).initContainers;
    expect(containers.map(({ command, args }) => [...command, ...args].join(' '))).toEqual([
      upgrade('base', 'base', ISTIO_VERSION, 'istio-system', '1m'),
      upgrade('istiod', 'istiod', ISTIO_VERSION, 'istio-system', '4m'),
      upgrade('hub-gateway', 'gateway', ISTIO_VERSION, 'istio-ingress', '4m'),
      upgrade('app', 'app-chart', '1.2.3', 'app', '6m'),
    ]);
    expect(containers.map(({ name }) => name)).toEqual([
      'helm-base',
      'helm-istiod',
      'helm-hub-gateway',
      'helm-app',
    ]);
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

  test.each<[string, Parameters<typeof aPlan>[0]]>([
    ['version', { version: '1.2.4' }],
    ['bucket, through the values', { bucket: 'other' }],
    ['host, through the values', { host: 'other.example' }],
    ['image', { images: { helm: 'mirror/helm:5', callHome: 'x' } }],
    ['mirror, through the values', { imageMirror: 'mirror/images' }],
    ['chart', { product: { ...PRODUCT, chart: 'other' } }],
    ['round', { round: 'repair-1' }],
  ])('another %s is another Job', (_what, change) => {
    expect(planHash(aPlan(change))).not.toBe(planHash(PLAN));
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

  test('ends before the step’s own deadline, when each release is slow once and the slowest always', () => {
    const { activeDeadlineSeconds, backoffLimit, podReplacementPolicy } = installJob(PLAN).spec;
    const waits = PLAN.releases.map(({ timeout }) => Number.parseInt(timeout, 10) * 60);
    const longest = waits.reduce((a, b) => a + b) + backoffLimit * Math.max(...waits);
    expect(activeDeadlineSeconds).toBeLessThan(LIFECYCLE.installing.timeoutMs / 1000);
    expect(activeDeadlineSeconds).toBeGreaterThan(longest);
    expect(podReplacementPolicy).toBe('Failed');
  });

  test('holds no values itself', () => {
    expect(JSON.stringify(installJob(PLAN))).not.toContain('hub-aaaabbbbccccdddd-g3');
  });
});

test('the values travel in one Secret, as JSON, a key for each release', () => {
  const { data } = find('Secret');
  expect(Object.keys(data)).toEqual(['base.json', 'istiod.json', 'hub-gateway.json', 'app.json']);
  expect(JSON.parse(Buffer.from(data['app.json'], 'base64').toString('utf8'))).toEqual({
    clusterId: 'aaaabbbbccccdddd',
    version: '1.2.3',
    bucket: 'hub-aaaabbbbccccdddd-g3',
    host: 'aaaabbbbccccdddd.hub.example',
  });
});

describe('what reads charts', () => {
  const TOKEN = 'ya29.c.canary';
  const secretWith = (token?: string) => prerequisites(PLAN, token).find(({ kind }) => kind === 'Secret');

  test('travels beside the values, as Helm keeps a login, and where Helm looks for it', () => {
    const [container] = podOf(PLAN).initContainers;
    const path = container.env.find(({ name }: { name: string }) => name === 'HELM_REGISTRY_CONFIG').value;
    const config = secretWith(TOKEN)?.data[path.slice('/values/'.length)];
    const auth = Buffer.from(`oauth2accesstoken:${TOKEN}`).toString('base64');
    expect(JSON.parse(Buffer.from(config, 'base64').toString())).toEqual({ auths: { mirror: { auth } } });
    expect(container.volumeMounts[0]).toEqual({ name: 'values', mountPath: '/values', readOnly: true });
  });

  test('is no part of the Job, nor of its name, nor given to what calls home', () => {
    expect(secretWith(TOKEN)?.metadata.name).toBe(secretWith('ya29.c.another')?.metadata.name);
    const [callHome] = podOf(PLAN).containers;
    expect(callHome.volumeMounts.map(({ name }: { name: string }) => name)).toEqual(['scratch']);
  });

  test('lasts longer than all tries of the Job together, and not longer than IAM gives it', () => {
    expect(CHART_TOKEN_MS).toBeGreaterThan(installJob(PLAN).spec.activeDeadlineSeconds * 1000);
    expect(CHART_TOKEN_MS).toBeLessThanOrEqual(3_600_000);
  });
});

test('only the installer’s account gets all rights', () => {
  expect(find('ClusterRoleBinding')).toMatchObject({
    roleRef: { name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'installer', namespace: 'hub-system' }],
  });
  expect(podOf(PLAN).serviceAccountName).toBe('installer');
  const bindings = PLAN.guards.filter(({ kind }) => kind.endsWith('Binding'));
  expect(bindings.map(({ kind, metadata, roleRef }) => [kind, metadata.namespace, roleRef.name])).toEqual([
    ['RoleBinding', 'hub-members', 'hub-tokens'],
    ['RoleBinding', 'app', 'hub-sign-in'],
  ]);
});

test('every namespace is held to the strictest level, the product’s to that of its catalog entry', () => {
  const level = ({ metadata }: KubeObject) => [
    metadata.name,
    metadata.labels?.['pod-security.kubernetes.io/enforce'],
  ];
  expect(namespaces(PLAN).map(level)).toEqual([
    ['hub-system', 'restricted'],
    ['hub-members', 'restricted'],
    ['istio-system', 'restricted'],
    ['istio-ingress', 'restricted'],
    ['app', 'baseline'],
  ]);
});

test('everything says whose it is', () => {
  for (const object of [...namespaces(PLAN), ...PLAN.guards, ...prerequisites(PLAN), installJob(PLAN)]) {
    expect(object.metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'hub' });
  }
});
