/** What the policies of pipelines say of requests, by a CEL that is not ours. */
import { run } from '@bufbuild/cel';
import { describe, expect, test } from 'vitest';
import { type PolicyObject, pipelinePolicies } from '../../shared/catalog/pipeline-policies.ts';

type Fields = Record<string, unknown>;
interface Expression {
  name?: string;
  expression: string;
  message?: string;
}
interface Spec {
  matchConditions: Expression[];
  variables?: Expression[];
  validations: Expression[];
}

const POLICIES = pipelinePolicies({
  namespace: 'pachyderm',
  databaseSecrets: ['hub-postgres', 'postgres'],
});

/** As the API server does: an expression that fails refuses. */
function judge(name: string, request: Fields): string {
  const isIt = ({ kind, metadata }: PolicyObject): boolean =>
    kind === 'ValidatingAdmissionPolicy' && metadata.name === name;
  const policy = POLICIES.find(isIt);
  if (!policy) throw new Error(`no policy is called ${name}`);
  const { matchConditions, variables = [], validations } = policy.spec as unknown as Spec;
  const evaluate = (expression: string, known: Fields): unknown => run(expression, known as never);
  if (matchConditions.some(({ expression }) => evaluate(expression, request) !== true)) return 'not judged';
  const known: Fields = {};
  for (const { name: variable = '', expression } of variables)
    known[variable] = evaluate(expression, { ...request, variables: known });
  for (const { expression, message = '' } of validations) {
    const result = evaluate(expression, { ...request, variables: known });
    if (result !== true) return result === false ? message : `cannot be judged: ${String(result)}`;
  }
  return 'admitted';
}

const by = (account: string): Fields => ({
  userInfo: { username: `system:serviceaccount:pachyderm:${account}` },
});
const CONTROLLER = { userInfo: { username: 'system:serviceaccount:kube-system:replication-controller' } };
const password = (name: string, key: string): Fields => ({
  name: 'P',
  valueFrom: { secretKeyRef: { name, key } },
});
const PASSWORD = password('hub-postgres', 'postgresql-password');
const LABELS = { app: 'pipeline', pipelineName: 'edges', pipelineProject: 'default' };

interface Pod {
  serviceAccountName?: string;
  serviceAccount?: string;
  imagePullSecrets?: Fields[];
  initContainers: Fields[];
  containers: (Fields & { env: Fields[]; envFrom: Fields[] })[];
  volumes: Fields[];
}
/** As pachd makes them. */
const pod = (change: (spec: Pod) => void = () => undefined): Pod => {
  const spec: Pod = {
    serviceAccountName: 'pachyderm-worker',
    initContainers: [{ name: 'init', image: 'worker' }],
    containers: [
      { name: 'user', env: [{ name: 'A', value: 'b' }, PASSWORD], envFrom: [] },
      { name: 'storage', env: [PASSWORD], envFrom: [{ secretRef: { name: 'pachyderm-storage-secret' } }] },
    ],
    volumes: [
      { name: 'pach-bin', emptyDir: {} },
      { name: 'storage', secret: { secretName: 'pachyderm-storage-secret' } },
    ],
  };
  change(spec);
  return spec;
};
const controller = (spec: Pod): Fields => ({
  metadata: { name: 'pipeline-default-edges-v1' },
  spec: { replicas: 0, template: { metadata: { labels: LABELS }, spec } },
});
const mounting =
  (secretName: string) =>
  ({ volumes }: Pod): void =>
    void volumes.push({ name: 'more', secret: { secretName } });
const reading =
  (name: string) =>
  ({ containers }: Pod): void =>
    void containers[0]?.envFrom.push({ secretRef: { name } });

const NOBODY_ELSE = 'A pipeline runs as pachyderm-worker and as nobody else.';
const VOLUMES =
  'A pipeline has only volumes of the kinds emptyDir, secret, configMap, downwardAPI and ephemeral.';
