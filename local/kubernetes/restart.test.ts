/** The process may be killed at any moment: what was going on in a leaf cluster goes on, and nothing happens twice or never. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../functions/log.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { realClock, type VirtualClock, virtualClock } from '../clock.ts';
import { createFaults } from '../faults.ts';
import { listen } from '../http.ts';
import { seededRandom } from '../random.ts';
import { journaledStore, type Store } from '../store.ts';
import { apply, create, list, remove } from './api.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import { createLeaves, type Leaves } from './leaves.ts';
import { createKubernetes, type Kubernetes } from './model.ts';
import type { Fields, Stored } from './objects.ts';
import { answer } from './requests.ts';
import { aDeployment, hasCondition, TARGET } from './testing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubernetes-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The cloud around, which lives on. */
const cloud = () => ({ compute: new Set<string>(), published: [] as string[] });

function start(
  clock: VirtualClock,
  around: ReturnType<typeof cloud>,
): { kubernetes: Kubernetes; store: Store } {
  const store = journaledStore(folder, 'kubernetes');
  const random = seededRandom(store.table('leaves').size + 1);
  const kubernetes = createKubernetes(
    { projectId: 'hub-test', clock, random, faults: createFaults({}, random), store, log: silentLog },
    {
      compute: {
        create: (kind, { name }) => void around.compute.add(`${kind} ${name}`),
        remove: (kind, name) => void around.compute.delete(`${kind} ${name}`),
      },
      publish: (topic, data) => void around.published.push(`${topic} ${data}`),
    },
  );
  return { kubernetes, store };
}

const JOB: Fields = {
  metadata: { name: 'install' },
  spec: {
    backoffLimit: 0,
    template: {
      spec: {
        restartPolicy: 'Never',
        initContainers: [
          {
            name: 'helm',
            image: 'mirror/helm:4',
            args: [
              'upgrade',
              '--install',
              'p',
              'oci://m/pachyderm',
              '-n',
              'default',
              '-f',
              '/v/v.json',
              '--wait',
              '--timeout',
              '10m',
            ],
            volumeMounts: [{ name: 'v', mountPath: '/v' }],
          },
        ],
        containers: [
          {
            name: 'call',
            image: 'cloud-sdk:1',
            command: ['gcloud', 'pubsub', 'topics', 'publish', 'hint', '--project=hub-test', '--message=x'],
          },
        ],
        volumes: [{ name: 'v', secret: { secretName: 'values' } }],
      },
    },
  },
};

