import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type VirtualClock, virtualClock } from '../../local/clock.ts';
import { createFaults, type Faults } from '../../local/faults.ts';
import { createLeaves, type Leaves } from '../../local/kubernetes/leaves.ts';
import { memoryLeaves } from '../../local/memory/leaf.ts';
import { seededRandom } from '../../local/random.ts';
import { memoryStore } from '../../local/store.ts';
import { hello } from '../../shared/catalog/hello.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { aloneOf, aPlan as aPlanOf } from '../../test/a-plan.ts';
import { createLog } from '../log.ts';
import { ensureDrained } from './drain.ts';
import { ensureInstalled, gatewayAddress, type InstallProgress, isInterrupted, partsOf } from './install.ts';
import type { KubeObject, Leaf } from './leaf.ts';
import { jobRef, valuesRef } from './manifests.ts';
import { INSTALLER_BINDING } from './names.ts';
import type { InstallInput, InstallPlan, Release } from './plan.ts';

let clock: VirtualClock;
let faults: Faults;
let leaves: Leaves;
let leaf: Leaf;
let compute: Set<string>;
let errors: string[];
const LOCATION = 'europe-west1-b';
const NAME = 'hub-aaaabbbbccccdddd-g1';

beforeEach(async () => {
  clock = virtualClock();
  const random = seededRandom(1);
  faults = createFaults({}, random);
  compute = new Set();
  errors = [];
  const log = createLog((severity, event) => {
    if (severity === 'ERROR') errors.push(event);
  });
  leaves = createLeaves(
    { projectId: 'a-project', clock, random, faults, store: memoryStore(), log },
    {
      compute: {
        create: (kind, { name }) => void compute.add(`${kind} ${name}`),
        remove: (kind, name) => void compute.delete(`${kind} ${name}`),
      },
      publish: () => undefined,
      isAccessToken: () => true,
      https: false,
    },
  );
  const entry = await leaves.start({ name: NAME, location: LOCATION, nodeCount: 1, machineType: 'e2' });
  leaf = memoryLeaves(leaves).open(entry);
});
afterEach(() => expect(errors).toEqual([]));

const wholePlan = (change: Partial<InstallInput> = {}): InstallPlan =>
  aPlanOf({ clusterId: 'aaaabbbbccccdddd', generation: 1, product: hello, version: '1.1.0', ...change });

/** The mesh has tests of its own below. */
const PLAN = aloneOf(wholePlan());
const planWith = (change: Partial<InstallInput>): InstallPlan => aloneOf(wholePlan(change));

/** With a Service as users of a leaf make it, which its cloud would keep. */
const balanced = (plan: InstallPlan): InstallPlan => {
  const guards = plan.guards.filter(({ kind }) => kind !== 'ResourceQuota');
  const values = { service: { type: 'LoadBalancer' } };
  return { ...plan, guards, releases: plan.releases.map((release): Release => ({ ...release, values })) };
};

/** Looks every ten seconds until the installation is over. */
async function settled(plan: InstallPlan): Promise<InstallProgress> {
  for (const end = clock.now() + minutes(40); clock.now() < end; ) {
    const progress = await ensureInstalled(leaf, plan);
    if (progress.status !== 'running') return progress;
    await clock.runFor(seconds(10));
  }
  throw new Error('the installation did not end');
}

