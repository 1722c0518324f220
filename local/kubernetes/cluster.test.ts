import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { minutes } from '../../shared/units.ts';
import { create, patch, remove, update } from './api.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import { nodeSizes } from './machines.ts';
import type { Fields, Stored } from './objects.ts';
import { mergePatch } from './patches.ts';
import { changeScale, evict, finalizeNamespace, scaleOf } from './subresources.ts';
import {
  aClaim,
  aDeployment,
  aJob,
  aLeaf,
  applied,
  hasCondition,
  isThere,
  live,
  made,
  podsOf,
  podTemplate,
  type TestLeaf,
} from './testing.ts';

let here: TestLeaf;
let leaf: LeafCluster;
beforeEach(async () => {
  here = await aLeaf();
  leaf = here.leaf;
});
afterEach(() => expect(here.errors).toEqual([]));

const asks = (requests: Fields, more: Fields = {}): Fields =>
  podTemplate({ containers: [{ name: 'web', image: 'web:1', resources: { requests } }], ...more });
const eventsOf = (): string[] => [...leaf.objects.each(KINDS.Event, 'default')].map(({ message }) => message);

describe('the scheduler', () => {
  test('knows what a machine type leaves to pods', () => {
    expect(nodeSizes('e2-standard-4')).toMatchObject({
      capacity: { cpu: '4', memory: '16777216Ki', pods: '110' },
      allocatable: { cpu: '3920m' },
    });
    const [node] = [...leaf.objects.each(KINDS.Node)];
    expect(node?.status?.allocatable.cpu).toBe('3920m');
  });

  test('tells when no node has room, and places the pod when one has', async () => {
    made(leaf, KINDS.Deployment, aDeployment({ replicas: 3, template: asks({ cpu: '3' }) }));
    await here.until(() => eventsOf().length > 0);
    expect(eventsOf()).toEqual([
      '0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.',
    ]);
    const waiting = podsOf(leaf).filter((pod) => !pod.spec?.nodeName);
    expect(waiting).toHaveLength(1);
    expect(waiting[0]?.status?.conditions[0]).toMatchObject({
      type: 'PodScheduled',
      reason: 'Unschedulable',
    });
    const [first] = podsOf(leaf).filter((pod) => pod.spec?.nodeName);
    patch(
      leaf,
      KINDS.Deployment,
      'default',
      'web',
      (one) => mergePatch(one, { spec: { replicas: 2 } }) as Stored,
    );
    await here.until(() => podsOf(leaf).length === 2 && podsOf(leaf).every((pod) => pod.spec?.nodeName));
    expect(podsOf(leaf).map(({ metadata }) => metadata.name)).toContain(first?.metadata.name);
  });

  test.each<[string, Fields, string]>([
    [
      'a node of another kind',
      { nodeSelector: { disk: 'ssd' } },
      "2 node(s) didn't match Pod's node affinity/selector",
    ],
    ['more memory than there is', {}, '2 Insufficient memory'],
  ])('has none for a pod that wants %s', async (_title, more, reason) => {
    made(leaf, KINDS.Pod, {
      ...asks({ memory: more.nodeSelector ? '1Mi' : '64Gi' }, more),
      metadata: { name: 'p' },
    });
    await here.until(() => eventsOf().length > 0);
    expect(eventsOf()[0]).toContain(`0/2 nodes are available: ${reason}. preemption:`);
  });

  test('leaves alone nodes that are cordoned or tainted', async () => {
    for (const [i, node] of [...leaf.objects.each(KINDS.Node)].entries()) {
      const spec =
        i === 0 ? { unschedulable: true } : { taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }] };
      patch(leaf, KINDS.Node, undefined, node.metadata.name, (one) => ({
        ...one,
        spec: { ...one.spec, ...spec },
      }));
    }
    made(leaf, KINDS.Pod, { ...podTemplate(), metadata: { name: 'p' } });
    await here.until(() => eventsOf().length > 0);
    expect(eventsOf()[0]).toContain('1 node(s) had untolerated taint(s), 1 node(s) were unschedulable');
    const tolerations = [{ key: 'a', operator: 'Exists' }];
    made(leaf, KINDS.Pod, { ...podTemplate({ tolerations }), metadata: { name: 'q' } });
    await here.until(() => live(leaf, KINDS.Pod, 'q').spec?.nodeName !== undefined);
  });

  test('places a pod where its disk is', async () => {
    const zones = [...leaf.objects.each(KINDS.Node)].map((node) => node.metadata.name);
    const [, far = ''] = zones;
    made(leaf, KINDS.PersistentVolumeClaim, aClaim('data'));
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    made(leaf, KINDS.Pod, { ...podTemplate({ volumes }), metadata: { name: 'p' } });
    await here.until(() => live(leaf, KINDS.PersistentVolumeClaim, 'data').status?.phase === 'Bound');
    for (const name of zones) {
      const labels = { 'topology.kubernetes.io/zone': name === far ? 'elsewhere-a' : 'elsewhere-b' };
      patch(leaf, KINDS.Node, undefined, name, (one) => mergePatch(one, { metadata: { labels } }) as Stored);
    }
    made(leaf, KINDS.Pod, { ...podTemplate({ volumes }), metadata: { name: 'q' } });
    await here.until(() => eventsOf().length > 0);
    expect(eventsOf()[0]).toContain('2 node(s) had volume node affinity conflict');
  });
});

