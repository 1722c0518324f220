import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hours, minutes, seconds } from '../../shared/units.ts';
import { create, patch, remove } from './api.ts';
import { logOf } from './containers.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields, Stored } from './objects.ts';
import { mergePatch } from './patches.ts';
import {
  aClaim,
  aDeployment,
  aJob,
  aLeaf,
  hasCondition,
  isThere,
  live,
  made,
  podsOf,
  podTemplate,
  type TestLeaf,
} from './testing.ts';
import { isReady } from './workloads.ts';

let here: TestLeaf;
let leaf: LeafCluster;
beforeEach(async () => {
  here = await aLeaf();
  leaf = here.leaf;
});
afterEach(() => expect(here.errors).toEqual([]));

const change = (kind: (typeof KINDS)[keyof typeof KINDS], name: string, by: Fields): Stored =>
  patch(leaf, kind, 'default', name, (object) => mergePatch(object, by) as Fields, { manager: 'test' });

const statusOf = (kind: (typeof KINDS)[keyof typeof KINDS], name: string): Fields =>
  live(leaf, kind, name).status ?? {};

describe('a Deployment', () => {
  const available = () => (statusOf(KINDS.Deployment, 'web').availableReplicas ?? 0) as number;

  test('has its pods scheduled, pulled, started and ready, in this order and in cloud time', async () => {
    const start = here.clock.now();
    made(leaf, KINDS.Deployment, aDeployment());
    const seen = new Set<string>();
    await here.until(() => {
      for (const pod of podsOf(leaf)) {
        const state = Object.keys(pod.status?.containerStatuses?.[0]?.state ?? {})[0] ?? 'none';
        seen.add(
          `${pod.spec?.nodeName ? 'placed' : 'unplaced'} ${state} ${isReady(pod) ? 'ready' : 'not ready'}`,
        );
      }
      return available() === 1;
    });
    expect([...seen]).toEqual([
      'unplaced none not ready',
      'placed waiting not ready',
      'placed running not ready',
      'placed running ready',
    ]);
    expect(here.clock.now() - start).toBeGreaterThan(seconds(8));
    expect(here.clock.pending).toBe(0);
  });

  test('rolls to a new template without a gap, and forgets no history', async () => {
    made(leaf, KINDS.Deployment, aDeployment({ replicas: 2 }));
    await here.until(() => available() === 2);
    change(KINDS.Deployment, 'web', {
      spec: { template: podTemplate({ containers: [{ name: 'web', image: 'web:2' }] }) },
    });
    await here.until(() => {
      expect(podsOf(leaf).filter(isReady).length).toBeGreaterThanOrEqual(2);
      return podsOf(leaf).every((pod) => pod.spec?.containers[0].image === 'web:2');
    });
    const sets = [...leaf.objects.each(KINDS.ReplicaSet, 'default')];
    expect(
      sets.map((set) => [
        set.metadata.annotations?.['deployment.kubernetes.io/revision'],
        set.spec?.replicas,
      ]),
    ).toEqual([
      ['1', 0],
      ['2', 2],
    ]);
    await here.until(() => hasCondition(live(leaf, KINDS.Deployment, 'web'), 'Progressing'));
    expect(statusOf(KINDS.Deployment, 'web')).toMatchObject({
      replicas: 2,
      updatedReplicas: 2,
      observedGeneration: 2,
    });
  });

  test('scales up and down', async () => {
    made(leaf, KINDS.Deployment, aDeployment({ replicas: 3 }));
    await here.until(() => available() === 3);
    change(KINDS.Deployment, 'web', { spec: { replicas: 0 } });
    await here.until(() => podsOf(leaf).length === 0);
    expect(statusOf(KINDS.Deployment, 'web')).toMatchObject({ replicas: 0, availableReplicas: 0 });
  });

  test('replaces a pod that is deleted', async () => {
    made(leaf, KINDS.Deployment, aDeployment());
    await here.until(() => available() === 1);
    const [pod] = podsOf(leaf);
    remove(leaf, KINDS.Pod, 'default', pod?.metadata.name ?? '');
    await here.until(() => !isThere(leaf, KINDS.Pod, pod?.metadata.name ?? '') && available() === 1);
    expect(podsOf(leaf)).toHaveLength(1);
  });

  test('never becomes available where its pods crash, and comes to rest', async () => {
    here.faults.force('pod-crash', { subject: 'default/web' });
    made(leaf, KINDS.Deployment, aDeployment());
    await here.clock.runFor(hours(1));
    const [pod] = podsOf(leaf);
    expect(pod?.status?.containerStatuses[0]).toMatchObject({
      restartCount: 5,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
    });
    expect(available()).toBe(0);
    expect(here.clock.pending).toBe(0);
    expect(logOf(leaf, pod as Stored, 'web')).toContain('exit code 1');
  });

  test('with a slow pull takes longer', async () => {
    const timeOf = async (slow: boolean): Promise<number> => {
      const other = await aLeaf();
      if (slow) other.faults.force('slow-pull');
      const start = other.clock.now();
      made(other.leaf, KINDS.Deployment, aDeployment());
      await other.until(() => podsOf(other.leaf).some(isReady));
      return other.clock.now() - start;
    };
    expect(await timeOf(true)).toBeGreaterThan(1.5 * (await timeOf(false)));
  });

  test('waits for the Secret that it mounts', async () => {
    const volumes = [{ name: 'key', secret: { secretName: 'key' } }];
    made(leaf, KINDS.Deployment, aDeployment({ template: podTemplate({ volumes }) }));
    await here.clock.runFor(minutes(2));
    expect(podsOf(leaf)[0]?.status?.phase).toBe('Pending');
    const [event] = [...leaf.objects.each(KINDS.Event, 'default')];
    expect(event?.reason).toBe('FailedMount');
    made(leaf, KINDS.Secret, { metadata: { name: 'key' } });
    await here.until(() => available() === 1);
  });
});

