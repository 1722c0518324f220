import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type VirtualClock, virtualClock } from '../../local/clock.ts';
import { createFaults, type Faults } from '../../local/faults.ts';
import { createLeaves, type Leaves } from '../../local/kubernetes/leaves.ts';
import { memoryLeaves } from '../../local/memory/leaf.ts';
import { seededRandom } from '../../local/random.ts';
import { memoryStore } from '../../local/store.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { createLog } from '../log.ts';
import { ensureDrained } from './drain.ts';
import { endpointsOf, ensureInstalled, type InstallPlan, type InstallProgress } from './install.ts';
import type { Leaf } from './leaf.ts';
import { jobRef } from './manifests.ts';

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

const PLAN: InstallPlan = {
  clusterId: 'aaaabbbbccccdddd',
  generation: 1,
  product: {
    namespace: 'hello',
    release: 'hello',
    chart: 'hello',
    service: 'hello',
    values: () => ({ service: { type: 'LoadBalancer' } }),
    endpoints: (address) => ({ web: `http://${address}` }),
  },
  version: '1.1.0',
  bucket: 'a-bucket',
  images: { helm: 'mirror/helm:4', callHome: 'mirror/google-cloud-cli:slim' },
  chartSource: 'oci://mirror/charts',
  projectId: 'a-project',
  hintTopic: 'hint',
};

const planWith = (
  product: Partial<InstallPlan['product']>,
  change: Partial<InstallPlan> = {},
): InstallPlan => ({
  ...PLAN,
  ...change,
  product: { ...PLAN.product, ...product },
});

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
    expect(one).toEqual({ status: 'running', ready: 0, of: 0, detail: 'The installer is starting.' });
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
    await settled(planWith({}, { version: '1.0.0' }));
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
    const plan = planWith({ chart: 'password=hunter2' });
    const { status, detail } = await settled(plan);
    expect(status).toBe('failed');
    expect(detail).toContain(
      'The installer failed: BackoffLimitExceeded. helm ended with exit code 1 (Error).',
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
    await settled(planWith({}, { version: '0.0.0' }));
    const binding = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' };
    const names = (await leaf.list(binding)).map(({ metadata }) => metadata.name);
    expect(names).not.toContain('hub-installer');
    expect(await leaf.find(jobRef(planWith({}, { version: '0.0.0' })))).toBeDefined();
  });
});

describe('the endpoints', () => {
  test('are told by the product for the address of its Service', async () => {
    await settled(PLAN);
    expect(await endpointsOf(leaf, PLAN.product)).toEqual({
      web: expect.stringMatching(/^http:\/\/203\.0\.113\.\d+$/),
    });
  });

  test('are worth another try while there is no address', async () => {
    await expect(endpointsOf(leaf, PLAN.product)).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
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
    await clock.runFor(minutes(2));
    expect(compute.size).toBe(1);
    await drained();
    expect([...compute]).toEqual([]);
  });

  test('leaves alone what holds neither volume nor load balancer', async () => {
    await settled(PLAN);
    await drained();
    expect(
      await leaf.find({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'hello', name: 'hello' }),
    ).toBeDefined();
  });

  test('asks for each thing once', async () => {
    await settled(PLAN);
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