describe('a new pod', () => {
  test('gets its token volume, its tolerations and its priority', () => {
    const pod = made(leaf, KINDS.Pod, {
      ...podTemplate({ priorityClassName: 'system-cluster-critical' }),
      metadata: { name: 'p' },
    });
    expect(pod.spec).toMatchObject({ priority: 2_000_000_000, serviceAccountName: 'default' });
    expect(pod.spec?.containers[0].volumeMounts[0].mountPath).toBe(
      '/var/run/secrets/kubernetes.io/serviceaccount',
    );
    expect(pod.spec?.tolerations).toHaveLength(2);
    const bare = made(leaf, KINDS.Pod, {
      ...podTemplate({ automountServiceAccountToken: false }),
      metadata: { name: 'q' },
    });
    expect(bare.spec?.volumes).toBeUndefined();
    expect(() =>
      made(leaf, KINDS.Pod, { ...podTemplate({ priorityClassName: 'x' }), metadata: { name: 'r' } }),
    ).toThrow('pods "r" is forbidden: no PriorityClass with name x was found');
  });

  test.each<[Fields, string]>([
    [{}, 'BestEffort'],
    [{ requests: { cpu: '1m' } }, 'Burstable'],
    [{ limits: { cpu: '1', memory: '1Gi' } }, 'Guaranteed'],
  ])('with %j is %s', (resources, expected) => {
    const pod = podTemplate({ containers: [{ name: 'web', image: 'web:1', resources }] });
    expect(made(leaf, KINDS.Pod, { ...pod, metadata: { name: 'p' } }).status?.qosClass).toBe(expected);
  });
});

