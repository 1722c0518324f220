/** The other ports with two faces: names, buckets and GKE. Both faces stand on the same model, each on one of its own with the same chance. */
import { ClusterManagerClient } from '@google-cloud/container';
import { Storage } from '@google-cloud/storage';
import { credentials } from '@grpc/grpc-js';
import fc from 'fast-check';
import { OAuth2Client, PassThroughClient } from 'google-auth-library';
import { clusterPrincipals } from '../../../functions/bucket-access.ts';
import { bucketPrefix } from '../../../functions/buckets.ts';
import { challengeName, type DnsRecord } from '../../../functions/dns.ts';
import { createBuckets } from '../../../functions/google/buckets.ts';
import { createDns } from '../../../functions/google/dns.ts';
import { CloudRefusal } from '../../../functions/google/refusal.ts';
import {
  createGkeClient,
  type GkeClient,
  type LeftoverKind,
} from '../../../functions/providers/gke/client.ts';
import { type FirewallBody, webhookFirewall } from '../../../functions/providers/gke/firewall.ts';
import type { GkeSettings } from '../../../functions/providers/gke/provider.ts';
import { clusterBody } from '../../../functions/providers/gke/request.ts';
import { aWorld } from '../../../local/a-world.ts';
import { virtualClock } from '../../../local/clock.ts';
import { createComputeModel } from '../../../local/compute/model.ts';
import { serveCompute } from '../../../local/compute/server.ts';
import { createContainerModel } from '../../../local/container/model.ts';
import { serveContainer } from '../../../local/container/server.ts';
import { createDnsModel } from '../../../local/dns/model.ts';
import { serveDns } from '../../../local/dns/server.ts';
import { memoryBuckets } from '../../../local/memory/buckets.ts';
import { memoryDns } from '../../../local/memory/dns.ts';
import { memoryGkeClient } from '../../../local/memory/gke.ts';
import { createStorageModel } from '../../../local/storage/model.ts';
import { serveStorage } from '../../../local/storage/server.ts';
import { type ResourceKind, resourceKind } from '../../../shared/documents/ledger.ts';
import { AppError } from '../../../shared/errors.ts';
import { minutes } from '../../../shared/units.ts';

/** One face, asked the same as the other. */
interface Asked<Ask> {
  ask(ask: Ask): Promise<unknown>;
  close(): Promise<void>;
}
export interface TwoFaces<Ask> {
  asks: fc.Arbitrary<Ask[]>;
  memory(): Promise<Asked<Ask>>;
  wire(): Promise<Asked<Ask>>;
}

/** What came of it. Sentences differ; what a caller goes by must not. */
async function outcomeOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return { ok: await call() };
  } catch (error) {
    if (error instanceof AppError) return { code: error.code };
    if (error instanceof CloudRefusal) return { status: error.status, reason: error.reason };
    // As the engine and the API take it.
    return { code: 'BUG' };
  }
}

const ID = 'abcdefgh234567ab';
const OTHER_ID = 'zzzzzzzz234567zz';
const wait = fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: minutes(3) }) });
type Pass = { kind: 'pass'; ms: number };

// Names.

const ZONE = 'clusters';
const SUFFIX = 'hub.example.com';
const HOST = `${ID}.${SUFFIX}`;
const name = fc.constantFrom(
  HOST,
  challengeName(HOST),
  `*.${HOST}`,
  SUFFIX,
  `${OTHER_ID}.${SUFFIX}`,
  'x.example.org',
);
const texts = fc.oneof(fc.constantFrom('a-proof_of-43', 'say "hello \\ world"'), fc.string({ maxLength: 8 }));
const record: fc.Arbitrary<DnsRecord> = fc
  .constantFrom<DnsRecord['type'][]>('A', 'AAAA', 'CNAME', 'TXT')
  .chain((type) => {
    const valid = {
      A: fc.ipV4(),
      AAAA: fc.ipV6(),
      CNAME: fc.constantFrom('gateway.example.com', HOST),
      TXT: texts,
    }[type];
    const value = fc.oneof({ weight: 9, arbitrary: valid }, texts);
    return fc.record({
      name,
      type: fc.constant(type),
      ttlS: fc.constantFrom(60, 300),
      values: fc.uniqueArray(value, { minLength: 1, maxLength: 2 }),
    });
  });
type DnsAsk =
  | Pass
  | { kind: 'ensureRecord' | 'ensureNoRecord' | 'findRecord'; record: DnsRecord }
  | { kind: 'listRecords'; suffix: string };
const dnsAsk: fc.Arbitrary<DnsAsk> = fc.oneof(
  wait,
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('ensureRecord' as const), record }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('ensureNoRecord', 'findRecord' as const), record }),
  },
  fc.record({
    kind: fc.constant('listRecords' as const),
    suffix: fc.constantFrom(SUFFIX, HOST, 'example.org'),
  }),
);

