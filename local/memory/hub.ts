/**
 * The whole control plane in one thread on a virtual clock: the product's own handlers, the models of the stand-ins, no wires.
 * An hour passes in a millisecond; the same seed gives the same run.
 */
import { Cron } from 'croner';
import { recordIncident } from '../../functions/accounts/signal.ts';
import { closeAccounts } from '../../functions/closing/close.ts';
import type { Delivered, Documents, Write } from '../../functions/cloud.ts';
import { keyIn } from '../../functions/data-key.ts';
import { recordDeadLetter } from '../../functions/dead-letters/record.ts';
import { dispatch } from '../../functions/dispatch/engine.ts';
import { hint } from '../../functions/dispatch/hint.ts';
import { observeDurations } from '../../functions/durations/observe.ts';
import { portsOfMessage } from '../../functions/invocation.ts';
import { type Log, silentLog } from '../../functions/log.ts';
import { MANIFEST, MAX_DELIVERY_ATTEMPTS, stepOfFunction } from '../../functions/manifest.ts';
import { type Metrics, silentMetrics } from '../../functions/metrics.ts';
import { byOneTime } from '../../functions/one-time.ts';
import type { Pachyderm } from '../../functions/pachyderm/pachyderm.ts';
import { topUp } from '../../functions/pool/top-up.ts';
import type { Ports, Settings } from '../../functions/ports.ts';
import { createGkeProvider, type GkeSettings } from '../../functions/providers/gke/provider.ts';
import { observeStatus } from '../../functions/status/observe.ts';
import { STEPS } from '../../functions/steps/index.ts';
import { sweepDrift } from '../../functions/sweeps/drift.ts';
import { sweepOrphans } from '../../functions/sweeps/orphans.ts';
import { sweepOverdue } from '../../functions/sweeps/overdue.ts';
import type { Sent } from '../../functions/sweeps/sent.ts';
import { versioned } from '../../functions/versioned.ts';
import { REGIONS } from '../../shared/catalog/catalog.ts';
import { stepMessage, TOPICS } from '../../shared/messages.ts';
import { days, dollars, hours, minutes, seconds } from '../../shared/units.ts';
import { createAcmeModel } from '../acme/model.ts';
import { lookupInModel } from '../acme/names.ts';
import { type VirtualClock, virtualClock } from '../clock.ts';
import { createComputeModel } from '../compute/model.ts';
import { createContainerModel } from '../container/model.ts';
import type { ClusterRow } from '../container/state.ts';
import { deployedIndexes } from '../deployed.ts';
import { lookup } from '../dns/lookup.ts';
import { createDnsModel } from '../dns/model.ts';
import type { RecordSet } from '../dns/records.ts';
import { createFaults, type FaultRates, type Faults } from '../faults.ts';
import { projectNumberOf } from '../iam/principals.ts';
import { leafKey } from '../kubernetes/leaf-cluster.ts';
import { leafGlue } from '../leaf-glue.ts';
import { randomStream } from '../random.ts';
import { chartAccountOf, chartSourceOf } from '../registry/model.ts';
import type { World } from '../service.ts';
import { type Bucket, createStorageModel } from '../storage/model.ts';
import { memoryStore } from '../store.ts';
import { memoryBuckets } from './buckets.ts';
import { memoryCertificates } from './certificates.ts';
import { memoryCharts } from './charts.ts';
import { MEMORY_CLEAN_UP_KEYS } from './clean-up-keys.ts';
import { memoryDns } from './dns.ts';
import { memoryDocuments } from './documents.ts';
import { memoryGkeClient } from './gke.ts';
import { type Interior, interiors } from './interiors.ts';
import { type MessageHandler, memoryMessages } from './messages.ts';
import { memoryApplications } from './pachyderms.ts';
import { memoryPeople } from './people.ts';
import { MEMORY_SEAL_KEYS } from './seal-keys.ts';
import { memoryTokens } from './tokens.ts';

const PROJECT = 'hub-memory';
const DATA_KEY = `projects/${PROJECT}/locations/{region}/keyRings/hub-leaves/cryptoKeys/data`;
const ZONE = 'clusters.example.com';
const DNS_ZONE = 'clusters';

