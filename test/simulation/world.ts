/** One seed's world: the whole in-memory Hub, its weather, and whoever looks on. What each part of it knows is in `world/`. */
import { quicklySettled, streamsSettled, type VirtualClock, virtualClock } from '../../local/clock.ts';
import type { Observer } from '../../local/memory/cloud.ts';
import type { MemoryHub } from '../../local/memory/hub.ts';
import { type Cluster, clusterPath } from '../../shared/documents/cluster.ts';
import { TOPICS } from '../../shared/messages.ts';
import { minutes } from '../../shared/units.ts';
import { happens, streamsOf } from './chance.ts';
import { checkOnce } from './checked-once.ts';
import type { Process } from './process.ts';
import { forecast, type Weather } from './weather.ts';
import { type Cloud, openCloud } from './world/cloud.ts';
import { createFate, type Plan } from './world/fate.ts';
import { type Handlers, watchHandlers } from './world/handlers.ts';
import { type CallListener, createInvocations } from './world/invocations.ts';
import { scheduleKills } from './world/kills.ts';
import { watchRecovery } from './world/recovery.ts';
import { type Counts, type Scene, setScene } from './world/scene.ts';
import { planSieges } from './world/sieges.ts';

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
  onCall?: CallListener | undefined;
}

interface Watcher extends Partial<Observer> {
  /** After each event of the clock. */
  onEvent?(): void;
  /** Before the bus has it. */
  onPublish?(topic: string, body: object): void;
}

checkOnce();

export type World = ReturnType<typeof createWorld>;

export function createWorld({
  seed,
  plan,
  weather,
  verbose = false,
  lastFault = Number.POSITIVE_INFINITY,
  thorough = false,
  onCall,
}: WorldOptions) {
  const streams = streamsOf(seed);
  const watchers: Watcher[] = [];
  const counts: Counts = { events: 0, calls: 0, faults: 0, crashes: 0, invocations: 0, cloudCalls: 0 };
  /** The process whose call is being carried out. */
  let current: Process | undefined;
  /** Those that answer a request at this moment, whose bodies are streams. */
  const serving = new Set<Process>();
  const clock = clockOf(streams.schedule.fraction, thorough ? undefined : serving, () => {
    counts.events++;
    for (const watcher of watchers) watcher.onEvent?.();
    current = undefined;
  });
  const scene = setScene({
    clock,
    streams,
    weather: { ...forecast(streams), ...weather },
    counts,
    lastFault,
    verbose,
  });

  const sieges = planSieges(scene);
  const handlers = watchHandlers(scene);
  const recovery = watchRecovery(scene, (id) => cloud.hub.documents.peek<Cluster>(clusterPath(id))?.data);
  const fate = createFate(scene, {
    plan,
    sieges,
    handlers,
    recovery,
    onCall(process, site, [topic, body]) {
      current = process;
      if (site !== 'messages.publish') return;
      for (const watcher of watchers) watcher.onPublish?.(String(topic), body as object);
      recovery.published(String(topic), body as object);
    },
  });
  const { start, invoke } = createInvocations(scene, {
    hub: () => cloud.hub,
    fate,
    handlers,
    recovery,
    onCall,
  });
  const cloud: Cloud = openCloud(scene, {
    seed,
    mayBeWhole: plan === undefined,
    observer: {
      onCommit(writes) {
        for (const watcher of watchers) watcher.onCommit?.(writes);
      },
      onObject(service, table, key, value) {
        for (const watcher of watchers) watcher.onObject?.(service, table, key, value);
      },
    },
    invoke,
    onLost: recovery.messageLost,
  });
  const { hub } = cloud;

  const { startMs, nowMs, markers, violations, trace, note, violate, lines } = scene;
  return {
    seed,
    hub,
    clock,
    startMs,
    streams,
    weather: scene.weather,
    counts,
    violations,
    ...noFacts(),
    markers,
    recoveries: recovery.recoveries,
    trace,
    lines,
    note,
    violate,
    start,
    serving,
    /** Whether a handler works on that cluster beside the one whose call is being carried out. */
    isShared: (id: string) => handlers.isShared(id, current),
    troubledAtMs: handlers.troubledAtMs,
    troubledBesideAtMs: handlers.troubledBesideAtMs,
    watch: (watcher: Watcher): void => void watchers.push(watcher),
    nowMs,
    begin(): void {
      scene.phase = 'faulty';
      startScheduler(scene, hub);
      scheduleKills(scene, handlers, fate.killed);
    },
    entered: sieges.entered,
    isBesieged: sieges.isBesieged,
    siegesEndMs: sieges.endMs,
    /** From now on nothing goes wrong any more. */
    becalm(): void {
      scene.phase = 'calm';
      // The deploy is over: nobody runs the version before any more.
      for (const process of handlers.running())
        if (process.name === 'api' || process.name === 'credentials') process.kill();
      cloud.becalm();
      note('calm');
    },
    lose: () => lose(scene, watchers, handlers),
    get calm() {
      return scene.phase === 'calm';
    },
  };
}

/** The region goes, and all that runs in it. From now on the door is closed, and nobody looks on any more. */
function lose(scene: Scene, watchers: Watcher[], handlers: Handlers): void {
  scene.isShut = true;
  watchers.length = 0;
  for (const process of handlers.running()) process.kill();
}

/** What has come about of which nobody else keeps a list. */
const noFacts = () => ({
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
  /** When lists lacked a place where Hub makes clusters, in ms since the start. */
  unlisted: [] as { fromMs: number; toMs: number }[],
  /** Ids of clusters whose name somebody else had taken before. */
  squatted: new Set<string>(),
  /** Ids of the orphans that were ever found. */
  orphans: new Set<string>(),
  /** Uids of those whose account's deletion was accepted. */
  leavers: new Set<string>(),
});

/** @param serving whose streams are waited for after an event; without, the whole event loop is */
function clockOf(
  tieBreak: () => number,
  serving: Set<Process> | undefined,
  onEvent: () => void,
): VirtualClock {
  const isServing = (processes: Set<Process>): boolean => {
    for (const process of processes) {
      if (process.alive) return true;
      processes.delete(process);
    }
    return false;
  };
  return virtualClock({
    tieBreak,
    ...(serving && {
      async settle() {
        await quicklySettled();
        if (isServing(serving)) await streamsSettled();
      },
    }),
    onEvent,
  });
}

function startScheduler(scene: Scene, hub: MemoryHub): void {
  const { streams, weather, markers, nowMs } = scene;
  hub.startScheduler((topic) => {
    // It looks at all there is and changes no cluster; ten minutes are enough for it here.
    if (topic === TOPICS.status && Math.round(nowMs() / minutes(1)) % 10 !== 0) return 0;
    if (scene.phase === 'calm') return 1;
    if (happens(streams.faults, weather.missed)) return 0;
    if (!happens(streams.faults, weather.double)) return 1;
    markers.add(`double ${topic}`);
    return 2;
  });
}
