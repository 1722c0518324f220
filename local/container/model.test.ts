import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../functions/log.ts';
import { hours, minutes, seconds } from '../../shared/units.ts';
import { type VirtualClock, virtualClock } from '../clock.ts';
import { type ComputeModel, createComputeModel } from '../compute/model.ts';
import { createFaults, type FaultRates, type Faults } from '../faults.ts';
import { seededRandom } from '../random.ts';
import { STATUS } from '../service.ts';
import { journaledStore, memoryStore, type Store } from '../store.ts';
import type { LogEntry } from './audit.ts';
import { type ContainerModel, createContainerModel, type LeafRequest, type OperationView } from './model.ts';
import type { ClusterResource } from './resource.ts';

const ZONE = 'europe-west1-b';
const REGION = 'europe-west1';

const aCluster = (change: Partial<ClusterResource> = {}): ClusterResource => ({
  name: 'one',
  nodePools: [{ name: 'default', initialNodeCount: 2, config: { machineType: 'e2-standard-4' } }],
  ...change,
});

const ONE_NODE = [{ name: 'default', initialNodeCount: 1, config: { machineType: 'e2-standard-4' } }];

interface Here {
  clock: VirtualClock;
  faults: Faults;
  store: Store;
  compute: ComputeModel;
  model: ContainerModel;
  started: LeafRequest[];
  stopped: string[];
  sizes: number[];
  /** What the leaf answers to the next looks at its nodes. */
  drained: ('done' | 'pending')[];
  /** Locations of those whose API does not answer. */
  away: Set<string>;
  audit: LogEntry[];
}

interface OpenOptions {
  store?: Store;
  startMs?: number;
  seed?: number;
  rates?: FaultRates;
  port?: number;
}

function open({ store = memoryStore(), startMs, seed = 1, rates = {}, port = 6443 }: OpenOptions = {}): Here {
  const clock = virtualClock({ startMs });
  const random = seededRandom(seed);
  const faults = createFaults(rates, seededRandom(seed + 1));
  const world = { projectId: 'p', clock, random, faults, store, log: silentLog };
  const compute = createComputeModel(world);
  const started: LeafRequest[] = [];
  const stopped: string[] = [];
  const sizes: number[] = [];
  const drained: ('done' | 'pending')[] = [];
  const away = new Set<string>();
  const audit: LogEntry[] = [];
  const model = createContainerModel(world, {
    compute,
    leaves: {
      async start(leaf) {
        started.push(leaf);
        return { server: `https://127.0.0.1:${port}`, ca: 'PEM' };
      },
      async stop(leaf) {
        stopped.push(leaf.id);
      },
      async resize(_leaf, nodes) {
        sizes.push(nodes.length);
        return drained.shift() ?? 'done';
      },
      setAway: ({ location }, isAway) => void (isAway ? away.add(location) : away.delete(location)),
    },
    onAudit: (entry) => audit.push(entry),
  });
  return { clock, faults, store, compute, model, started, stopped, sizes, drained, away, audit };
}

let here: Here;
beforeEach(() => {
  here = open();
});

const status = (name = 'one', location = ZONE): string => here.model.getCluster(location, name).status;
const operation = (asked: OperationView): OperationView =>
  here.model.getOperation(asked.location, asked.name);
const made = async (location = ZONE): Promise<void> => {
  here.model.createCluster(location, aCluster());
  await here.clock.runFor(hours(1));
};

