/** One suite for both sides of the port to the inside of a cluster, and for the real one what only a wire can get wrong. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLeaves as createClient } from '../../functions/leaf/client.ts';
import { ensureDrained } from '../../functions/leaf/drain.ts';
import { endpointsOf, ensureInstalled, type InstallPlan } from '../../functions/leaf/install.ts';
import type { KubeObject, Leaf, Leaves as LeavesPort } from '../../functions/leaf/leaf.ts';
import { silentLog } from '../../functions/log.ts';
import { type LocalClock, realClock, type VirtualClock, virtualClock } from '../../local/clock.ts';
import { createFaults, type Faults } from '../../local/faults.ts';
import { createLeaves, type Leaves } from '../../local/kubernetes/leaves.ts';
import { memoryLeaves } from '../../local/memory/leaf.ts';
import { seededRandom } from '../../local/random.ts';
import { memoryStore } from '../../local/store.ts';
import { findProduct } from '../../shared/catalog/catalog.ts';
import { minutes, seconds } from '../../shared/units.ts';

const TOKEN = 'ya29.a-token';
const CLUSTER = 'aaaabbbbccccdddd';

/** A leaf cluster, the port to it, and what it did to the world. */
interface Side {
  leaf: Leaf;
  port: LeavesPort;
  leaves: Leaves;
  faults: Faults;
  /** What is in the cloud now. */
  compute: Set<string>;
  published: string[];
  /** Lets cloud time pass until the condition holds. */
  until(holds: () => Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

async function aSide(clock: LocalClock, https: boolean, until: Side['until']): Promise<Side> {
  const random = seededRandom(1);
  const faults = createFaults({}, random);
  const compute = new Set<string>();
  const published: string[] = [];
  const leaves = createLeaves(
    { projectId: 'hub-test', clock, random, faults, store: memoryStore(), log: silentLog },
    {
      compute: {
        create: (kind, { name }) => void compute.add(`${kind} ${name}`),
        remove: (kind, name) => void compute.delete(`${kind} ${name}`),
      },
      publish: (topic, data) => void published.push(`${topic} ${data}`),
      isAccessToken: (token) => token === TOKEN,
      https,
    },
  );
  const port = https ? createClient({ accessToken: async () => TOKEN }) : memoryLeaves(leaves);
  const { server, ca } = await leaves.start({
    name: `hub-${CLUSTER}-g1`,
    location: 'europe-west1-b',
    nodeCount: 2,
    machineType: 'e2-standard-4',
  });
  const leaf = port.open({ server, ca });
  return { leaf, port, leaves, faults, compute, published, until, close: () => leaves.close() };
}

const SIDES = {
  'over the wire': () =>
    // A cloud minute takes thirty milliseconds: long enough for the client's requests to come in between.
    aSide(realClock(2000), true, async (holds) => {
      while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
    }),
  'in memory': () => {
    const clock: VirtualClock = virtualClock();
    return aSide(clock, false, async (holds) => {
      for (const end = clock.now() + minutes(90); clock.now() < end; ) {
        if (await holds()) return;
        await clock.runFor(seconds(1));
      }
      throw new Error('the condition did not come to hold in time');
    });
  },
};

const configMap = (data: Record<string, string>, labels?: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'default', ...(labels && { labels }) },
  data,
});
const SETTINGS = { apiVersion: 'v1', kind: 'ConfigMap', name: 'settings', namespace: 'default' };

const job = (name: string, command: string[]): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'default' },
  spec: {
    backoffLimit: 0,
    template: {
      spec: { restartPolicy: 'Never', containers: [{ name: 'work', image: 'busybox:1', command }] },
    },
  },
});

const deployment = (image = 'nginx:1'): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } },
  },
});

const balancer = (annotations: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'front', namespace: 'default', annotations },
  spec: {
    type: 'LoadBalancer',
    selector: { app: 'web' },
    ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
  },
});

const pachyderm = findProduct('pachyderm');

