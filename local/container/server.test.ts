import { ClusterManagerClient } from '@google-cloud/container';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hours } from '../../shared/units.ts';
import { aWorld } from '../a-world.ts';
import { type VirtualClock, virtualClock } from '../clock.ts';
import { createComputeModel } from '../compute/model.ts';
import type { Face, World } from '../service.ts';
import { createContainerModel } from './model.ts';
import { serveContainer } from './server.ts';

const PARENT = 'projects/p/locations/europe-west1-b';
const CLUSTER = `${PARENT}/clusters/one`;

let clock: VirtualClock;
let face: Face;
let world: World;
let client: ClusterManagerClient;

beforeEach(async () => {
  clock = virtualClock();
  world = aWorld({ projectId: 'p', clock });
  const model = createContainerModel(world, {
    compute: createComputeModel(world),
    leaves: { start: async () => ({ server: '127.0.0.1:6443', ca: 'PEM' }), stop: async () => undefined },
  });
  face = await serveContainer(world, 0, model);
  client = new ClusterManagerClient({
    projectId: 'p',
    apiEndpoint: '127.0.0.1',
    port: face.port,
    sslCreds: credentials.createInsecure(),
    authClient: new PassThroughClient(),
  });
});
afterEach(async () => {
  await client.close();
  await face.close();
});

const create = () =>
  client.createCluster({
    parent: PARENT,
    cluster: {
      name: 'one',
      nodePools: [{ name: 'default', initialNodeCount: 1, config: { machineType: 'e2-standard-2' } }],
      controlPlaneEndpointsConfig: { ipEndpointsConfig: { enabled: false } },
      maintenancePolicy: { window: { dailyMaintenanceWindow: { startTime: '03:00' } } },
    },
  });

test('the official client creates, reads, changes, lists and deletes', async () => {
  const [asked] = await create();
  expect(asked).toMatchObject({ operationType: 'CREATE_CLUSTER', status: 'PENDING', error: null });
  await clock.runFor(hours(1));

  const [cluster] = await client.getCluster({ name: CLUSTER });
  expect(cluster).toMatchObject({
    status: 'RUNNING',
    location: 'europe-west1-b',
    controlPlaneEndpointsConfig: {
      dnsEndpointConfig: { endpoint: '127.0.0.1:6443' },
      ipEndpointsConfig: { enabled: false },
    },
    maintenancePolicy: { window: { dailyMaintenanceWindow: { startTime: '03:00' } } },
  });
  const [old] = await client.getCluster({ projectId: 'p', zone: 'europe-west1-b', clusterId: 'one' });
  expect(old.id).toBe(cluster.id);
  const [done] = await client.getOperation({ name: `${PARENT}/operations/${asked.name}` });
  expect(done.status).toBe('DONE');

  await client.setNodePoolSize({ name: `${CLUSTER}/nodePools/default`, nodeCount: 3 });
  await clock.runFor(hours(1));
  const [pools] = await client.listNodePools({ parent: CLUSTER });
  expect(pools.nodePools?.map((pool) => pool.initialNodeCount)).toEqual([3]);
  const [pool] = await client.getNodePool({ name: `${CLUSTER}/nodePools/default` });
  expect(pool.config?.machineType).toBe('e2-standard-2');
  await client.updateCluster({ name: CLUSTER, update: { desiredNodeVersion: '-' } });
  await clock.runFor(hours(1));

  const [everywhere] = await client.listClusters({ parent: 'projects/p/locations/-' });
  expect(everywhere.clusters?.map(({ name }) => name)).toEqual(['one']);
  const [elsewhere] = await client.listClusters({ parent: 'projects/p/locations/us-east1' });
  expect(elsewhere.clusters).toEqual([]);
  await client.deleteCluster({ name: CLUSTER });
  const [operations] = await client.listOperations({ parent: PARENT });
  expect(operations.operations?.map(({ operationType }) => operationType)).toEqual([
    'CREATE_CLUSTER',
    'SET_NODE_POOL_SIZE',
    'UPDATE_CLUSTER',
    'DELETE_CLUSTER',
  ]);
  const [config] = await client.getServerConfig({ name: PARENT });
  expect(config.channels?.map(({ channel }) => channel)).toEqual(['RAPID', 'REGULAR', 'STABLE']);
});

test('a list of all locations names those that are away, and lacks what is there', async () => {
  await create();
  const at = async (location: string) => {
    const [{ clusters, missingZones }] = await client.listClusters({
      parent: `projects/p/locations/${location}`,
    });
    return [clusters?.length, missingZones];
  };
  expect(await at('-')).toEqual([1, []]);
  world.faults.force('unreachable', { subject: 'europe-west1-b' });
  expect(await at('-')).toEqual([0, ['europe-west1-b']]);
  expect(await at('us-east1')).toEqual([0, []]);
});

test('a refusal reaches the official client with code, wording and reason', async () => {
  const [asked] = await create();
  await expect(client.deleteCluster({ name: CLUSTER })).rejects.toMatchObject({
    code: 9,
    details: `Cluster is running incompatible operation ${asked.name}.`,
    reason: 'CLUSTER_ALREADY_HAS_OPERATION',
  });
  await client.cancelOperation({ name: `${PARENT}/operations/${asked.name}` });
  await expect(client.getCluster({ name: `${PARENT}/clusters/none` })).rejects.toMatchObject({
    code: 5,
    details: 'Not found: projects/p/zones/europe-west1-b/clusters/none.',
  });
  await expect(client.getCluster({ name: 'projects/q/locations/x/clusters/y' })).rejects.toMatchObject({
    code: 7,
  });
  await expect(client.getCluster({ name: 'nonsense' })).rejects.toMatchObject({ code: 3 });
});