describe('operations', () => {
  test('a cluster goes PROVISIONING, RUNNING, STOPPING and is gone', async () => {
    const create = here.model.createCluster(ZONE, aCluster());
    expect(create).toMatchObject({ operationType: 'CREATE_CLUSTER', status: 'PENDING' });
    expect(status()).toBe('PROVISIONING');
    await here.clock.runFor(seconds(20));
    expect(operation(create).status).toBe('RUNNING');
    expect(here.model.getCluster(ZONE, 'one').controlPlaneEndpointsConfig?.dnsEndpointConfig).toEqual({});
    await here.clock.runFor(minutes(30));
    expect(operation(create)).toMatchObject({ status: 'DONE' });
    expect(operation(create)).not.toHaveProperty('error');
    expect(here.model.getCluster(ZONE, 'one')).toMatchObject({
      status: 'RUNNING',
      controlPlaneEndpointsConfig: { dnsEndpointConfig: { endpoint: '127.0.0.1:6443' } },
      masterAuth: { clusterCaCertificate: Buffer.from('PEM').toString('base64') },
      currentNodeCount: 2,
    });
    const remove = here.model.deleteCluster(ZONE, 'one');
    expect(status()).toBe('STOPPING');
    await here.clock.runFor(minutes(30));
    expect(operation(remove).status).toBe('DONE');
    expect(here.model.listClusters('-')).toEqual([]);
    expect(here.stopped).toEqual([here.started[0]?.id]);
    expect(here.compute.all()).toEqual([]);
  });

  test('they last about as long as the real ones', async () => {
    const durations: { create: number[]; regional: number[]; remove: number[] } = {
      create: [],
      regional: [],
      remove: [],
    };
    const lasted = ({ startTime, endTime }: OperationView): number =>
      (Date.parse(endTime ?? '') - Date.parse(startTime)) / 1000;
    for (let i = 0; i < 300; i++) {
      const zonal = here.model.createCluster(ZONE, aCluster());
      const regional = here.model.createCluster(REGION, aCluster());
      await here.clock.runFor(hours(1));
      const remove = here.model.deleteCluster(ZONE, 'one');
      here.model.deleteCluster(REGION, 'one');
      await here.clock.runFor(hours(1));
      durations.create.push(lasted(operation(zonal)));
      durations.regional.push(lasted(operation(regional)));
      durations.remove.push(lasted(operation(remove)));
    }
    const quantile = (values: number[], q: number): number =>
      values.sort((a, b) => a - b)[Math.floor(values.length * q)] ?? 0;
    const near = (value: number, expected: number): void => {
      expect(Math.abs(value / expected - 1)).toBeLessThan(0.15);
    };
    near(quantile(durations.create, 0.5), 190);
    near(quantile(durations.create, 0.95), 300);
    near(quantile(durations.regional, 0.5), 280);
    near(quantile(durations.remove, 0.5), 165);
    near(quantile(durations.remove, 0.95), 240);
  });

  test('one at a time per cluster: the next is refused with the name of the first', async () => {
    const create = here.model.createCluster(ZONE, aCluster());
    for (const ask of [
      () => here.model.deleteCluster(ZONE, 'one'),
      () => here.model.setNodePoolSize(ZONE, 'one', 'default', 3),
      () => here.model.updateCluster(ZONE, 'one', { desiredNodeVersion: '-' }),
    ]) {
      expect(ask).toThrow(
        expect.objectContaining({
          code: STATUS.FAILED_PRECONDITION,
          reason: 'CLUSTER_ALREADY_HAS_OPERATION',
          message: `Cluster is running incompatible operation ${create.name}.`,
        }),
      );
    }
    // Another cluster is free.
    here.model.createCluster(ZONE, aCluster({ name: 'two' }));
  });

  test('a cancelled creation leaves a broken cluster that can be deleted; a deletion cannot be cancelled', async () => {
    here.faults.force('stuck-operation');
    const create = here.model.createCluster(ZONE, aCluster());
    await here.clock.runFor(hours(5));
    expect(operation(create).status).toBe('RUNNING');
    here.model.cancelOperation(ZONE, create.name);
    expect(operation(create).status).toBe('ABORTING');
    await here.clock.runFor(minutes(2));
    expect(operation(create)).toMatchObject({ status: 'DONE', error: { code: STATUS.CANCELLED } });
    expect(status()).toBe('ERROR');
    const remove = here.model.deleteCluster(ZONE, 'one');
    expect(() => here.model.cancelOperation(ZONE, remove.name)).toThrow('cannot be cancelled');
    await here.clock.runFor(hours(1));
    expect(here.model.listClusters('-')).toEqual([]);
  });

  test('a slow operation takes five times as long', async () => {
    const usual = open({ seed: 7 });
    const slow = open({ seed: 7, rates: { 'slow-operation': 1 } });
    const lengths = await Promise.all(
      [usual, slow].map(async ({ model, clock }) => {
        const { name, startTime } = model.createCluster(ZONE, aCluster());
        await clock.runFor(hours(2));
        return Date.parse(model.getOperation(ZONE, name).endTime ?? '') - Date.parse(startTime);
      }),
    );
    expect((lengths[1] ?? 0) / (lengths[0] ?? 1)).toBeCloseTo(5, 2);
  });

  test.each([
    ['master', ZONE, true],
    ['master', REGION, false],
    ['nodes', ZONE, false],
    ['nodes', REGION, false],
  ] as const)('while the %s is upgraded in %s, the API is away: %s', async (of, location, isAway) => {
    await made(location);
    const upgrade = here.model.startUpgrade(location, 'one', of);
    expect(status('one', location)).toBe('RECONCILING');
    expect(here.away.has(location)).toBe(isAway);
    // Also for a process that begins meanwhile.
    here.model.close();
    const next = open({ store: here.store, startMs: here.clock.now() });
    await next.model.resumed;
    expect(next.away.has(location)).toBe(isAway);
    await next.clock.runFor(hours(2));
    expect(next.away.size).toBe(0);
    expect(next.model.getOperation(location, upgrade.name).status).toBe('DONE');
    expect(next.model.getCluster(location, 'one').status).toBe('RUNNING');
  });

  test('resizing changes the nodes and their disks', async () => {
    await made();
    const disks = (): number => here.compute.all().filter(({ kind }) => kind === 'disk').length;
    expect(disks()).toBe(2);
    for (const count of [4, 1]) {
      here.model.setNodePoolSize(ZONE, 'one', 'default', count);
      expect(status()).toBe('RECONCILING');
      await here.clock.runFor(hours(1));
      expect(here.model.getCluster(ZONE, 'one')).toMatchObject({
        status: 'RUNNING',
        currentNodeCount: count,
      });
      expect(disks()).toBe(count);
    }
    expect(here.sizes).toEqual([4, 1]);
  });

  test('a node that is still drained keeps the operation, its disk and the quota; then all go', async () => {
    await made();
    const disks = (): number => here.compute.all().filter(({ kind }) => kind === 'disk').length;
    here.model.setQuota(REGION, { cpus: 8 });
    here.drained.push(...Array<'pending'>(100).fill('pending'));
    const shrink = here.model.setNodePoolSize(ZONE, 'one', 'default', 1);
    // Not earlier, however quick the operation itself was.
    await here.clock.runFor(seconds(100 * 5));
    expect(operation(shrink).status).toBe('RUNNING');
    expect(disks()).toBe(2);
    const another = () => here.model.createCluster(ZONE, aCluster({ name: 'two', nodePools: ONE_NODE }));
    expect(another).toThrow('Insufficient regional quota');
    await here.clock.runFor(minutes(20));
    expect(operation(shrink).status).toBe('DONE');
    expect(disks()).toBe(1);
    another();
  });

  test('nodes on their way count for the quota', async () => {
    await made();
    here.model.setQuota(REGION, { cpus: 12 });
    here.model.setNodePoolSize(ZONE, 'one', 'default', 3);
    expect(() => here.model.createCluster(ZONE, aCluster({ name: 'two', nodePools: ONE_NODE }))).toThrow(
      'Insufficient regional quota',
    );
  });

  test('a resizing that is cancelled leaves the pool as it was', async () => {
    await made();
    here.drained.push(...Array<'pending'>(10_000).fill('pending'));
    const shrink = here.model.setNodePoolSize(ZONE, 'one', 'default', 1);
    await here.clock.runFor(minutes(20));
    here.model.cancelOperation(ZONE, shrink.name);
    here.drained.length = 0;
    await here.clock.runFor(minutes(2));
    expect(operation(shrink)).toMatchObject({ status: 'DONE', error: { code: STATUS.CANCELLED } });
    expect(here.sizes.at(-1)).toBe(2);
    expect(here.model.getCluster(ZONE, 'one').currentNodeCount).toBe(2);
  });

  test('a size that no pool can have is refused', async () => {
    await made();
    expect(() => here.model.setNodePoolSize(ZONE, 'one', 'default', 1001)).toThrow('between 0 and 1000');
  });

  test('old operations are forgotten', async () => {
    const create = here.model.createCluster(ZONE, aCluster());
    await here.clock.runFor(hours(13));
    here.model.createCluster(ZONE, aCluster({ name: 'two' }));
    expect(() => operation(create)).toThrow(`Not found: projects/p/zones/${ZONE}/operations/${create.name}.`);
  });
});

