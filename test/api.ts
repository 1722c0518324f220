/** The real API on memory ports: no wires, a clock that only the test moves. */
import { createApi } from '../functions/api/app.ts';
import { CREDENTIALS_ENDPOINTS } from '../functions/api/credentials.ts';
import { createLog, type LogFields, type Severity } from '../functions/log.ts';
import { ALL_TOPICS } from '../functions/manifest.ts';
import { silentMetrics } from '../functions/metrics.ts';
import type { Ports, Settings } from '../functions/ports.ts';
import { createGkeProvider } from '../functions/providers/gke/provider.ts';
import type { Principal } from '../functions/tokens.ts';
import { virtualClock } from '../local/clock.ts';
import { deployedIndexes } from '../local/deployed.ts';
import { createFaults, type FaultRates } from '../local/faults.ts';
import { MEMORY_CLEAN_UP_KEYS } from '../local/memory/clean-up-keys.ts';
import { memoryDocuments } from '../local/memory/documents.ts';
import { memoryMessages } from '../local/memory/messages.ts';
import { memoryPeople } from '../local/memory/people.ts';
import { MEMORY_SEAL_KEYS } from '../local/memory/seal-keys.ts';
import { memoryTokens } from '../local/memory/tokens.ts';
import { randomStream } from '../local/random.ts';
import type { ClusterReply } from '../shared/api/clusters.ts';
import type { Problem } from '../shared/api/problem.ts';
import { PRODUCTS, REGIONS } from '../shared/catalog/catalog.ts';
import type { Cluster } from '../shared/documents/cluster.ts';
import { microsOf } from '../shared/money.ts';
import { days, hours } from '../shared/units.ts';
import { writeOf } from './builders.ts';
import { requestOf, type Sending, servedBy } from './request.ts';

export interface ApiOptions {
  seed?: number;
  faults?: FaultRates;
  limits?: Partial<Settings['limits']>;
  products?: Settings['products'];
  licensed?: Settings['licensed'];
  /** How long a commit takes; the clock must then be moved. */
  commitMs?: number;
}

export interface Answer<T = unknown> {
  status: number;
  headers: Headers;
  body: T;
}

export type ApiUnderTest = ReturnType<typeof apiUnderTest>;

export function apiUnderTest({
  seed = 1,
  faults: rates = {},
  limits = {},
  products = PRODUCTS.map(({ id }) => id),
  licensed = [],
  commitMs = 0,
}: ApiOptions = {}) {
  const clock = virtualClock();
  const faults = createFaults(rates, randomStream(seed, 'faults'));
  const documents = memoryDocuments(clock, {
    faults,
    latencyMs: commitMs,
    indexes: deployedIndexes(),
  });
  const messages = memoryMessages({ clock, faults, random: randomStream(seed, 'bus') });
  const sent: { topic: string; body: unknown }[] = [];
  for (const topic of ALL_TOPICS)
    messages.subscribe(topic, async (body) => {
      sent.push({ topic, body });
    });
  const tokens = memoryTokens();
  const measured: unknown[] = [];
  const lines: { severity: Severity; event: string; fields: LogFields }[] = [];
  const ports: Ports = {
    documents,
    messages,
    clock,
    random: randomStream(seed, 'product'),
    // It gives names and places; the API makes nothing there.
    provider: createGkeProvider(never('GKE'), {
      projectId: 'hub-test',
      cell: 'default',
      zones: Object.fromEntries(REGIONS.map(({ id, zones }) => [id, zones])),
      network: 'leaves',
      nodeServiceAccount: 'nodes@hub-test.iam.gserviceaccount.com',
      endpointTrust: 'cluster-ca',
    }),
    leaves: never('leaves'),
    buckets: never('buckets'),
    dns: never('dns'),
    certificates: never('certificates'),
    charts: never('charts'),
    pachyderms: never('pachyderms'),
    web: never('web'),
    people: memoryPeople(tokens),
    tokens,
    settings: {
      projectId: 'hub-test',
      projectNumber: '123456789012',
      credentialsAccount: 'credentials@hub-test.iam.gserviceaccount.com',
      cell: 'default',
      zone: 'clusters.example.com',
      pageTokenKey: 'a key of page tokens for tests only',
      limits: {
        accountClusters: 5,
        accountHourlyMicros: microsOf(100),
        cellClusters: 1000,
        cellHourlyMicros: microsOf(10_000),
        cellMaking: 1000,
        // Tests ask a thousand times in an instant; those of how often one may say so.
        accountCreationsPerHour: 1e6,
        newAccountsPerHour: 1e6,
        youngAccountMs: days(30),
        handOverMs: hours(72),
        accountRequestsPerMinute: 1e6,
        addressRequestsPerMinute: 1e6,
        ...limits,
      },
      install: { chartSource: 'oci://charts', helmImage: 'helm', callHomeImage: 'call-home' },
      oidc: { issuer: 'https://hub.example.com/oidc', signingKeys: [], sealKeys: MEMORY_SEAL_KEYS },
      // Public halves only, as the deployed function has them.
      cleanUpKeys: MEMORY_CLEAN_UP_KEYS.map(({ kid, publicJwk }) => ({ kid, publicJwk })),
      products,
      licensed,
      // As every function but those that install.
      licenses: {},
    },
    log: createLog((severity, event, fields) => lines.push({ severity, event, fields })),
    metrics: { ...silentMetrics, record: (...all) => void measured.push(all) },
  };
  const app = createApi(ports);
  const credentials = createApi(ports, CREDENTIALS_ENDPOINTS);

  const send = async <T>(
    method: string,
    path: string,
    token?: string,
    more: Sending = {},
  ): Promise<Answer<T>> => {
    const served = servedBy(path) === 'credentials' ? credentials : app;
    const response = await served.request(path, requestOf(method, token, more));
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : isJson(response) ? JSON.parse(text) : text) as T,
    };
  };

  return {
    app,
    ports,
    clock,
    documents,
    tokens,
    sent,
    lines,
    /** What was counted, as it would be sent. */
    measured,
    send,
    /** A token of this user. */
    as: (uid: string, more: Partial<Principal> = {}): string =>
      tokens.issue({
        uid,
        email: `${uid}@example.com`,
        emailVerified: true,
        operator: false,
        signedInAt: new Date(clock.now()),
        ...more,
      }),
    create: (token: string, body: object = { name: 'mine' }, headers: Record<string, string> = {}) =>
      send<ClusterReply & Problem>('POST', '/v1/clusters', token, { body, headers }),
    /** Writes clusters as if the engine had made them. */
    given: (...clusters: Cluster[]) => documents.commit(clusters.map(writeOf)),
  };
}

const isJson = ({ headers }: Response): boolean => /[/+]json$/.test(headers.get('content-type') ?? '');

/** The API has no business with it. */
const never = <T extends object>(name: string): T =>
  new Proxy({} as T, {
    get: (_, method) => () => {
      throw new Error(`the API called ${name}.${String(method)}`);
    },
  });
