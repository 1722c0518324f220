/**
 * The whole control plane in one thread on a virtual clock: the product's own handlers, the models of the stand-ins, no wires.
 * An hour passes in a millisecond; the same seed gives the same run.
 */
import type { Documents } from '../../functions/cloud.ts';
import { type Log, silentLog } from '../../functions/log.ts';
import { type Metrics, silentMetrics } from '../../functions/metrics.ts';
import type { Ports } from '../../functions/ports.ts';
import { createGkeProvider } from '../../functions/providers/gke/provider.ts';
import { versioned } from '../../functions/versioned.ts';
import { randomStream } from '../random.ts';
import { memoryBuckets } from './buckets.ts';
import { memoryCertificates } from './certificates.ts';
import { type MemoryCloudOptions, memoryCloud } from './cloud.ts';
import { memoryDns } from './dns.ts';
import { type Door, documentsThrough, type Grounds, portsThrough } from './doors.ts';
import { memoryGkeClient } from './gke.ts';
import { type Invoke, subscribeFunctions } from './handlers.ts';
import { memoryPeople } from './people.ts';
import { startJobs } from './scheduler.ts';
import { DATA_KEY, DNS_ZONE, gkeSettings, type MemorySettingsOptions, memorySettings } from './settings.ts';
import { memoryTokens } from './tokens.ts';
import { waitingOn } from './waiting.ts';

export interface MemoryHubOptions extends MemoryCloudOptions, MemorySettingsOptions {
  /** The default gives each invocation the same ports, without doors. */
  invoke?: Invoke | undefined;
  /** Who reads the log, or counts: invocations are then told apart as they are in a function. */
  log?: Log;
  metrics?: Metrics;
}

export type MemoryHub = ReturnType<typeof memoryHub>;

export function memoryHub(options: MemoryHubOptions = {}) {
  const { seed = 1, invoke, log = silentLog, metrics = silentMetrics } = options;
  const { send, pachyderms, web, ...cloud } = memoryCloud(options, () => ports);
  const { clock, faults, documents, messages, compute, container, storage, dns, acme, charts, leaves } =
    cloud;
  const tokens = memoryTokens();
  const settings = memorySettings(options);
  const grounds: Grounds = {
    documents,
    gke: memoryGkeClient(container, compute),
    gkeSettings: gkeSettings(settings),
  };
  const ports: Ports = {
    documents: versioned(documents),
    messages,
    clock,
    random: randomStream(seed, 'product'),
    provider: createGkeProvider(grounds.gke, grounds.gkeSettings),
    leaves: leaves.port,
    buckets: memoryBuckets(storage, settings.cell, DATA_KEY),
    dns: memoryDns(dns, DNS_ZONE),
    certificates: memoryCertificates({ clock, faults }, acme),
    charts,
    pachyderms,
    web,
    people: memoryPeople(tokens),
    tokens,
    settings,
    log,
    metrics,
  };
  subscribeFunctions(messages, ports, invoke);

  return {
    ...cloud,
    ports,
    tokens,
    ...waitingOn(clock),
    /** The same ports with a door before each call. @param own what is this invocation's alone */
    portsThrough: (door: Door, own: Partial<Pick<Ports, 'clock' | 'log'>> = {}): Ports =>
      portsThrough(door, ports, grounds, own),
    documentsThrough: (door: Door): Documents => documentsThrough(door, documents),
    /**
     * Starts the Scheduler's jobs. Returns what stops them.
     * @param times how often a job runs when its time comes
     */
    startScheduler: (times: (topic: string) => number = () => 1): (() => void) =>
      startJobs(clock, send, times),
  };
}