describe('refusals', () => {
  const refusal = (run: () => unknown): unknown => {
    try {
      run();
    } catch (error) {
      return error;
    }
    return undefined;
  };

  test('use the words of the real service', async () => {
    expect(refusal(() => here.model.getCluster(ZONE, 'none'))).toMatchObject({
      code: STATUS.NOT_FOUND,
      message: `Not found: projects/p/zones/${ZONE}/clusters/none.`,
    });
    here.model.createCluster(REGION, aCluster());
    expect(refusal(() => here.model.createCluster(REGION, aCluster()))).toMatchObject({
      code: STATUS.ALREADY_EXISTS,
      message: `Already exists: projects/p/locations/${REGION}/clusters/one.`,
    });
  });

  const pool = (config: Record<string, unknown>): Partial<ClusterResource> => ({
    nodePools: [{ name: 'default', initialNodeCount: 1, config }],
  });
  test.each<[string, Partial<ClusterResource>, string]>([
    ['a name of 41 characters', { name: 'a'.repeat(41) }, 'at most 40 characters'],
    ['a name that starts with a digit', { name: '1a' }, 'start with a lowercase letter'],
    ['no nodes', { nodePools: [] }, 'initial_node_count must be set'],
    ['pools and a count', { initialNodeCount: 1 }, 'may not be specified at the same time'],
    ['an unknown machine type', pool({ machineType: 'e9-huge' }), 'does not exist in zone'],
    ['a tiny disk', pool({ diskSizeGb: 5 }), 'at least 10'],
    ['an upper-case label', { resourceLabels: { Key: 'x' } }, 'Invalid value for field'],
    ['a zone of another region', { locations: ['us-east1-b'] }, 'is not a zone of'],
    [
      'network policy beside Dataplane V2',
      { networkConfig: { datapathProvider: 'ADVANCED_DATAPATH' }, networkPolicy: { enabled: true } },
      'Enabling NetworkPolicy for clusters with DatapathProvider=ADVANCED_DATAPATH is not allowed.',
    ],
    [
      'private nodes without alias addresses',
      { networkConfig: { defaultEnablePrivateNodes: true }, ipAllocationPolicy: { useIpAliases: false } },
      'use_ip_aliases',
    ],
    [
      'the workload pool of another project',
      { workloadIdentityConfig: { workloadPool: 'q.svc.id.goog' } },
      'does not match',
    ],
    [
      'the metadata server without Workload Identity',
      pool({ workloadMetadataConfig: { mode: 'GKE_METADATA' } }),
      'needs Workload Identity',
    ],
    ['encryption without a key', { databaseEncryption: { state: 'ENCRYPTED' } }, 'key_name must be set'],
  ])('%s is INVALID_ARGUMENT', (_what, change, message) => {
    expect(refusal(() => here.model.createCluster(ZONE, aCluster(change)))).toMatchObject({
      code: STATUS.INVALID_ARGUMENT,
      message: expect.stringContaining(message),
    });
    expect(here.model.listClusters('-')).toEqual([]);
  });

  test('a location that does not exist is INVALID_ARGUMENT', () => {
    expect(refusal(() => here.model.createCluster('mars-north1', aCluster()))).toMatchObject({
      code: STATUS.INVALID_ARGUMENT,
    });
  });

  test('quotas count nodes in all zones of a region, and clusters per location, until they are gone', async () => {
    here.model.setQuota(REGION, { cpus: 32, clusters: 1 });
    here.model.createCluster(REGION, aCluster()); // 2 nodes × 3 zones × 4 vCPUs
    expect(refusal(() => here.model.createCluster(REGION, aCluster({ name: 'two' })))).toMatchObject({
      code: STATUS.PERMISSION_DENIED,
      message: `Your project already has the maximum number of clusters: (1) in location ${REGION}.`,
    });
    here.model.createCluster(ZONE, aCluster()); // 8 vCPUs
    expect(refusal(() => here.model.createCluster('europe-west1-c', aCluster()))).toMatchObject({
      code: STATUS.PERMISSION_DENIED,
      message: expect.stringContaining(
        `resource "CPUS": request requires '8.0' and is short '8.0'. project has a quota of '32.0' with '0.0' available.`,
      ),
    });
    here.model.createCluster('us-east1-b', aCluster());
    await here.clock.runFor(hours(1));
    here.model.deleteCluster(ZONE, 'one');
    await here.clock.runFor(hours(1));
    here.model.createCluster('europe-west1-c', aCluster());
  });
});

