import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { create, patch, remove } from './api.ts';
import { KINDS, type Kind } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields, Stored } from './objects.ts';
import { aClaim, aDeployment, aJob, aLeaf, live, made, podsOf, type TestLeaf } from './testing.ts';

let here: TestLeaf;
let leaf: LeafCluster;
beforeEach(async () => {
  here = await aLeaf();
  leaf = here.leaf;
});
afterEach(() => expect(here.errors).toEqual([]));

const aQuota = (hard: Fields, more: Fields = {}): Stored =>
  made(leaf, KINDS.ResourceQuota, { metadata: { name: 'quota' }, spec: { hard, ...more } });
const aPod = (name: string, resources?: Fields, more: Fields = {}): Fields => ({
  metadata: { name },
  spec: { containers: [{ name: 'main', image: 'a:1', ...(resources && { resources }) }], ...more },
});
const TEMPLATE = {
  selector: { app: 'a' },
  template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'main', image: 'a:1' }] } },
};
const used = async (): Promise<Fields> => {
  await here.clock.runFor(0);
  return live(leaf, KINDS.ResourceQuota, 'quota').status?.used;
};

describe('a ResourceQuota', () => {
  test('refuses the object too many, and tells what was asked, used and allowed', () => {
    aQuota({ configmaps: '2' });
    made(leaf, KINDS.ConfigMap, { metadata: { name: 'one' } });
    expect(() => made(leaf, KINDS.ConfigMap, { metadata: { name: 'two' } })).toThrow(
      expect.objectContaining({
        code: 403,
        reason: 'Forbidden',
        message:
          'configmaps "two" is forbidden: exceeded quota: quota, requested: configmaps=1, used: configmaps=2, limited: configmaps=2',
      }),
    );
  });

  test('counts controllers by their bare name, as it does pods', () => {
    aQuota({ replicationcontrollers: '1' });
    const controller = (name: string): Fields => ({ metadata: { name }, spec: { replicas: 0, ...TEMPLATE } });
    made(leaf, KINDS.ReplicationController, controller('one'));
    expect(() => made(leaf, KINDS.ReplicationController, controller('two'))).toThrow(
      'replicationcontrollers "two" is forbidden: exceeded quota: quota, requested: replicationcontrollers=1, used: replicationcontrollers=1, limited: replicationcontrollers=1',
    );
  });

  test('adds up what pods ask for', async () => {
    aQuota({ 'requests.cpu': '1', 'limits.memory': '1Gi', pods: '10' });
    const half = { requests: { cpu: '500m', memory: '256Mi' }, limits: { memory: '512Mi' } };
    made(leaf, KINDS.Pod, aPod('a', half));
    expect(await used()).toEqual({ 'requests.cpu': '500m', 'limits.memory': '512Mi', pods: '1' });
    expect(() =>
      made(leaf, KINDS.Pod, aPod('b', { requests: { cpu: '600m' }, limits: { memory: '1Gi' } })),
    ).toThrow(
      'exceeded quota: quota, requested: limits.memory=1Gi,requests.cpu=600m, used: limits.memory=512Mi,requests.cpu=500m, limited: limits.memory=1Gi,requests.cpu=1',
    );
    made(leaf, KINDS.Pod, aPod('c', half));
    expect(await used()).toEqual({ 'requests.cpu': '1', 'limits.memory': '1Gi', pods: '2' });
  });

  test('wants every container to say what it needs of what is limited', () => {
    aQuota({ 'limits.cpu': '1', 'requests.memory': '1Gi' });
    expect(() => made(leaf, KINDS.Pod, aPod('a', { requests: { memory: '1Mi' } }))).toThrow(
      'pods "a" is forbidden: failed quota: quota: must specify limits.cpu for: main',
    );
  });

  test('frees what goes, and what is over', async () => {
    aQuota({ 'requests.cpu': '1', pods: '1', 'count/jobs.batch': '3' });
    made(
      leaf,
      KINDS.Job,
      aJob('work', ['true'], {
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [
              { name: 'w', image: 'w:1', command: ['true'], resources: { requests: { cpu: '1' } } },
            ],
          },
        },
      }),
    );
    expect(await used()).toEqual({ 'requests.cpu': '1', pods: '1', 'count/jobs.batch': '1' });
    await here.until(() => podsOf(leaf).some((pod) => pod.status?.phase === 'Succeeded'));
    expect(await used()).toEqual({ 'requests.cpu': '0', pods: '0', 'count/jobs.batch': '1' });
    remove(leaf, KINDS.Job, 'default', 'work', { propagation: 'Background' });
    expect(await used()).toMatchObject({ 'count/jobs.batch': '0' });
  });

  test('counts storage, by class too, and the growth of a claim', async () => {
    aQuota({
      'requests.storage': '20Gi',
      'standard-rwo.storageclass.storage.k8s.io/requests.storage': '15Gi',
      persistentvolumeclaims: '2',
    });
    made(leaf, KINDS.PersistentVolumeClaim, aClaim('data'));
    expect(() => made(leaf, KINDS.PersistentVolumeClaim, aClaim('more'))).toThrow(
      'requested: standard-rwo.storageclass.storage.k8s.io/requests.storage=10Gi, used: standard-rwo.storageclass.storage.k8s.io/requests.storage=10Gi, limited: standard-rwo.storageclass.storage.k8s.io/requests.storage=15Gi',
    );
    expect(await used()).toMatchObject({ 'requests.storage': '10Gi', persistentvolumeclaims: '1' });
  });

  test('counts Services by type', () => {
    aQuota({ 'services.loadbalancers': '0', 'services.nodeports': '1' });
    const service = (type: string): Fields => ({
      metadata: { name: 'front' },
      spec: { type, ports: [{ port: 80 }] },
    });
    expect(() => made(leaf, KINDS.Service, service('LoadBalancer'))).toThrow('services.loadbalancers=1');
    expect(made(leaf, KINDS.Service, service('NodePort')).spec?.type).toBe('NodePort');
  });

  test.each<[string, string[], Fields, boolean]>([
    ['BestEffort', ['BestEffort'], aPod('p'), true],
    ['BestEffort', ['BestEffort'], aPod('p', { requests: { cpu: '1m' } }), false],
    ['NotBestEffort', ['NotBestEffort'], aPod('p', { requests: { cpu: '1m' } }), true],
    ['Terminating', ['Terminating'], aPod('p', undefined, { activeDeadlineSeconds: 5 }), true],
    ['NotTerminating', ['NotTerminating'], aPod('p', undefined, { activeDeadlineSeconds: 5 }), false],
  ])('with the scope %s looks at some pods only', (_title, scopes, pod, counts) => {
    aQuota({ pods: '0' }, { scopes });
    const act = (): Stored => made(leaf, KINDS.Pod, pod);
    if (counts) expect(act).toThrow('exceeded quota');
    else expect(act().metadata.name).toBe('p');
  });

  test('keeps a workload from its pods, which says so and tries again when there is room', async () => {
    aQuota({ pods: '1' });
    made(leaf, KINDS.Deployment, aDeployment({ replicas: 2 }));
    await here.clock.runFor(0);
    const [set] = [...leaf.objects.each(KINDS.ReplicaSet, 'default')];
    expect(set?.status?.conditions[0]).toMatchObject({
      type: 'ReplicaFailure',
      message: expect.stringContaining(
        'exceeded quota: quota, requested: pods=1, used: pods=1, limited: pods=1',
      ),
    });
    patch(leaf, KINDS.ResourceQuota, 'default', 'quota', (quota) => ({
      ...quota,
      spec: { hard: { pods: '5' } },
    }));
    await here.until(() => live(leaf, KINDS.Deployment, 'web').status?.readyReplicas === 2);
  });
});