/**
 * Stands between a handler and each call it makes to the outside: where a simulation lets the call be late, fail or never come back.
 * @param site `<port>.<method>`
 * @param args what it is called with
 */
export type Door = <T>(site: string, call: () => Promise<T>, args?: readonly unknown[]) => Promise<T>;

/**
 * What runs one invocation of a function.
 * @param work the function, over the ports that it is to have
 * @param body of the message that started it
 */
export type Invoke = (name: string, work: (ports: Ports) => Promise<void>, body: unknown) => Promise<void>;

/** Something that the embedded cloud has. */
export interface InventoryItem {
  kind: string;
  name: string;
  location: string;
  /** A name that tells whose it is, if it is a cluster's. */
  of: string;
}

export interface Observer {
  /** What a commit wrote. */
  onCommit(writes: readonly Write[]): void;
  /** A row of a stand-in's tables; no value: it is gone. */
  onObject(service: string, table: string, key: string, value?: unknown): void;
}

export interface MemoryHubOptions {
  seed?: number;
  /** The default is one that tells events of the same instant apart by their order. */
  clock?: VirtualClock;
  /** The default gives each invocation the same ports, without doors. */
  invoke?: Invoke | undefined;
  /** Who looks on; told of each change at once, and of no reading. */
  observer?: Observer | undefined;
  faults?: FaultRates;
  /** What runs inside of clusters; the default is the whole model. */
  inside?: Interior;
  /** Modelled: from publish to delivery. */
  busMs?: number;
  /** Modelled: one commit. */
  commitMs?: number;
  /** Modelled: one call to an application inside a cluster. */
  callMs?: number;
  limits?: Partial<Settings['limits']>;
  /** By product, as an operator has them who offers what needs them. */
  licenses?: Settings['licenses'];
  /** Who reads the log, or counts: invocations are then told apart as they are in a function. */
  log?: Log;
  metrics?: Metrics;
  /** Of clusters at the provider, as GKE writes it. */
  clusterVersion?: string | undefined;
  /** The first one signs clean-up certificates. */
  cleanUpKeys?: Settings['cleanUpKeys'];
}

export type MemoryHub = ReturnType<typeof memoryHub>;