describe('installing', () => {
  test('begins once, however often and at once it is asked for', async () => {
    const [one, two] = await Promise.all([ensureInstalled(leaf, PLAN), ensureInstalled(leaf, PLAN)]);
    const detail = 'The installer is starting.';
    expect(one).toEqual({ status: 'running', ready: 0, of: 0, detail, isEnding: false });
    expect(two).toEqual(one);
    await settled(PLAN);
    expect(await leaf.list({ apiVersion: 'batch/v1', kind: 'Job' })).toHaveLength(1);
    expect(await leaf.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'hub-system' })).toHaveLength(1);
  });

  test('goes on where a handler died before the Job was made', async () => {
    const dying: Leaf = {
      ...leaf,
      apply: (object) => (object.kind === 'Job' ? Promise.reject(new Error('killed')) : leaf.apply(object)),
    };
    await expect(ensureInstalled(dying, PLAN)).rejects.toThrow('killed');
    expect((await settled(PLAN)).status).toBe('done');
  });

  test('gets another token to read charts whenever its Job is made, and none while that is there', async () => {
    const tokens = ['ya29.c.first', 'ya29.c.second', 'ya29.c.third'];
    let asked = 0;
    const start = (into: Leaf = leaf): Promise<InstallProgress> =>
      ensureInstalled(into, PLAN, undefined, async () => tokens[asked++] ?? '');
    const given = async (): Promise<string> => {
      const config = (await leaf.find(valuesRef(PLAN)))?.data['registry-config'];
      const { auths } = JSON.parse(Buffer.from(config, 'base64').toString());
      return Buffer.from(auths.mirror.auth, 'base64').toString();
    };
    const dying: Leaf = {
      ...leaf,
      apply: (object) => (object.kind === 'Job' ? Promise.reject(new Error('killed')) : leaf.apply(object)),
    };
    await expect(start(dying)).rejects.toThrow('killed');
    expect(await given()).toBe('oauth2accesstoken:ya29.c.first');
    await start();
    await start();
    expect(await given()).toBe('oauth2accesstoken:ya29.c.second');
    await leaf.delete(jobRef(PLAN));
    await clock.runFor(minutes(1));
    await start();
    expect(await given()).toBe('oauth2accesstoken:ya29.c.third');
    expect(asked).toBe(3);
  });

  test('without a token to read charts starts nothing, and gives nobody a right', async () => {
    const refused = ensureInstalled(leaf, PLAN, undefined, () => Promise.reject(new Error('not yet')));
    await expect(refused).rejects.toThrow('not yet');
    expect(await leaf.find(INSTALLER_BINDING)).toBeUndefined();
    expect(await leaf.find(jobRef(PLAN))).toBeUndefined();
  });

  test('says that it is ending once Helm is done, before the Job says so', async () => {
    await ensureInstalled(leaf, PLAN);
    const looks: InstallProgress[] = [];
    while (looks.at(-1)?.status !== 'done') {
      await clock.runFor(seconds(1));
      looks.push(await ensureInstalled(leaf, PLAN));
    }
    const running = looks.filter((progress) => progress.status === 'running');
    const ending = running.filter((progress) => progress.isEnding);
    expect(ending.length).toBeGreaterThan(0);
    expect(running.slice(-ending.length)).toEqual(ending);
    for (const { ready, of } of ending) expect(ready).toBe(of);
  });

  test('again after its end changes nothing', async () => {
    await settled(PLAN);
    const before = leaves.model.find(NAME, LOCATION)?.objects.revision;
    expect(await ensureInstalled(leaf, PLAN)).toEqual({
      status: 'done',
      ready: 1,
      of: 1,
      detail: 'All 1 parts are ready.',
    });
    expect(leaves.model.find(NAME, LOCATION)?.objects.revision).toBe(before);
  });

  test('of another version is another Job, an upgrade in place', async () => {
    await settled(planWith({ version: '1.0.0' }));
    expect((await settled(PLAN)).status).toBe('done');
    const deployment = await leaf.find({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'hello',
      name: 'hello',
    });
    expect(deployment?.spec.template.spec.containers[0].image).toBe('hello-app:1.1.0');
  });

  test('is not done while a part that was ready is not', async () => {
    await settled(PLAN);
    const pods = { apiVersion: 'v1', kind: 'Pod', namespace: 'hello' };
    const [pod] = await leaf.list(pods);
    await leaf.delete({ ...pods, name: pod?.metadata.name ?? '' });
    await clock.runFor(seconds(1));
    expect(await ensureInstalled(leaf, PLAN)).toMatchObject({
      status: 'running',
      detail: '0 of 1 parts are ready.',
    });
    expect((await settled(PLAN)).status).toBe('done');
  });

  test('survives a try that fails', async () => {
    faults.force('job-fails', { times: 2 });
    expect((await settled(PLAN)).status).toBe('done');
  });

  test('survives a Helm that was killed and left its release locked', async () => {
    await ensureInstalled(leaf, PLAN);
    const secrets = { apiVersion: 'v1', kind: 'Secret', namespace: 'hello', labelSelector: 'owner=helm' };
    while ((await leaf.list(secrets)).length === 0) await clock.runFor(seconds(1));
    const model = leaves.model.find(NAME, LOCATION);
    const [pod] = await leaf.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'hub-system' });
    // A node that dies takes its pods without asking.
    const { remove } = await import('../../local/kubernetes/api.ts');
    const { KINDS } = await import('../../local/kubernetes/kinds.ts');
    if (model && pod) remove(model, KINDS.Pod, 'hub-system', pod.metadata.name, { gracePeriodSeconds: 0 });
    expect((await settled(PLAN)).status).toBe('done');
  });

  test('that fails tells the Job’s reason, the container’s end and the last lines, without secrets', async () => {
    const plan = planWith({ product: { ...hello, chart: 'password=hunter2' } });
    const { status, detail } = await settled(plan);
    expect(status).toBe('failed');
    expect(detail).toContain(
      'The installer failed: BackoffLimitExceeded. helm-hello ended with exit code 1 (Error).',
    );
    expect(detail).toContain('Error: failed to perform');
    expect(detail).not.toContain('hunter2');
  });

  test('whose parts never become ready fails when Helm’s time is over', async () => {
    faults.force('pod-crash', { subject: 'hello/' });
    const { status, ready, of, detail } = await settled(PLAN);
    expect({ status, ready, of }).toEqual({ status: 'failed', ready: 0, of: 1 });
    expect(detail).toMatch(/context deadline exceeded|DeadlineExceeded/);
  });

  test('that failed has no rights left', async () => {
    await settled(planWith({ version: '0.0.0' }));
    const binding = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' };
    const names = (await leaf.list(binding)).map(({ metadata }) => metadata.name);
    expect(names).not.toContain('hub-installer');
    expect(await leaf.find(jobRef(planWith({ version: '0.0.0' })))).toBeDefined();
  });
});

