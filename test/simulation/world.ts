/** One seed's world: the whole in-memory Hub, its weather, and whoever looks on. */

import { CommitError } from '../../functions/cloud.ts';
import { CloudRefusal } from '../../functions/google/refusal.ts';
import { createLog } from '../../functions/log.ts';
import { MANIFEST, stepOfFunction } from '../../functions/manifest.ts';
import { byOneTime } from '../../functions/one-time.ts';
import type { Ports } from '../../functions/ports.ts';
import { versioned } from '../../functions/versioned.ts';
import { quicklySettled, streamsSettled, type VirtualClock, virtualClock } from '../../local/clock.ts';
import type { FaultRates } from '../../local/faults.ts';
import { type Door, type MemoryHub, memoryHub, type Observer } from '../../local/memory/hub.ts';
import { REGIONS } from '../../shared/catalog/catalog.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { CLUSTERS, clusterPath } from '../../shared/documents/cluster.ts';
import { rowOf, type State } from '../../shared/lifecycle/table.ts';
import { TOPICS } from '../../shared/messages.ts';
import { hours, minutes } from '../../shared/units.ts';
import { between, happens, type Streams, streamsOf } from './chance.ts';
import { checkOnce } from './checked-once.ts';
import type { InvariantName } from './invariants/names.ts';
import { oldDocuments } from './old-code.ts';
import { type Process, startProcess } from './process.ts';
import { createTrace, type Trace } from './trace.ts';
import {
  forecast,
  type Outage,
  outageAt,
  outageOf,
  STRIKES,
  type Strike,
  type Weather,
  weightOf,
} from './weather.ts';

export interface Violation {
  /** Of the invariant. */
  name: InvariantName;
  text: string;
  atMs: number;
}

export interface Counts {
  events: number;
  calls: number;
  faults: number;
  crashes: number;
  invocations: number;
  cloudCalls: number;
}

/** Chooses what strikes a call in place of the weather; for going through all of them in turn. */
export type Plan = (site: string, process: Process) => Strike | undefined;

export interface WorldOptions {
  seed: number;
  plan?: Plan | undefined;
  /** Weather that is not drawn. */
  weather?: Partial<Weather> | undefined;
  /** Keep every line. */
  verbose?: boolean | undefined;
  /** The events from which on nothing strikes any more; for shrinking. */
  lastFault?: number | undefined;
  /** Waits for the whole event loop after each event, which takes twenty times as long and must come to the same. */
  thorough?: boolean | undefined;
  /** Told of each call that is carried out, and of the function that makes it. */
  onCall?: ((name: string, site: string, args: readonly unknown[]) => void) | undefined;
}

export interface Watcher extends Partial<Observer> {
  /** After each event of the clock. */
  onEvent?(): void;
  /** Before the bus has it. */
  onPublish?(topic: string, body: object): void;
}

checkOnce();

/** Clusters in each zone: more than anybody asks for. */
const AMPLE = 1000;

/** One seed of so many. */
const WHOLE_MODEL = 50;

export type World = ReturnType<typeof createWorld>;