function aPlan(change: Partial<InstallPlan> = {}): InstallPlan {
  if (!pachyderm) throw new Error('the catalog has no Pachyderm');
  return {
    clusterId: CLUSTER,
    generation: 1,
    product: pachyderm,
    version: '2.12.2',
    bucket: `hub-${CLUSTER}-g1`,
    images: { helm: 'mirror/helm:4.1.4', callHome: 'mirror/google-cloud-cli:slim' },
    chartSource: 'oci://mirror/charts',
    projectId: 'hub-test',
    hintTopic: 'hint',
    ...change,
  };
}

describe.each(Object.entries(SIDES))('a leaf %s', (_name, make) => {
  let side: Side;
  let leaf: Leaf;
  beforeEach(async () => {
    side = await make();
    leaf = side.leaf;
  });
  afterEach(() => side.close());

  const conditionHolds = async (ref: Parameters<Leaf['find']>[0], type: string): Promise<boolean> => {
    const object = await leaf.find(ref);
    const conditions: { type: string; status: string }[] = object?.status?.conditions ?? [];
    return conditions.some((condition) => condition.type === type && condition.status === 'True');
  };
  const installed = async (plan: InstallPlan) => {
    let progress = await ensureInstalled(leaf, plan);
    await side.until(async () => {
      progress = await ensureInstalled(leaf, plan);
      return progress.status !== 'running';
    });
    return progress;
  };

  test('apply creates, then updates, and changes nothing if nothing changes', async () => {
    const made = await leaf.apply(configMap({ a: '1' }));
    expect(made.metadata.uid).toBeDefined();
    const same = await leaf.apply(configMap({ a: '1' }));
    expect(same.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
    const changed = await leaf.apply(configMap({ a: '2' }));
    expect(changed.metadata.uid).toBe(made.metadata.uid);
    expect(changed.metadata.resourceVersion).not.toBe(made.metadata.resourceVersion);
    expect((await leaf.find(SETTINGS))?.data).toEqual({ a: '2' });
  });

  test('apply takes away what it no longer says', async () => {
    await leaf.apply(configMap({ a: '1', b: '2' }));
    await leaf.apply(configMap({ b: '2' }));
    expect((await leaf.find(SETTINGS))?.data).toEqual({ b: '2' });
  });

  test('only a change of the spec counts as a generation', async () => {
    expect((await leaf.apply(deployment())).metadata.generation).toBe(1);
    await side.until(() =>
      conditionHolds({ ...deployment(), name: 'web', namespace: 'default' }, 'Available'),
    );
    expect((await leaf.apply(deployment())).metadata.generation).toBe(1);
    expect((await leaf.apply(deployment('nginx:2'))).metadata.generation).toBe(2);
  });

  test('what is not there is not found, and deleting it succeeds', async () => {
    expect(await leaf.find({ ...SETTINGS, name: 'nothing' })).toBeUndefined();
    await leaf.delete({ ...SETTINGS, name: 'nothing' });
    await leaf.apply(configMap({}));
    await leaf.delete(SETTINGS);
    expect(await leaf.find(SETTINGS)).toBeUndefined();
  });

  test('lists by namespace and by label, each with its kind', async () => {
    await leaf.apply(configMap({}, { team: 'blue' }));
    const ask = { apiVersion: 'v1', kind: 'ConfigMap' };
    const blue = await leaf.list({ ...ask, labelSelector: 'team=blue' });
    expect(blue.map(({ kind, apiVersion, metadata }) => [apiVersion, kind, metadata.name])).toEqual([
      ['v1', 'ConfigMap', 'settings'],
    ]);
    expect(await leaf.list({ ...ask, namespace: 'kube-system', labelSelector: 'team=blue' })).toEqual([]);
    expect(await leaf.list({ ...ask, namespace: 'nowhere' })).toEqual([]);
    expect((await leaf.list({ apiVersion: 'v1', kind: 'Node' })).length).toBe(2);
  });

  test('an object that cannot be is a bug of ours, told without its values', async () => {
    const wrong = {
      ...deployment(),
      spec: { ...deployment().spec, selector: { matchLabels: { app: 'other' } } },
    };
    await expect(leaf.apply(wrong)).rejects.toMatchObject({ code: 'BUG' });
    const nowhere = { ...configMap({ secret: 'x' }), metadata: { name: 'a', namespace: 'nowhere' } };
    await expect(leaf.apply(nowhere)).rejects.toMatchObject({ code: 'BUG' });
  });

  test('a Job runs to its end, and its log can be read', async () => {
    await leaf.apply(job('greet', ['echo', 'hello', 'you']));
    await side.until(() =>
      conditionHolds({ ...job('greet', []), name: 'greet', namespace: 'default' }, 'Complete'),
    );
    const [pod] = await leaf.list({
      apiVersion: 'v1',
      kind: 'Pod',
      namespace: 'default',
      labelSelector: 'batch.kubernetes.io/job-name=greet',
    });
    expect(pod?.status.phase).toBe('Succeeded');
    expect(await leaf.logTail({ namespace: 'default', name: pod?.metadata.name ?? '' }, 5)).toBe(
      'hello you\n',
    );
  });

  test('a Job without success says so, and deleting it takes its pods along', async () => {
    const ref = { ...job('bad', []), name: 'bad', namespace: 'default' };
    await leaf.apply(job('bad', ['false']));
    await side.until(() => conditionHolds(ref, 'Failed'));
    await leaf.delete(ref);
    await side.until(
      async () => (await leaf.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'default' })).length === 0,
    );
  });

  test('the log of what has not started is empty', async () => {
    expect(await leaf.logTail({ namespace: 'default', name: 'nobody' }, 5)).toBe('');
  });

  test('a Deployment becomes available with as many pods as asked for', async () => {
    await leaf.apply(deployment());
    await side.until(() =>
      conditionHolds({ ...deployment(), name: 'web', namespace: 'default' }, 'Available'),
    );
    const live = await leaf.find({ ...deployment(), name: 'web', namespace: 'default' });
    expect(live?.status).toMatchObject({ readyReplicas: 2, updatedReplicas: 2, observedGeneration: 1 });
  });

  test('a load balancer gets an address, and leaves nothing in the cloud when it goes', async () => {
    const ref = { apiVersion: 'v1', kind: 'Service', name: 'front', namespace: 'default' };
    await leaf.apply(balancer({ 'networking.gke.io/load-balancer-type': 'Internal' }));
    await side.until(async () => (await leaf.find(ref))?.status?.loadBalancer?.ingress !== undefined);
    const made = await leaf.find(ref);
    expect(made?.status.loadBalancer.ingress[0].ip).toMatch(/^10\./);
    const name = `a${made?.metadata.uid?.replaceAll('-', '')}`.slice(0, 32);
    expect([...side.compute]).toEqual(
      expect.arrayContaining([`forwarding-rule ${name}`, `firewall k8s-fw-${name}`]),
    );
    await leaf.delete(ref);
    expect((await leaf.find(ref))?.metadata.deletionTimestamp).toBeDefined();
    await side.until(async () => (await leaf.find(ref)) === undefined);
    expect([...side.compute]).toEqual([]);
  });

  test('a product is installed, calls home, and is reached at an address', async () => {
    const plan = aPlan();
    const seen = new Set<string>();
    await side.until(async () => {
      const progress = await ensureInstalled(leaf, plan);
      seen.add(progress.detail);
      return progress.status === 'done';
    });
    expect(side.published).toEqual([`hint {"schema":1,"cluster":"${CLUSTER}"}`]);
    expect(await ensureInstalled(leaf, plan)).toMatchObject({ status: 'done', ready: 7, of: 7 });
    expect([...seen].some((detail) => /^\d of 7 parts are ready\.$/.test(detail))).toBe(true);
    const endpoints = await endpointsOf(leaf, plan.product);
    expect(endpoints.pachd).toMatch(/^grpc:\/\/10\./);
  });

  test('after the installation nobody has the installer’s rights, and the values are gone', async () => {
    await installed(aPlan());
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      name: 'hub-installer',
    };
    expect(await leaf.find(binding)).toBeUndefined();
    expect(await leaf.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'hub-system' })).toEqual([]);
  });

  test('an unknown version fails as Helm does, with the reason and the log', async () => {
    const progress = await installed(aPlan({ version: '9.9.9' }));
    expect(progress.status).toBe('failed');
    expect(progress.detail).toContain('BackoffLimitExceeded');
    expect(progress.detail).toContain('helm ended with exit code 1');
    expect(progress.detail).toContain('mirror/charts/pachyderm:9.9.9: not found');
    expect(side.published).toEqual([]);
  });

  test('draining removes all load balancers and volumes, inside and outside', async () => {
    await installed(aPlan());
    expect([...side.compute].filter((resource) => resource.startsWith('disk'))).toHaveLength(3);
    const first = await ensureDrained(leaf);
    expect(first).toEqual({ left: 4, detail: '1 load balancer and 3 volumes are left.' });
    await side.until(async () => (await ensureDrained(leaf)).left === 0);
    expect([...side.compute]).toEqual([]);
  });

  test('draining in the middle of an installation stops it for good', async () => {
    await ensureInstalled(leaf, aPlan());
    await side.until(async () => (await ensureInstalled(leaf, aPlan())).of > 0);
    await side.until(async () => (await ensureDrained(leaf)).left === 0);
    expect([...side.compute]).toEqual([]);
    expect(await leaf.list({ apiVersion: 'batch/v1', kind: 'Job', namespace: 'hub-system' })).toEqual([]);
    expect(side.published).toEqual([]);
  });

  test('a refused call and a lost reply are both LEAF_UNAVAILABLE; the lost one was carried out', async () => {
    side.faults.force('unavailable', { times: 1 });
    await expect(leaf.apply(configMap({ a: '1' }))).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
    expect(await leaf.find(SETTINGS)).toBeUndefined();
    side.faults.force('reply-lost', { times: 1 });
    await expect(leaf.apply(configMap({ a: '1' }))).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
    expect((await leaf.find(SETTINGS))?.data).toEqual({ a: '1' });
  });

  test('a leaf that is gone does not answer, and what it made stays', async () => {
    await leaf.apply(balancer());
    await side.until(async () => side.compute.size === 3);
    await side.leaves.stop(`hub-${CLUSTER}-g1`, 'europe-west1-b');
    await expect(leaf.find(SETTINGS)).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
    await expect(ensureDrained(leaf)).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
    expect(side.compute.size).toBe(3);
  });
});