function zone() {
  const clock = virtualClock();
  const world = aWorld({ clock });
  const model = createDnsModel(world);
  model.createZone({ name: ZONE, dnsName: `${SUFFIX}.` });
  const asked = (dns: ReturnType<typeof memoryDns>, close: () => Promise<void>): Asked<DnsAsk> => ({
    close,
    ask: (ask) =>
      outcomeOf(async () => {
        if (ask.kind === 'pass') return clock.runFor(ask.ms);
        if (ask.kind === 'listRecords') return byText(await dns.listRecords(ask.suffix));
        return dns[ask.kind](ask.record);
      }),
  });
  return { world, model, asked };
}

export const names: TwoFaces<DnsAsk> = {
  asks: fc.array(dnsAsk, { minLength: 1, maxLength: 12 }),
  async memory() {
    const { model, asked } = zone();
    return asked(memoryDns(model, ZONE), async () => undefined);
  },
  async wire() {
    const { world, model, asked } = zone();
    const face = await serveDns(world, { rest: 0, names: 0 }, model);
    const rest = new OAuth2Client();
    rest.setCredentials({ access_token: 'ya29.test' });
    const dnsUrl = `http://127.0.0.1:${face.port}/dns/v1`;
    return asked(createDns({ projectId: world.projectId, rest, dnsUrl, zone: ZONE }), face.close);
  },
};

/** No cloud promises an order of its lists. */
const byText = <T>(list: readonly T[]): T[] =>
  [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

// Buckets.

const CELL = 'test';
/** Fewer than otherwise, so that few are many. */
const AT_A_TIME = 100;
const bucketId = fc.constantFrom(ID, OTHER_ID);
const bucket = fc.record({
  name: fc.constantFrom(
    `${bucketPrefix(ID)}g1`,
    `${bucketPrefix(ID)}g2`,
    `${bucketPrefix(OTHER_ID)}g1`,
    'Not a name',
  ),
  region: fc.constantFrom('europe-west1', 'us-central1'),
  clusterId: bucketId,
});
type Bucket = { name: string; region: string; clusterId: string };
type BucketAsk =
  | { kind: 'ensureBucket' | 'ensureAccess' | 'ensureBucketGone' | 'policy'; bucket: Bucket }
  | { kind: 'fill'; bucket: Bucket; count: number }
  | { kind: 'list'; clusterId: string | undefined };
const bucketAsk: fc.Arbitrary<BucketAsk> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('ensureBucket' as const), bucket }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('ensureAccess', 'ensureBucketGone', 'policy' as const),
      bucket,
    }),
  },
  fc.record({ kind: fc.constant('fill' as const), bucket, count: fc.constantFrom(1, 99, 100, 101) }),
  fc.record({ kind: fc.constant('list' as const), clusterId: fc.option(bucketId, { nil: undefined }) }),
);

const principalsOf = (cluster: string): string =>
  clusterPrincipals({ projectId: 'hub-test', projectNumber: '123', location: 'europe-west1-b', cluster });

function storage() {
  const world = aWorld({ clock: virtualClock() });
  const model = createStorageModel(world);
  const asked = (
    buckets: ReturnType<typeof memoryBuckets>,
    close: () => Promise<void>,
  ): Asked<BucketAsk> => ({
    close,
    ask: (ask) =>
      outcomeOf(async () => {
        if (ask.kind === 'list') {
          const { clusterId } = ask;
          return clusterId === undefined
            ? byText((await buckets.listAllBuckets()).found)
            : byText(await buckets.listBuckets(clusterId));
        }
        const { name, clusterId } = ask.bucket;
        if (ask.kind === 'fill') {
          for (let at = 0; at < ask.count; at++) model.putObject(name, `block ${at}/ä`, Buffer.from(`${at}`));
          return;
        }
        if (ask.kind === 'policy') return model.getPolicy(name).bindings;
        if (ask.kind === 'ensureAccess') {
          return buckets.ensureAccess(ask.bucket, principalsOf(clusterId));
        }
        return buckets[ask.kind](ask.bucket);
      }),
  });
  return { world, model, asked };
}

export const buckets: TwoFaces<BucketAsk> = {
  asks: fc.array(bucketAsk, { minLength: 1, maxLength: 10 }),
  async memory() {
    const { model, asked } = storage();
    return asked(memoryBuckets(model, CELL, undefined, AT_A_TIME), async () => undefined);
  },
  async wire() {
    const { world, model, asked } = storage();
    const face = await serveStorage(world, 0, model);
    const client = new Storage({
      projectId: world.projectId,
      apiEndpoint: `http://127.0.0.1:${face.port}`,
      retryOptions: { autoRetry: false },
    });
    return asked(createBuckets(client, CELL, undefined, AT_A_TIME), face.close);
  },
};

// GKE, and what its clusters leave behind.

