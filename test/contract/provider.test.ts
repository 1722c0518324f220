/**
 * What every way to GKE must do alike: the official clients over the wire to the stand-ins, and the client in memory. The provider
 * between them and the test is the product's own. The cloud's time is virtual, so that nothing depends on how fast this machine
 * is; one test at the end lets it run by itself.
 */
import { ClusterManagerClient } from '@google-cloud/container';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../functions/log.ts';
import { createGkeClient, type GkeClient } from '../../functions/providers/gke/client.ts';
import { createGkeProvider, type GkeSettings } from '../../functions/providers/gke/provider.ts';
import { clusterBody } from '../../functions/providers/gke/request.ts';
import type { ClusterTarget, Observed, Provider } from '../../functions/providers/provider.ts';
import { type LocalClock, realClock, virtualClock } from '../../local/clock.ts';
import { type ComputeModel, createComputeModel } from '../../local/compute/model.ts';
import { serveCompute } from '../../local/compute/server.ts';
import type { LogEntry } from '../../local/container/audit.ts';
import { type ContainerModel, createContainerModel, type LeafRequest } from '../../local/container/model.ts';
import { serveContainer } from '../../local/container/server.ts';
import { createFaults, type Faults } from '../../local/faults.ts';
import { memoryGkeClient } from '../../local/memory/gke.ts';
import { seededRandom } from '../../local/random.ts';
import type { World } from '../../local/service.ts';
import { memoryStore } from '../../local/store.ts';
import { minutes, seconds } from '../../shared/units.ts';

const PROJECT = 'hub-test';
const ID = 'abcdefgh234567ab';
const OTHER_ID = 'zzzzzzzz234567zz';
const ZONE = 'europe-west1-b';
const CA = '-----BEGIN CERTIFICATE-----\nTEST\n-----END CERTIFICATE-----\n';

const settings: GkeSettings = {
  projectId: PROJECT,
  cell: 'test',
  zones: { 'europe-west1': ['europe-west1-b', 'europe-west1-c'] },
  network: 'hub',
  nodeServiceAccount: `nodes@${PROJECT}.iam.gserviceaccount.com`,
  endpointTrust: 'cluster-ca',
};

const aTarget = (change: Partial<ClusterTarget> = {}): ClusterTarget => ({
  id: ID,
  generation: 1,
  location: ZONE,
  region: 'europe-west1',
  machineType: 'e2-standard-4',
  nodes: 2,
  diskGiB: 50,
  ...change,
});

interface Cloud {
  provider: Provider;
  client: GkeClient;
  container: ContainerModel;
  compute: ComputeModel;
  faults: Faults;
  leaves: Map<string, LeafRequest>;
  audit: LogEntry[];
  /** Lets cloud time pass. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

function models(clock: LocalClock): Omit<Cloud, 'provider' | 'client' | 'pass' | 'close'> & { world: World } {
  const random = seededRandom(1);
  const faults = createFaults({}, random);
  const world: World = {
    projectId: PROJECT,
    clock,
    random,
    faults,
    store: memoryStore(),
    log: silentLog,
  };
  const leaves = new Map<string, LeafRequest>();
  const audit: LogEntry[] = [];
  const compute = createComputeModel(world);
  const container = createContainerModel(world, {
    compute,
    leaves: {
      async start(leaf) {
        leaves.set(leaf.name, leaf);
        return { server: 'https://127.0.0.1:6443', ca: CA };
      },
      async stop(leaf) {
        leaves.delete(leaf.name);
      },
    },
    onAudit: (entry) => audit.push(entry),
  });
  return { world, container, compute, faults, leaves, audit };
}

async function overTheWire(clock: LocalClock, pass: Cloud['pass']): Promise<Cloud> {
  const { world, ...rest } = models(clock);
  const grpc = await serveContainer(world, 0, rest.container);
  const http = await serveCompute(world, 0, rest.compute);
  const clusters = new ClusterManagerClient({
    projectId: PROJECT,
    apiEndpoint: '127.0.0.1',
    port: grpc.port,
    sslCreds: credentials.createInsecure(),
    // Otherwise the client asks the metadata server which universe it is in.
    authClient: new PassThroughClient(),
  });
  const client = createGkeClient({
    projectId: PROJECT,
    clusters,
    rest: new PassThroughClient(),
    computeUrl: `http://127.0.0.1:${http.port}/compute/v1`,
  });
  return {
    ...rest,
    client,
    provider: createGkeProvider(client, settings),
    pass,
    async close() {
      await clusters.close();
      await Promise.all([grpc.close(), http.close()]);
      rest.container.close();
      rest.compute.close();
    },
  };
}

async function inMemory(clock: LocalClock, pass: Cloud['pass']): Promise<Cloud> {
  const { world: _world, ...rest } = models(clock);
  const client = memoryGkeClient(rest.container, rest.compute);
  return {
    ...rest,
    client,
    provider: createGkeProvider(client, settings),
    pass,
    close: async () => undefined,
  };
}

/** Asks again and again, as the engine would, until it is so. */
async function repeat<T>(cloud: Cloud, ask: () => Promise<T>, enough: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (enough(answer)) return answer;
    await cloud.pass(seconds(20));
  }
}

