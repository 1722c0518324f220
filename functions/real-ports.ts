/**
 * The real ports of one function. Every client of a Google API is made here, from Config: endpoint, credentials and the function's
 * identity. SDKs are imported when a port is first used, so that a function loads only what it calls.
 */
import type { Firestore } from '@google-cloud/firestore';
import { REGIONS } from '../shared/catalog/catalog.ts';
import { seconds } from '../shared/units.ts';
import type { Buckets } from './buckets.ts';
import type { Certificates } from './certificates.ts';
import type { Charts } from './charts.ts';
import type { Clock, Documents, Messages } from './cloud.ts';
import { type Config, parseConfig } from './config.ts';
import { keyIn } from './data-key.ts';
import type { Dns } from './dns.ts';
import { beforeExit } from './google/before-exit.ts';
import { grpcOptions } from './google/channel.ts';
import { systemClock, systemRandom } from './google/clock.ts';
import { createCloudLog } from './google/log.ts';
import { embeddedOutside, type Outside, outsideWorld } from './google/outside.ts';
import { createPeople } from './google/people.ts';
import { type AccountsOptions, createTokenVerifier } from './google/tokens.ts';
import { createWeb } from './google/web.ts';
import { lazy, lazyValue } from './lazy.ts';
import type { Leaf, Leaves } from './leaf/leaf.ts';
import type { Log } from './log.ts';
import { type FunctionSpec, MANIFEST } from './manifest.ts';
import { type Metrics, silentMetrics } from './metrics.ts';
import { byOneTime } from './one-time.ts';
import type { Pachyderms } from './pachyderm/pachyderm.ts';
import type { Ports } from './ports.ts';
import type { GkeClient } from './providers/gke/client.ts';
import { createGkeProvider } from './providers/gke/provider.ts';
import type { GkeSettings } from './providers/gke/request.ts';
import { versioned } from './versioned.ts';

/** One process is one set of clients: a deployed function is alone in its process, and the local host shares them among all. */
let shared: (Shared & { config: Config }) | undefined;

/** What functions of one process have in common. */
type Shared = Omit<Ports, 'log' | 'metrics' | 'documents' | 'tokens'> & {
  firestore: () => Promise<Firestore>;
};

/** @throws ConfigError listing every fault of the environment */
export async function portsOf(functionName: string): Promise<Ports> {
  shared ??= createPorts(parseConfig(process.env));
  const { config, firestore, ...ports } = shared;
  const log = createCloudLog({ function: functionName }, config.projectId);
  const metrics = await metricsOf(config, functionName, log, ports.clock);
  const own = functionName === 'credentials' && insideAsItself(config, ports);
  // On a laptop, which does all of it at once, nobody answers in the API's place; and slow is not away.
  const kind = config.local ? 'topic' : (entryOf(functionName)?.trigger.kind ?? 'topic');
  const timed = byOneTime({
    ...ports,
    ...own,
    documents: versioned(documents(firestore, kind)),
    log,
    metrics,
  });
  return { ...timed, tokens: createTokenVerifier({ ...accountsOf(config), clock: timed.clock }) };
}

const entryOf = (functionName: string) => MANIFEST.find(({ name }) => name === functionName);

/** On a laptop it shares its process with others; inside of clusters it is somebody else than they are all the same. */
function insideAsItself(config: Config, ports: Pick<Ports, 'clock' | 'random'>): Partial<Ports> {
  if (!config.local) return {};
  const inside = leaves(config.local.credentialsToken);
  return { leaves: inside, pachyderms: pachyderms(inside, outside(config), ports) };
}

/** Google's own receiver asks who it is; any other is a neighbour. https://cloud.google.com/stackdriver/docs/otlp-metrics/overview */
const GOOGLE_RECEIVER = 'https://telemetry.googleapis.com';

