/** One suite for all sides of the port to the inside of a cluster, and for the real one what only a wire can get wrong. */
import { once } from 'node:events';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLeaves as createClient } from '../../functions/leaf/client.ts';
import { ensureDrained } from '../../functions/leaf/drain.ts';
import { ensureInstalled, gatewayAddress } from '../../functions/leaf/install.ts';
import { type KubeObject, type Leaf, type Leaves as LeavesPort, refOf } from '../../functions/leaf/leaf.ts';
import type { InstallInput, InstallPlan } from '../../functions/leaf/plan.ts';
import { silentLog } from '../../functions/log.ts';
import { type LocalClock, virtualClock } from '../../local/clock.ts';
import { createFaults, type Faults } from '../../local/faults.ts';
import { create } from '../../local/kubernetes/api.ts';
import { KINDS } from '../../local/kubernetes/kinds.ts';
import type { LeafTarget } from '../../local/kubernetes/leaf-cluster.ts';
import { createLeaves, type Leaves } from '../../local/kubernetes/leaves.ts';
import { memoryLeaves } from '../../local/memory/leaf.ts';
import { seededRandom } from '../../local/random.ts';
import { sketchLeaves } from '../../local/sketch/leaves.ts';
import { sketchPort } from '../../local/sketch/port.ts';
import { memoryStore } from '../../local/store.ts';
import { CONNECTORS_SECRET, pachyderm } from '../../shared/catalog/pachyderm.ts';
import { minutes, seconds } from '../../shared/units.ts';
import { aPlan as anyPlan } from '../a-plan.ts';

const TOKEN = 'ya29.a-token';
const CLUSTER = 'aaaabbbbccccdddd';

/** A leaf cluster, the port to it, and what it did to the world. */
interface Side {
  leaf: Leaf;
  port: LeavesPort;
  /** All but the sketch have them. */
  model?: Leaves;
  stop(): Promise<void>;
  faults: Faults;
  /** What is in the cloud now. */
  compute: Set<string>;
  published: string[];
  /** Lets cloud time pass until the condition holds. */
  until(holds: () => Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

type Model = 'https' | 'memory' | 'sketch';

async function aSide(
  clock: LocalClock,
  model: Model,
  until: Side['until'],
  target: LeafTarget = TARGET,
): Promise<Side> {
  const random = seededRandom(1);
  const faults = createFaults({}, random);
  const compute = new Set<string>();
  const published: string[] = [];
  const world = { projectId: 'hub-test', clock, random, faults, store: memoryStore(), log: silentLog };
  const edges = {
    compute: {
      create: (kind: string, { name }: { name: string }) => void compute.add(`${kind} ${name}`),
      remove: (kind: string, name: string) => void compute.delete(`${kind} ${name}`),
    },
    publish: (topic: string, data: string) => void published.push(`${topic} ${data}`),
  };
  const rest = { faults, compute, published, until };
  if (model === 'sketch') {
    const leaves = sketchLeaves(world, edges);
    const port = sketchPort(leaves);
    const leaf = port.open(await leaves.start(target));
    const stop = () => leaves.stop(TARGET.name, TARGET.location);
    return { ...rest, leaf, port, stop, close: stop };
  }
  const leaves = createLeaves(world, {
    ...edges,
    isAccessToken: (token) => token === TOKEN,
    https: model === 'https',
  });
  const port = model === 'https' ? createClient({ accessToken: async () => TOKEN }) : memoryLeaves(leaves);
  const leaf = port.open(await leaves.start(target));
  const stop = () => leaves.stop(TARGET.name, TARGET.location);
  return { ...rest, leaf, port, model: leaves, stop, close: () => leaves.close() };
}

const TARGET: LeafTarget = {
  name: `hub-${CLUSTER}-g1`,
  location: 'europe-west1-b',
  nodeCount: 2,
  machineType: 'e2-standard-4',
};

/** Time stands still while requests are under way, however slow the machine is. */
function aSideIn(model: Model, target?: LeafTarget): Promise<Side> {
  const clock = virtualClock();
  const until: Side['until'] = async (holds) => {
    for (const end = clock.now() + minutes(90); clock.now() < end; ) {
      if (await holds()) return;
      await clock.runFor(seconds(1));
    }
    throw new Error('the condition did not come to hold in time');
  };
  return aSide(clock, model, until, target);
}

const SIDES = {
  'over the wire': (target?: LeafTarget) => aSideIn('https', target),
  'in memory': (target?: LeafTarget) => aSideIn('memory', target),
  'in the sketch': (target?: LeafTarget) => aSideIn('sketch', target),
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

/** As a chart's CustomResourceDefinition would. */
async function define({ leaf, model }: Side, group: string, version: string, kind: string): Promise<void> {
  const plural = `${kind.toLowerCase()}s`;
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
      ],
    },
  };
  const cluster = model?.findByServer(model.index()[0]?.server ?? '');
  // Hub defines none, so its client could not over the wire.
  if (cluster) create(cluster, KINDS.CustomResourceDefinition, undefined, definition);
  else await leaf.apply(definition);
}

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