describe('faults', () => {
  test('a stock-out ends the creation after a while, with the condition, and holds no quota', async () => {
    here.faults.force('stockout', { times: 1, subject: ZONE });
    const create = here.model.createCluster(ZONE, aCluster());
    expect(status()).toBe('PROVISIONING');
    await here.clock.runFor(hours(1));
    expect(operation(create)).toMatchObject({
      status: 'DONE',
      error: { code: STATUS.RESOURCE_EXHAUSTED },
      clusterConditions: [{ code: 'GCE_STOCKOUT', canonicalCode: 'RESOURCE_EXHAUSTED' }],
      statusMessage: expect.stringContaining('does not have enough resources available'),
    });
    expect(here.model.getCluster(ZONE, 'one')).toMatchObject({
      status: 'ERROR',
      conditions: [{ code: 'GCE_STOCKOUT' }],
      nodePools: [{ status: 'ERROR' }],
    });
    expect(here.started).toEqual([]);
    here.model.setQuota(REGION, { cpus: 8 });
    here.model.createCluster(ZONE, aCluster({ name: 'two' }));
  });

  test('a regional cluster meets the stock-out of any of its zones', async () => {
    here.faults.force('stockout', { times: 1, subject: 'europe-west1-d' });
    here.model.createCluster(REGION, aCluster());
    await here.clock.runFor(hours(1));
    expect(status('one', REGION)).toBe('ERROR');
  });

  test('a quota is met at the call or while creating', async () => {
    here.faults.force('quota', { times: 1 });
    expect(() => here.model.createCluster(ZONE, aCluster())).toThrow(
      expect.objectContaining({ code: STATUS.RESOURCE_EXHAUSTED, reason: 'GCE_QUOTA_EXCEEDED' }),
    );
    here.faults.force('quota', { times: 1, subject: 'europe-west1 operation' });
    const create = here.model.createCluster(ZONE, aCluster());
    await here.clock.runFor(hours(1));
    expect(operation(create).clusterConditions?.[0]?.code).toBe('GCE_QUOTA_EXCEEDED');
  });

  test('a deletion that fails leaves a broken cluster; the next one removes it', async () => {
    await made();
    here.faults.force('operation-fails', { times: 1, subject: 'DELETE_CLUSTER' });
    here.model.deleteCluster(ZONE, 'one');
    await here.clock.runFor(hours(1));
    expect(status()).toBe('ERROR');
    here.model.deleteCluster(ZONE, 'one');
    await here.clock.runFor(hours(1));
    expect(here.model.listClusters('-')).toEqual([]);
  });

  test('unavailable is not carried out, a lost reply is', () => {
    here.faults.force('unavailable', { times: 1, subject: 'CreateCluster' });
    expect(() => here.model.createCluster(ZONE, aCluster())).toThrow('currently unavailable');
    expect(here.model.listClusters('-')).toHaveLength(0);
    here.faults.force('reply-lost', { times: 1, subject: 'CreateCluster' });
    expect(() => here.model.createCluster(ZONE, aCluster())).toThrow('Deadline expired');
    expect(here.model.listClusters('-')).toHaveLength(1);
    expect(here.model.calls.get('CreateCluster')).toBe(2);
  });

  test('a volume outlives the cluster unless Kubernetes removed it; a leak leaves the rest, too', async () => {
    await made();
    const resources = here.started[0]?.resources;
    const labels = { 'goog-gke-volume': '' };
    resources?.create('disk', { name: 'pvc-1', location: ZONE, labels });
    resources?.create('disk', { name: 'pvc-2', location: ZONE, users: ['a node'] });
    resources?.create('firewall', { name: 'k8s-fw-a1', location: 'global' });
    // Of what cluster it is, is the business of its class.
    expect(here.compute.get('disk', ZONE, 'pvc-1').labels).toEqual(labels);
    expect(here.compute.get('firewall', 'global', 'k8s-fw-a1').targetTags).toEqual([
      expect.stringMatching(/^gke-one-[0-9a-f]{8}-node$/),
    ]);
    resources?.remove('disk', 'pvc-1', ZONE);
    here.model.deleteCluster(ZONE, 'one');
    await here.clock.runFor(hours(1));
    expect(here.compute.all().map(({ name, users }) => [name, users])).toEqual([
      ['pvc-2', []],
      ['k8s-fw-a1', []],
    ]);

    await made();
    here.faults.force('leak', { times: 1, subject: 'one' });
    here.model.deleteCluster(ZONE, 'one');
    await here.clock.runFor(hours(1));
    expect(here.compute.all().filter(({ madeBy }) => madeBy === 'gke')).toHaveLength(5);
  });
});

