/** Over the wire, with the official client: who may do what, with which token. */
import {
  ApiException,
  ApiextensionsV1Api,
  AppsV1Api,
  AuthenticationV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  RbacAuthorizationV1Api,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aWorld } from '../a-world.ts';
import { realClock } from '../clock.ts';
import type { World } from '../service.ts';
import type { LeafEntry, Leaves } from './leaves.ts';
import { servedLeaves, TARGET } from './testing.ts';

const HUB = 'ya29.hub';
const world: World = aWorld({ clock: realClock(5000) });

let leaves: Leaves;
let entry: LeafEntry;
beforeAll(async () => {
  leaves = servedLeaves(world, HUB);
  entry = await leaves.start(TARGET);
});
afterAll(() => leaves.close());

/** As `kubectl` would be set up for the bearer of a token. */
function configFor(token: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    {
      name: 'leaf',
      server: entry.server,
      skipTLSVerify: false,
      caData: Buffer.from(entry.ca).toString('base64'),
    },
    { name: 'somebody', token },
  );
  return config;
}
const asHub = () => configFor(HUB);

interface Refusal {
  code: number;
  reason: string;
  message: string;
}
async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiException)) throw new Error(`not refused: ${String(error)}`);
  // The client keeps no body of a 401.
  return error.body === undefined
    ? { code: error.code, reason: '', message: '' }
    : (JSON.parse(String(error.body)) as Refusal);
}

const namespace = 'team';
beforeAll(async () => {
  await asHub()
    .makeApiClient(CoreV1Api)
    .createNamespace({ body: { metadata: { name: namespace } } });
});

let account = 0;
/** A service account with the rights of a ClusterRole in the namespace, and a token for it. */
async function member(role: string): Promise<{ name: string; token: string; config: KubeConfig }> {
  const name = `member-${++account}`;
  const core = asHub().makeApiClient(CoreV1Api);
  await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name } } });
  await asHub()
    .makeApiClient(RbacAuthorizationV1Api)
    .createNamespacedRoleBinding({
      namespace,
      body: {
        metadata: { name },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      },
    });
  const { status } = await core.createNamespacedServiceAccountToken({
    namespace,
    name,
    body: { spec: { audiences: [], expirationSeconds: 3600 } },
  });
  const token = status?.token ?? '';
  return { name, token, config: configFor(token) };
}

describe('a member with a token of its own', () => {
  test('sees what a viewer sees, and nothing else', async () => {
    const { name, config } = await member('view');
    const core = config.makeApiClient(CoreV1Api);
    expect((await core.listNamespacedPod({ namespace })).items).toEqual([]);
    expect(await refusal(core.listNamespacedSecret({ namespace }))).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: `secrets is forbidden: User "system:serviceaccount:team:${name}" cannot list resource "secrets" in API group "" in the namespace "team"`,
    });
    expect(await refusal(core.listNamespacedPod({ namespace: 'default' }))).toMatchObject({ code: 403 });
    expect(await refusal(core.listNode())).toMatchObject({
      message: expect.stringContaining('at the cluster scope'),
    });
    const create = core.createNamespacedPod({ namespace, body: { metadata: { name: 'p' } } });
    expect(await refusal(create)).toMatchObject({ code: 403 });
  });

  test('asks what it may and who it is', async () => {
    const { name, config } = await member('edit');
    const review = async (resource: string, verb: string): Promise<boolean | undefined> => {
      const body = { spec: { resourceAttributes: { namespace, resource, verb } } };
      const answer = await config.makeApiClient(AuthorizationV1Api).createSelfSubjectAccessReview({ body });
      return answer.status?.allowed;
    };
    expect(await review('pods', 'delete')).toBe(true);
    expect(await review('resourcequotas', 'delete')).toBe(false);
    const self = await config.makeApiClient(AuthenticationV1Api).createSelfSubjectReview({ body: {} });
    expect(self.status?.userInfo?.username).toBe(`system:serviceaccount:team:${name}`);
  });

  test('gives away no more than it holds', async () => {
    const { config } = await member('admin');
    const rbac = config.makeApiClient(RbacAuthorizationV1Api);
    const role = (resources: string[]) => ({
      namespace,
      body: { metadata: { generateName: 'r-' }, rules: [{ apiGroups: [''], resources, verbs: ['create'] }] },
    });
    expect((await rbac.createNamespacedRole(role(['pods']))).metadata?.name).toMatch(/^r-/);
    expect(await refusal(rbac.createNamespacedRole(role(['resourcequotas'])))).toMatchObject({
      code: 403,
      message: expect.stringContaining(
        'is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["resourcequotas"], Verbs:["create"]}',
      ),
    });
  });

  test('loses everything with its account', async () => {
    const { name, config } = await member('view');
    await asHub().makeApiClient(CoreV1Api).deleteNamespacedServiceAccount({ namespace, name });
    const list = config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace });
    expect(await refusal(list)).toMatchObject({ code: 401 });
  });

  test('loses its rights with its binding, at once', async () => {
    const { name, config } = await member('view');
    await asHub().makeApiClient(RbacAuthorizationV1Api).deleteNamespacedRoleBinding({ namespace, name });
    expect(await refusal(config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace }))).toMatchObject({
      code: 403,
    });
  });
});