describe('a StatefulSet', () => {
  const set = (replicas = 2): Fields => ({
    metadata: { name: 'db' },
    spec: {
      replicas,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: podTemplate(
        { containers: [{ name: 'db', image: 'db:1', volumeMounts: [{ name: 'data', mountPath: '/data' }] }] },
        { app: 'db' },
      ),
      volumeClaimTemplates: [aClaim('data')],
    },
  });
  const ready = () => (statusOf(KINDS.StatefulSet, 'db').readyReplicas ?? 0) as number;

  test('starts its pods one after the other, each with a disk', async () => {
    made(leaf, KINDS.StatefulSet, set());
    await here.until(() => {
      const names = podsOf(leaf).map(({ metadata }) => metadata.name);
      if (names.includes('db-1')) expect(isReady(live(leaf, KINDS.Pod, 'db-0'))).toBe(true);
      return ready() === 2;
    });
    const claims = [...leaf.objects.each(KINDS.PersistentVolumeClaim, 'default')];
    expect(claims.map((claim) => [claim.metadata.name, claim.status?.phase])).toEqual([
      ['data-db-0', 'Bound'],
      ['data-db-1', 'Bound'],
    ]);
    expect([...here.compute]).toEqual(claims.map(({ metadata }) => `disk pvc-${metadata.uid}`));
  });

  test('scales down from the highest, and keeps the volumes', async () => {
    made(leaf, KINDS.StatefulSet, set());
    await here.until(() => ready() === 2);
    change(KINDS.StatefulSet, 'db', { spec: { replicas: 1 } });
    await here.until(() => podsOf(leaf).length === 1);
    expect(podsOf(leaf)[0]?.metadata.name).toBe('db-0');
    expect(here.compute.size).toBe(2);
  });

  test('replaces its pods from the highest when its template changes', async () => {
    made(leaf, KINDS.StatefulSet, set());
    await here.until(() => ready() === 2);
    const template = podTemplate({ containers: [{ name: 'db', image: 'db:2' }] }, { app: 'db' });
    change(KINDS.StatefulSet, 'db', { spec: { template } });
    const order: string[] = [];
    await here.until(() => {
      for (const { metadata, spec } of podsOf(leaf)) {
        if (spec?.containers[0].image === 'db:2' && !order.includes(metadata.name)) order.push(metadata.name);
      }
      return order.length === 2 && ready() === 2;
    });
    expect(order).toEqual(['db-1', 'db-0']);
  });

  test('a claim goes after the pod that uses it, the volume after the claim, the disk with the volume', async () => {
    made(leaf, KINDS.StatefulSet, set(1));
    await here.until(() => ready() === 1);
    remove(leaf, KINDS.PersistentVolumeClaim, 'default', 'data-db-0');
    await here.clock.runFor(minutes(5));
    expect(live(leaf, KINDS.PersistentVolumeClaim, 'data-db-0').metadata.deletionTimestamp).toBeDefined();
    remove(leaf, KINDS.StatefulSet, 'default', 'db');
    await here.until(() => !isThere(leaf, KINDS.PersistentVolumeClaim, 'data-db-0'));
    expect([...leaf.objects.each(KINDS.PersistentVolume)].map(({ status }) => status?.phase)).toEqual([
      'Released',
    ]);
    await here.until(() => here.compute.size === 0);
    expect([...leaf.objects.each(KINDS.PersistentVolume)]).toEqual([]);
  });
});