describe.each([
  { name: 'the official clients over the wire', open: overTheWire },
  { name: 'the client in memory', open: inMemory },
])('GKE through $name', ({ open }) => {
  let cloud: Cloud;
  beforeEach(async () => {
    const clock = virtualClock();
    cloud = await open(clock, clock.runFor);
  });
  afterEach(() => cloud.close());

  const until = <T>(ask: () => Promise<T>, enough: (answer: T) => boolean): Promise<T> =>
    repeat(cloud, ask, enough);
  const settled = (target = aTarget()): Promise<Observed> =>
    until(
      () => cloud.provider.ensureCluster(target),
      (seen) => seen.status !== 'pending',
    );
  const gone = (target = aTarget()): Promise<'gone' | 'pending'> =>
    until(
      () => cloud.provider.ensureGone(target),
      (seen) => seen === 'gone',
    );
  const owned = async () => (await cloud.provider.listOwned(ID, ['europe-west1'])).found;
  const calls = (method: string): number => cloud.container.calls.get(method) ?? 0;

  test('a cluster is asked for once, is pending, then ready with the way to its API', async () => {
    expect(await cloud.provider.observeCluster(aTarget())).toEqual({ status: 'absent' });
    expect((await cloud.provider.ensureCluster(aTarget())).status).toBe('pending');
    expect(await settled()).toEqual({
      status: 'ready',
      connection: { server: 'https://127.0.0.1:6443', ca: CA },
    });
    expect(calls('CreateCluster')).toBe(1);
    expect(cloud.leaves.get(`hub-${ID}-g1`)).toMatchObject({
      location: ZONE,
      nodeCount: 2,
      machineType: 'e2-standard-4',
      labels: { 'managed-by': 'hub', 'hub-cluster': ID, 'hub-cell': 'test' },
    });
  });

  test('a regional cluster has its nodes in every zone', async () => {
    const target = aTarget({ location: 'europe-west1' });
    expect((await settled(target)).status).toBe('ready');
    expect(cloud.leaves.get(`hub-${ID}-g1`)?.nodeCount).toBe(6);
  });

  test('a create whose reply was lost is adopted at the next look', async () => {
    cloud.faults.force('reply-lost', { times: 1, subject: 'CreateCluster' });
    await expect(cloud.provider.ensureCluster(aTarget())).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
    expect((await settled()).status).toBe('ready');
    expect(calls('CreateCluster')).toBe(1);
  });

  test('a create that another handler made first is adopted', async () => {
    const found = cloud.client.getCluster;
    let looks = 0;
    cloud.client.getCluster = async (location, name) => {
      // The first look comes before the other handler's create.
      if (++looks === 1) {
        const missed = found(location, name);
        await missed.catch(() => undefined);
        await cloud.client.createCluster(location, clusterBody(aTarget(), settings));
        return missed;
      }
      return found(location, name);
    };
    expect((await cloud.provider.ensureCluster(aTarget())).status).toBe('pending');
    expect(calls('CreateCluster')).toBe(2);
    expect((await settled()).status).toBe('ready');
  });

  test('a cluster of another owner under our name is refused and never touched', async () => {
    const { ipAllocationPolicy: _, ...body } = clusterBody(aTarget(), settings);
    const stolen = { ...body, network: 'theirs', resourceLabels: { 'hub-cluster': OTHER_ID } };
    await cloud.client.createCluster(ZONE, stolen);
    for (const ask of ['ensureCluster', 'observeCluster', 'ensureGone'] as const) {
      await expect(cloud.provider[ask](aTarget())).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    }
    const resource = { kind: 'cluster', name: `hub-${ID}-g1`, location: ZONE, clusterId: ID } as const;
    await expect(cloud.provider.deleteOwned(resource)).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    expect(await owned()).toEqual([]);
    expect(calls('DeleteCluster')).toBe(0);
  });

  test('a stock-out is seen after a while, and the broken cluster can be deleted', async () => {
    cloud.faults.force('stockout', { times: 1, subject: ZONE });
    expect((await cloud.provider.ensureCluster(aTarget())).status).toBe('pending');
    expect(await settled()).toMatchObject({ status: 'broken', code: 'ZONE_EXHAUSTED' });
    expect(await gone()).toBe('gone');
    expect((await settled(aTarget({ location: 'europe-west1-c', generation: 2 }))).status).toBe('ready');
  });

  test('a stock-out in part breaks what is being made, though it runs; what is in use goes on with what it has', async () => {
    cloud.faults.force('stockout-in-part', { times: 1, subject: ZONE });
    const seen = await settled();
    expect(seen).toMatchObject({ status: 'broken', code: 'ZONE_EXHAUSTED' });
    expect(seen).toHaveProperty('detail', expect.stringContaining('does not have enough resources'));
    expect(await cloud.client.getCluster(ZONE, `hub-${ID}-g1`)).toMatchObject({
      status: 'RUNNING',
      nodesPartial: true,
      nodesFailed: false,
    });
    expect(cloud.leaves.get(`hub-${ID}-g1`)?.nodes).toHaveLength(1);
    expect(await cloud.provider.observeCluster(aTarget())).toMatchObject({ status: 'ready' });
    expect(await gone()).toBe('gone');
  });

  test('a quota met while creating breaks the cluster, one met at the call refuses it', async () => {
    cloud.faults.force('quota', { times: 1, subject: 'operation' });
    expect(await settled()).toMatchObject({ status: 'broken', code: 'CLOUD_QUOTA' });

    const second = aTarget({ generation: 2 });
    cloud.faults.force('quota', { times: 1, subject: 'europe-west1' });
    await expect(cloud.provider.ensureCluster(second)).rejects.toMatchObject({ code: 'CLOUD_QUOTA' });
    cloud.container.setQuota('europe-west1', { cpus: 4 });
    await expect(cloud.provider.ensureCluster(second)).rejects.toMatchObject({ code: 'CLOUD_QUOTA' });
    cloud.container.setQuota('europe-west1', { cpus: 100, clusters: 1 });
    await expect(cloud.provider.ensureCluster(second)).rejects.toMatchObject({ code: 'CLOUD_QUOTA' });
    expect(await cloud.provider.observeCluster(second)).toEqual({ status: 'absent' });
  });

  test('too many operations at once refuse the call, with the time to wait', async () => {
    cloud.faults.force('too-many-operations', { times: 1, subject: 'europe-west1' });
    await expect(cloud.provider.ensureCluster(aTarget())).rejects.toMatchObject({
      code: 'CLOUD_BUSY',
      retryAfterMs: 20_000,
    });
    expect((await cloud.provider.ensureCluster(aTarget())).status).toBe('pending');
  });

  test.each(['account-deleted', 'key-error'] as const)(
    'a project that is not set up (%s) breaks the cluster',
    async (fault) => {
      cloud.faults.force(fault, { times: 1, subject: 'europe-west1' });
      expect(await settled()).toMatchObject({ status: 'broken', code: 'CLOUD_SETUP' });
    },
  );

  test('an operation that fails for no reason of ours breaks the cluster', async () => {
    cloud.faults.force('operation-fails', { times: 1, subject: 'CREATE_CLUSTER' });
    expect(await settled()).toMatchObject({ status: 'broken', code: 'CLUSTER_CREATE_FAILED' });
  });

  test('deleting while an upgrade runs is refused as busy, and works afterwards', async () => {
    await settled();
    cloud.faults.force('slow-operation', { times: 1, subject: 'UPGRADE_MASTER' });
    cloud.container.startUpgrade(ZONE, `hub-${ID}-g1`);
    await expect(cloud.provider.ensureGone(aTarget())).rejects.toMatchObject({
      code: 'OPERATION_IN_PROGRESS',
    });
    // Whether it answers meanwhile is another question.
    expect(await cloud.provider.observeCluster(aTarget())).toMatchObject({ status: 'ready', changing: true });
    await until(
      () => cloud.provider.observeCluster(aTarget()),
      (seen) => seen.status === 'ready' && !seen.changing,
    );
    expect(await gone()).toBe('gone');
  });

  test('a creation that hangs is cancelled when the cluster is to go', async () => {
    cloud.faults.force('stuck-operation', { times: 1 });
    await cloud.provider.ensureCluster(aTarget());
    await expect(cloud.provider.ensureGone(aTarget())).rejects.toMatchObject({
      code: 'OPERATION_IN_PROGRESS',
    });
    await until(
      () => cloud.provider.observeCluster(aTarget()),
      (seen) => seen.status === 'broken',
    );
    expect(await gone()).toBe('gone');
  });

  test('what a later try has made under the name is not deleted for an earlier one', async () => {
    await settled();
    expect(await cloud.provider.ensureGone(aTarget(), async () => true)).toBe('pending');
    expect(calls('DeleteCluster')).toBe(0);
    expect(await cloud.provider.ensureGone(aTarget(), async () => false)).toBe('pending');
    expect(calls('DeleteCluster')).toBe(1);
  });

  test('a deletion is asked for once, is pending, then gone, and its reply may be lost', async () => {
    await settled();
    cloud.faults.force('reply-lost', { times: 1, subject: 'DeleteCluster' });
    await expect(cloud.provider.ensureGone(aTarget())).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
    expect(await cloud.provider.ensureGone(aTarget())).toBe('pending');
    expect(await cloud.provider.observeCluster(aTarget())).toEqual({ status: 'deleting' });
    expect(await gone()).toBe('gone');
    expect(calls('DeleteCluster')).toBe(1);
    expect(cloud.leaves.size).toBe(0);
    expect(cloud.compute.all()).toEqual([]);
    expect(await owned()).toEqual([]);
  });

  /** What a cluster that was never drained leaves behind. */
  const UID = '0f0e0d0c0b0a09080706050403020100';
  const BALANCER = `a${UID}`.slice(0, 32);
  const NODES_CHECK = 'k8s-0123456789abcdef-node';
  const leaveThingsBehind = async (id = ID): Promise<void> => {
    await settled(aTarget({ id }));
    const { resources } = cloud.leaves.get(`hub-${id}-g1`) as LeafRequest;
    // As Hub's class for volumes has them labelled.
    const labels = { 'goog-gke-volume': '', 'managed-by': 'hub', 'hub-cluster': id, 'hub-cell': 'test' };
    resources.create('disk', { name: 'pvc-1c6e2b1e-7f3b-4a53-9a4c-000000000001', location: ZONE, labels });
    resources.create('forwarding-rule', { name: BALANCER, location: 'europe-west1' });
    resources.create('address', { name: BALANCER, location: 'europe-west1' });
    resources.create('target-pool', { name: BALANCER, location: 'europe-west1' });
    resources.create('health-check', { name: NODES_CHECK, location: 'global' });
    resources.create('firewall', { name: `k8s-fw-${BALANCER}`, location: 'global' });
    resources.create('firewall', { name: `${NODES_CHECK}-http-hc`, location: 'global' });
    await gone(aTarget({ id }));
  };

  test('while a cluster stands, it and what GKE made for it are listed', async () => {
    await settled();
    const kinds = (await owned()).map(({ kind, location, clusterId }) => `${kind} ${location} ${clusterId}`);
    expect(kinds.sort()).toEqual(
      [
        `cluster ${ZONE} ${ID}`,
        `disk ${ZONE} ${ID}`,
        `disk ${ZONE} ${ID}`,
        `firewall global ${ID}`,
        `firewall global ${ID}`,
        `firewall global ${ID}`,
        `subnetwork europe-west1 ${ID}`,
      ].sort(),
    );
    // The one is attached to a node, and in the other there are some.
    for (const used of ['disk', 'subnetwork']) {
      const one = (await owned()).find(({ kind }) => kind === used);
      if (!one) throw new Error(`no ${used}`);
      await expect(cloud.provider.deleteOwned(one)).rejects.toMatchObject({ code: 'OPERATION_IN_PROGRESS' });
    }
  });

  test('each cluster has a subnetwork of its own, by a name that its location and generation are in', async () => {
    const targets = [
      aTarget(),
      aTarget({ location: 'europe-west1-c' }),
      aTarget({ location: 'europe-west1', generation: 2 }),
      aTarget({ id: OTHER_ID }),
    ];
    for (const target of targets) await settled(target);
    const made = cloud.compute.all().filter(({ kind }) => kind === 'subnetwork');
    const names = [`hub-${ID}-g1-b`, `hub-${ID}-g1-c`, `hub-${ID}-g2`, `hub-${OTHER_ID}-g1-b`];
    expect(made.map(({ name }) => name)).toEqual(names);
    expect(targets.map((target) => cloud.provider.subnetwork(target))).toEqual(names);
    const found = (await cloud.provider.listAllOwned()).found.filter(({ kind }) => kind === 'subnetwork');
    expect(
      found.map(({ name, clusterId, generation, derived }) => [name, clusterId, generation, derived]),
    ).toEqual([
      [names[0], ID, 1, true],
      [names[1], ID, 1, true],
      [names[2], ID, 2, true],
      [names[3], OTHER_ID, 1, true],
    ]);
  });

  test('a subnetwork with its name that was not made for it proves nothing by that', async () => {
    const make = (name: string, description: string): void =>
      cloud.compute.create('subnetwork', { name, description, location: 'europe-west1' });
    make(`hub-${ID}-g1-b`, 'of somebody else');
    make(`hub-${ID}-g2-b`, `auto-created subnetwork for cluster "hub-${OTHER_ID}-g2"`);
    make(`hub-${ID}-g3-two`, `auto-created subnetwork for cluster "x"`);
    make('hub-leaves', '');
    expect(await everything()).toEqual([
      `subnetwork hub-${ID}-g1-b ${ID} 1`,
      `subnetwork hub-${ID}-g2-b ${ID} 2`,
    ]);
  });

  test('leftovers are listed by label and by what names them, and deleted until nothing is left', async () => {
    await leaveThingsBehind();
    expect((await owned()).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      `forwarding-rule ${BALANCER}`,
      `address ${BALANCER}`,
      `target-pool ${BALANCER}`,
      `health-check ${NODES_CHECK}`,
      'disk pvc-1c6e2b1e-7f3b-4a53-9a4c-000000000001',
      // The firewalls prove whose the balancer's parts are, so they are shown when those are gone.
    ]);
    await until(
      async () => {
        const left = await owned();
        for (const resource of left) {
          await cloud.provider.deleteOwned(resource).catch((error: unknown) => {
            // The address and the pool wait for the rule, the check for the pool.
            expect(error).toMatchObject({ code: 'OPERATION_IN_PROGRESS' });
          });
        }
        return left;
      },
      (left) => left.length === 0,
    );
    expect(cloud.compute.all()).toEqual([]);
  });

  /** The same of one that is of 1.37 or later. */
  const HASH = '0a1b2c3d';
  const BACKEND = `k8s2-${HASH}-istio-ingress-hub-gateway-4e5f6a7b`;
  const SHARED_CHECK = `k8s2-${HASH}-l4-shared-hc`;
  const leaveBackendsBehind = async (id = ID): Promise<void> => {
    await settled(aTarget({ id }));
    const { resources } = cloud.leaves.get(`hub-${id}-g1`) as LeafRequest;
    const region = 'europe-west1';
    resources.create('forwarding-rule', { name: BALANCER, location: region, backendService: BACKEND });
    resources.create('forwarding-rule', {
      name: `k8s2-udp-${HASH}-istio-ingress-hub-gateway-4e5f6a7b`,
      location: region,
      backendService: BACKEND,
    });
    resources.create('address', { name: BALANCER, location: region });
    resources.create('backend-service', { name: BACKEND, location: region, healthCheck: SHARED_CHECK });
    resources.create('network-endpoint-group', { name: BACKEND, location: ZONE });
    resources.create('network-endpoint-group', { name: BACKEND, location: 'europe-west1-c' });
    resources.create('region-health-check', { name: SHARED_CHECK, location: region });
    for (const name of [BACKEND, `${BACKEND}-deny`, `${SHARED_CHECK}-fw`]) {
      resources.create('firewall', { name, location: 'global' });
    }
    await gone(aTarget({ id }));
  };
  /** Of somebody who has a cluster of that version in the same project. */
  const strangersBackends = (): void => {
    const region = 'europe-west1';
    const name = 'k8s2-99999999-default-web-4e5f6a7b';
    const rule = `a${'9'.repeat(31)}`;
    cloud.compute.create('firewall', {
      name,
      location: 'global',
      targetTags: ['gke-theirs-0a1b2c3d-node'],
    });
    // As ours are called, and not for nodes of ours.
    cloud.compute.create('firewall', { name: `${BACKEND}-theirs`, location: 'global' });
    cloud.compute.create('forwarding-rule', { name: rule, location: region, backendService: name });
    cloud.compute.create('address', { name: rule, location: region });
    cloud.compute.create('backend-service', { name, location: region });
    cloud.compute.create('network-endpoint-group', { name, location: ZONE });
    cloud.compute.create('region-health-check', { name, location: region });
    // Called as one of ours, and of a target pool of theirs.
    cloud.compute.create('forwarding-rule', { name: `a${'8'.repeat(31)}`, location: region });
  };

  test('so are those of load balancers that lead to backend services, and none of a stranger’s', async () => {
    strangersBackends();
    const theirs = cloud.compute.all();
    await leaveBackendsBehind();
    const front = (await owned()).map(({ kind, name, location }) => `${kind} ${name} ${location}`);
    expect(front).toEqual([
      `forwarding-rule ${BALANCER} europe-west1`,
      `forwarding-rule k8s2-udp-${HASH}-istio-ingress-hub-gateway-4e5f6a7b europe-west1`,
      `address ${BALANCER} europe-west1`,
      `backend-service ${BACKEND} europe-west1`,
      `network-endpoint-group ${BACKEND} ${ZONE}`,
      `network-endpoint-group ${BACKEND} europe-west1-c`,
      `region-health-check ${SHARED_CHECK} europe-west1`,
    ]);
    // Nothing but the rule tells of the address, so it is written down before the rule goes, as `prove` does.
    const address = (await owned()).find(({ kind }) => kind === 'address');
    const isNotYet = (error: unknown): void => expect(error).toMatchObject({ code: 'OPERATION_IN_PROGRESS' });
    await until(
      async () => {
        const left = await owned();
        for (const resource of left) await cloud.provider.deleteOwned(resource).catch(isNotYet);
        return left;
      },
      (left) => left.length === 0,
    );
    if (address) await cloud.provider.deleteOwned(address);
    await until(
      async () => cloud.compute.all(),
      (left) => left.length === theirs.length,
    );
    expect(cloud.compute.all()).toEqual(theirs);
  });

  test('among everything, parts of load balancers that lead to backend services are found', async () => {
    strangersBackends();
    await leaveBackendsBehind(OTHER_ID);
    const { found } = await cloud.provider.listAllOwned();
    expect(found.map(({ kind, name, location }) => `${kind} ${name} ${location}`).sort()).toEqual(
      [
        `forwarding-rule ${BALANCER} europe-west1`,
        `forwarding-rule k8s2-udp-${HASH}-istio-ingress-hub-gateway-4e5f6a7b europe-west1`,
        `address ${BALANCER} europe-west1`,
        `backend-service ${BACKEND} europe-west1`,
        `network-endpoint-group ${BACKEND} ${ZONE}`,
        `network-endpoint-group ${BACKEND} europe-west1-c`,
        `region-health-check ${SHARED_CHECK} europe-west1`,
        ...[BACKEND, `${BACKEND}-deny`, `${SHARED_CHECK}-fw`].map((name) => `firewall ${name} global`),
      ].sort(),
    );
    for (const { clusterId, generation, derived, kind, evidence } of found) {
      expect({ clusterId, generation, derived }).toEqual({
        clusterId: OTHER_ID,
        generation: 1,
        derived: true,
      });
      expect(evidence ?? false).toBe(kind === 'firewall');
    }
  });

  test('what belongs to another cluster or to nobody is neither listed nor deleted', async () => {
    await leaveThingsBehind(OTHER_ID);
    cloud.compute.create('disk', { name: 'somebodys', location: ZONE, labels: { 'managed-by': 'hub' } });
    cloud.compute.create('firewall', { name: 'k8s-fw-a0000', location: 'global' });
    expect(await owned()).toEqual([]);
  });

  test('what is away where nothing of a cluster can be is named, and keeps no proof waiting', async () => {
    await settled();
    cloud.faults.force('unreachable', { subject: 'us-east1' });
    const { found, missing } = await cloud.provider.listOwned(ID, [ZONE, 'global']);
    expect(found).toHaveLength(7);
    expect(missing).toEqual(['us-east1', 'us-east1-b', 'us-east1-c', 'us-east1-d']);
    expect((await cloud.provider.listAllOwned()).missing).toEqual(missing);
  });

  test.each(['europe-west1-c', 'europe-west1'])(
    'a list that lacks %s, where something of it may be, is none: it proves nothing gone',
    async (subject) => {
      cloud.faults.force('unreachable', { subject });
      const refused = { code: 'PROVIDER_UNAVAILABLE', detail: expect.stringContaining(subject) };
      for (const locations of [['europe-west1'], [ZONE], ['us-east1', ZONE]])
        await expect(cloud.provider.listOwned(ID, locations)).rejects.toMatchObject(refused);
      await expect(cloud.provider.listAllOwned()).rejects.toMatchObject(refused);
      // Where it was made, if that is not where it would be made today.
      expect((await cloud.provider.listOwned(ID, ['us-east1'])).missing).toContain(subject);
    },
  );

  const everything = async () =>
    (await cloud.provider.listAllOwned()).found.map(
      ({ kind, name, clusterId, generation, derived }) =>
        `${kind} ${name} ${clusterId} ${generation}${derived ? ' derived' : ''}`,
    );

  test('among everything, what is of any cluster is found, with what says whose it is', async () => {
    await settled();
    await leaveThingsBehind(OTHER_ID);
    cloud.compute.create('disk', { name: 'somebodys', location: ZONE, labels: { 'managed-by': 'hub' } });
    cloud.compute.create('address', { name: 'somebodys', location: 'europe-west1' });
    cloud.compute.create('firewall', { name: 'k8s-fw-a0000', location: 'global' });
    const { found } = await cloud.provider.listAllOwned();
    expect(found.find(({ kind }) => kind === 'cluster')).toMatchObject({
      name: `hub-${ID}-g1`,
      location: ZONE,
      clusterId: ID,
      generation: 1,
      labels: { 'managed-by': 'hub', 'hub-cluster': ID, 'hub-cell': 'test' },
      createdAt: expect.any(Date),
      extent: { pools: [{ machineType: 'e2-standard-4', machines: 2, diskGiB: 50 }] },
    });
    const disks = found.filter(({ kind, clusterId }) => kind === 'disk' && clusterId === ID);
    expect(disks).toHaveLength(2);
    expect(disks[0]).toMatchObject({
      labels: { 'managed-by': 'hub', 'hub-cluster': ID, 'hub-cell': 'test' },
      createdAt: expect.any(Date),
      extent: { sizeGiB: 50 },
      derived: true,
    });
    const others = found.filter(({ clusterId }) => clusterId === OTHER_ID);
    expect(others.map(({ kind, name, generation, derived }) => [kind, name, generation, derived])).toEqual([
      ['disk', 'pvc-1c6e2b1e-7f3b-4a53-9a4c-000000000001', undefined, undefined],
      ['firewall', `${NODES_CHECK}-http-hc`, 1, true],
      ['firewall', `k8s-fw-${BALANCER}`, 1, true],
      ['forwarding-rule', BALANCER, 1, true],
      ['address', BALANCER, 1, true],
      ['target-pool', BALANCER, 1, true],
      ['health-check', NODES_CHECK, 1, true],
    ]);
    // Whose the parts of a balancer are is told by its firewalls alone.
    expect(others.filter(({ evidence }) => evidence).map(({ kind }) => kind)).toEqual([
      'firewall',
      'firewall',
    ]);
    expect(found.filter(({ clusterId }) => clusterId !== ID && clusterId !== OTHER_ID)).toEqual([]);
  });

  test('the name alone says of whom it would be, and that nothing else says so', async () => {
    const name = `hub-${ID}-g3`;
    cloud.container.createCluster(ZONE, {
      name,
      initialNodeCount: 1,
      resourceLabels: { owner: 'a-stranger' },
    });
    cloud.compute.create('disk', { name: `gke-${name}-default-1a2b3c4d-b000`, location: ZONE });
    cloud.compute.create('firewall', { name: `${name}-webhooks`, location: 'global' });
    cloud.compute.create('firewall', {
      name: `gke-${name}-1a2b3c4d-all`,
      location: 'global',
      targetTags: [`gke-${name}-1a2b3c4d-node`, 'another'],
    });
    expect((await everything()).sort()).toEqual(
      [
        `cluster ${name} ${ID} 3`,
        `disk gke-${name}-default-1a2b3c4d-b000 ${ID} 3`,
        `firewall ${name}-webhooks ${ID} 3`,
        `firewall gke-${name}-1a2b3c4d-all ${ID} 3`,
      ].sort(),
    );
  });

  test('what is being deleted is found as going', async () => {
    await settled();
    await cloud.provider.ensureGone(aTarget());
    const cluster = (await cloud.provider.listAllOwned()).found.find(({ kind }) => kind === 'cluster');
    expect(cluster).toMatchObject({ going: true });
  });

  test('a list that is not complete is refused, for what it lacks would count as gone', async () => {
    await leaveThingsBehind();
    for (const subject of ['ListClusters', 'compute.disks', 'compute.firewalls', 'compute.addresses']) {
      cloud.faults.force('unavailable', { times: 1, subject });
      await expect(everything()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    }
  });

  const RULE = {
    kind: 'firewall',
    name: `hub-${ID}-g1-webhooks`,
    location: 'global',
    clusterId: ID,
  } as const;

  test('the control plane, and nobody else, is let through to the webhooks on the nodes', async () => {
    await settled();
    await cloud.provider.ensureWebhookAccess(aTarget());
    const { nodePools = [], ipAllocationPolicy } = cloud.container.getCluster(ZONE, `hub-${ID}-g1`);
    expect(ipAllocationPolicy?.nodeIpv4CidrBlock).toMatch(/^10\./);
    expect(cloud.provider.webhookRule(aTarget())).toBe(RULE.name);
    expect(cloud.compute.get('firewall', 'global', RULE.name)).toMatchObject({
      targetTags: nodePools[0]?.config?.tags,
      rule: {
        network: `projects/${PROJECT}/global/networks/hub`,
        direction: 'INGRESS',
        // Its address is not told where nobody may use it; it is one of these.
        sourceRanges: [ipAllocationPolicy?.nodeIpv4CidrBlock],
        allowed: [{ IPProtocol: 'tcp', ports: ['15017'] }],
      },
    });
  });

  test('the rule for the webhooks is made once, also after a lost reply', async () => {
    await settled();
    cloud.faults.force('reply-lost', { times: 1, subject: 'compute.firewalls.insert' });
    await expect(cloud.provider.ensureWebhookAccess(aTarget())).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
    await cloud.provider.ensureWebhookAccess(aTarget());
    await cloud.provider.ensureWebhookAccess(aTarget());
    expect(cloud.compute.all().filter(({ name }) => name === RULE.name)).toHaveLength(1);
  });

  test('where GKE does not tell the range of the nodes, the cluster’s own subnetwork does', async () => {
    cloud.faults.force('range-untold');
    await settled();
    // It is not looked for anywhere else.
    cloud.faults.force('unreachable', { mayMiss: true });
    const { ipAllocationPolicy } = cloud.container.getCluster(ZONE, `hub-${ID}-g1`);
    expect(ipAllocationPolicy?.nodeIpv4CidrBlock).toBe('/26');
    await cloud.provider.ensureWebhookAccess(aTarget());
    const { subnetwork } = cloud.compute.get('subnetwork', 'europe-west1', `hub-${ID}-g1-b`);
    const { rule } = cloud.compute.get('firewall', 'global', RULE.name);
    expect(rule?.sourceRanges).toEqual([subnetwork?.ipCidrRange]);
  });

  test('a rule for another source is made anew', async () => {
    await settled();
    await cloud.provider.ensureWebhookAccess(aTarget());
    const made = cloud.compute.get('firewall', 'global', RULE.name);
    const { rule, name, location } = made;
    cloud.compute.create('firewall', { name, location, rule: { ...rule, sourceRanges: ['10.9.9.0/26'] } });
    await expect(cloud.provider.ensureWebhookAccess(aTarget())).rejects.toMatchObject({
      code: 'OPERATION_IN_PROGRESS',
    });
    await cloud.pass(minutes(1));
    await cloud.provider.ensureWebhookAccess(aTarget());
    expect(cloud.compute.get('firewall', 'global', name).rule).toEqual(rule);
  });

  test('there is no rule before the cluster says where its control plane is', async () => {
    await cloud.provider.ensureCluster(aTarget());
    await expect(cloud.provider.ensureWebhookAccess(aTarget())).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
    expect(cloud.compute.calls.get('firewalls.insert')).toBeUndefined();
  });

  test('the rule for the webhooks outlives its cluster, is found by its name and deleted', async () => {
    await settled();
    await cloud.provider.ensureWebhookAccess(aTarget());
    await gone();
    expect(await owned()).toEqual([RULE]);
    await cloud.provider.deleteOwned(RULE);
    await until(owned, (left) => left.length === 0);
    await cloud.provider.deleteOwned(RULE);
    expect(cloud.compute.all()).toEqual([]);
  });

  test('a firewall with a name that only looks like it is nobody’s', async () => {
    const near = ['-webhooks-2', 'x-webhooks', '-web'].map((end) => `hub-${ID}-g1${end}`);
    for (const name of [...near, `hub-${OTHER_ID}-g1-webhooks`]) {
      cloud.compute.create('firewall', { name, location: 'global' });
    }
    expect(await owned()).toEqual([]);
  });

  test('what a leak leaves is found, too', async () => {
    cloud.faults.force('leak', { times: 1 });
    await settled();
    await gone();
    expect((await owned()).map(({ kind }) => kind)).toEqual([
      'disk',
      'disk',
      'firewall',
      'firewall',
      'firewall',
      'subnetwork',
    ]);
  });

  test('deleting a leftover that is gone, or going, succeeds', async () => {
    await leaveThingsBehind();
    const disk = (await owned()).find(({ kind }) => kind === 'disk');
    if (!disk) throw new Error('no disk');
    await cloud.provider.deleteOwned(disk);
    await cloud.provider.deleteOwned(disk);
    await cloud.pass(minutes(2));
    await cloud.provider.deleteOwned(disk);
  });

  test('a cloud that does not answer is PROVIDER_UNAVAILABLE, after one call, and proves nothing', async () => {
    cloud.faults.force('unavailable', { times: 1, subject: 'GetCluster' });
    await expect(cloud.provider.ensureCluster(aTarget())).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
    expect(calls('GetCluster')).toBe(1);
    cloud.faults.force('unavailable', { times: 1, subject: 'GetCluster' });
    await expect(cloud.provider.ensureGone(aTarget())).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
    for (const subject of ['ListClusters', 'compute.disks', 'compute.firewalls']) {
      cloud.faults.force('unavailable', { times: 1, subject });
      await expect(owned()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    }
  });

  test('the audit log tells of the end of each operation, by the name of the cluster', async () => {
    await settled();
    await gone();
    await until(
      async () => cloud.audit.filter((entry) => entry.operation.last),
      (entries) => entries.length === 2,
    );
    const last = cloud.audit.filter((entry) => entry.operation.last);
    expect(last.map((entry) => entry.protoPayload.methodName)).toEqual([
      'google.container.v1.ClusterManager.CreateCluster',
      'google.container.v1.ClusterManager.DeleteCluster',
    ]);
    expect(last[0]).toMatchObject({
      resource: { type: 'gke_cluster', labels: { cluster_name: `hub-${ID}-g1`, location: ZONE } },
      protoPayload: { resourceName: `projects/${PROJECT}/zones/${ZONE}/clusters/hub-${ID}-g1` },
    });
  });
});

test('the embedded cloud by itself, a cloud minute in 60 ms: created, ready, deleted, gone', async () => {
  const clock = realClock(1000);
  const cloud = await overTheWire(clock, (ms) => clock.sleepUntil(clock.after(ms)));
  try {
    const { provider } = cloud;
    const target = aTarget();
    await repeat(
      cloud,
      () => provider.ensureCluster(target),
      (seen) => seen.status === 'ready',
    );
    await repeat(
      cloud,
      () => provider.ensureGone(target),
      (seen) => seen === 'gone',
    );
    expect(cloud.container.calls.get('CreateCluster')).toBe(1);
    expect(cloud.container.calls.get('DeleteCluster')).toBe(1);
    expect(cloud.compute.all()).toEqual([]);
  } finally {
    await cloud.close();
  }
});