export function createWorld({
  seed,
  plan,
  weather: given,
  verbose = false,
  lastFault = Number.POSITIVE_INFINITY,
  thorough = false,
  onCall,
}: WorldOptions) {
  const streams: Streams = streamsOf(seed);
  const weather: Weather = { ...forecast(streams.faults), ...given };
  const outages: Outage[] = [...weather.outages];
  const watchers: Watcher[] = [];
  const counts: Counts = { events: 0, calls: 0, faults: 0, crashes: 0, invocations: 0, cloudCalls: 0 };
  const violations: Violation[] = [];
  const markers = new Set<string>();
  const running = new Set<Process>();
  const recoveries: number[] = [];
  const lost = new Map<string, { epoch: number; sinceMs: number }>();
  /** By cluster: when one of its handlers was last killed, or met an error. */
  const troubledAtMs = new Map<string, number>();
  /** By state of a siege: how many clusters have come into it. */
  const arrivals = new Map<State, number>();
  const besiegedUntilMs = new Map<State, number>();
  let calm = false;
  let begun = false;
  let processes = 0;
  let current: Process | undefined;

  /** Those that answer a request at this moment, whose bodies are streams. */
  const serving = new Set<Process>();
  const isServing = (): boolean => {
    for (const process of serving) {
      if (process.alive) return true;
      serving.delete(process);
    }
    return false;
  };

  const clock: VirtualClock = virtualClock({
    tieBreak: streams.schedule.fraction,
    ...(!thorough && {
      async settle() {
        await quicklySettled();
        if (isServing()) await streamsSettled();
      },
    }),
    onEvent() {
      counts.events++;
      for (const watcher of watchers) watcher.onEvent?.();
      current = undefined;
    },
  });
  const startMs = clock.now();
  /** Most seeds can spare little time for the inside of clusters; a few run the whole model of it. */
  const inside = plan === undefined && seed % WHOLE_MODEL === 0 ? 'kubernetes' : 'sketch';
  const trace: Trace = createTrace({ startMs, all: verbose });
  const note = (key: string, line?: () => string): void => trace.note(clock.now(), key, line);
  let lines: readonly string[] = [];
  const violate = (name: InvariantName, text: string): void => {
    if (violations.length < 20) violations.push({ name, text, atMs: clock.now() - startMs });
    note('violation', () => `VIOLATION ${name}: ${text}`);
    // What led to it; what comes after is of no use.
    if (violations.length === 1) lines = trace.lines();
  };

  const fate = {
    clock,
    net: streams.net,
    calm: () => calm && plan === undefined,
    strike(process: Process, site: string, args: readonly unknown[]): Strike | undefined {
      counts.calls++;
      if (site.startsWith('gke.')) counts.cloudCalls++;
      const strike = plan ? plan(site, process) : drawn(process, site, args);
      note(
        keyOf(process.name, site, strike),
        () => `${process.name}#${process.id} ${site}${strike ? ` — ${strike}` : ''}`,
      );
      if (strike) counts.faults++;
      if (strike && strike !== 'slow' && strike !== 'stall') noteTrouble(process);
      return strike;
    },
    entered(process: Process, site: string, args: readonly unknown[]): void {
      current = process;
      if (site !== 'messages.publish') return;
      for (const watcher of watchers) watcher.onPublish?.(String(args[0]), args[1] as object);
      watchLoss(args);
    },
    refused(process: Process, site: string, error: unknown): void {
      if (site === 'documents.commit' && error instanceof CommitError) {
        markers.add(process.name === 'api' ? 'command lost a race' : 'late commit refused');
      }
      if (
        site === 'gke.createCluster' &&
        error instanceof CloudRefusal &&
        error.status === 'ALREADY_EXISTS'
      ) {
        markers.add('adopted what was there');
      }
    },
    killed(process: Process): void {
      counts.crashes++;
      noteTrouble(process);
      running.delete(process);
      bodies.get(process)?.();
    },
  };

  function drawn({ name }: Process, site: string, args: readonly unknown[]): Strike | undefined {
    if (counts.faults >= lastFault) return undefined;
    const outage = outageAt(outages, clock.now() - startMs, site, args, name);
    if (outage) return outage.refuses ? 'refused' : 'error before';
    if (site === 'gke.createCluster' && happens(streams.faults, weather.lateCreates)) return 'stall';
    if (site === 'pachyderm.setMembers' && happens(streams.faults, weather.lateMembers)) return 'stall';
    let draw = streams.faults.fraction() / weightOf(site);
    for (const strike of STRIKES) {
      draw -= weather.strikes[strike];
      if (draw < 0) return strike;
    }
    return undefined;
  }

  const rates: FaultRates = { ...weather.rates };
  const observer: Observer = {
    onCommit(writes) {
      for (const watcher of watchers) watcher.onCommit?.(writes);
    },
    onObject(service, table, key, value) {
      for (const watcher of watchers) watcher.onObject?.(service, table, key, value);
    },
  };

  /** The cluster that a process was started for. */
  const about = new WeakMap<Process, string>();
  const noteTrouble = (process: Process): void => {
    const id = about.get(process);
    if (id !== undefined) troubledAtMs.set(id, clock.now() - startMs);
  };
  /** By process: what is to happen should it die. */
  const bodies = new Map<Process, () => void>();

  /** @param lasts it serves one request after the other */
  const start = (name: string, { lasts = false } = {}): { process: Process; ports: Ports } => {
    counts.invocations++;
    const skewMs = calm ? 0 : between(streams.net, -weather.skewMs, weather.skewMs);
    const process = startProcess(++processes, name, fate, { skewMs: Math.round(skewMs), lasts });
    running.add(process);
    const log = createLog((severity, event, fields) => {
      // Also one of somebody else's that a stall has led to: a code of a sign-in that has expired meanwhile.
      if (event === 'step failed') noteTrouble(process);
      note(`log ${event}`, () => `${name}#${process.id} ${severity} ${event} ${JSON.stringify(fields)}`);
      // Older code need not be able to read what newer code wrote.
      if (fields.code === 'BUG' || (event.endsWith('not readable') && !isOld))
        violate('S16', `${name} meets a bug: ${event} ${JSON.stringify(fields)}`);
    });
    const door: Door = (site, call, args = []) =>
      process.door(
        site,
        () => {
          onCall?.(name, site, args);
          return call();
        },
        args,
      );
    const ports = hub.portsThrough(onCall ? door : process.door, { clock: process.clock, log });
    const isOld = clock.now() - startMs < weather.oldCodeUntilMs && happens(streams.net, 0.5);
    return {
      process,
      ports: isOld
        ? byOneTime({
            ...ports,
            documents: versioned(oldDocuments(hub.documentsThrough(onCall ? door : process.door))),
          })
        : ports,
    };
  };

  const hub: MemoryHub = memoryHub({
    seed,
    clock,
    observer,
    inside,
    faults: rates,
    commitMs: 0,
    callMs: 0,
    // GKE balances otherwise from 1.37 on.
    clusterVersion: seed % 2 === 0 ? '1.37.0-gke.1200000' : undefined,
    limits: {
      cellClusters: weather.cellClusters,
      accountClusters: weather.accountClusters,
      // Short, as the day of a seed is: accounts of both ages are doubted, and people come in time or too late.
      youngAccountMs: hours(1),
      handOverMs: minutes(40),
    },
    async invoke(name, work, body) {
      const { process, ports } = start(name);
      const step = stepOfFunction(name);
      if (step) {
        const { id } = body as { id: string };
        if ([...running].some((other) => other !== process && about.get(other) === id && other.name === name))
          markers.add('two handlers at once');
        about.set(process, id);
        watchRecovery(process, body as { id: string; epoch: number });
      }
      note(`start ${name}`, () => `start ${name}#${process.id} ${JSON.stringify(body)}`);
      try {
        await work(ports);
      } finally {
        running.delete(process);
        bodies.delete(process);
      }
    },
  });
  const limitCloud = (clusters: number): void => {
    for (const { id } of REGIONS) hub.container.setQuota(id, { clusters });
  };
  limitCloud(weather.cloudClusters);
  const hit = hub.faults.hit;
  hub.faults.hit = (name, subject) => {
    if (!begun || counts.faults >= lastFault) return false;
    // Of a control plane that never answers again nobody can ask that all comes to rest.
    if (name === 'stuck-operation' && subject?.startsWith('UPGRADE_')) return false;
    const struck = hit(name, subject);
    if (struck) {
      counts.faults++;
      markers.add(`fault ${name}`);
      note(`fault ${name}`, () => `fault ${name} ${subject ?? ''}`);
      if (name === 'lost') wasLost = true;
    }
    return struck;
  };

  // How long it takes until somebody looks again at a cluster whose handler died, or whose message was lost.
  let wasLost = false;
  const isCurrent = (id: string, epoch: number): boolean => {
    const found = hub.documents.peek<Cluster>(clusterPath(id))?.data;
    return found?.epoch === epoch && rowOf(found.state).step !== undefined;
  };
  function watchRecovery(process: Process, { id, epoch }: { id: string; epoch: number }): void {
    const missing = lost.get(id);
    if (missing) {
      lost.delete(id);
      if (missing.epoch === epoch) recoveries.push(clock.now() - missing.sinceMs);
    }
    bodies.set(process, () => {
      bodies.delete(process);
      if (isCurrent(id, epoch) && !lost.has(id)) lost.set(id, { epoch, sinceMs: clock.now() });
    });
  }
  function watchLoss([topic, body]: readonly unknown[]): void {
    wasLost = false;
    const { id, epoch } = body as { id?: string; epoch?: number };
    if (id === undefined || epoch === undefined || !String(topic).startsWith('step-')) return;
    queueMicrotask(() => {
      if (wasLost && isCurrent(id, epoch) && !lost.has(id)) lost.set(id, { epoch, sinceMs: clock.now() });
      wasLost = false;
    });
  }

  const killAll = (name: string): void => {
    for (const process of running) {
      if (process.name !== name || !process.alive) continue;
      process.kill();
      counts.faults++;
      fate.killed(process);
    }
  };
  const scheduleKills = (): void => {
    for (const { name } of MANIFEST) {
      for (let left = weather.killsPerHour * (weather.faultyMs / hours(1)); left > 0; left--) {
        if (left < 1 && !happens(streams.faults, left)) break;
        clock.schedule(startMs + streams.faults.fraction() * weather.faultyMs, () => killAll(name));
      }
    }
  };

  return {
    seed,
    hub,
    clock,
    startMs,
    streams,
    weather,
    counts,
    violations,
    /** Paths of the pools that there are. */
    pools: new Set<string>(),
    /** Ids of the dead letters that there are. */
    letters: new Set<string>(),
    /** By id of a cluster of which somebody took something away that no repair has brought back: when, in ms since the start. */
    damaged: new Map<string, number>(),
    /** What others have in the cloud, as `location/name`: no fault and no accident of ours may touch it. */
    strangers: new Set<string>(),
    /** Names of what somebody brought back from a backup when its cluster was gone. */
    restored: new Set<string>(),
    /** Ids of clusters whose name somebody else had taken before. */
    squatted: new Set<string>(),
    /** Ids of the orphans that were ever found. */
    orphans: new Set<string>(),
    /** Uids of those whose account's deletion was accepted. */
    leavers: new Set<string>(),
    markers,
    recoveries,
    trace,
    /** What led to the first violation, or all if every line is kept. */
    lines: () => (verbose ? trace.lines() : lines),
    note,
    violate,
    start,
    serving,
    /** The process whose call is being carried out. */
    current: () => current,
    /** Whether a handler works on that cluster beside the one whose call is being carried out. */
    isShared: (id: string) =>
      [...running].some((process) => process !== current && process.alive && about.get(process) === id),
    /** When a handler of that cluster was last killed or met an error, in ms since the start. */
    troubledAtMs: (id: string) => troubledAtMs.get(id) ?? Number.NEGATIVE_INFINITY,
    watch: (watcher: Watcher): void => void watchers.push(watcher),
    nowMs: () => clock.now() - startMs,
    begin(): void {
      begun = true;
      hub.startScheduler((topic) => {
        // It looks at all there is and changes no cluster; ten minutes are enough for it here.
        if (topic === TOPICS.status && Math.round((clock.now() - startMs) / minutes(1)) % 10 !== 0) return 0;
        if (calm) return 1;
        if (happens(streams.faults, weather.missed)) return 0;
        if (!happens(streams.faults, weather.double)) return 1;
        markers.add(`double ${topic}`);
        return 2;
      });
      scheduleKills();
    },
    /** A cluster has come into that state. */
    entered(state: State): void {
      for (const siege of calm ? [] : weather.sieges) {
        if (siege.state !== state) continue;
        const arrived = (arrivals.get(state) ?? 0) + 1;
        arrivals.set(state, arrived);
        if (arrived !== siege.passes + 1) continue;
        const outage = outageOf(siege, clock.now() - startMs);
        outages.push(outage);
        besiegedUntilMs.set(state, outage.toMs);
        note('siege', () => `siege: ${outage.name}`);
      }
    },
    /** Whoever comes into that state cannot get out of it by itself for now. */
    isBesieged: (state: State): boolean => (besiegedUntilMs.get(state) ?? 0) > clock.now() - startMs,
    /** When the last of the sieges is over that have begun, in ms since the start. */
    siegesEndMs: (): number => Math.max(0, ...besiegedUntilMs.values()),
    /** From now on nothing goes wrong any more. */
    becalm(): void {
      calm = true;
      // The deploy is over: nobody runs the version before any more.
      for (const process of running)
        if (process.name === 'api' || process.name === 'credentials') process.kill();
      for (const name of Object.keys(rates)) delete rates[name as keyof FaultRates];
      limitCloud(AMPLE);
      note('calm');
    },
    get calm() {
      return calm;
    },
  };
}

/** A call as it stands in the trace's number. There are few, and each is made many times. */
function keyOf(name: string, site: string, strike: Strike | undefined): string {
  const ofProcess = keys.get(name) ?? new Map<string, Map<Strike | undefined, string>>();
  keys.set(name, ofProcess);
  const ofSite = ofProcess.get(site) ?? new Map<Strike | undefined, string>();
  ofProcess.set(site, ofSite);
  const known = ofSite.get(strike);
  if (known !== undefined) return known;
  const key = `${name} ${site} ${strike ?? ''}`;
  ofSite.set(strike, key);
  return key;
}
const keys = new Map<string, Map<string, Map<Strike | undefined, string>>>();

export const idsIn = (paths: Iterable<string>): string[] =>
  [...paths].flatMap((path) => {
    const [collection, id, more] = path.split('/');
    return collection === CLUSTERS && id !== undefined && more === undefined ? [id] : [];
  });

export const SETTLING_MS = minutes(1);