test('a DaemonSet has one pod on each node', async () => {
  const { spec } = aDeployment();
  made(leaf, KINDS.DaemonSet, { metadata: { name: 'web' }, spec });
  await here.until(() => statusOf(KINDS.DaemonSet, 'web').numberReady === 2);
  expect(new Set(podsOf(leaf).map((pod) => pod.spec?.nodeName)).size).toBe(2);
});

describe('a Job', () => {
  const ended = (name = 'work') =>
    hasCondition(live(leaf, KINDS.Job, name), 'Complete') ||
    hasCondition(live(leaf, KINDS.Job, name), 'Failed');

  test('runs init containers in order, then its containers, and tells both conditions of success', async () => {
    const container = (name: string, command: string[]) => ({ name, image: 'work:1', command });
    const template = {
      spec: {
        restartPolicy: 'Never',
        initContainers: [container('first', ['echo', '1']), container('second', ['echo', '2'])],
        containers: [container('work', ['sleep', '60'])],
      },
    };
    made(leaf, KINDS.Job, aJob('work', [], { template }));
    const order: string[] = [];
    await here.until(() => {
      for (const status of [
        ...(podsOf(leaf)[0]?.status?.initContainerStatuses ?? []),
        ...(podsOf(leaf)[0]?.status?.containerStatuses ?? []),
      ]) {
        const begun = status.state.running ?? status.state.terminated;
        if (begun && !order.includes(status.name)) order.push(status.name);
      }
      return ended();
    });
    expect(order).toEqual(['first', 'second', 'work']);
    const { status } = live(leaf, KINDS.Job, 'work');
    expect(status?.conditions.map(({ type, reason }: Fields) => [type, reason])).toEqual([
      ['SuccessCriteriaMet', 'CompletionsReached'],
      ['Complete', 'CompletionsReached'],
    ]);
    expect(status).toMatchObject({
      succeeded: 1,
      completionTime: expect.any(String),
      startTime: expect.any(String),
    });
  });

  test('tries again after a growing wait, and fails when it has tried enough', async () => {
    made(leaf, KINDS.Job, aJob('work', ['false'], { backoffLimit: 2 }));
    await here.until(() => ended());
    const { status } = live(leaf, KINDS.Job, 'work');
    expect(status).toMatchObject({ failed: 3 });
    expect(status?.conditions.map(({ type, reason }: Fields) => [type, reason])).toEqual([
      ['FailureTarget', 'BackoffLimitExceeded'],
      ['Failed', 'BackoffLimitExceeded'],
    ]);
    const [first = 0, second = 0, third = 0] = podsOf(leaf)
      .map(({ metadata }) => Date.parse(metadata.creationTimestamp))
      .sort((a, b) => a - b);
    expect(third - second).toBeGreaterThan(seconds(20));
    expect(second - first).toBeGreaterThan(seconds(10));
    expect(here.clock.pending).toBe(0);
  });

  test('that restarts in place counts its restarts', async () => {
    const template = {
      spec: {
        restartPolicy: 'OnFailure',
        containers: [{ name: 'work', image: 'work:1', command: ['false'] }],
      },
    };
    made(leaf, KINDS.Job, aJob('work', [], { template, backoffLimit: 2 }));
    await here.until(() => ended());
    expect(hasCondition(live(leaf, KINDS.Job, 'work'), 'Failed')).toBe(true);
  });

  test('ends at its deadline', async () => {
    made(leaf, KINDS.Job, aJob('work', ['sleep', '9999'], { activeDeadlineSeconds: 60 }));
    await here.until(() => ended());
    expect(statusOf(KINDS.Job, 'work').conditions[1]).toMatchObject({
      type: 'Failed',
      reason: 'DeadlineExceeded',
    });
    await here.until(() => podsOf(leaf).length === 0);
  });

  test('goes by itself some time after its end, if told to', async () => {
    made(leaf, KINDS.Job, aJob('work', ['true'], { ttlSecondsAfterFinished: 30 }));
    await here.until(() => ended());
    await here.until(() => !isThere(leaf, KINDS.Job, 'work') && podsOf(leaf).length === 0);
  });

  test('fails where the fault strikes, with a line of log', async () => {
    here.faults.force('job-fails', { times: 1, subject: 'default/work' });
    made(leaf, KINDS.Job, aJob('work', ['true'], { backoffLimit: 1 }));
    await here.until(() => ended());
    expect(statusOf(KINDS.Job, 'work')).toMatchObject({ failed: 1, succeeded: 1 });
    const failed = podsOf(leaf).find((pod) => pod.status?.phase === 'Failed');
    expect(logOf(leaf, failed as Stored, 'work')).toContain('Error:');
  });
});