const aPlan = (change: Partial<InstallInput> = {}): InstallPlan =>
  anyPlan({
    clusterId: CLUSTER,
    generation: 1,
    product: pachyderm,
    version: '2.12.2',
    bucket: `hub-${CLUSTER}-g1`,
    projectId: 'hub-test',
    ...change,
  });

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
  const ensure = (plan: InstallPlan) =>
    ensureInstalled(leaf, plan, async () => {
      await leaf.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: CONNECTORS_SECRET, namespace: plan.productNamespace },
        data: {},
      });
    });
  const installed = async (plan: InstallPlan) => {
    let progress = await ensure(plan);
    await side.until(async () => {
      progress = await ensure(plan);
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

  test('create makes what is not there, and leaves alone what is', async () => {
    expect(await leaf.create(configMap({ a: '1' }))).toBe('created');
    expect(await leaf.create(configMap({ a: '2' }))).toBe('exists');
    expect((await leaf.find(SETTINGS))?.data).toEqual({ a: '1' });
  });

  test('what is to be in a namespace that somebody has deleted is tried again, told without its values', async () => {
    const nowhere = { ...configMap({ secret: 'x1y2' }), metadata: { name: 'a', namespace: 'nowhere' } };
    for (const refused of [leaf.create(nowhere), leaf.apply(nowhere)]) {
      const error: unknown = await refused.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'LEAF_UNAVAILABLE' });
      expect(String(error)).not.toContain('x1y2');
    }
  });

  test('what others keep in a Secret stays in the leaf when Hub applies to it, looks at it or lists it', async () => {
    const secret = (data: Record<string, string>) => ({
      ...{ apiVersion: 'v1', kind: 'Secret' },
      metadata: { name: 'auth', namespace: 'default' },
      data,
    });
    expect(await leaf.create(secret({ token: 'cm9vdA==' }))).toBe('created');
    const ref = refOf(secret({}));
    const answers = [
      await leaf.apply(secret({ bindings: 'e30=' })),
      await leaf.findMetadata(ref),
      ...(await leaf.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'default', metadataOnly: true })),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ kind: 'Secret', metadata: { name: 'auth' } });
      expect(answer).not.toHaveProperty('data');
    }
    expect((await leaf.find(ref))?.data).toEqual({ token: 'cm9vdA==', bindings: 'e30=' });
    expect(await leaf.findMetadata({ ...ref, name: 'none' })).toBeUndefined();
  });

  test('a kind that the cluster does not know yet has no objects; once it is defined, it has', async () => {
    const gateway = { apiVersion: 'networking.istio.io/v1', kind: 'Gateway' };
    const ref = { ...gateway, name: 'hub', namespace: 'default' };
    expect(await leaf.find(ref)).toBeUndefined();
    await leaf.delete(ref);
    await define(side, 'networking.istio.io', 'v1', 'Gateway');
    const made = { ...gateway, metadata: { name: 'hub', namespace: 'default' }, spec: { servers: [] } };
    await side.until(async () => {
      try {
        await leaf.apply(made);
        return true;
      } catch {
        return false;
      }
    });
    expect((await leaf.list(gateway)).map(({ kind, metadata }) => [kind, metadata.name])).toEqual([
      ['Gateway', 'hub'],
    ]);
    await leaf.delete(ref);
    expect(await leaf.find(ref)).toBeUndefined();
  });

  test('a token of a service account is good for as long as asked, and only for who is there', async () => {
    const account = { namespace: 'default', name: 'member' };
    await expect(leaf.issueToken(account, minutes(10))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await leaf.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: account });
    const { token, expiresAt } = await leaf.issueToken(account, minutes(15));
    const { sub, iat, exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(sub).toBe('system:serviceaccount:default:member');
    expect(expiresAt).toBe(exp * 1000);
    expect(exp - iat).toBe(15 * 60);
    await expect(leaf.issueToken(account, minutes(5))).rejects.toMatchObject({ code: 'BUG' });
  });

  test('what is not there is not found, and deleting it succeeds', async () => {
    expect(await leaf.find({ ...SETTINGS, name: 'nothing' })).toBeUndefined();
    await leaf.delete({ ...SETTINGS, name: 'nothing' });
    await leaf.apply(configMap({}));
    await leaf.delete(SETTINGS);
    expect(await leaf.find(SETTINGS)).toBeUndefined();
  });

  test('what has come in the place of what is to be deleted stays', async () => {
    const { metadata: before } = await leaf.apply(configMap({}));
    await leaf.delete(SETTINGS);
    const { metadata: after } = await leaf.apply(configMap({}));
    await leaf.delete(SETTINGS, before.uid);
    expect((await leaf.find(SETTINGS))?.metadata.uid).toBe(after.uid);
    await leaf.delete(SETTINGS, after.uid);
    expect(await leaf.find(SETTINGS)).toBeUndefined();
    await leaf.delete(SETTINGS, after.uid);
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
    // The sketch validates nothing.
    if (!side.model) return;
    await expect(leaf.apply(wrong)).rejects.toMatchObject({ code: 'BUG' });
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

  test('load balancers to the outside share a check of the nodes, unless traffic stays where it comes in', async () => {
    const named = (name: string, spec: object) => {
      const { metadata, spec: base, ...rest } = balancer({});
      return { ...rest, metadata: { ...metadata, name }, spec: { ...base, ...spec } };
    };
    const refs = ['one', 'two', 'local'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Service',
      name,
      namespace: 'default',
    }));
    await leaf.apply(named('one', {}));
    await leaf.apply(named('two', {}));
    await leaf.apply(named('local', { externalTrafficPolicy: 'Local' }));
    const found = () => Promise.all(refs.map((ref) => leaf.find(ref)));
    await side.until(async () =>
      (await found()).every((service) => service?.status?.loadBalancer?.ingress !== undefined),
    );
    const [one, two, local] = (await found()).map((service) =>
      `a${service?.metadata.uid?.replaceAll('-', '')}`.slice(0, 32),
    );
    const made = () => [...side.compute].filter((text) => /^(health-check|target-pool)/.test(text)).sort();
    const [shared] = made().filter((text) => /^health-check k8s-[0-9a-f]{16}-node$/.test(text));
    const own = [`health-check ${local}`, `target-pool ${local}`];
    expect(made()).toEqual([...own, shared, `target-pool ${one}`, `target-pool ${two}`].sort());
    for (const [index, left] of [[...own, shared, `target-pool ${two}`], own, []].entries()) {
      const ref = refs[index];
      if (ref) await leaf.delete(ref);
      await side.until(async () => (await found())[index] === undefined);
      expect(made()).toEqual([...left].sort());
    }
    expect([...side.compute]).toEqual([]);
  });

  test('from 1.37 on the rule of a load balancer leads to a backend service, whose check is shared', async () => {
    await side.close();
    side = await make({ ...TARGET, location: 'europe-west1', version: '1.37.0-gke.1200000' });
    leaf = side.leaf;
    const refs = ['one', 'two'].map((name) => ({
      ...{ apiVersion: 'v1', kind: 'Service' },
      ...{ name, namespace: 'default' },
    }));
    for (const { name } of refs) {
      const service = balancer({});
      await leaf.apply({ ...service, metadata: { ...service.metadata, name } });
    }
    const found = () => Promise.all(refs.map((ref) => leaf.find(ref)));
    await side.until(async () =>
      (await found()).every((service) => service?.status?.loadBalancer?.ingress !== undefined),
    );
    const [hash] = [...side.compute].flatMap(
      (part) => /k8s2-([0-9a-z]{8})-l4-shared-hc$/.exec(part)?.[1] ?? [],
    );
    const shared = [`region-health-check k8s2-${hash}-l4-shared-hc`, `firewall k8s2-${hash}-l4-shared-hc-fw`];
    const partsOf = (service: KubeObject | undefined): unknown[] => {
      const { name, uid = '' } = service?.metadata ?? {};
      const backend = expect.stringMatching(new RegExp(` k8s2-${hash}-default-${name}-[0-9a-z]{8}$`));
      return [backend, backend, backend, `forwarding-rule a${uid.replaceAll('-', '')}`.slice(0, 48)];
    };
    const [one, two] = await found();
    const sorted = () => [...side.compute].sort();
    expect(sorted()).toHaveLength(10);
    expect(sorted()).toEqual(expect.arrayContaining([...shared, ...partsOf(one), ...partsOf(two)]));
    for (const [index, ref] of refs.entries()) {
      await leaf.delete(ref);
      await side.until(async () => (await found())[index] === undefined);
      if (index > 0) continue;
      expect(sorted()).toHaveLength(6);
      expect(sorted()).toEqual(expect.arrayContaining([...shared, ...partsOf(two)]));
    }
    expect(sorted()).toEqual([]);
  });

  test('a product is installed, calls home, and is reached at an address', async () => {
    const plan = aPlan();
    const seen = new Set<string>();
    await side.until(async () => {
      const progress = await ensure(plan);
      seen.add(progress.detail);
      return progress.status === 'done';
    });
    expect(side.published).toEqual([`hint {"schema":1,"cluster":"${CLUSTER}"}`]);
    expect(await ensure(plan)).toMatchObject({ status: 'done', ready: 8, of: 8 });
    expect([...seen].some((detail) => /^\d of 8 parts are ready\.$/.test(detail))).toBe(true);
    expect(await gatewayAddress(leaf)).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
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
    expect(progress.detail).toContain('helm-pachyderm ended with exit code 1');
    expect(progress.detail).toContain('mirror/charts/pachyderm:9.9.9: not found');
    expect(side.published).toEqual([]);
  });

  test('draining removes all load balancers and volumes, inside and outside', async () => {
    await installed(aPlan());
    expect([...side.compute].filter((resource) => resource.startsWith('disk'))).toHaveLength(2);
    const first = await ensureDrained(leaf);
    expect(first).toEqual({ left: 3, detail: '1 load balancer and 2 volumes are left.' });
    await side.until(async () => (await ensureDrained(leaf)).left === 0);
    expect([...side.compute]).toEqual([]);
  });

  test('draining in the middle of an installation stops it for good', async () => {
    await ensure(aPlan());
    await side.until(async () => (await ensure(aPlan())).of > 0);
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
    await side.until(async () => side.compute.size === 5);
    await side.stop();
    await expect(leaf.find(SETTINGS)).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
    await expect(ensureDrained(leaf)).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
    expect(side.compute.size).toBe(5);
  });
});