test('an installer that another handler has begun a moment ago is left alone', async () => {
  await ensureInstalled(leaf, PLAN);
  // It had looked before that one was there.
  const late: Leaf = {
    ...leaf,
    find: async (ref) => (ref.kind === 'Job' ? undefined : leaf.find(ref)),
  };
  expect(await ensureInstalled(late, PLAN)).toMatchObject({ detail: 'The installer is starting.' });
  expect(await leaf.find(jobRef(PLAN))).toBeDefined();
  expect((await settled(PLAN)).status).toBe('done');
});

test('the lock of a Helm that another handler has begun is left alone by one that was held up', async () => {
  const locks = { apiVersion: 'v1', kind: 'Secret', namespace: 'hello', labelSelector: 'owner=helm' };
  const uids = async () => (await leaf.list(locks)).map(({ metadata }) => metadata.uid);
  const { promise: isHeld, resolve: hold } = Promise.withResolvers<void>();
  let begun: unknown[] = [];
  const held: Leaf = {
    ...leaf,
    async list(query) {
      if (query.labelSelector?.startsWith('owner=helm')) {
        hold();
        while (begun.length === 0) {
          await clock.sleepUntil(clock.now() + seconds(1));
          begun = await uids();
        }
      }
      return leaf.list(query);
    },
  };
  const late = ensureInstalled(held, PLAN);
  await isHeld;
  await ensureInstalled(leaf, PLAN);
  while (begun.length === 0) await clock.runFor(seconds(1));
  await late;
  expect(await uids()).toEqual(begun);
  expect((await settled(PLAN)).status).toBe('done');
});

describe('where a Hub of before was at work', () => {
  const BEFORE = planWith({ images: { helm: 'mirror/helm:3', callHome: 'mirror/google-cloud-cli:old' } });
  const NOT_OVER = ['Pending', 'Running'];
  const running = async (): Promise<string[]> =>
    (await leaf.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'hub-system' }))
      .filter(({ status }) => NOT_OVER.includes(status?.phase))
      .map(({ spec }) => spec.initContainers[0].image);
  const releasesOf = (): Promise<KubeObject[]> =>
    leaf.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'hello', labelSelector: 'owner=helm' });
  const installing = async (): Promise<void> => {
    await ensureInstalled(leaf, BEFORE, undefined, async () => 'ya29.c.before');
    while ((await releasesOf()).length === 0) await clock.runFor(seconds(1));
  };

  test('its installer loses its rights and goes, and only then another one begins', async () => {
    await installing();
    expect(await running()).toEqual(['mirror/helm:3']);
    const detail = 'An earlier installer is ending.';
    const ending = { status: 'running', ready: 0, of: 0, detail, isEnding: false };
    expect(await ensureInstalled(leaf, PLAN)).toEqual(ending);
    expect(await leaf.find(INSTALLER_BINDING)).toBeUndefined();
    expect(await leaf.find(jobRef(BEFORE))).toBeUndefined();
    // Its pod has its grace still, and what it has locked stays locked.
    expect(await running()).toEqual(['mirror/helm:3']);
    expect(await ensureInstalled(leaf, PLAN)).toEqual(ending);
    expect(await leaf.find(jobRef(PLAN))).toBeUndefined();
    expect((await releasesOf()).map(({ metadata }) => metadata.labels?.status)).toEqual(['pending-install']);
    for (let status = ending.status; status === 'running'; ) {
      await clock.runFor(seconds(1));
      ({ status } = await ensureInstalled(leaf, PLAN));
      expect((await running()).length).toBeLessThanOrEqual(1);
    }
    expect((await settled(PLAN)).status).toBe('done');
  });

  test('its values go, and the token to read charts with them', async () => {
    await installing();
    expect(await leaf.find(valuesRef(BEFORE))).toBeDefined();
    expect(await isInterrupted(leaf, PLAN)).toBe(true);
    expect(await isInterrupted(leaf, BEFORE)).toBe(false);
    await settled(PLAN);
    const secrets = await leaf.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'hub-system' });
    expect(secrets.filter(({ metadata }) => metadata.name.startsWith('install-'))).toEqual([]);
    expect(await isInterrupted(leaf, PLAN)).toBe(false);
  });

  test('an installer that has ended stays to be read, and nobody waits for it', async () => {
    await settled(BEFORE);
    await ensureInstalled(leaf, PLAN);
    expect(await leaf.find(jobRef(PLAN))).toBeDefined();
    expect(await leaf.find(jobRef(BEFORE))).toBeDefined();
  });
});