describe('a load balancer', () => {
  const front = (spec = {}): Fields => ({
    metadata: { name: 'front' },
    spec: { type: 'LoadBalancer', ports: [{ port: 80 }], ...spec },
  });
  const address = () => statusOf(KINDS.Service, 'front').loadBalancer?.ingress?.[0]?.ip as string | undefined;

  test('is reached from outside, unless it is internal', async () => {
    made(leaf, KINDS.Service, front());
    await here.until(() => address() !== undefined);
    expect(address()).toMatch(/^203\.0\.113\./);
  });

  test('never gets an address where the fault strikes, and still cleans up', async () => {
    here.faults.force('no-address', { times: 1 });
    made(leaf, KINDS.Service, front());
    await here.clock.runFor(hours(1));
    expect(address()).toBeUndefined();
    expect(here.compute.size).toBe(2);
    remove(leaf, KINDS.Service, 'default', 'front');
    await here.until(() => !isThere(leaf, KINDS.Service, 'front'));
    expect([...here.compute]).toEqual([]);
  });

  test('that is deleted before it has an address leaves nothing', async () => {
    made(leaf, KINDS.Service, front());
    await here.until(() => here.compute.size > 0);
    remove(leaf, KINDS.Service, 'default', 'front');
    await here.until(() => !isThere(leaf, KINDS.Service, 'front'));
    await here.clock.runFor(minutes(5));
    expect([...here.compute]).toEqual([]);
  });

  test('that becomes an ordinary Service gives its address back', async () => {
    made(leaf, KINDS.Service, front());
    await here.until(() => address() !== undefined);
    change(KINDS.Service, 'front', { spec: { type: 'ClusterIP' } });
    await here.until(() => here.compute.size === 0);
    expect(live(leaf, KINDS.Service, 'front').metadata.finalizers).toBeUndefined();
    expect(address()).toBeUndefined();
  });
});

describe('a claim', () => {
  test('waits for its first pod, as GKE’s storage classes have it', async () => {
    made(leaf, KINDS.PersistentVolumeClaim, aClaim('data'));
    await here.clock.runFor(minutes(5));
    expect(live(leaf, KINDS.PersistentVolumeClaim, 'data').status?.phase).toBe('Pending');
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    made(leaf, KINDS.Pod, { metadata: { name: 'user' }, spec: podTemplate({ volumes }).spec });
    await here.until(() => isReady(live(leaf, KINDS.Pod, 'user')));
    expect(live(leaf, KINDS.PersistentVolumeClaim, 'data').status?.phase).toBe('Bound');
  });

  test('that is not there keeps its pod from being scheduled', async () => {
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    made(leaf, KINDS.Pod, { metadata: { name: 'user' }, spec: podTemplate({ volumes }).spec });
    await here.clock.runFor(seconds(30));
    expect(hasCondition(live(leaf, KINDS.Pod, 'user'), 'PodScheduled', 'False')).toBe(true);
    create(leaf, KINDS.PersistentVolumeClaim, 'default', aClaim('data'));
    await here.until(() => isReady(live(leaf, KINDS.Pod, 'user')));
  });
});