export function memoryHub({
  seed = 1,
  clock = virtualClock(),
  invoke,
  observer,
  faults: rates = {},
  inside = 'kubernetes',
  busMs = 100,
  commitMs = 30,
  callMs = 10,
  limits = {},
  licenses = {},
  log = silentLog,
  metrics = silentMetrics,
  clusterVersion,
  cleanUpKeys = MEMORY_CLEAN_UP_KEYS,
}: MemoryHubOptions = {}) {
  const faults: Faults = createFaults(rates, randomStream(seed, 'faults'));
  const worldOf = (service: string): World => ({
    projectId: PROJECT,
    clock,
    faults,
    log: silentLog,
    store: memoryStore(observer && ((table, key, value) => observer.onObject(service, table, key, value))),
    random: randomStream(seed, service),
  });

  const documents = memoryDocuments(clock, {
    latencyMs: commitMs,
    faults,
    indexes: deployedIndexes(),
    onCommit: observer?.onCommit,
  });
  const messages = memoryMessages({
    clock,
    faults,
    random: randomStream(seed, 'bus'),
    latencyMs: busMs,
    maxDeliveryAttempts: MAX_DELIVERY_ATTEMPTS,
    deadLetterTopic: TOPICS.deadLetter,
  });
  const compute = createComputeModel(worldOf('compute'));
  const storageWorld = worldOf('storage');
  const storage = createStorageModel(storageWorld);
  const glue = leafGlue();
  /** From outside: whoever sends does not hear of a bus that takes no messages, so the message is lost. */
  const sendBody = (topic: string, body: object): void =>
    void messages.publish(topic, body).catch(() => undefined);
  const send = (topic: string, data: string): void => sendBody(topic, JSON.parse(data) as object);
  const charts = memoryCharts(clock, PROJECT);
  const leavesWorld = worldOf('kubernetes');
  const leaves = interiors(inside, leavesWorld, {
    compute: glue.compute,
    publish: send,
    registry: charts.registry,
  });
  const containerWorld = worldOf('container');
  const container = createContainerModel(containerWorld, {
    compute,
    ...(clusterVersion !== undefined && { version: clusterVersion }),
    leaves: glue.leavesOf({
      ...leaves.starter,
      async stop(name, location) {
        await leaves.starter.stop(name, location);
        forget(leafKey(name, location));
      },
    }),
    onAudit: (entry) => send(TOPICS.hint, JSON.stringify(entry)),
  });
  const dnsWorld = worldOf('dns');
  const dns = createDnsModel(dnsWorld);
  const zone = dns.createZone({ name: DNS_ZONE, dnsName: `${ZONE}.` });
  const acmeWorld = worldOf('acme');
  const acme = createAcmeModel(acmeWorld, { lookup: lookupInModel(dns) });
  const { doors, forget, ...applications } = memoryApplications({
    insides: leaves,
    store: leavesWorld.store,
    addressOf: (name) => lookup(dns, `${name}.`, 'A').answers[0]?.rrdatas[0],
    random: randomStream(seed, 'applications'),
    latencyMs: callMs,
    ports: () => ports,
  });
  const tokens = memoryTokens();
  const settings: Settings = {
    projectId: PROJECT,
    cell: 'default',
    projectNumber: projectNumberOf(PROJECT),
    zone: ZONE,
    credentialsAccount: `credentials@${PROJECT}.iam.gserviceaccount.com`,
    pageTokenKey: 'a key of page tokens for tests only',
    limits: {
      accountClusters: 1000,
      accountHourlyMicros: dollars(100_000),
      cellClusters: 1000,
      cellHourlyMicros: dollars(100_000),
      cellMaking: 1000,
      // A day passes in an instant here.
      accountCreationsPerHour: 1e6,
      newAccountsPerHour: 1e6,
      youngAccountMs: days(30),
      handOverMs: hours(72),
      accountRequestsPerMinute: 1e6,
      addressRequestsPerMinute: 1e6,
      ...limits,
    },
    dataEncryptionKey: DATA_KEY,
    install: {
      chartSource: chartSourceOf(PROJECT),
      chartAccount: chartAccountOf(PROJECT),
      helmImage: 'helm:4',
      callHomeImage: 'google-cloud-cli:slim',
    },
    oidc: { issuer: 'https://hub.example.com/oidc', signingKeys: [], sealKeys: MEMORY_SEAL_KEYS },
    cleanUpKeys,
    licensed: Object.keys(licenses),
    licenses,
  };
  const gke = memoryGkeClient(container, compute);
  const gkeSettings: GkeSettings = {
    projectId: PROJECT,
    cell: settings.cell,
    zones: Object.fromEntries(REGIONS.map(({ id, zones }) => [id, zones])),
    network: 'leaves',
    nodeServiceAccount: `nodes@${PROJECT}.iam.gserviceaccount.com`,
    diskKeys: Object.fromEntries(REGIONS.map(({ id }) => [id, keyIn(DATA_KEY, id)])),
    endpointTrust: 'cluster-ca',
  };
  const ports: Ports = {
    documents: versioned(documents),
    messages,
    clock,
    random: randomStream(seed, 'product'),
    provider: createGkeProvider(gke, gkeSettings),
    leaves: leaves.port,
    buckets: memoryBuckets(storage, settings.cell, DATA_KEY),
    dns: memoryDns(dns, DNS_ZONE),
    certificates: memoryCertificates(acmeWorld, acme),
    charts,
    ...applications,
    people: memoryPeople(tokens),
    tokens,
    settings,
    log,
    metrics,
  };

  const documentsThrough = (door: Door): Documents => behind<Documents>(door, 'documents', documents);

  /** The same ports with a door before each call. @param own what is this invocation's alone */
  const portsThrough = (door: Door, own: Partial<Pick<Ports, 'clock' | 'log'>> = {}): Ports =>
    byOneTime({
      ...ports,
      documents: versioned(documentsThrough(door)),
      messages: behind(door, 'messages', ports.messages),
      provider: createGkeProvider(behind(door, 'gke', gke), gkeSettings),
      leaves: { open: (connection) => behind(door, 'leaf', ports.leaves.open(connection)) },
      buckets: behind(door, 'buckets', ports.buckets),
      dns: behind(door, 'dns', ports.dns),
      certificates: behind(door, 'certificates', ports.certificates),
      charts: behind(door, 'charts', ports.charts),
      pachyderms: {
        inside: (where) => door('pachyderm.inside', () => ports.pachyderms.inside(where)).then(doored(door)),
        outside: (host) => door('pachyderm.outside', () => ports.pachyderms.outside(host)).then(doored(door)),
      },
      web: behind(door, 'web', ports.web),
      people: behind(door, 'people', ports.people),
      ...own,
    });

  const sentLately: Sent = new Map();
  /** What the functions of `functions/index.ts` do, without a framework around them. */
  const handle = async (ports: Ports, name: string, body: unknown, delivered: Delivered): Promise<void> => {
    const step = stepOfFunction(name);
    if (step) await dispatch(ports, STEPS, step, stepMessage.parse(body));
    else if (name === TOPICS.hint) await hint(ports, body);
    else if (name === TOPICS.sweep) await sweepOverdue(ports, sentLately);
    else if (name === TOPICS.drift) await sweepDrift(ports, body);
    else if (name === TOPICS.durations) await observeDurations(ports);
    else if (name === TOPICS.orphans) await sweepOrphans(ports);
    else if (name === TOPICS.closing) await closeAccounts(ports);
    else if (name === TOPICS.signal) await recordIncident(ports, body);
    else if (name === TOPICS.status) await observeStatus(ports);
    else if (name === TOPICS.topUp) await topUp(ports, (body as { pool?: string }).pool);
    else if (name === TOPICS.deadLetter) await recordDeadLetter(ports, delivered);
  };
  for (const { name, trigger, timeoutSeconds } of MANIFEST) {
    if (trigger.kind !== 'topic') continue;
    const run: MessageHandler = (body, delivered) =>
      invoke
        ? invoke(name, (own) => handle(own, name, body, delivered), body)
        : handle(
            log === silentLog ? ports : portsOfMessage(ports, body, delivered.attributes),
            name,
            body,
            delivered,
          );
    // Then the platform answers for whoever does not, with a 504: https://cloud.google.com/run/docs/configuring/request-timeout
    messages.subscribe(trigger.topic, run, seconds(timeoutSeconds));
  }

  /**
   * Starts the Scheduler's jobs. Returns what stops them.
   * @param times how often a job runs when its time comes
   */
  const startScheduler = (times: (topic: string) => number = () => 1): (() => void) => {
    let stopped = false;
    for (const { trigger } of MANIFEST) {
      if (trigger.kind !== 'topic' || trigger.schedule === undefined) continue;
      const { topic, schedule } = trigger;
      const everyMs = periodOf(schedule);
      const fire = (): void => {
        if (stopped) return;
        for (let left = times(topic); left > 0; left--) sendBody(topic, { schema: 1 });
        clock.schedule(clock.after(everyMs), fire);
      };
      clock.schedule(clock.after(everyMs), fire);
    }
    return () => {
      stopped = true;
    };
  };

  const LONGEST_STEP_MS = 1000;
  /** Lets virtual time pass until the condition holds. @throws NotInTimeError after `limitMs` of it */
  const until = async (
    holds: () => boolean | Promise<boolean>,
    limitMs = minutes(120),
    stepMs = 1000,
  ): Promise<void> => {
    for (const endMs = clock.now() + limitMs; clock.now() < endMs; ) {
      if (await settled(holds)) return;
      // What does not hold now does not hold before something happens. But signatures take real time, in which hours must not pass here.
      const soonMs = clock.now() + stepMs;
      const calmMs = Math.min(clock.nextAtMs ?? soonMs, clock.now() + LONGEST_STEP_MS);
      await clock.runUntil(Math.max(soonMs, calmMs));
    }
    throw new NotInTimeError('the condition did not come to hold in time');
  };
  /** Reading may take virtual time of its own. */
  const settled = async (holds: () => boolean | Promise<boolean>): Promise<boolean> => {
    let answer: boolean | undefined;
    let failure: { error: unknown } | undefined;
    Promise.resolve(holds()).then(
      (value) => {
        answer = value;
      },
      (error: unknown) => {
        failure = { error };
      },
    );
    while (answer === undefined && !failure) await clock.runFor(1);
    if (failure) throw failure.error;
    return answer ?? false;
  };
  /** Runs something that takes virtual time to its end. */
  const run = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const ended = work.finally(() => {
      over = true;
    });
    ended.catch(() => undefined);
    while (!over) await clock.runFor(1);
    return ended;
  };

  /** Every object that the embedded cloud holds; looked at behind its API, where no fault strikes and no call is counted. */
  const inventory = (): InventoryItem[] => [
    ...cloudClusters().map(({ resource: { name }, location }) => ({
      kind: 'cluster',
      name,
      location,
      of: name,
    })),
    ...compute
      .all()
      .map(({ kind, name, location, cluster }) => ({ kind, name, location, of: cluster?.name ?? name })),
    ...[...storageWorld.store.table<Bucket>('buckets').values()].map(({ name, location }) => ({
      kind: 'bucket',
      name,
      location,
      of: name,
    })),
    ...[...dnsWorld.store.table<RecordSet>(`records of ${zone.id}`).values()]
      .filter(({ type }) => type !== 'NS' && type !== 'SOA')
      .map(({ name, type }) => ({
        kind: 'dns-record',
        name: `${type} ${name}`,
        location: 'global',
        of: name,
      })),
  ];
  const cloudClusters = (): ClusterRow[] => [...containerWorld.store.table<ClusterRow>('clusters').values()];

  return {
    clock,
    faults,
    ports,
    documents,
    messages,
    compute,
    storage,
    container,
    dns,
    acme,
    charts,
    leaves,
    doors,
    tokens,
    portsThrough,
    documentsThrough,
    startScheduler,
    until,
    run,
    inventory,
    cloudClusters,
    objects: () => inventory().length,
  };
}