const MOUNTS = 'A pipeline mounts a Secret that is not for pipelines.';
const READS = 'A pipeline reads a Secret that is not for pipelines.';
const PULLS = 'A pipeline pulls with a Secret that is not for pipelines.';

describe.each([
  [
    'hub-pipelines',
    (spec: Pod): Fields => ({
      object: controller(spec),
      request: { operation: 'CREATE', ...by('pachyderm') },
    }),
  ],
  [
    'hub-pipeline-pods',
    (spec: Pod): Fields => ({
      object: {
        metadata: { labels: LABELS, ownerReferences: [{ kind: 'ReplicationController' }] },
        spec: {
          ...spec,
          // As the API server adds it, before it asks.
          volumes: [
            ...spec.volumes,
            {
              name: 'kube-api-access',
              projected: { sources: [{ serviceAccountToken: {} }, { configMap: {} }] },
            },
          ],
        },
      },
      request: { operation: 'CREATE', ...CONTROLLER },
    }),
  ],
] as const)('%s', (policy, asking) => {
  test.each<[string, (spec: Pod) => void, string]>([
    ['as pachd makes it', () => undefined, 'admitted'],
    [
      'as another account',
      (spec) => void Object.assign(spec, { serviceAccountName: 'pachyderm' }),
      NOBODY_ELSE,
    ],
    [
      'as another account by its old name',
      (spec) => void Object.assign(spec, { serviceAccount: 'pachyderm' }),
      NOBODY_ELSE,
    ],
    ...['hub-product', 'system-cluster-critical', 'system-node-critical'].map(
      (name): [string, (spec: Pod) => void, string] => [
        `before others, as ${name}`,
        (spec) => void Object.assign(spec, { priorityClassName: name }),
        'A pipeline has no priority over Pachyderm.',
      ],
    ),
    [
      'as one of many, as its author says',
      (spec) => void Object.assign(spec, { priorityClassName: 'mine' }),
      'admitted',
    ],
    ['with a folder of the node', ({ volumes }) => void volumes.push({ hostPath: { path: '/' } }), VOLUMES],
    [
      'with a Secret in a projected volume',
      ({ volumes }) => void volumes.push({ projected: { sources: [{ secret: { name: 'mine' } }] } }),
      VOLUMES,
    ],
    ['with a Secret of its author’s', mounting('mine'), 'admitted'],
    ['with Hub’s', mounting('hub-identity'), MOUNTS],
    ['with the root token', mounting('pachyderm-auth'), MOUNTS],
    ['with what Helm keeps', mounting('sh.helm.release.v1.pachyderm.v1'), MOUNTS],
    ['with the database’s of before', mounting('postgres'), MOUNTS],
    ['with that of its own spout', mounting('spout-pachctl-secret-default-edges'), 'admitted'],
    ['with that of another spout', mounting('spout-pachctl-secret-default-else'), MOUNTS],
    ['that reads its author’s', reading('mine'), 'admitted'],
    ['that reads the root token', reading('pachyderm-auth'), READS],
    [
      'that reads the superuser’s password',
      ({ containers }) =>
        void containers[0]?.env.push(password('hub-postgres', 'postgresql-postgres-password')),
      READS,
    ],
    [
      'whose init container reads it',
      ({ initContainers }) =>
        void initContainers.push({ env: [password('hub-postgres', 'postgresql-postgres-password')] }),
      READS,
    ],
    [
      'that pulls with its author’s',
      (spec) => void Object.assign(spec, { imagePullSecrets: [{ name: 'mine' }] }),
      'admitted',
    ],
    [
      'that pulls with Hub’s',
      (spec) => void Object.assign(spec, { imagePullSecrets: [{ name: 'hub-license' }] }),
      PULLS,
    ],
  ])('%s', (_, change, said) => expect(judge(policy, asking(pod(change)))).toBe(said));
});