describe('a LimitRange', () => {
  const limits = (...items: Fields[]): Stored =>
    made(leaf, KINDS.LimitRange, { metadata: { name: 'limits' }, spec: { limits: items } });
  const resourcesOf = (pod: Stored): Fields => pod.spec?.containers[0].resources;

  test('fills in what containers do not say, and notes that it did', () => {
    limits({ type: 'Container', default: { cpu: '1', memory: '512Mi' }, defaultRequest: { cpu: '100m' } });
    const pod = made(leaf, KINDS.Pod, aPod('a', { requests: { memory: '64Mi' } }));
    expect(resourcesOf(pod)).toEqual({
      limits: { cpu: '1', memory: '512Mi' },
      requests: { cpu: '100m', memory: '64Mi' },
    });
    expect(pod.metadata.annotations?.['kubernetes.io/limit-ranger']).toContain(
      'cpu request for container main',
    );
    expect(pod.status?.qosClass).toBe('Burstable');
  });

  test.each<[string, Fields, Fields, string]>([
    [
      'more than the most',
      { type: 'Container', max: { cpu: '1' } },
      { limits: { cpu: '2' } },
      'maximum cpu usage per Container is 1, but limit is 2',
    ],
    [
      'less than the least',
      { type: 'Container', min: { memory: '64Mi' } },
      { requests: { memory: '1Mi' } },
      'minimum memory usage per Container is 64Mi, but request is 1Mi',
    ],
    [
      'more in one pod than allowed',
      { type: 'Pod', max: { cpu: '1' } },
      { limits: { cpu: '1500m' } },
      'maximum cpu usage per Pod is 1, but limit is 1500m',
    ],
    [
      'too far from its request',
      { type: 'Container', maxLimitRequestRatio: { cpu: '2' } },
      { limits: { cpu: '3' }, requests: { cpu: '1' } },
      'cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000',
    ],
  ])('refuses %s', (_title, limit, resources, message) => {
    limits(limit);
    expect(() => made(leaf, KINDS.Pod, aPod('a', resources))).toThrow(`pods "a" is forbidden: ${message}`);
  });

  test('bounds claims', () => {
    limits({ type: 'PersistentVolumeClaim', max: { storage: '5Gi' }, min: { storage: '1Gi' } });
    expect(() => made(leaf, KINDS.PersistentVolumeClaim, aClaim('data'))).toThrow(
      'maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 10Gi',
    );
  });
});