describe('before anything runs', () => {
  test('limits, ways through the network and rights are there, and what the product needs', async () => {
    const order: string[] = [];
    const noting: Leaf = {
      ...leaf,
      apply: (object) => {
        order.push(object.kind);
        return leaf.apply(object);
      },
    };
    await ensureInstalled(noting, PLAN, async () => {
      expect(await leaf.find({ apiVersion: 'v1', kind: 'Namespace', name: 'hello' })).toBeDefined();
      order.push('prepared');
    });
    const [installer, job] = [order.indexOf('ClusterRoleBinding'), order.indexOf('Job')];
    for (const kind of ['ResourceQuota', 'LimitRange', 'NetworkPolicy', 'Role', 'RoleBinding', 'prepared']) {
      expect(order.lastIndexOf(kind)).toBeGreaterThanOrEqual(0);
      expect(order.lastIndexOf(kind)).toBeLessThan(installer);
    }
    expect(job).toBe(order.length - 1);
  });

  test('a preparation that fails starts nothing, and is tried again', async () => {
    const failing = ensureInstalled(leaf, PLAN, () => Promise.reject(new Error('not yet')));
    await expect(failing).rejects.toThrow('not yet');
    expect(await leaf.find(jobRef(PLAN))).toBeUndefined();
    expect((await settled(PLAN)).status).toBe('done');
  });

  test('where the API server is known, there is a way to it', async () => {
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: 'kubernetes',
        namespace: 'default',
        labels: { 'kubernetes.io/service-name': 'kubernetes' },
      },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.2'] }],
      ports: [{ name: 'https', port: 443, protocol: 'TCP' }],
    };
    await leaf.apply(slice);
    await ensureInstalled(leaf, PLAN);
    const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name: 'hub-api-server' };
    expect((await leaf.find({ ...policy, namespace: 'hello' }))?.spec.egress).toEqual([
      { to: [{ ipBlock: { cidr: '10.0.0.2/32' } }], ports: [{ protocol: 'TCP', port: 443 }] },
    ]);
  });
});