test('a pipeline of before is scaled as ever, and not changed into another', () => {
  const bad = pod((spec) => void Object.assign(spec, { serviceAccountName: 'pachyderm' }));
  const request = { operation: 'UPDATE', ...by('pachyderm') };
  const scaled = { ...controller(bad), metadata: { name: 'scaled' } };
  expect(judge('hub-pipelines', { object: scaled, oldObject: controller(bad), request })).toBe('not judged');
  const changed = { object: controller(bad), oldObject: controller(pod()), request };
  expect(judge('hub-pipelines', changed)).toBe(NOBODY_ELSE);
});

test('pods of the product’s own are nobody’s pipelines', () => {
  const object = { metadata: { ownerReferences: [{ kind: 'ReplicaSet' }] }, spec: { containers: [] } };
  expect(judge('hub-pipeline-pods', { object, request: { operation: 'CREATE' } })).toBe('not judged');
});

test('33: a worker makes no pods, and who makes them for it does', () => {
  const pods = (who: Fields) =>
    judge('hub-workers-pods', { object: {}, request: { operation: 'CREATE', ...who } });
  expect(pods(by('pachyderm-worker'))).toBe('Pipelines make, change and delete no pods.');
  expect(pods(CONTROLLER)).toBe('not judged');
});

describe('a worker’s Services', () => {
  const GATEWAYS = 'Pipelines have Services of their S3 gateways only.';
  const asking = (operation: string, name: string, spec?: Fields): string => {
    const object = { metadata: { name }, spec };
    return judge('hub-workers-services', {
      object: operation === 'DELETE' ? null : object,
      oldObject: operation === 'CREATE' ? null : object,
      request: { operation, ...by('pachyderm-worker') },
    });
  };
  test.each([
    ['CREATE', 's3-ab', { clusterIP: 'None', selector: LABELS }, 'admitted'],
    ['CREATE', 'pachd-proxy-backend', { clusterIP: 'None', selector: LABELS }, GATEWAYS],
    ['CREATE', 's3-ab', { selector: LABELS }, GATEWAYS],
    ['CREATE', 's3-ab', { clusterIP: 'None', selector: { app: 'pachd' } }, GATEWAYS],
    ['CREATE', 's3-ab', { clusterIP: 'None' }, GATEWAYS],
    ['UPDATE', 's3-ab', { clusterIP: 'None', selector: LABELS }, GATEWAYS],
    ['DELETE', 's3-ab', undefined, 'admitted'],
    ['DELETE', 'pachd', undefined, GATEWAYS],
  ])('%s %s %j: %s', (operation, name, spec, said) => expect(asking(operation, name, spec)).toBe(said));
});

describe('Secrets that pachd makes', () => {
  const TOKEN = 'A Secret of Pachyderm holds no token of a service account.';
  const OURS = 'This Secret is not Pachyderm’s.';
  const asking = (operation: string, name: string, type?: string): string => {
    const object = { metadata: { name }, ...(type !== undefined && { type }) };
    return judge('hub-pachd-secrets', {
      object: operation === 'DELETE' ? null : object,
      oldObject: operation === 'CREATE' ? null : object,
      // None where many are deleted at once, or the name is generated.
      request: { operation, name: '', ...by('pachyderm') },
    });
  };
  test.each([
    ['CREATE', 'mine', 'Opaque', 'admitted'],
    ['CREATE', 'mine', undefined, 'admitted'],
    ['CREATE', 'mine', 'kubernetes.io/service-account-token', TOKEN],
    ['CREATE', 'mine', 'helm.sh/release.v1', TOKEN],
    ['CREATE', 'pachyderm-pjs-worker-authentication', 'Opaque', 'admitted'],
    ['UPDATE', 'hub-identity', 'Opaque', OURS],
    ['DELETE', 'hub-identity', 'Opaque', OURS],
    ['DELETE', 'sh.helm.release.v1.pachyderm.v1', 'helm.sh/release.v1', OURS],
    ['DELETE', 'mine', 'Opaque', 'admitted'],
  ])('%s %s %s: %s', (operation, name, type, said) => expect(asking(operation, name, type)).toBe(said));
});