describe('only over the wire', () => {
  let side: Side;
  beforeEach(async () => {
    side = await SIDES['over the wire']();
  });
  afterEach(() => side.close());

  test('a wrong token is refused', async () => {
    const [entry] = side.leaves.index();
    if (!entry) throw new Error('no leaf cluster');
    const stranger = createClient({ accessToken: async () => 'ya29.another' }).open(entry);
    await expect(stranger.find(SETTINGS)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  test('a server with another CA is not spoken to', async () => {
    const other = await side.leaves.start({
      name: 'other',
      location: 'x-y1-a',
      nodeCount: 1,
      machineType: 'e2',
    });
    const [entry] = side.leaves.index();
    if (!entry) throw new Error('no leaf cluster');
    const confused = side.port.open({ server: entry.server, ca: other.ca });
    await expect(confused.find(SETTINGS)).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
  });

  test('no error holds the token', async () => {
    const [entry] = side.leaves.index();
    if (!entry) throw new Error('no leaf cluster');
    const secret = 'ya29.very-secret';
    const stranger = createClient({ accessToken: async () => secret }).open(entry);
    const error = await stranger.find(SETTINGS).catch((caught: unknown) => caught);
    const all = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).stack);
    expect(all).not.toContain(secret);
  });

  test('lists longer than a page arrive whole', async () => {
    const names = Array.from({ length: 510 }, (_, i) => `many-${String(i).padStart(3, '0')}`);
    for (const name of names) {
      await side.leaf.apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'kube-public' },
      });
    }
    const found = await side.leaf.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-public' });
    expect(found.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('many-'))).toEqual(
      names,
    );
  });
});