/** What was waited for on the virtual clock did not come. */
export class NotInTimeError extends Error {}

/** Every line of the manifest comes again after one and the same time. */
function periodOf(schedule: string): number {
  const known = PERIODS.get(schedule);
  if (known !== undefined) return known;
  const [first, second] = new Cron(schedule).nextRuns(2);
  const periodMs = (second?.getTime() ?? 0) - (first?.getTime() ?? 0);
  PERIODS.set(schedule, periodMs);
  return periodMs;
}

const PERIODS = new Map<string, number>();

/**
 * A port whose calls all go through the door, but for those of its `own`. Each of its methods returns a promise. Every invocation has doors
 * of its own and uses few of them: a method is made when it is asked for.
 */
function behind<T extends object>(door: Door, name: string, port: T, own: Partial<T> = {}): T {
  const doored = new (doorsOf(name, port as Methods))(door, port as Methods);
  for (const [method, value] of Object.entries(own)) Object.defineProperty(doored, method, { value });
  return doored as T;
}

type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>;
type Doors = new (door: Door, port: Methods) => object;

/** No methods of the port's. */
const DOOR = Symbol('door');
const PORT = Symbol('port');

const doorsByPort = new WeakMap<object, Doors>();
/** Of a port that is opened each time anew: by its name and methods. */
const doorsByMethods = new Map<string, Doors>();