describe('the mesh and the product', () => {
  const gateway = { apiVersion: 'v1', kind: 'Service', name: 'hub-gateway', namespace: 'istio-ingress' };

  test('come one after the other, and the whole is told in parts', async () => {
    const plan = wholePlan();
    const seen = new Set<string>();
    let progress = await ensureInstalled(leaf, plan);
    while (progress.status === 'running') {
      seen.add(progress.detail);
      await clock.runFor(seconds(5));
      progress = await ensureInstalled(leaf, plan);
    }
    expect(progress).toEqual({ status: 'done', ready: 3, of: 3, detail: 'All 3 parts are ready.' });
    expect([...seen].filter((detail) => detail.includes(' of '))).toEqual(
      expect.arrayContaining(['1 of 3 parts are ready.', '2 of 3 parts are ready.']),
    );
    expect(await partsOf(leaf, plan)).toEqual({ ready: 3, of: 3 });
  });

  test('have one address, the gateway’s', async () => {
    expect(await gatewayAddress(leaf)).toBeUndefined();
    await settled(wholePlan());
    expect(await gatewayAddress(leaf)).toBe((await leaf.find(gateway))?.status.loadBalancer.ingress[0].ip);
    const services = await leaf.list({ apiVersion: 'v1', kind: 'Service' });
    expect(services.filter(({ spec }) => spec.type === 'LoadBalancer')).toHaveLength(1);
  });

  test('without an address fail in time, and say that it is missing', async () => {
    faults.force('no-address', {});
    const progress = await settled(wholePlan());
    expect(progress).toMatchObject({ status: 'failed', isGatewayAsked: true });
    expect(progress.detail).toMatch(
      /^The gateway has no address\. The cloud says: .*Quota 'IN_USE_ADDRESSES' exceeded.* The installer failed: .*helm-hub-gateway ended/,
    );
    expect(await gatewayAddress(leaf)).toBeUndefined();
  });

  test('whose product fails name its release, not those before it', async () => {
    const progress = await settled(wholePlan({ version: '0.0.0' }));
    expect(progress).toMatchObject({ status: 'failed', isGatewayAsked: true });
    expect(progress.detail).toMatch(
      /^The installer failed: BackoffLimitExceeded\. helm-hello ended with exit code 1/,
    );
  });

  test('of which one Helm was killed go on at that release', async () => {
    const plan = wholePlan();
    faults.force('job-fails', { times: 1 });
    expect((await settled(plan)).status).toBe('done');
  });

  test('can be installed once more as another round', async () => {
    await settled(wholePlan());
    await leaf.delete({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'hello', name: 'hello' });
    await clock.runFor(minutes(1));
    expect(await partsOf(leaf, wholePlan())).toEqual({ ready: 2, of: 2 });
    expect(await settled(wholePlan({ round: 'repair-1' }))).toMatchObject({ status: 'done', of: 3 });
  });
});

describe('draining', () => {
  const drained = async (): Promise<void> => {
    for (const end = clock.now() + minutes(20); clock.now() < end; await clock.runFor(seconds(15))) {
      if ((await ensureDrained(leaf)).left === 0) return;
    }
    throw new Error('it did not drain');
  };

  test('an empty leaf has nothing left at once', async () => {
    expect(await ensureDrained(leaf)).toEqual({ left: 0, detail: 'Nothing is left to remove.' });
  });

  test('takes what users made besides the product', async () => {
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
    const spec = { containers: [{ name: 'a', image: 'a:1' }], volumes };
    const selector = { matchLabels: { app: 'own' } };
    const metadata = (name: string) => ({ name, namespace: 'default' });
    await leaf.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: metadata('data'),
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    await leaf.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata('own'),
      spec: { selector, template: { metadata: { labels: { app: 'own' } }, spec } },
    });
    await leaf.apply({ apiVersion: 'v1', kind: 'Pod', metadata: metadata('lonely'), spec });
    // As Pachyderm runs pipelines.
    await leaf.apply({
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: metadata('pipeline'),
      spec: { replicas: 1, template: { metadata: { labels: { app: 'pipeline' } }, spec } },
    });
    await leaf.apply({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: metadata('nightly'),
      spec: {
        schedule: '* * * * *',
        jobTemplate: {
          spec: {
            template: {
              spec: {
                ...spec,
                restartPolicy: 'Never',
                containers: [{ name: 'a', image: 'busybox:1', command: ['sleep', '3600'] }],
              },
            },
          },
        },
      },
    });
    await clock.runFor(minutes(2));
    const pods = await leaf.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'default' });
    const makers = pods.flatMap((pod) => pod.metadata.ownerReferences ?? []).map(({ kind }) => kind);
    expect(makers).toEqual(expect.arrayContaining(['ReplicationController', 'Job']));
    expect(compute.size).toBe(1);
    await drained();
    expect([...compute]).toEqual([]);
  });

  test('leaves alone what holds neither volume nor load balancer', async () => {
    await settled(balanced(PLAN));
    await drained();
    expect(
      await leaf.find({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'hello', name: 'hello' }),
    ).toBeDefined();
  });

  test('asks for each thing once', async () => {
    await settled(balanced(PLAN));
    await ensureDrained(leaf);
    const deleted: string[] = [];
    const counting: Leaf = {
      ...leaf,
      delete: (ref) => {
        deleted.push(ref.kind);
        return leaf.delete(ref);
      },
    };
    expect((await ensureDrained(counting)).left).toBe(1);
    expect(deleted).toEqual([]);
  });
});