const PROJECT = 'hub-test';
const settings: GkeSettings = {
  projectId: PROJECT,
  cell: CELL,
  zones: { 'europe-west1': ['europe-west1-b', 'europe-west1-c'] },
  network: 'hub',
  nodeServiceAccount: `nodes@${PROJECT}.iam.gserviceaccount.com`,
  endpointTrust: 'cluster-ca',
};
const location = fc.oneof(
  { weight: 4, arbitrary: fc.constant('europe-west1-b') },
  fc.constantFrom('europe-west1', 'nowhere1-a'),
);
const clusterOf = fc.constantFrom(`hub-${ID}-g1`, `hub-${ID}-g2`, `hub-${OTHER_ID}-g1`);
const isLeftover = (kind: ResourceKind): kind is LeftoverKind =>
  kind !== 'cluster' && kind !== 'bucket' && kind !== 'dns-record';
const leftover = fc.constantFrom(...resourceKind.options.filter(isLeftover));
type GkeAsk =
  | Pass
  | { kind: 'create'; location: string; id: string; generation: number; nodes: number }
  | { kind: 'get' | 'delete'; location: string; name: string }
  | { kind: 'list' }
  | { kind: 'leftovers' | 'delete first'; of: LeftoverKind; id: string }
  | { kind: 'firewall'; name: string }
  | { kind: 'stockout' | 'leak' };
const gkeAsk: fc.Arbitrary<GkeAsk> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.integer({ min: 0, max: minutes(10) }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      location,
      id: bucketId,
      generation: fc.constantFrom(1, 2),
      nodes: fc.constantFrom(1, 3, 1000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('get', 'delete' as const), location, name: clusterOf }),
  },
  fc.record({ kind: fc.constant('list' as const) }),
  fc.record({ kind: fc.constantFrom('leftovers', 'delete first' as const), of: leftover, id: bucketId }),
  fc.record({
    kind: fc.constant('firewall' as const),
    name: fc.constantFrom('hub-a', 'hub-b', 'Not a name'),
  }),
  fc.record({ kind: fc.constantFrom('stockout', 'leak' as const) }),
);

function google() {
  const clock = virtualClock();
  const world = aWorld({ clock });
  const compute = createComputeModel(world);
  const container = createContainerModel(world, {
    compute,
    leaves: {
      start: async () => ({ server: 'https://127.0.0.1:6443', ca: 'a CA' }),
      stop: async () => undefined,
    },
    onAudit: () => undefined,
  });
  const asked = (client: GkeClient, close: () => Promise<void>): Asked<GkeAsk> => {
    const found = async (of: LeftoverKind, id: string) =>
      byText((await client.listLeftovers(of, of === 'firewall' ? '' : `labels.hub-cluster=${id}`)).found);
    return {
      close: async () => {
        await close();
        container.close();
        compute.close();
      },
      ask: (ask) =>
        outcomeOf(async () => {
          switch (ask.kind) {
            case 'pass':
              await clock.runFor(ask.ms);
              return [
                (await client.listClusters()).found,
                await found('disk', ID),
                await found('disk', OTHER_ID),
              ].map((list) => byText<unknown>(list));
            case 'create': {
              const { id, generation, nodes } = ask;
              const target = { id, generation, nodes, location: ask.location, region: 'europe-west1' };
              const body = clusterBody({ ...target, machineType: 'e2-standard-4', diskGiB: 50 }, settings);
              return client.createCluster(ask.location, body);
            }
            case 'get':
              return client.getCluster(ask.location, ask.name);
            case 'delete':
              return client.deleteCluster(ask.location, ask.name);
            case 'list':
              return byText((await client.listClusters()).found);
            case 'leftovers':
              return found(ask.of, ask.id);
            case 'delete first': {
              const [first] = await found(ask.of, ask.id);
              return first && client.deleteLeftover(first.kind, first.location, first.name);
            }
            case 'firewall':
              return client.createFirewall(aFirewall(ask.name));
            default:
              return void world.faults.force(ask.kind, { times: 1, mayMiss: true });
          }
        }),
    };
  };
  return { world, container, compute, asked };
}

const aFirewall = (name: string): FirewallBody => ({
  ...webhookFirewall({ id: ID, generation: 1 }, '10.0.0.0/28', settings),
  name,
});

export const gke: TwoFaces<GkeAsk> = {
  asks: fc.array(gkeAsk, { minLength: 1, maxLength: 14 }),
  async memory() {
    const { container, compute, asked } = google();
    return asked(memoryGkeClient(container, compute), async () => undefined);
  },
  async wire() {
    const { world, container, compute, asked } = google();
    const grpc = await serveContainer(world, 0, container);
    const http = await serveCompute(world, 0, compute);
    const clusters = new ClusterManagerClient({
      projectId: PROJECT,
      apiEndpoint: '127.0.0.1',
      port: grpc.port,
      sslCreds: credentials.createInsecure(),
      authClient: new PassThroughClient(),
    });
    const client = createGkeClient({
      projectId: PROJECT,
      clusters,
      rest: new PassThroughClient(),
      computeUrl: `http://127.0.0.1:${http.port}/compute/v1`,
    });
    return asked(client, async () => {
      await clusters.close();
      await Promise.all([grpc.close(), http.close()]);
    });
  },
};