function doorsOf(name: string, port: Methods): Doors {
  const known = doorsByPort.get(port);
  if (known) return known;
  const methods: string[] = [];
  // With those of a prototype, for there may be a door behind the door.
  for (const method in port) if (typeof port[method] === 'function') methods.push(method);
  const key = `${name} ${methods.join()}`;
  const doors = doorsByMethods.get(key) ?? makeDoors(name, methods);
  doorsByMethods.set(key, doors);
  doorsByPort.set(port, doors);
  return doors;
}

function makeDoors(name: string, methods: readonly string[]): Doors {
  class Behind {
    readonly [DOOR]: Door;
    readonly [PORT]: Methods;
    constructor(door: Door, port: Methods) {
      this[DOOR] = door;
      this[PORT] = port;
    }
  }
  for (const method of methods) {
    const site = `${name}.${method}`;
    Object.defineProperty(Behind.prototype, method, {
      enumerable: true,
      get(this: Behind) {
        const { [DOOR]: door, [PORT]: port } = this;
        return (...args: unknown[]) => door(site, () => (port[method] as Methods[string])(...args), args);
      },
    });
  }
  return Behind;
}

/** A Pachyderm is closed at once, by whoever opened it. */
const doored =
  (door: Door) =>
  (pachyderm: Pachyderm): Pachyderm =>
    behind(door, 'pachyderm', pachyderm, { close: () => pachyderm.close() });