test('boot disks are encrypted with the key that is named, which must be in the region', async () => {
  const keyed = (region: string): ClusterResource => {
    const bootDiskKmsKey = `projects/p/locations/${region}/keyRings/r/cryptoKeys/k`;
    return aCluster({
      nodePools: ONE_NODE.map((pool) => ({ ...pool, config: { ...pool.config, bootDiskKmsKey } })),
    });
  };
  expect(() => here.model.createCluster(ZONE, keyed('us-central1'))).toThrow('in the region of the cluster');
  here.model.createCluster(ZONE, keyed('europe-west1'));
  await here.clock.runFor(hours(1));
  const disks = here.compute.all().filter(({ kind }) => kind === 'disk');
  expect(disks.map(({ kmsKeyName }) => kmsKeyName)).toEqual([
    'projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k',
  ]);
});

/** One that has a subnetwork of its own. */
const owning = (name: string, change: ClusterResource['ipAllocationPolicy'] = {}): ClusterResource =>
  aCluster({
    name,
    network: 'net',
    ipAllocationPolicy: {
      useIpAliases: true,
      createSubnetwork: true,
      subnetworkName: `${name}-b`,
      nodeIpv4CidrBlock: '/26',
      clusterIpv4CidrBlock: '/19',
      ...change,
    },
  });

