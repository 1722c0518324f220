/**
 * The real ports of one function. Every client of a Google API is made here, from Config: endpoint, credentials and the function's
 * identity. SDKs are imported when a port is first used, so that a function loads only what it calls.
 */
import { REGIONS } from '../../shared/catalog/catalog.ts';
import type { Buckets } from '../buckets.ts';
import type { Documents, Messages } from '../cloud.ts';
import { type Config, parseConfig } from '../config.ts';
import type { Leaf, Leaves } from '../leaf/leaf.ts';
import type { Ports } from '../ports.ts';
import type { GkeClient } from '../providers/gke/client.ts';
import { createGkeProvider } from '../providers/gke/provider.ts';
import type { GkeSettings } from '../providers/gke/request.ts';
import { systemClock, systemRandom } from './clock.ts';
import { lazy } from './lazy.ts';
import { createCloudLog } from './log.ts';
import { createTokenVerifier } from './tokens.ts';

/** One process is one set of clients: a deployed function is alone in its process, and the local host shares them among all. */
let shared: Omit<Ports, 'log'> | undefined;

/** @throws ConfigError listing every fault of the environment */
export async function portsOf(functionName: string): Promise<Ports> {
  shared ??= createPorts(parseConfig(process.env));
  return { ...shared, log: createCloudLog({ function: functionName }) };
}

function createPorts(config: Config): Omit<Ports, 'log'> {
  const { local, projectId } = config;
  return {
    documents: documents(config),
    messages: messages(config),
    clock: systemClock(config.cloudSpeed),
    random: systemRandom,
    provider: createGkeProvider(gkeClient(config), gkeSettings(config)),
    leaves: leaves(config),
    buckets: buckets(config),
    tokens: createTokenVerifier({
      projectId,
      ...(local && { local: { authTls: local.authTls, ca: local.authCa } }),
    }),
    settings: config,
  };
}

/** `host:port` of a stand-in, as gRPC clients take it; no credentials are sent in clear text. */
async function plainGrpc(address: string) {
  const { credentials } = await import('@grpc/grpc-js');
  const [host = '', port = ''] = address.split(':');
  return { servicePath: host, port: Number(port), sslCreds: credentials.createInsecure() };
}

function documents({ projectId, local }: Config): Documents {
  const made = lazyValue(async () => {
    const [{ Firestore }, { createDocuments }] = await Promise.all([
      import('@google-cloud/firestore'),
      import('./documents.ts'),
    ]);
    return createDocuments(
      new Firestore({ projectId, ...(local && { ...(await plainGrpc(local.firestore)), ssl: false }) }),
    );
  });
  return {
    get: async (path) => (await made()).get(path),
    query: async (query) => (await made()).query(query),
    count: async (query) => (await made()).count(query),
    commit: async (writes) => (await made()).commit(writes),
    watch(path, onChange) {
      let stop: (() => void) | undefined;
      let stopped = false;
      void made().then((documents) => {
        if (!stopped) stop = documents.watch(path, onChange);
      });
      return () => {
        stopped = true;
        stop?.();
      };
    },
  };
}

const messages = ({ projectId, local }: Config): Messages =>
  lazy(async () => {
    const [{ PubSub }, { createMessages }] = await Promise.all([
      import('@google-cloud/pubsub'),
      import('./messages.ts'),
    ]);
    return createMessages(new PubSub({ projectId, ...(local && (await plainGrpc(local.pubsub))) }));
  });

const gkeClient = ({ projectId, local }: Config): GkeClient =>
  lazy(async () => {
    const [{ ClusterManagerClient }, { createGkeClient }] = await Promise.all([
      import('@google-cloud/container'),
      import('../providers/gke/client.ts'),
    ]);
    const clusters = new ClusterManagerClient({
      projectId,
      ...(local && (await plainGrpc(local.container))),
    });
    return createGkeClient({
      projectId,
      clusters,
      rest: await authorized(local),
      ...(local && { computeUrl: local.compute }),
    });
  });

const gkeSettings = ({ projectId, cell, gke, local }: Config): GkeSettings => ({
  projectId,
  cell,
  zones: Object.fromEntries(REGIONS.map(({ id, zones }) => [id, zones])),
  network: gke.network,
  // A network in automatic mode, and Hub's own Terraform, give the subnetwork of every region the same name.
  subnetworks: Object.fromEntries(REGIONS.map(({ id }) => [id, gke.subnetwork])),
  nodeServiceAccount: gke.nodeServiceAccount,
  ...(gke.databaseEncryptionKey && { kmsKeys: keyPerRegion(gke.databaseEncryptionKey) }),
  endpointTrust: local ? 'cluster-ca' : 'public-roots',
});

/** A key lives in one region; `{region}` in its name stands for that. */
const keyPerRegion = (name: string): Record<string, string> =>
  Object.fromEntries(REGIONS.map(({ id }) => [id, name.replaceAll('{region}', id)]));

const buckets = ({ projectId, local }: Config): Buckets =>
  lazy(async () => {
    const [{ Storage }, { createBuckets }] = await Promise.all([
      import('@google-cloud/storage'),
      import('./buckets.ts'),
    ]);
    return createBuckets(
      new Storage({
        projectId,
        // A step ends within 60 s; left alone, the client would try for ten minutes.
        timeout: 15_000,
        retryOptions: { totalTimeout: 20 },
        ...(local && { apiEndpoint: local.storage, authClient: await authorized(local) }),
      }),
    );
  });

const leaves = ({ local }: Config): Leaves => {
  const made = lazyValue(async () => {
    const [{ createLeaves }, token] = await Promise.all([import('../leaf/client.ts'), accessTokens(local)]);
    return createLeaves({ accessToken: token });
  });
  return { open: (connection) => lazy<Leaf>(async () => (await made()).open(connection)) };
};

function lazyValue<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** An auth client of the function's own identity. */
async function authorized(local: Config['local']) {
  const { GoogleAuth, OAuth2Client } = await import('google-auth-library');
  if (!local) return new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' }).getClient();
  const client = new OAuth2Client();
  client.setCredentials({ access_token: local.accessToken });
  return client;
}

async function accessTokens(local: Config['local']): Promise<() => Promise<string>> {
  const client = await authorized(local);
  return async () => {
    const { token } = await client.getAccessToken();
    if (!token) throw new Error('there is no access token for the identity of this function');
    return token;
  };
}