describe('a Service', () => {
  const front = (spec: Fields = {}): Fields => ({
    metadata: { name: 'front' },
    spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }], ...spec },
  });
  const containers = [{ name: 'web', image: 'web:1', ports: [{ name: 'web', containerPort: 8080 }] }];

  test('leads to the pods that serve, and to no others', async () => {
    made(leaf, KINDS.Service, front());
    made(leaf, KINDS.Deployment, aDeployment({ replicas: 2, template: podTemplate({ containers }) }));
    await here.until(() => podsOf(leaf).some((pod) => pod.status?.phase === 'Running'));
    expect(live(leaf, KINDS.Endpoints, 'front').subsets?.[0].notReadyAddresses).toBeDefined();
    await here.until(() => live(leaf, KINDS.Deployment, 'web').status?.readyReplicas === 2);
    const { subsets } = live(leaf, KINDS.Endpoints, 'front');
    expect(subsets).toMatchObject([{ ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] }]);
    expect(subsets[0].addresses.map(({ ip }: Fields) => ip).sort()).toEqual(
      podsOf(leaf)
        .map((pod) => pod.status?.podIP)
        .sort(),
    );
    const [slice] = [...leaf.objects.each(KINDS.EndpointSlice, 'default')].filter(
      (one) => one.metadata.labels?.['kubernetes.io/service-name'] === 'front',
    );
    expect(slice).toMatchObject({ addressType: 'IPv4', ports: [{ port: 8080 }] });
    expect(slice?.endpoints).toHaveLength(2);
    remove(leaf, KINDS.Service, 'default', 'front');
    await here.clock.runFor(0);
    expect(isThere(leaf, KINDS.Endpoints, 'front')).toBe(false);
    expect(leaf.objects.get(KINDS.EndpointSlice, 'default', slice?.metadata.name ?? '')).toBeUndefined();
  });

  test('keeps its addresses when it is replaced, and changes them for nobody', () => {
    const { spec } = made(leaf, KINDS.Service, front({ type: 'NodePort' }));
    const again = update(
      leaf,
      KINDS.Service,
      'default',
      'front',
      front({ type: 'NodePort', sessionAffinity: 'None' }),
    );
    expect(again.spec).toEqual(spec);
    expect(() =>
      update(leaf, KINDS.Service, 'default', 'front', front({ clusterIP: '34.118.224.9' })),
    ).toThrow('spec.clusterIPs[0]: Invalid value: ["34.118.224.9"]: may not change once set');
    const plain = update(
      leaf,
      KINDS.Service,
      'default',
      'front',
      front({ type: 'ClusterIP', ports: spec?.ports }),
    );
    expect(plain.spec?.ports[0].nodePort).toBeUndefined();
  });

  test('takes no address or port that another has', () => {
    const { spec } = made(leaf, KINDS.Service, front({ type: 'NodePort' }));
    const other = (more: Fields) => ({
      ...front({ type: 'NodePort', ...more }),
      metadata: { name: 'other' },
    });
    expect(() => made(leaf, KINDS.Service, other({ clusterIP: spec?.clusterIP }))).toThrow(
      'provided IP is already allocated',
    );
    const ports = [{ port: 80, nodePort: spec?.ports[0].nodePort }];
    expect(() => made(leaf, KINDS.Service, other({ ports }))).toThrow('provided port is already allocated');
    const low = [{ port: 80, nodePort: 80 }];
    expect(() => made(leaf, KINDS.Service, other({ ports: low }))).toThrow(
      'The range of valid ports is 30000-32767',
    );
  });

  test('without an address of its own has none', () => {
    expect(made(leaf, KINDS.Service, front({ clusterIP: 'None' })).spec).toMatchObject({ clusterIP: 'None' });
    const elsewhere = {
      metadata: { name: 'away' },
      spec: { type: 'ExternalName', externalName: 'example.com' },
    };
    expect(made(leaf, KINDS.Service, elsewhere).spec?.clusterIP).toBeUndefined();
  });
});

describe('scale', () => {
  test('belongs to whoever wrote it last, as a later apply is told', () => {
    applied(leaf, KINDS.Deployment, aDeployment({ replicas: 2 }), 'hub');
    const more = (scale: Stored): Stored => ({ ...scale, spec: { replicas: 5 } });
    changeScale(leaf, KINDS.Deployment, 'default', 'web', more, { manager: 'kubectl' });
    expect(() => applied(leaf, KINDS.Deployment, aDeployment({ replicas: 2 }), 'hub', false)).toThrow(
      'conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
    );
  });

  test('is read and written apart from the object', async () => {
    const deployment = made(leaf, KINDS.Deployment, aDeployment());
    expect(scaleOf(KINDS.Deployment, deployment)).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 1 },
      status: { replicas: 0, selector: 'app=web' },
    });
    changeScale(
      leaf,
      KINDS.Deployment,
      'default',
      'web',
      (scale) => ({ ...scale, spec: { replicas: 3 } }),
      {},
    );
    const scaled = live(leaf, KINDS.Deployment, 'web');
    expect(scaled).toMatchObject({ spec: { replicas: 3 }, metadata: { generation: 2 } });
    expect(() =>
      changeScale(
        leaf,
        KINDS.Deployment,
        'default',
        'web',
        () => ({ ...scaleOf(KINDS.Deployment, deployment) }),
        {},
      ),
    ).toThrow(expect.objectContaining({ code: 409 }));
    expect(() =>
      changeScale(leaf, KINDS.Deployment, 'default', 'web', () => ({ spec: { replicas: -1 } }), {}),
    ).toThrow(expect.objectContaining({ code: 422 }));
  });
});