describe('a claim', () => {
  const grow = (storage: string): Stored =>
    patch(leaf, KINDS.PersistentVolumeClaim, 'default', 'data', (claim) => ({
      ...claim,
      spec: { ...claim.spec, resources: { requests: { storage } } },
    }));
  const mounted = async (): Promise<void> => {
    made(leaf, KINDS.PersistentVolumeClaim, aClaim('data'));
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    made(leaf, KINDS.Pod, aPod('p', undefined, { volumes }));
    await here.until(() => live(leaf, KINDS.PersistentVolumeClaim, 'data').status?.phase === 'Bound');
  };

  test('grows once it is bound, and its volume with it', async () => {
    await mounted();
    grow('20Gi');
    await here.until(
      () => live(leaf, KINDS.PersistentVolumeClaim, 'data').status?.capacity.storage === '20Gi',
    );
    const [volume] = [...leaf.objects.each(KINDS.PersistentVolume)];
    expect(volume?.spec?.capacity).toEqual({ storage: '20Gi' });
  });

  test('has the newest class of those that are the default, if it names none', async () => {
    await here.clock.runFor(2000);
    const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
    for (const [name, more] of [
      ['newer', { annotations }],
      ['other', {}],
    ] as const)
      create(leaf, KINDS.StorageClass, undefined, {
        metadata: { name, ...more },
        provisioner: 'pd.csi.storage.gke.io',
      });
    expect(made(leaf, KINDS.PersistentVolumeClaim, aClaim('more')).spec?.storageClassName).toBe('newer');
  });

  test('never shrinks, and grows only if its class allows it', async () => {
    await mounted();
    expect(() => grow('5Gi')).toThrow('field can not be less than status.capacity');
    const standard = leaf.objects.get(KINDS.StorageClass, undefined, 'standard-rwo') as Stored;
    leaf.objects.put(KINDS.StorageClass, { ...standard, allowVolumeExpansion: false });
    expect(() => grow('20Gi')).toThrow(
      expect.objectContaining({ code: 403, message: expect.stringContaining('must support resize') }),
    );
  });
});

test.each<[string, Kind, Fields]>([
  ['ConfigMap', KINDS.ConfigMap, { data: { a: '1' } }],
  ['Secret', KINDS.Secret, { data: { a: 'MQ==' } }],
])('a %s that is immutable stays as it is', (_title, kind, content) => {
  made(leaf, kind, { metadata: { name: 'fixed' }, immutable: true, ...content });
  const change = (field: string, value: unknown) => (): unknown =>
    patch(leaf, kind, 'default', 'fixed', (object) => ({ ...object, [field]: value }));
  expect(change('data', { a: 'Mg==' })).toThrow('Forbidden: field is immutable when `immutable` is set');
  expect(change('immutable', false)).toThrow('Forbidden: field is immutable when `immutable` is set');
  remove(leaf, kind, 'default', 'fixed');
  expect(
    create(leaf, kind, 'default', { metadata: { name: 'fixed' }, ...content }).immutable,
  ).toBeUndefined();
});
