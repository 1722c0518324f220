import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { create, list, patch, remove, update } from './api.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import {
  aClaim,
  aDeployment,
  aJob,
  aLeaf,
  applied,
  isThere,
  live,
  made,
  podsOf,
  podTemplate,
  type TestLeaf,
} from './testing.ts';

const settings = (metadata = {}) => ({ metadata: { name: 'settings', ...metadata }, data: { a: '1' } });

let here: TestLeaf;
let leaf: LeafCluster;
beforeEach(async () => {
  here = await aLeaf();
  leaf = here.leaf;
});
afterEach(() => expect(here.errors).toEqual([]));

describe('creating', () => {
  test('gives uid, revision, generation and time', () => {
    const { metadata } = made(leaf, KINDS.Deployment, aDeployment());
    expect(metadata).toMatchObject({
      namespace: 'default',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    });
    expect(metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('twice is 409 AlreadyExists', () => {
    made(leaf, KINDS.ConfigMap, settings());
    expect(() => made(leaf, KINDS.ConfigMap, settings())).toThrow(
      expect.objectContaining({ code: 409, reason: 'AlreadyExists' }),
    );
  });

  test('generateName is completed to a name of its own each time', () => {
    const metadata = { name: undefined, generateName: 'part-' };
    const names = [1, 2].map(() => made(leaf, KINDS.ConfigMap, settings(metadata)).metadata.name);
    expect(names[0]).toMatch(/^part-[a-z0-9]{5}$/);
    expect(names[0]).not.toBe(names[1]);
  });

  test('a dry run answers and stores nothing', () => {
    const answer = create(leaf, KINDS.ConfigMap, 'default', settings(), { dryRun: true });
    expect(answer.data).toEqual({ a: '1' });
    expect(isThere(leaf, KINDS.ConfigMap, 'settings')).toBe(false);
  });

  test('the status of kinds that have one is left to the cluster', () => {
    const object = made(leaf, KINDS.Deployment, { ...aDeployment(), status: { readyReplicas: 9 } });
    expect(object.status).toBeUndefined();
  });

  test.each([
    ['in a namespace that is not there', 404, () => create(leaf, KINDS.ConfigMap, 'nowhere', settings())],
    [
      'as something else than its address says',
      400,
      () => made(leaf, KINDS.ConfigMap, { ...settings(), kind: 'Secret' }),
    ],
    [
      'in another namespace than its address says',
      400,
      () => made(leaf, KINDS.ConfigMap, settings({ namespace: 'other' })),
    ],
    ['without a name', 422, () => made(leaf, KINDS.ConfigMap, settings({ name: undefined }))],
    ['with a name that is none', 422, () => made(leaf, KINDS.ConfigMap, settings({ name: 'Big_Name' }))],
    ['with a label that is none', 422, () => made(leaf, KINDS.ConfigMap, settings({ labels: { a: 'x y' } }))],
    [
      'with a selector that its pods do not match',
      422,
      () => made(leaf, KINDS.Deployment, aDeployment({ selector: { matchLabels: { app: 'other' } } })),
    ],
    [
      'without containers',
      422,
      () => made(leaf, KINDS.Deployment, aDeployment({ template: podTemplate({ containers: [] }) })),
    ],
    [
      'with a mount of no volume',
      422,
      () =>
        made(
          leaf,
          KINDS.Deployment,
          aDeployment({
            template: podTemplate({
              containers: [{ name: 'a', image: 'a:1', volumeMounts: [{ name: 'x', mountPath: '/x' }] }],
            }),
          }),
        ),
    ],
    [
      'as a Job that restarts for ever',
      422,
      () =>
        made(
          leaf,
          KINDS.Job,
          aJob('a', [], {
            template: { spec: { restartPolicy: 'Always', containers: [{ name: 'a', image: 'a:1' }] } },
          }),
        ),
    ],
    [
      'as a Service without ports',
      422,
      () => made(leaf, KINDS.Service, { metadata: { name: 'front' }, spec: {} }),
    ],
    [
      'as a claim of no size',
      422,
      () =>
        made(leaf, KINDS.PersistentVolumeClaim, {
          ...aClaim('data'),
          spec: { accessModes: ['ReadWriteOnce'] },
        }),
    ],
    [
      'as a pod of an account that is not there',
      403,
      () =>
        made(leaf, KINDS.Pod, { metadata: { name: 'p' }, ...podTemplate({ serviceAccountName: 'nobody' }) }),
    ],
  ])('%s is refused with %i', (_title, code, act) => {
    expect(act).toThrow(expect.objectContaining({ code }));
  });

  test('a Secret takes plain text and keeps it encoded', () => {
    const secret = made(leaf, KINDS.Secret, { metadata: { name: 'key' }, stringData: { a: 'x' } });
    expect(secret).toMatchObject({ type: 'Opaque', data: { a: 'eA==' } });
  });

  test('a Service gets an address and, if it is exposed, ports of the nodes', () => {
    const spec = { type: 'LoadBalancer', ports: [{ port: 80 }] };
    const service = made(leaf, KINDS.Service, { metadata: { name: 'front' }, spec });
    expect(service.spec?.clusterIP).toMatch(/^34\.118\./);
    expect(service.spec?.ports[0].nodePort).toBeGreaterThanOrEqual(30000);
    expect(service.spec).toMatchObject({ externalTrafficPolicy: 'Cluster', sessionAffinity: 'None' });
  });
});

describe('updating', () => {
  test('over an older version is 409 Conflict', () => {
    const old = made(leaf, KINDS.ConfigMap, settings());
    update(leaf, KINDS.ConfigMap, 'default', 'settings', { ...old, data: { a: '2' } });
    expect(() => update(leaf, KINDS.ConfigMap, 'default', 'settings', { ...old, data: { a: '3' } })).toThrow(
      expect.objectContaining({ code: 409, reason: 'Conflict' }),
    );
  });

  test('without a change keeps the revision', () => {
    const object = made(leaf, KINDS.ConfigMap, settings());
    expect(update(leaf, KINDS.ConfigMap, 'default', 'settings', object)).toBe(object);
  });

  test('the object leaves the status, the status leaves the object', () => {
    const object = made(leaf, KINDS.Deployment, aDeployment());
    const wrong = { ...object, spec: { ...object.spec, replicas: 5 }, status: { readyReplicas: 5 } };
    const withStatus = update(leaf, KINDS.Deployment, 'default', 'web', wrong, { subresource: 'status' });
    expect(withStatus.spec?.replicas).toBe(1);
    expect(withStatus.status).toEqual({ readyReplicas: 5 });
    const withSpec = update(leaf, KINDS.Deployment, 'default', 'web', {
      ...withStatus,
      spec: wrong.spec,
      status: { readyReplicas: 0 },
    });
    expect(withSpec.spec?.replicas).toBe(5);
    expect(withSpec.status).toEqual({ readyReplicas: 5 });
  });

  test.each([
    [
      'the selector of a Deployment',
      KINDS.Deployment,
      aDeployment(),
      { selector: { matchLabels: { app: 'x' } }, template: podTemplate({}, { app: 'x' }) },
    ],
    [
      'the template of a Job',
      KINDS.Job,
      aJob('web', ['true']),
      { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'work', image: 'other:1' }] } } },
    ],
  ])('%s cannot change', (_title, kind, object, spec) => {
    made(leaf, kind, object);
    expect(() =>
      patch(leaf, kind, 'default', 'web', (was) => ({ ...was, spec: { ...was.spec, ...spec } })),
    ).toThrow(expect.objectContaining({ code: 422, message: expect.stringContaining('field is immutable') }));
  });
});