function install(leaf: LeafCluster): void {
  apply(
    leaf,
    KINDS.ClusterRoleBinding,
    undefined,
    'i',
    {
      metadata: { name: 'i' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
    },
    { manager: 'test', force: true },
  );
  const values = {
    deployTarget: 'GOOGLE',
    pachd: { storage: { storageURL: 'gs://bucket' } },
    proxy: { service: { type: 'LoadBalancer' } },
  };
  create(leaf, KINDS.Secret, 'default', {
    metadata: { name: 'values' },
    stringData: { 'v.json': JSON.stringify(values) },
  });
  create(leaf, KINDS.Job, 'default', JOB);
}

describe('an installation', () => {
  test('killed after any line of its journal still ends', async () => {
    const clock = virtualClock();
    const first = start(clock, cloud());
    const made = first.kubernetes.add({ ...TARGET, ca: 'CA' });
    await clock.runFor(0);
    install(made);
    const file = join(folder, 'kubernetes.jsonl');
    const before = readFileSync(file, 'utf8').split('\n').length;
    await clock.runFor(minutes(5));
    expect(hasCondition(made.objects.get(KINDS.Job, 'default', 'install') as Stored, 'Complete')).toBe(true);
    first.kubernetes.close();
    first.store.close();
    const lines = readFileSync(file, 'utf8').split('\n');
    const unfinished: string[] = [];
    for (let kept = before; kept < lines.length; kept++) {
      writeFileSync(file, `${lines.slice(0, kept).join('\n')}\n`);
      const later = virtualClock({ startMs: clock.now() + minutes(45) });
      const next = start(later, cloud());
      const leaf = next.kubernetes.add({ ...TARGET, ca: 'CA' });
      await later.runFor(minutes(8));
      const job = leaf.objects.get(KINDS.Job, 'default', 'install');
      if (!job || !hasCondition(job, 'Complete'))
        unfinished.push(`${kept}: ${lines[kept - 1]}`.slice(0, 150));
      next.kubernetes.close();
      next.store.close();
    }
    expect(unfinished).toEqual([]);
  });

  test.each([0, 3, 7, 11, 20, 40, 60, 80].map((at) => [at]))(
    'killed after %i s and every 5 s from then on still ends',
    async (at) => {
      const clock = virtualClock();
      const around = cloud();
      let { kubernetes, store } = start(clock, around);
      let leaf = kubernetes.add({ ...TARGET, ca: 'CA' });
      await clock.runFor(0);
      install(leaf);
      await clock.runFor(seconds(at));
      const revisions: number[] = [];
      for (let round = 0; round < 120; round++) {
        kubernetes.close();
        store.close();
        revisions.push(leaf.objects.revision);
        ({ kubernetes, store } = start(clock, around));
        leaf = kubernetes.add({ ...TARGET, ca: 'CA' });
        await clock.runFor(seconds(5));
        const job = leaf.objects.get(KINDS.Job, 'default', 'install');
        if (job && hasCondition(job, 'Complete')) break;
      }
      const job = leaf.objects.get(KINDS.Job, 'default', 'install');
      expect(job?.status?.conditions?.map(({ type }: Fields) => type)).toEqual([
        'SuccessCriteriaMet',
        'Complete',
      ]);
      expect(around.published).toEqual(['hint x']);
      expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
      expect([...around.compute].filter((one) => one.startsWith('disk'))).toHaveLength(3);

      // And so does taking it away.
      for (const kind of [KINDS.StatefulSet, KINDS.Service, KINDS.PersistentVolumeClaim]) {
        for (const { metadata } of list(leaf, kind, 'default', () => true))
          remove(leaf, kind, 'default', metadata.name);
      }
      for (let round = 0; round < 60 && around.compute.size > 0; round++) {
        kubernetes.close();
        store.close();
        ({ kubernetes, store } = start(clock, around));
        leaf = kubernetes.add({ ...TARGET, ca: 'CA' });
        await clock.runFor(seconds(5));
      }
      expect([...around.compute]).toEqual([]);
      store.close();
    },
  );

  test('is not given up for the time in which nobody was there', async () => {
    const clock = virtualClock();
    const first = start(clock, cloud());
    create(first.kubernetes.add({ ...TARGET, ca: 'CA' }), KINDS.Job, 'default', {
      metadata: { name: 'work' },
      spec: {
        activeDeadlineSeconds: 300,
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'work', image: 'work:1', command: ['sleep', '120'] }],
          },
        },
      },
    });
    await clock.runFor(minutes(1));
    first.kubernetes.close();
    first.store.close();
    await clock.runFor(minutes(20));
    const second = start(clock, cloud());
    const leaf = second.kubernetes.add({ ...TARGET, ca: 'CA' });
    await clock.runFor(minutes(4));
    expect(hasCondition(leaf.objects.get(KINDS.Job, 'default', 'work') as Stored, 'Complete')).toBe(true);
    second.store.close();
  });

  test('rests until somebody starts its cluster again', async () => {
    const clock = virtualClock();
    const first = start(clock, cloud());
    const leaf = first.kubernetes.add({ ...TARGET, ca: 'CA' });
    await clock.runFor(0);
    create(leaf, KINDS.Service, 'default', {
      metadata: { name: 'front' },
      spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
    });
    await clock.runFor(0);
    first.kubernetes.close();
    first.store.close();
    const around = cloud();
    const second = start(clock, around);
    await clock.runFor(minutes(10));
    expect(around.compute.size).toBe(0);
    second.kubernetes.add({ ...TARGET, ca: 'CA' });
    await clock.runFor(minutes(10));
    expect(around.compute.size).toBe(5);
    second.store.close();
  });

  test.each([3, 1])('resizing to %i nodes, killed every 5 s, still ends', async (count) => {
    const clock = virtualClock();
    const nodes = ['a', 'b', 'c'].map((name) => ({
      name,
      pool: 'main',
      zone: TARGET.location,
      machineType: TARGET.machineType,
    }));
    const target = { ...TARGET, nodes: nodes.slice(0, 2), ca: 'CA' };
    let { kubernetes, store } = start(clock, cloud());
    create(kubernetes.add(target), KINDS.Deployment, 'default', aDeployment({ replicas: 4 }));
    await clock.runFor(minutes(5));
    let rounds = 0;
    while (!kubernetes.resize(TARGET.name, TARGET.location, nodes.slice(0, count))) {
      expect(rounds++).toBeLessThan(60);
      kubernetes.close();
      store.close();
      ({ kubernetes, store } = start(clock, cloud()));
      kubernetes.add(target);
      await clock.runFor(seconds(5));
    }
    const leaf = kubernetes.find(TARGET.name, TARGET.location);
    await clock.runFor(minutes(5));
    const pods = [...(leaf?.objects.each(KINDS.Pod, 'default') ?? [])];
    expect(pods.filter((pod) => hasCondition(pod, 'Ready'))).toHaveLength(4);
    store.close();
  });

  test('a cluster that ended is forgotten, whether it ran or rested', async () => {
    const clock = virtualClock();
    const first = start(clock, cloud());
    first.kubernetes.add({ ...TARGET, ca: 'CA' });
    await clock.runFor(minutes(1));
    first.kubernetes.close();
    first.store.close();
    const second = start(clock, cloud());
    expect([...second.kubernetes.all()]).toEqual([]);
    second.kubernetes.remove(TARGET.name, TARGET.location);
    second.store.close();
    const third = start(clock, cloud());
    const leaf = third.kubernetes.add({ ...TARGET, ca: 'new' });
    expect(leaf.certificateAuthority).toBe('new');
    third.store.close();
  });
});

