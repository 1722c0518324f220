/** What runs in a container that is to end: its command line, its files, its log, and how it goes on. */
import { KINDS } from './kinds.ts';
import type { LeafCluster, Memory } from './leaf-cluster.ts';
import { type Fields, keyOfObject, type Stored } from './objects.ts';
import { programFor } from './programs/index.ts';

/** A container's program is called when it starts, then whenever it asked to be called again, until it exits. */
export interface Run {
  leaf: LeafCluster;
  pod: Stored;
  container: Fields;
  /** The whole command line. */
  argv: readonly string[];
  /** Cloud time since the container started. */
  elapsedMs: number;
  /** It was asked to end (SIGTERM) and is called for the last time. */
  stopping: boolean;
  /** The program's own state; survives a restart of the stand-in, not of the container. */
  memory: Memory;
  log(text: string): void;
  /** A file of a mounted Secret or ConfigMap, if there is one at that path. */
  readFile(path: string): string | undefined;
}

export type Outcome = { exit: number } | { againMs: number };
export type Program = (run: Run) => Outcome;

/** What a container may log before its beginning is cut off. */
const MAX_LOG_CHARACTERS = 64_000;

/** Starts of a service that keeps crashing. */
export const CRASH_RESTARTS = 5;

/** 10 s, doubled with each restart, five minutes at most. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/ */
export const crashWaitMs = (restarts: number): number => Math.min(10_000 * 2 ** restarts, 300_000);

const memoryKey = (pod: Stored, container: string): string => `container ${keyOfObject(pod)}/${container}`;

/** @param starts whether the container begins now, with nothing remembered but its log */
export function runContainer(leaf: LeafCluster, pod: Stored, container: Fields, starts: boolean): Outcome {
  const key = memoryKey(pod, container.name);
  const { clock, faults } = leaf.world;
  const kept = leaf.memory.get(key);
  if (starts || !kept) {
    const begun: Memory = {
      startedAtMs: clock.now(),
      log: '',
      ...(kept?.log !== undefined && { previousLog: kept.log }),
    };
    if (isFirstOfJob(pod, container) && faults.hit('job-fails', `${leaf.record.name} ${jobOf(pod)}`)) {
      appendLog(leaf, begun, 'Error: Kubernetes cluster unreachable: connection refused');
      leaf.memory.set(key, begun);
      return { exit: 1 };
    }
    return proceed(leaf, pod, container, begun, false);
  }
  return proceed(leaf, pod, container, kept, false);
}

/** Each line with its time before it, as a kubelet keeps it. */
function appendLog(leaf: LeafCluster, memory: Memory, text: string): void {
  const time = new Date(leaf.world.clock.now()).toISOString().replace('Z', '000000Z');
  const lines = text.split('\n').map((line) => `${time} ${line}\n`);
  const all = `${memory.log ?? ''}${lines.join('')}`;
  memory.log =
    all.length <= MAX_LOG_CHARACTERS
      ? all
      : all.slice(all.indexOf('\n', all.length - MAX_LOG_CHARACTERS) + 1);
}

const jobOf = (pod: Stored): string =>
  `${pod.metadata.namespace}/${(pod.metadata.ownerReferences ?? []).find((owner) => owner.kind === 'Job')?.name ?? ''}`;

function isFirstOfJob(pod: Stored, container: Fields): boolean {
  const first: Fields | undefined = pod.spec?.initContainers?.[0] ?? pod.spec?.containers?.[0];
  const owners = pod.metadata.ownerReferences ?? [];
  return first?.name === container.name && owners.some((owner) => owner.kind === 'Job');
}

function proceed(
  leaf: LeafCluster,
  pod: Stored,
  container: Fields,
  memory: Memory,
  stopping: boolean,
): Outcome {
  const key = memoryKey(pod, container.name);
  const outcome = programFor(argvOf(container))({
    leaf,
    pod,
    container,
    argv: argvOf(container),
    elapsedMs: leaf.world.clock.elapsed(Number(memory.startedAtMs)),
    stopping,
    memory,
    log: (text) => appendLog(leaf, memory, text),
    readFile: (path) => readMounted(leaf, pod, container, path),
  });
  leaf.memory.set(key, memory);
  return outcome;
}

/** Tells programs that still run to end; what they do then is the last they do. */
export function stopContainers(leaf: LeafCluster, pod: Stored): void {
  if (pod.spec?.restartPolicy === 'Always' || pod.metadata.deletionGracePeriodSeconds === 0) return;
  const running = [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ].filter((status: Fields) => status.state.running);
  const containers: Fields[] = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  for (const { name } of running) {
    const container = containers.find((one) => one.name === name);
    const memory = leaf.memory.get(memoryKey(pod, name));
    if (container && memory) proceed(leaf, pod, container, memory, true);
  }
}