describe('deleting', () => {
  test('waits for finalizers', () => {
    made(leaf, KINDS.ConfigMap, settings({ finalizers: ['test.example/wait'] }));
    const going = remove(leaf, KINDS.ConfigMap, 'default', 'settings');
    expect(going?.metadata.deletionTimestamp).toBeDefined();
    patch(leaf, KINDS.ConfigMap, 'default', 'settings', (object) => ({
      ...object,
      metadata: { ...object.metadata, finalizers: [] },
    }));
    expect(isThere(leaf, KINDS.ConfigMap, 'settings')).toBe(false);
  });

  test('with a wrong uid is 409', () => {
    made(leaf, KINDS.ConfigMap, settings());
    expect(() =>
      remove(leaf, KINDS.ConfigMap, 'default', 'settings', { preconditions: { uid: 'another' } }),
    ).toThrow(expect.objectContaining({ code: 409 }));
  });

  test('a Deployment takes its ReplicaSets and pods along', async () => {
    made(leaf, KINDS.Deployment, aDeployment({ replicas: 2 }));
    await here.until(() => podsOf(leaf).length === 2);
    remove(leaf, KINDS.Deployment, 'default', 'web');
    await here.until(() => podsOf(leaf).length === 0);
    expect(list(leaf, KINDS.ReplicaSet, 'default', () => true)).toEqual([]);
  });

  test('in the foreground the owner goes last', async () => {
    made(leaf, KINDS.Deployment, aDeployment());
    await here.until(() => podsOf(leaf).some((pod) => pod.status?.phase === 'Running'));
    remove(leaf, KINDS.Deployment, 'default', 'web', { propagation: 'Foreground' });
    expect(live(leaf, KINDS.Deployment, 'web').metadata.finalizers).toEqual(['foregroundDeletion']);
    await here.until(() => !isThere(leaf, KINDS.Deployment, 'web'));
    expect(list(leaf, KINDS.ReplicaSet, 'default', () => true)).toEqual([]);
  });

  test('a Job leaves its pods behind unless told otherwise, as batch/v1 does', async () => {
    made(leaf, KINDS.Job, aJob('work', ['sleep', '100']));
    await here.until(() => podsOf(leaf).length === 1);
    remove(leaf, KINDS.Job, 'default', 'work');
    expect(podsOf(leaf)[0]?.metadata.ownerReferences).toBeUndefined();
  });

  test('a pod that runs is given time, one that is over goes at once', async () => {
    made(leaf, KINDS.Job, aJob('work', ['true']));
    made(leaf, KINDS.Deployment, aDeployment());
    await here.until(
      () =>
        podsOf(leaf).some((pod) => pod.status?.phase === 'Succeeded') &&
        podsOf(leaf).some((pod) => pod.status?.phase === 'Running'),
    );
    for (const pod of podsOf(leaf)) {
      const left = remove(leaf, KINDS.Pod, 'default', pod.metadata.name);
      expect(left === undefined).toBe(pod.status?.phase === 'Succeeded');
    }
  });
});