describe('a subnetwork of its own', () => {
  const subnetworks = () => here.compute.all().filter(({ kind }) => kind === 'subnetwork');

  test('comes with the order, is used until the cluster is gone, and goes with it', async () => {
    here.model.createCluster(ZONE, owning('one'));
    expect(subnetworks()).toMatchObject([
      {
        name: 'one-b',
        location: 'europe-west1',
        description: 'auto-created subnetwork for cluster "one"',
        subnetwork: { network: 'projects/p/global/networks/net', ipCidrRange: '10.0.0.0/26' },
      },
    ]);
    expect(() => here.compute.delete('subnetwork', 'europe-west1', 'one-b')).toThrow('already being used');
    await here.clock.runFor(hours(1));
    const { controlPlaneEndpointsConfig } = here.model.getCluster(ZONE, 'one');
    expect(controlPlaneEndpointsConfig?.ipEndpointsConfig?.privateEndpoint).toBe('10.0.0.2');
    here.model.deleteCluster(ZONE, 'one');
    await here.clock.runFor(hours(1));
    expect(subnetworks()).toEqual([]);
  });

  test('is what its nodes are let in from, and no other', async () => {
    for (const name of ['one', 'two']) here.model.createCluster(ZONE, owning(name));
    await here.clock.runFor(hours(1));
    const sources = here.compute
      .all()
      .filter(({ name }) => /-(vms|all)$/.test(name))
      .map(({ name, rule }) => [name.replace(/-[0-9a-f]{8}-/, '-'), rule?.sourceRanges]);
    expect(Object.fromEntries(sources)).toEqual({
      'gke-one-vms': ['10.0.0.0/26'],
      'gke-one-all': ['10.0.32.0/19'],
      'gke-two-vms': ['10.0.0.64/26'],
      'gke-two-all': ['10.0.64.0/19'],
    });
  });

  test('that was left behind stands in the way of one of its name, and its ranges are not given again', async () => {
    here.model.createCluster(ZONE, owning('one'));
    await here.clock.runFor(hours(1));
    here.faults.force('leak', { times: 1, subject: 'one' });
    here.model.deleteCluster(ZONE, 'one');
    await here.clock.runFor(hours(1));
    const again = here.model.createCluster(ZONE, owning('one'));
    here.model.createCluster(ZONE, owning('two'));
    await here.clock.runFor(hours(1));
    expect(operation(again).error?.message).toContain("'subnetworks/one-b' already exists");
    expect(status()).toBe('ERROR');
    expect(subnetworks().map(({ subnetwork }) => subnetwork?.ipCidrRange)).toEqual([
      '10.0.0.0/26',
      '10.0.0.128/26',
    ]);
    here.model.deleteCluster(ZONE, 'one');
    here.compute.delete('subnetwork', 'europe-west1', 'one-b');
    await here.clock.runFor(hours(1));
    expect(subnetworks().map(({ name }) => name)).toEqual(['two-b']);
  });

  test('that there is no room for fails the cluster', async () => {
    for (const name of ['one', 'two'])
      here.model.createCluster(ZONE, owning(name, { clusterIpv4CidrBlock: '/10' }));
    await here.clock.runFor(hours(1));
    expect(status('one')).toBe('RUNNING');
    expect(here.model.getCluster(ZONE, 'two')).toMatchObject({
      status: 'ERROR',
      statusMessage: expect.stringContaining(
        'private IP space in 10.0.0.0/9 to reserve a /10 block for pods',
      ),
    });
    expect(subnetworks()).toHaveLength(1);
  });

  test.each([
    ['one that is named beside it', { subnetwork: 'default' }],
    ['its name, without it', { ipAllocationPolicy: { useIpAliases: true, subnetworkName: 'x' } }],
    ['its range, without it', { ipAllocationPolicy: { useIpAliases: true, nodeIpv4CidrBlock: '/26' } }],
  ])('is refused with %s', (_, change) => {
    expect(() => here.model.createCluster(ZONE, { ...owning('one'), ...change })).toThrow(
      'create_subnetwork',
    );
  });
});