async function metricsOf(
  { telemetry, cell, projectId, local }: Config,
  functionName: string,
  log: Log,
  clock: Clock,
): Promise<Metrics> {
  if (!telemetry) return silentMetrics;
  const { createOtlpMetrics } = await import('./google/metrics.ts');
  const { endpoint, version, region } = telemetry;
  const { trigger, timeoutSeconds = 0 } = entryOf(functionName) ?? {};
  const metrics = createOtlpMetrics({
    endpoint,
    functionName,
    version,
    cell,
    region,
    log,
    instance: systemRandom.base32(16),
    isWaitedFor: trigger?.kind === 'http',
    invocationMs: clock.afterWork(seconds(timeoutSeconds)) - clock.now() - END_MS,
    ...(endpoint === GOOGLE_RECEIVER && { headers: ownHeaders(projectId) }),
  });
  // On a laptop all share one process, which ends when it is told.
  if (!local) beforeExit(() => metrics.sendRest());
  return metrics;
}

/** What an invocation keeps of its time, to end by itself. */
const END_MS = seconds(3);

/** Without a token the receiver refuses, which costs nothing but the metrics. */
function ownHeaders(projectId: string): () => Promise<Record<string, string>> {
  const token = lazyValue(() => accessTokens(undefined));
  return async () => {
    try {
      return { authorization: `Bearer ${await (await token())()}`, 'x-goog-user-project': projectId };
    } catch {
      return {};
    }
  };
}

function createPorts(config: Config): Shared & { config: Config } {
  const { local } = config;
  const clock = systemClock(config.cloudSpeed);
  const inside = leaves(local?.accessToken);
  const toHosts = outside(config);
  return {
    config,
    firestore: firestoreOf(config),
    messages: messages(config),
    clock,
    random: systemRandom,
    provider: createGkeProvider(gkeClient(config), gkeSettings(config)),
    leaves: inside,
    buckets: buckets(config),
    dns: dns(config),
    certificates: certificates(config, clock),
    charts: charts(config),
    pachyderms: pachyderms(inside, toHosts, { clock, random: systemRandom }),
    web: createWeb(toHosts),
    people: createPeople(accountsOf(config)),
    settings: config,
  };
}

const accountsOf = ({ projectId, local }: Config): AccountsOptions => ({
  projectId,
  ...(local && { local: { authTls: local.authTls, ca: local.authCa } }),
});

const firestoreOf = ({ projectId, local }: Config): (() => Promise<Firestore>) =>
  lazyValue(async () => {
    const [{ Firestore }, options] = await Promise.all([
      import('@google-cloud/firestore'),
      grpcOptions(local?.firestore),
    ]);
    return new Firestore({ projectId, ...options, ...(local && { ssl: false }) });
  });

function documents(firestore: () => Promise<Firestore>, kind: FunctionSpec['trigger']['kind']): Documents {
  const made = lazyValue(async () => {
    const [client, { createDocuments, DEADLINES_MS }] = await Promise.all([
      firestore(),
      import('./google/documents.ts'),
    ]);
    return createDocuments(client, DEADLINES_MS[kind]);
  });
  return {
    get: async (path) => (await made()).get(path),
    query: async (query) => (await made()).query(query),
    count: async (query) => (await made()).count(query),
    commit: async (writes) => (await made()).commit(writes),
  };
}

const messages = ({ projectId, local }: Config): Messages =>
  lazy(async () => {
    const [{ PubSub }, { createMessages }] = await Promise.all([
      import('@google-cloud/pubsub'),
      import('./google/messages.ts'),
    ]);
    return createMessages(new PubSub({ projectId, ...(await grpcOptions(local?.pubsub)) }));
  });

const gkeClient = ({ projectId, local }: Config): GkeClient =>
  lazy(async () => {
    const [{ ClusterManagerClient }, { createGkeClient }] = await Promise.all([
      import('@google-cloud/container'),
      import('./providers/gke/client.ts'),
    ]);
    const clusters = new ClusterManagerClient({ projectId, ...(await grpcOptions(local?.container)) });
    return createGkeClient({
      projectId,
      clusters,
      rest: await authorized(local?.accessToken),
      ...(local && { computeUrl: local.compute }),
    });
  });