describe('eviction', () => {
  const guarded = async (budget: Fields, replicas = 2): Promise<void> => {
    made(leaf, KINDS.Deployment, aDeployment({ replicas }));
    made(leaf, KINDS.PodDisruptionBudget, {
      metadata: { name: 'guard' },
      spec: { selector: { matchLabels: { app: 'web' } }, ...budget },
    });
    await here.until(() => live(leaf, KINDS.Deployment, 'web').status?.readyReplicas === replicas);
    await here.clock.runFor(0);
  };
  const [first, second] = [0, 1].map((i) => () => podsOf(leaf)[i]?.metadata.name ?? '') as [
    () => string,
    () => string,
  ];

  test('takes what the budget allows, then is told to try later', async () => {
    await guarded({ minAvailable: 1 });
    expect(live(leaf, KINDS.PodDisruptionBudget, 'guard').status).toMatchObject({
      currentHealthy: 2,
      desiredHealthy: 1,
      disruptionsAllowed: 1,
      expectedPods: 2,
      conditions: [{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods' }],
    });
    const [one, other] = [first(), second()];
    expect(evict(leaf, 'default', one, {}, false)).toMatchObject({ status: 'Success' });
    expect(() => evict(leaf, 'default', other, {}, false)).toThrow(
      expect.objectContaining({
        code: 429,
        reason: 'TooManyRequests',
        message: "Cannot evict pod as it would violate the pod's disruption budget.",
        details: {
          causes: [
            {
              reason: 'DisruptionBudget',
              message: expect.stringContaining('The disruption budget guard needs 1 healthy pods'),
            },
          ],
        },
      }),
    );
    await here.until(() => live(leaf, KINDS.PodDisruptionBudget, 'guard').status?.disruptionsAllowed === 1);
    evict(leaf, 'default', other, {}, true);
    expect(isThere(leaf, KINDS.Pod, other)).toBe(true);
  });

  test.each<[Fields, number]>([
    [{ maxUnavailable: '50%' }, 1],
    [{ maxUnavailable: 2 }, 2],
    [{ minAvailable: '100%' }, 0],
  ])('of %j leaves %i', async (budget, allowed) => {
    await guarded(budget);
    expect(live(leaf, KINDS.PodDisruptionBudget, 'guard').status?.disruptionsAllowed).toBe(allowed);
  });
});

describe('a namespace that goes', () => {
  beforeEach(async () => {
    made(leaf, KINDS.Namespace, { metadata: { name: 'team' } });
    await here.clock.runFor(0);
  });
  const team = (): Stored => live(leaf, KINDS.Namespace, 'team');

  test('loses its pods first, and tells what is left', async () => {
    create(leaf, KINDS.Deployment, 'team', aDeployment());
    create(leaf, KINDS.ConfigMap, 'team', { metadata: { name: 'held', finalizers: ['example.com/wait'] } });
    await here.until(() => podsOf(leaf, 'team').some((pod) => pod.status?.phase === 'Running'));
    remove(leaf, KINDS.Namespace, undefined, 'team');
    await here.clock.runFor(0);
    expect(leaf.objects.get(KINDS.ConfigMap, 'team', 'held')?.metadata.deletionTimestamp).toBeUndefined();
    expect(team().status?.conditions).toContainEqual(
      expect.objectContaining({
        type: 'NamespaceContentRemaining',
        status: 'True',
        message: 'Some resources are remaining: pods. has 1 resource instances',
      }),
    );
    await here.until(() => hasCondition(team(), 'NamespaceFinalizersRemaining'));
    expect(podsOf(leaf, 'team')).toEqual([]);
    expect(team().status?.conditions.at(-1).message).toBe(
      'Some content in the namespace has finalizers remaining: example.com/wait in 1 resource instances',
    );
    patch(leaf, KINDS.ConfigMap, 'team', 'held', (one) => ({
      ...one,
      metadata: { ...one.metadata, finalizers: [] },
    }));
    await here.until(() => !isThere(leaf, KINDS.Namespace, 'team'));
  });

  test('is gone at once when somebody takes its finalizer', () => {
    create(leaf, KINDS.ConfigMap, 'team', { metadata: { name: 'held', finalizers: ['example.com/wait'] } });
    remove(leaf, KINDS.Namespace, undefined, 'team');
    finalizeNamespace(leaf, 'team', { spec: { finalizers: [] } });
    expect(isThere(leaf, KINDS.Namespace, 'team')).toBe(false);
  });

  test.each(['default', 'kube-system'])('is never %s', (name) => {
    expect(() => remove(leaf, KINDS.Namespace, undefined, name)).toThrow(
      `namespaces "${name}" is forbidden: this namespace may not be deleted`,
    );
  });
});

describe('a CronJob', () => {
  const cron = (spec: Fields = {}): Fields => ({
    metadata: { name: 'tick' },
    spec: { schedule: '*/10 * * * *', jobTemplate: { spec: aJob('x', ['true']).spec }, ...spec },
  });
  const jobs = (): Stored[] => [...leaf.objects.each(KINDS.Job, 'default')];

  test('makes a Job at each time of its schedule, and keeps the last few', async () => {
    made(leaf, KINDS.CronJob, cron());
    await here.clock.runFor(minutes(35));
    expect(jobs()).toHaveLength(3);
    expect(live(leaf, KINDS.CronJob, 'tick').status?.lastScheduleTime).toBe('2026-01-01T00:30:00Z');
    await here.clock.runFor(minutes(60));
    expect(jobs()).toHaveLength(3);
    expect(jobs().every((job) => hasCondition(job, 'Complete'))).toBe(true);
    expect(jobs().map(({ metadata }) => metadata.name)).toContain(
      `tick-${Date.UTC(2026, 0, 1, 1, 30) / 60_000}`,
    );
  });

  test.each([
    ['Forbid', 1],
    ['Allow', 3],
    ['Replace', 1],
  ])('with the policy %s has %i at a time', async (concurrencyPolicy, count) => {
    const long = aJob('x', ['sleep', '100000']).spec;
    made(leaf, KINDS.CronJob, cron({ concurrencyPolicy, jobTemplate: { spec: long } }));
    await here.clock.runFor(minutes(35));
    expect(jobs()).toHaveLength(count);
    expect(live(leaf, KINDS.CronJob, 'tick').status?.active).toHaveLength(count);
  });

  test('rests while it is suspended, and takes its Jobs along', async () => {
    made(leaf, KINDS.CronJob, cron({ suspend: true }));
    await here.clock.runFor(minutes(35));
    expect(jobs()).toEqual([]);
    patch(
      leaf,
      KINDS.CronJob,
      'default',
      'tick',
      (one) => mergePatch(one, { spec: { suspend: false } }) as Stored,
    );
    await here.clock.runFor(minutes(10));
    expect(jobs()).toHaveLength(1);
    remove(leaf, KINDS.CronJob, 'default', 'tick');
    expect(jobs()).toEqual([]);
  });

  test('needs a schedule that is one', () => {
    expect(() => made(leaf, KINDS.CronJob, cron({ schedule: 'now' }))).toThrow(
      'expected exactly 5 fields, found 1: [now]',
    );
    expect(() => made(leaf, KINDS.CronJob, cron({ timeZone: 'Mars/Base' }))).toThrow(
      'unknown time zone Mars/Base',
    );
  });
});