test('a token for less than ten minutes cannot be had', async () => {
  const body = { spec: { audiences: [], expirationSeconds: 60 } };
  const call = asHub()
    .makeApiClient(CoreV1Api)
    .createNamespacedServiceAccountToken({ namespace, name: 'default', body });
  expect(await refusal(call)).toMatchObject({ code: 422, message: expect.stringContaining('10 minutes') });
});

describe('subresources', () => {
  const spec = {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'web:1' }] },
    },
  };
  beforeEach(async () => {
    const apps = asHub().makeApiClient(AppsV1Api);
    const { items } = await apps.listNamespacedDeployment({ namespace });
    if (items.length === 0)
      await apps.createNamespacedDeployment({ namespace, body: { metadata: { name: 'web' }, spec } });
  });

  test('a Deployment is scaled, by who may scale', async () => {
    const { config } = await member('edit');
    const apps = config.makeApiClient(AppsV1Api);
    const scale = await apps.readNamespacedDeploymentScale({ namespace, name: 'web' });
    scale.spec = { replicas: 3 };
    const scaled = await apps.replaceNamespacedDeploymentScale({ namespace, name: 'web', body: scale });
    expect(scaled.spec?.replicas).toBe(3);
    expect((await apps.readNamespacedDeployment({ namespace, name: 'web' })).spec?.replicas).toBe(3);
    const viewer = (await member('view')).config.makeApiClient(AppsV1Api);
    const again = viewer.replaceNamespacedDeploymentScale({ namespace, name: 'web', body: scale });
    expect(await refusal(again)).toMatchObject({ code: 403 });
  });

  test('a pod is evicted', async () => {
    const core = asHub().makeApiClient(CoreV1Api);
    await expect
      .poll(async () => (await core.listNamespacedPod({ namespace })).items.length)
      .toBeGreaterThan(0);
    const [pod] = (await core.listNamespacedPod({ namespace })).items;
    const name = pod?.metadata?.name ?? '';
    await core.createNamespacedPodEviction({ namespace, name, body: { metadata: { name, namespace } } });
    await expect
      .poll(async () => (await core.listNamespacedPod({ namespace })).items.map((one) => one.metadata?.name))
      .not.toContain(name);
  });
});

test('a kind defined at run time is served at once, under its own rights', async () => {
  const group = 'networking.istio.io';
  const version = (name: string, storage: boolean) => ({
    name,
    served: true,
    storage,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: {
          spec: { type: 'object', properties: { hosts: { type: 'array', items: { type: 'string' } } } },
        },
      },
    },
  });
  await asHub()
    .makeApiClient(ApiextensionsV1Api)
    .createCustomResourceDefinition({
      body: {
        metadata: { name: `virtualservices.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural: 'virtualservices', kind: 'VirtualService' },
          versions: [version('v1', false), version('v1beta1', true)],
        },
      },
    });
  const custom = asHub().makeApiClient(CustomObjectsApi);
  const at = { group, version: 'v1', namespace, plural: 'virtualservices' };
  const body = {
    apiVersion: `${group}/v1`,
    kind: 'VirtualService',
    metadata: { name: 'front' },
    spec: { hosts: ['a'] },
  };
  await custom.createNamespacedCustomObject({ ...at, body });
  expect(await custom.getNamespacedCustomObject({ ...at, name: 'front' })).toMatchObject(body);
  const other = await custom.listNamespacedCustomObject({ ...at, version: 'v1beta1' });
  expect(other).toMatchObject({ items: [{ apiVersion: `${group}/v1beta1`, spec: { hosts: ['a'] } }] });
  const wrong = custom.createNamespacedCustomObject({
    ...at,
    body: { ...body, metadata: { name: 'b' }, spec: { hosts: 'a' } },
  });
  expect(await refusal(wrong)).toMatchObject({ code: 422 });
  const { config } = await member('edit');
  const stranger = config.makeApiClient(CustomObjectsApi).listNamespacedCustomObject(at);
  expect(await refusal(stranger)).toMatchObject({
    code: 403,
    message: expect.stringContaining(
      'cannot list resource "virtualservices" in API group "networking.istio.io"',
    ),
  });
});