const gkeSettings = ({ projectId, cell, gke, dataEncryptionKey, local }: Config): GkeSettings => ({
  projectId,
  cell,
  zones: Object.fromEntries(REGIONS.map(({ id, zones }) => [id, zones])),
  network: gke.network,
  nodeServiceAccount: gke.nodeServiceAccount,
  ...(gke.databaseEncryptionKey && { kmsKeys: keyPerRegion(gke.databaseEncryptionKey) }),
  ...(dataEncryptionKey !== undefined && { diskKeys: keyPerRegion(dataEncryptionKey) }),
  endpointTrust: local ? 'cluster-ca' : 'public-roots',
});

const keyPerRegion = (name: string): Record<string, string> =>
  Object.fromEntries(REGIONS.map(({ id }) => [id, keyIn(name, id)]));

const buckets = ({ projectId, cell, dataEncryptionKey, local }: Config): Buckets =>
  lazy(async () => {
    const [{ Storage }, { createBuckets }] = await Promise.all([
      import('@google-cloud/storage'),
      import('./google/buckets.ts'),
    ]);
    return createBuckets(
      new Storage({
        projectId,
        // A step ends within 60 s; left alone, the client would try for ten minutes.
        timeout: 15_000,
        retryOptions: { totalTimeout: 20 },
        ...(local && {
          apiEndpoint: local.storage,
          authClient: await authorized(local.accessToken),
          // Left out, the client sends no token to an address that is not Google's.
          useAuthWithCustomEndpoint: true,
        }),
      }),
      cell,
      dataEncryptionKey,
    );
  });

const dns = ({ projectId, dnsZone, local }: Config): Dns =>
  lazy(async () => {
    const { createDns } = await import('./google/dns.ts');
    return createDns({
      projectId,
      zone: dnsZone,
      rest: await authorized(local?.accessToken),
      ...(local && { dnsUrl: local.dns }),
    });
  });

const certificates = ({ acme }: Config, clock: Clock): Certificates =>
  lazy(async () => {
    const { accountKey } = acme;
    // Config has it where it is needed; see there.
    if (accountKey === undefined) throw new Error('this function issues no certificates');
    const { createCertificates } = await import('./google/certificates.ts');
    return createCertificates({ ...acme, accountKey, clock });
  });

const charts = ({ install, local }: Config): Charts =>
  lazy(async () => {
    const { chartAccount: account } = install;
    if (account === undefined) throw new Error('nobody is asked who reads charts');
    const { createCharts } = await import('./google/charts.ts');
    return createCharts({
      account,
      rest: await authorized(local?.accessToken),
      ...(local && { credentialsUrl: local.iamCredentials }),
    });
  });

const outside = ({ local }: Config): Outside => (local ? embeddedOutside(local) : outsideWorld);

const pachyderms = (inside: Leaves, toHosts: Outside, options: Pick<Ports, 'clock' | 'random'>): Pachyderms =>
  lazy(async () => {
    const { createPachyderms } = await import('./pachyderm/client.ts');
    return createPachyderms({ leaves: inside, targetOf: toHosts, ...options });
  });

/** @param token in place of the function's own identity, in the embedded cloud */
const leaves = (token: string | undefined): Leaves => {
  const made = lazyValue(async () => {
    const [{ createLeaves }, tokens] = await Promise.all([import('./leaf/client.ts'), accessTokens(token)]);
    return createLeaves({ accessToken: tokens });
  });
  return { open: (connection) => lazy<Leaf>(async () => (await made()).open(connection)) };
};

/** Loaded when it is needed. */
const authorized = async (token: string | undefined) =>
  (await import('./google/own-identity.ts')).ownIdentity(token);

async function accessTokens(own: string | undefined): Promise<() => Promise<string>> {
  const client = await authorized(own);
  return async () => {
    const { token } = await client.getAccessToken();
    if (!token) throw new Error('there is no access token for the identity of this function');
    return token;
  };
}