test('a deletion that is killed after any line of its journal leaves nobody without who owns it', async () => {
  const clock = virtualClock();
  const first = start(clock, cloud());
  const made = first.kubernetes.add({ ...TARGET, ca: 'CA' });
  create(made, KINDS.Deployment, 'default', aDeployment({ replicas: 2 }));
  await clock.runFor(minutes(5));
  const [deployment] = list(made, KINDS.Deployment, 'default', () => true);
  const file = join(folder, 'kubernetes.jsonl');
  const before = readFileSync(file, 'utf8').split('\n').length;
  answer(made, {
    method: 'DELETE',
    target: {
      kind: KINDS.Deployment,
      namespace: 'default',
      name: deployment?.metadata.name,
      subresource: undefined,
    },
    query: new URLSearchParams(),
    contentType: '',
    accept: undefined,
    userAgent: 'test',
    body: undefined,
    caller: { name: 'ada', groups: [] },
    warnings: [],
  });
  await clock.runFor(minutes(5));
  first.kubernetes.close();
  first.store.close();
  const lines = readFileSync(file, 'utf8').split('\n');
  const left: string[] = [];
  for (let kept = before - 1; kept < lines.length; kept++) {
    writeFileSync(file, `${lines.slice(0, kept).join('\n')}\n`);
    const next = start(clock, cloud());
    const leaf = next.kubernetes.add({ ...TARGET, ca: 'CA' });
    await clock.runFor(minutes(5));
    const counts = [KINDS.Deployment, KINDS.ReplicaSet, KINDS.Pod].map(
      (kind) => list(leaf, kind, 'default', () => true).length,
    );
    left.push(counts.join());
    next.kubernetes.close();
    next.store.close();
  }
  // Killed before it was journaled, it never was; from then on all of it goes.
  expect(left).toEqual(['1,1,2', ...Array(left.length - 1).fill('0,0,0')]);
});

describe('the faces', () => {
  const serve = (): { leaves: Leaves; store: Store } => {
    const store = journaledStore(folder, 'kubernetes');
    const random = seededRandom(1);
    const leaves = createLeaves(
      {
        projectId: 'hub-test',
        clock: realClock(1000),
        random,
        faults: createFaults({}, random),
        store,
        log: silentLog,
      },
      {
        compute: { create: () => undefined, remove: () => undefined },
        publish: () => undefined,
        isAccessToken: () => true,
      },
    );
    return { leaves, store };
  };
  const stop = async ({ leaves, store }: ReturnType<typeof serve>): Promise<void> => {
    await leaves.close();
    store.close();
  };

  test('keep address and CA over a restart', async () => {
    const first = serve();
    const before = await first.leaves.start(TARGET);
    await stop(first);
    const second = serve();
    expect(await second.leaves.start(TARGET)).toEqual(before);
    await stop(second);
  });

  test('take another port where somebody has theirs', async () => {
    const first = serve();
    const before = await first.leaves.start(TARGET);
    await stop(first);
    const other = createServer();
    const taken = await listen(other as never, Number(new URL(before.server).port));
    const second = serve();
    const after = await second.leaves.start(TARGET);
    expect(after.server).not.toBe(before.server);
    expect(after.ca).toBe(before.ca);
    await stop(second);
    await taken.close();
  });

  test('starting twice is starting once, and a new cluster of the same name is another', async () => {
    const here = serve();
    const [one, two] = await Promise.all([
      here.leaves.start({ ...TARGET, id: 'first' }),
      here.leaves.start({ ...TARGET, id: 'first' }),
    ]);
    expect(two).toEqual(one);
    const next = await here.leaves.start({ ...TARGET, id: 'second' });
    expect(next.ca).not.toBe(one.ca);
    expect(here.leaves.index()).toEqual([next]);
    await stop(here);
  });
});