describe('the audit log', () => {
  test('has an entry for the start and the end of an operation, as a sink publishes it', async () => {
    const { name } = here.model.createCluster(ZONE, aCluster());
    await here.clock.runFor(hours(1));
    expect(here.audit.map((entry) => entry.operation)).toEqual([
      { id: name, producer: 'container.googleapis.com', first: true },
      { id: name, producer: 'container.googleapis.com', last: true },
    ]);
    expect(here.audit[1]).toMatchObject({
      logName: 'projects/p/logs/cloudaudit.googleapis.com%2Factivity',
      severity: 'NOTICE',
      resource: { type: 'gke_cluster', labels: { cluster_name: 'one', location: ZONE, project_id: 'p' } },
      protoPayload: {
        '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
        serviceName: 'container.googleapis.com',
        methodName: 'google.container.v1.ClusterManager.CreateCluster',
        resourceName: `projects/p/zones/${ZONE}/clusters/one`,
        status: {},
      },
    });
  });

  test('tells of a failure, and may lose the end', async () => {
    here.faults.force('operation-fails', { times: 1 });
    await made();
    expect(here.audit.at(-1)).toMatchObject({ severity: 'ERROR', protoPayload: { status: { code: 13 } } });
    here.faults.force('lost-audit', { times: 1 });
    here.model.deleteCluster(ZONE, 'one');
    await here.clock.runFor(hours(1));
    expect(here.audit.filter((entry) => entry.operation.last)).toHaveLength(1);
  });
});

