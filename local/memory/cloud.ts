/** The embedded cloud in memory: the models of the stand-ins over stores that are gone with it, put together without wires. */
import type { Write } from '../../functions/cloud.ts';
import { silentLog } from '../../functions/log.ts';
import { MAX_DELIVERY_ATTEMPTS } from '../../functions/manifest.ts';
import type { Ports } from '../../functions/ports.ts';
import { TOPICS } from '../../shared/messages.ts';
import { createAcmeModel } from '../acme/model.ts';
import { lookupInModel } from '../acme/names.ts';
import { type VirtualClock, virtualClock } from '../clock.ts';
import { createComputeModel } from '../compute/model.ts';
import { createContainerModel } from '../container/model.ts';
import { deployedIndexes } from '../deployed.ts';
import { lookup } from '../dns/lookup.ts';
import { createDnsModel } from '../dns/model.ts';
import { createFaults, type FaultRates, type Faults } from '../faults.ts';
import { leafKey } from '../kubernetes/leaf-cluster.ts';
import { leafGlue } from '../leaf-glue.ts';
import { randomStream } from '../random.ts';
import type { World } from '../service.ts';
import { createStorageModel } from '../storage/model.ts';
import { memoryStore } from '../store.ts';
import { memoryCharts } from './charts.ts';
import { memoryDocuments } from './documents.ts';
import { type Interior, interiors } from './interiors.ts';
import { inventoryOf } from './inventory.ts';
import { memoryMessages } from './messages.ts';
import { memoryApplications } from './pachyderms.ts';
import { DNS_ZONE, PROJECT, ZONE } from './settings.ts';

export interface Observer {
  /** What a commit wrote. */
  onCommit(writes: readonly Write[]): void;
  /** A row of a stand-in's tables; no value: it is gone. */
  onObject(service: string, table: string, key: string, value?: unknown): void;
}

export interface MemoryCloudOptions {
  seed?: number;
  /** The default is one that tells events of the same instant apart by their order. */
  clock?: VirtualClock;
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
  /** Of clusters at the provider, as GKE writes it. */
  clusterVersion?: string | undefined;
}

/** @param ports of the Hub over it; not asked for before somebody calls an application */
export function memoryCloud(
  {
    seed = 1,
    clock = virtualClock(),
    observer,
    faults: rates = {},
    inside = 'kubernetes',
    busMs = 100,
    commitMs = 30,
    callMs = 10,
    clusterVersion,
  }: MemoryCloudOptions,
  ports: () => Ports,
) {
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
  /** From outside: whoever sends does not hear of a bus that takes no messages, so the message is lost. */
  const send = (topic: string, body: object): void =>
    void messages.publish(topic, body).catch(() => undefined);

  const charts = memoryCharts(clock, PROJECT);
  const compute = createComputeModel(worldOf('compute'));
  const storageWorld = worldOf('storage');
  const storage = createStorageModel(storageWorld);
  const dnsWorld = worldOf('dns');
  const dns = createDnsModel(dnsWorld);
  const zone = dns.createZone({ name: DNS_ZONE, dnsName: `${ZONE}.` });
  const acme = createAcmeModel(worldOf('acme'), { lookup: lookupInModel(dns) });
  const glue = leafGlue();
  const leavesWorld = worldOf('kubernetes');
  const leaves = interiors(inside, leavesWorld, {
    compute: glue.compute,
    publish: (topic, data) => send(topic, JSON.parse(data) as object),
    registry: charts.registry,
  });
  const { doors, forget, pachyderms, web } = memoryApplications({
    insides: leaves,
    store: leavesWorld.store,
    addressOf: (name) => lookup(dns, `${name}.`, 'A').answers[0]?.rrdatas[0],
    random: randomStream(seed, 'applications'),
    latencyMs: callMs,
    ports,
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
    onAudit: (entry) => send(TOPICS.hint, entry),
  });

  return {
    clock,
    faults,
    documents,
    messages,
    send,
    compute,
    storage,
    container,
    dns,
    acme,
    charts,
    leaves,
    pachyderms,
    web,
    doors,
    ...inventoryOf({
      container: containerWorld.store,
      compute,
      storage: storageWorld.store,
      dns: dnsWorld.store,
      zone,
    }),
  };
}