describe('only over the wire', () => {
  let side: Side;
  beforeEach(async () => {
    side = await SIDES['over the wire']();
  });
  afterEach(() => side.close());

  test('a wrong token is refused', async () => {
    const [entry] = side.model?.index() ?? [];
    if (!entry) throw new Error('no leaf cluster');
    const stranger = createClient({ accessToken: async () => 'ya29.another' }).open(entry);
    await expect(stranger.find(SETTINGS)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  test('a server with another CA is not spoken to', async () => {
    const other = await side.model?.start({
      name: 'other',
      location: 'x-y1-a',
      nodeCount: 1,
      machineType: 'e2',
    });
    const [entry] = side.model?.index() ?? [];
    if (!entry) throw new Error('no leaf cluster');
    const confused = side.port.open({ server: entry.server, ca: other?.ca ?? '' });
    await expect(confused.find(SETTINGS)).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
  });

  test('no error holds the token', async () => {
    const [entry] = side.model?.index() ?? [];
    if (!entry) throw new Error('no leaf cluster');
    const secret = 'ya29.very-secret';
    const stranger = createClient({ accessToken: async () => secret }).open(entry);
    const error = await stranger.find(SETTINGS).catch((caught: unknown) => caught);
    const all = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).stack);
    expect(all).not.toContain(secret);
  });

  describe('a port of a pod', () => {
    const pod = { namespace: 'default', name: 'page' };
    beforeEach(async () => {
      await side.leaf.apply({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: pod,
        spec: { containers: [{ name: 'page', image: 'hello-app:1', ports: [{ containerPort: 8080 }] }] },
      });
      await side.until(async () => {
        const found = await side.leaf.find({ apiVersion: 'v1', kind: 'Pod', ...pod });
        return found?.status?.phase === 'Running';
      });
    });

    /** A page over a connection that somebody else opened. */
    const visit = (stream: Duplex, path = '/'): Promise<string> =>
      new Promise((resolve, reject) => {
        const sent = request({ createConnection: () => stream, path, headers: { host: 'page' } });
        sent.on('response', (response) => text(response).then(resolve, reject));
        sent.on('error', reject);
        sent.end();
      });
    const closed = (stream: Duplex): Promise<void> =>
      new Promise((resolve) => void (stream.closed ? resolve() : stream.once('close', resolve)));

    test('answers as if it were next door, and is let go', async () => {
      const stream = await side.leaf.forward(pod, 8080);
      expect(await visit(stream)).toContain('Hello, world!');
      stream.destroy();
      await closed(stream);
    });

    test('carries what is longer than any buffer, at the pace of who reads', async () => {
      const stream = await side.leaf.forward(pod, 8080);
      const path = `/?${'x'.repeat(8000)}`;
      for (let i = 0; i < 300; i++) {
        const more = stream.write(`GET ${path} HTTP/1.1\r\nHost: page\r\n\r\n`);
        if (!more) await once(stream, 'drain');
      }
      stream.write('GET / HTTP/1.1\r\nHost: page\r\nConnection: close\r\n\r\n');
      // Nobody reads for a while; then all of it is there.
      const answers = (await text(stream)).split('HTTP/1.1 200 OK').length - 1;
      expect(answers).toBe(301);
      await closed(stream);
    });

    test('where nobody listens fails with the kubelet’s words', async () => {
      // Either at once, or on the stream.
      const said = side.leaf.forward(pod, 9).then(text);
      await expect(said).rejects.toThrow(/error forwarding port 9 .*connection refused/);
    });

    test('ends with its pod’s cluster', async () => {
      const stream = await side.leaf.forward(pod, 8080);
      await side.stop();
      await text(stream).catch(() => undefined);
      await closed(stream);
      await expect(side.leaf.forward(pod, 8080)).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
    });

    test('of a pod that is not there, or with a token that is not good, is not opened', async () => {
      const nobody = side.leaf.forward({ ...pod, name: 'nobody' }, 8080);
      await expect(nobody).rejects.toMatchObject({ code: 'LEAF_UNAVAILABLE' });
      const [entry] = side.model?.index() ?? [];
      if (!entry) throw new Error('no leaf cluster');
      const secret = 'ya29.very-secret';
      const stranger = createClient({ accessToken: async () => secret }).open(entry);
      const error = await stranger.forward(pod, 8080).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'PERMISSION_DENIED' });
      expect(inspect(error, { depth: 9 })).not.toContain(secret);
    });
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