describe('after a kill', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'container-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const reopen = (before: Here, port?: number): Here => {
    // A kill runs nothing; the timers of the dead process are on a clock that nobody moves any more.
    before.store.close();
    return open({
      store: journaledStore(folder, 'container'),
      startMs: before.clock.now(),
      seed: 99,
      ...(port === undefined ? {} : { port }),
    });
  };

  test('operations end when they would have, and audit entries still arrive', async () => {
    here = open({ store: journaledStore(folder, 'container') });
    const create = here.model.createCluster(ZONE, aCluster());
    here = reopen(here);
    expect(status()).toBe('PROVISIONING');
    await here.clock.runFor(seconds(30));
    here = reopen(here);
    await here.clock.runFor(hours(1));
    expect(operation(create).status).toBe('DONE');
    expect(status()).toBe('RUNNING');
    expect(here.audit.map((entry) => entry.operation.last)).toContain(true);
  });

  test('running clusters are started again as themselves, wherever they answer now', async () => {
    here = open({ store: journaledStore(folder, 'container') });
    await made();
    const id = here.started[0]?.id;
    here = reopen(here, 7443);
    await here.model.resumed;
    expect(here.started.map((leaf) => leaf.id)).toEqual([id]);
    expect(here.model.getCluster(ZONE, 'one').controlPlaneEndpointsConfig?.dnsEndpointConfig).toMatchObject({
      endpoint: '127.0.0.1:7443',
    });
    here.model.deleteCluster(ZONE, 'one');
    here = reopen(here);
    await here.clock.runFor(hours(1));
    expect(here.stopped).toEqual([id]);
    expect(here.compute.all()).toEqual([]);
  });

  test('at any line of its journal a cluster that was ordered is there with its operation and its subnetwork, or nothing of it is', () => {
    const file = join(folder, 'container.jsonl');
    here = open({ store: journaledStore(folder, 'container') });
    here.model.createCluster(ZONE, owning('one'));
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const seen = lines.map((_, index) => {
      here.store.close();
      writeFileSync(file, `${lines.slice(0, index + 1).join('\n')}\n`);
      here = reopen(here);
      const subnetworks = here.compute.all().filter(({ kind }) => kind === 'subnetwork');
      return [
        here.model.listClusters('-').length,
        here.model.listOperations('-').length,
        subnetworks.length,
      ].join();
    });
    expect(seen.filter((counts) => counts !== '1,1,1')).toEqual(['0,0,0']);
    expect(seen.at(-1)).toBe('1,1,1');
  });

  test('a subnetwork that a deletion left behind is still there', async () => {
    here = open({ store: journaledStore(folder, 'container') });
    here.model.createCluster(ZONE, owning('one'));
    await here.clock.runFor(hours(1));
    here.faults.force('leak', { times: 1, subject: 'one' });
    here.model.deleteCluster(ZONE, 'one');
    await here.clock.runFor(hours(1));
    here = reopen(here);
    expect(here.compute.all().map(({ kind }) => kind)).toContain('subnetwork');
  });
});