describe('a namespace', () => {
  test('is born with an account and the CA', async () => {
    made(leaf, KINDS.Namespace, { metadata: { name: 'team' } });
    await here.clock.runFor(0);
    expect(leaf.objects.get(KINDS.ServiceAccount, 'team', 'default')).toBeDefined();
    expect(leaf.objects.get(KINDS.ConfigMap, 'team', 'kube-root-ca.crt')?.data).toEqual({ 'ca.crt': 'CA' });
    expect(live(leaf, KINDS.Namespace, 'team').metadata.labels).toEqual({
      'kubernetes.io/metadata.name': 'team',
    });
  });

  test('goes with all that is in it, and takes nothing new meanwhile', async () => {
    made(leaf, KINDS.Namespace, { metadata: { name: 'team' } });
    await here.clock.runFor(0);
    create(leaf, KINDS.Deployment, 'team', aDeployment());
    await here.until(() => podsOf(leaf, 'team').some((pod) => pod.status?.phase === 'Running'));
    remove(leaf, KINDS.Namespace, undefined, 'team');
    expect(live(leaf, KINDS.Namespace, 'team').status).toEqual({ phase: 'Terminating' });
    expect(() => create(leaf, KINDS.ConfigMap, 'team', settings())).toThrow(
      expect.objectContaining({
        code: 403,
        message: expect.stringContaining('because it is being terminated'),
      }),
    );
    await here.until(() => !isThere(leaf, KINDS.Namespace, 'team'));
    expect([...leaf.objects.all()].filter(([, { metadata }]) => metadata.namespace === 'team')).toEqual([]);
  });
});

describe('pod security', () => {
  const strict = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const pod = (securityContext?: object) => ({
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'a', image: 'a:1', ...(securityContext && { securityContext }) }] },
  });
  const namespaceAt = async (level: string): Promise<void> => {
    const labels = { 'pod-security.kubernetes.io/enforce': level };
    applied(leaf, KINDS.Namespace, { metadata: { name: 'locked', labels } });
    await here.clock.runFor(0);
  };

  test('restricted refuses a pod that does not renounce everything, and says what is missing', async () => {
    await namespaceAt('restricted');
    expect(() => create(leaf, KINDS.Pod, 'locked', pod())).toThrow(
      expect.objectContaining({
        code: 403,
        message: expect.stringMatching(
          /violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(container "a" must set .*runAsNonRoot != true.*seccompProfile/,
        ),
      }),
    );
    expect(create(leaf, KINDS.Pod, 'locked', pod(strict)).metadata.name).toBe('p');
  });

  test('baseline refuses what reaches the node', async () => {
    await namespaceAt('baseline');
    expect(() => create(leaf, KINDS.Pod, 'locked', pod({ privileged: true }))).toThrow('privileged');
    expect(() =>
      create(leaf, KINDS.Pod, 'locked', { ...pod(), spec: { ...pod().spec, hostNetwork: true } }),
    ).toThrow('host namespaces (hostNetwork=true)');
    expect(create(leaf, KINDS.Pod, 'locked', pod()).metadata.name).toBe('p');
  });

  test('a workload whose pods are refused says so', async () => {
    await namespaceAt('restricted');
    create(leaf, KINDS.Deployment, 'locked', aDeployment());
    await here.clock.runFor(0);
    const [set] = [...leaf.objects.each(KINDS.ReplicaSet, 'locked')];
    expect(set?.status?.conditions[0]).toMatchObject({ type: 'ReplicaFailure', reason: 'FailedCreate' });
    const [event] = [...leaf.objects.each(KINDS.Event, 'locked')];
    expect(event?.message).toContain('violates PodSecurity');
  });
});