/** @param lateMs for how long, in real time, everything in the cluster stood still: no program counts it against its own time */
export function delayContainers(leaf: LeafCluster, lateMs: number): void {
  if (lateMs === 0) return;
  for (const [key, memory] of [...leaf.memory.entries()]) {
    if (memory.startedAtMs === undefined) continue;
    leaf.memory.set(key, { ...memory, startedAtMs: Number(memory.startedAtMs) + lateMs });
  }
}

export function forgetContainers(leaf: LeafCluster, pod: Stored): void {
  for (const container of [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]) {
    leaf.memory.delete(memoryKey(pod, container.name));
  }
  leaf.memory.delete(`crash ${keyOfObject(pod)}`);
  leaf.memory.delete(`pull ${keyOfObject(pod)}`);
}

export interface LogLine {
  /** RFC 3339 with nanoseconds. */
  time: string;
  text: string;
}

/** Everything the container has logged; undefined if it has not started. */
export const logOf = (leaf: LeafCluster, pod: Stored, container: string): string | undefined =>
  logLinesOf(leaf, pod, container)
    ?.map(({ text }) => `${text}\n`)
    .join('');

/** @param previous of the run before the present one */
export function logLinesOf(
  leaf: LeafCluster,
  pod: Stored,
  container: string,
  previous = false,
): LogLine[] | undefined {
  const kept = leaf.memory.get(memoryKey(pod, container));
  if (kept) {
    const log = previous ? kept.previousLog : (kept.log ?? '');
    return log === undefined ? undefined : parseLog(String(log));
  }
  return serviceLog(pod, container, previous);
}

const parseLog = (log: string): LogLine[] =>
  log
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const space = line.indexOf(' ');
      return { time: line.slice(0, space), text: line.slice(space + 1) };
    });

/** Containers that serve run no program here; their log is what their status tells. */
function serviceLog(pod: Stored, container: string, previous: boolean): LogLine[] | undefined {
  const statuses: Fields[] = [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ];
  const status = statuses.find((one) => one.name === container);
  if (!status) return undefined;
  const { running } = status.state;
  if (running && !previous) {
    return [{ time: running.startedAt, text: `${running.startedAt} ${container} is up` }];
  }
  const crashed = status.lastState?.terminated;
  if (!crashed) return undefined;
  const text = `${crashed.startedAt} ${container}: fatal error, exit code ${crashed.exitCode}`;
  return [{ time: crashed.startedAt, text }];
}

/** The image's own command, where a container gives none: images are known by the last part of their name. */
const ENTRYPOINTS: Readonly<Record<string, string[]>> = { helm: ['helm'] };

/** `command` and `args` with `$(NAME)` replaced from the container's literal environment. */
function argvOf(container: Fields): string[] {
  const image = String(container.image ?? '').replace(/[:@][^/]*$/, '');
  const command: string[] = container.command ?? ENTRYPOINTS[image.slice(image.lastIndexOf('/') + 1)] ?? [];
  const environment = new Map<string, string>(
    (container.env ?? []).flatMap((one: Fields) => (one.value === undefined ? [] : [[one.name, one.value]])),
  );
  return [...command, ...(container.args ?? [])].map((text) =>
    String(text).replace(/\$\(([\w.-]+)\)/g, (whole, name: string) => environment.get(name) ?? whole),
  );
}

function readMounted(leaf: LeafCluster, pod: Stored, container: Fields, path: string): string | undefined {
  for (const mount of (container.volumeMounts ?? []) as Fields[]) {
    if (!path.startsWith(`${mount.mountPath}/`)) continue;
    const file = path.slice(mount.mountPath.length + 1);
    const volume = (pod.spec?.volumes ?? []).find((one: Fields) => one.name === mount.name);
    const source = volume?.secret ?? volume?.configMap;
    if (!source) continue;
    const items: Fields[] | undefined = source.items;
    const key: string | undefined = items ? items.find((item) => item.path === file)?.key : file;
    const [kind, name] = volume.secret
      ? ([KINDS.Secret, source.secretName] as const)
      : ([KINDS.ConfigMap, source.name] as const);
    const data = leaf.objects.get(kind, pod.metadata.namespace, name)?.data;
    const value = key === undefined ? undefined : data?.[key];
    if (value === undefined) continue;
    return volume.secret ? Buffer.from(value, 'base64').toString('utf8') : value;
  }
  return undefined;
}
