/**
 * Jobs: one pod after the other until one succeeds or too many have failed. Their containers run the programs that Hub's installer is
 * made of, with their times, messages and faults; each tells once when it will be looked at again, so a try costs some ten events.
 */
import type { KubeObject } from '../../functions/leaf/leaf.ts';
import {
  backoffMs,
  FETCH_MS,
  GCLOUD_MS,
  POLL_MS,
  pullAgainMs,
  SANDBOX_MS,
  scheduleMs,
  stopMs,
} from '../kubernetes/durations.ts';
import { suffix } from '../kubernetes/identifiers.ts';
import type { Fields } from '../kubernetes/objects.ts';
import { parseUpgrade, type UpgradeArguments, UsageError } from '../kubernetes/programs/helm-arguments.ts';
import { HelmError, registryConfigPath } from '../kubernetes/programs/helm-chart.ts';
import { ownerReference, pullMs, timestamp } from './pods.ts';
import { abandon, conclude, type Installed, install, requireRights, settledAtMs } from './releases.ts';
import type { SketchLeaf, SketchNode } from './sketch-leaf.ts';
import { type Kept, keyOf } from './table.ts';

export interface JobRun {
  job: Kept;
  startTime: string;
  tries: Try[];
  ended?: { type: 'Complete' | 'Failed'; reason: string; message: string };
  /** Cancels what is due. */
  deadline?: () => void;
  next?: () => void;
}

interface Try {
  uid: string;
  name: string;
  node: SketchNode | undefined;
  createdAtMs: number;
  containers: Container[];
  phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  goneAtMs: number;
  /** Cancels what is due. */
  next: () => void;
}

interface Container {
  spec: Fields;
  init: boolean;
  startedAtMs: number;
  pulls: number;
  exit?: number;
  endedAt?: string;
  log: string[];
  /** A Helm that waits. */
  helm?: Installed;
}

export function startJob(leaf: SketchLeaf, job: Kept): void {
  const run: JobRun = { job, startTime: leaf.now, tries: [] };
  leaf.jobs.set(job.metadata.uid, run);
  const seconds: number | undefined = job.spec?.activeDeadlineSeconds;
  if (seconds !== undefined) {
    run.deadline = leaf.after(seconds * 1000, () =>
      fail(leaf, run, 'DeadlineExceeded', 'Job was active longer than specified deadline'),
    );
  }
  begin(leaf, run);
}

const specsOf = ({ job }: JobRun): { init: Fields[]; main: Fields[] } => {
  const spec: Fields = job.spec?.template?.spec ?? {};
  return { init: spec.initContainers ?? [], main: spec.containers ?? [] };
};

function begin(leaf: SketchLeaf, run: JobRun): void {
  const { init, main } = specsOf(run);
  const container = (isInit: boolean) => (spec: Fields) => ({
    spec,
    init: isInit,
    startedAtMs: Infinity,
    pulls: 0,
    log: [],
  });
  const one: Try = {
    uid: leaf.newUid(),
    name: `${run.job.metadata.name}-${suffix(leaf.world.random)}`,
    node: [...leaf.nodes.values()][run.tries.length % Math.max(1, leaf.nodes.size)],
    createdAtMs: leaf.nowMs,
    containers: [...init.map(container(true)), ...main.map(container(false))],
    phase: 'Pending',
    goneAtMs: Infinity,
    next: () => undefined,
  };
  run.tries.push(one);
  const placedMs = scheduleMs(leaf.world.random) + SANDBOX_MS;
  start(leaf, run, one, 0, placedMs);
}

/** The container of that number, after a while and the pull of its image. */
function start(leaf: SketchLeaf, run: JobRun, one: Try, index: number, inMs: number): void {
  const container = one.containers[index];
  if (!container) {
    succeed(leaf, run, one);
    return;
  }
  const startsAtMs = leaf.nowMs + inMs + pullMs(leaf, one.node, [container.spec], leaf.nowMs + inMs);
  // Only the first start can fail otherwise than by its image, so the others need no event of their own.
  if (index > 0 && !leaf.world.faults.hit('pull-fails', `${leaf.record.name} ${container.spec.image}`)) {
    perform(leaf, run, one, index, startsAtMs);
    return;
  }
  if (index > 0) container.pulls = 1;
  one.next = leaf.at(startsAtMs + (index > 0 ? pullAgainMs(0) : 0), () => tryStart(leaf, run, one, index));
}

function tryStart(leaf: SketchLeaf, run: JobRun, one: Try, index: number): void {
  const container = one.containers[index] as Container;
  if (leaf.world.faults.hit('pull-fails', `${leaf.record.name} ${container.spec.image}`)) {
    const waitMs = pullAgainMs(container.pulls);
    container.pulls++;
    one.next = leaf.after(waitMs, () => tryStart(leaf, run, one, index));
    return;
  }
  const job = keyOf(run.job.metadata.namespace, run.job.metadata.name);
  if (index === 0 && leaf.world.faults.hit('job-fails', `${leaf.record.name} ${job}`)) {
    container.startedAtMs = leaf.nowMs;
    container.log.push('Error: Kubernetes cluster unreachable: connection refused');
    exit(leaf, run, one, index, 1);
    return;
  }
  perform(leaf, run, one, index, leaf.nowMs);
}

function perform(leaf: SketchLeaf, run: JobRun, one: Try, index: number, startsAtMs: number): void {
  const container = one.containers[index] as Container;
  container.startedAtMs = startsAtMs;
  if (!container.init) one.phase = 'Running';
  const { command = [], args = [] } = container.spec as { command?: string[]; args?: string[] };
  const argv = [...command, ...args];
  const ends = (afterMs: number, act: () => number): void => {
    one.next = leaf.at(startsAtMs + afterMs, () => exit(leaf, run, one, index, act()));
  };
  if (argv[0] === 'helm' && argv[1] === 'upgrade') {
    one.next = leaf.at(startsAtMs + FETCH_MS, () =>
      guarded(leaf, run, one, index, () => beginHelm(leaf, run, one, index, argv.slice(2))),
    );
  } else if (argv[0] === 'sh' && argv.includes('gcloud')) {
    ends(GCLOUD_MS, () => callHome(leaf, container, argv.slice(argv.indexOf('gcloud'))));
  } else if (argv[0] === 'echo') {
    container.log.push(argv.slice(1).join(' '));
    ends(0, () => 0);
  } else if (argv[0] === 'false') ends(0, () => 1);
  else ends(OTHER_MS, () => 0);
}

/** What no program here is. */
const OTHER_MS = 2_000;

/** What Helm refuses to go on with ends its container. */
function guarded(leaf: SketchLeaf, run: JobRun, one: Try, index: number, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof HelmError || error instanceof UsageError)) throw error;
    (one.containers[index] as Container).log.push(`Error: ${error.message}`);
    exit(leaf, run, one, index, 1);
  }
}

const accountOf = ({ job }: JobRun): string =>
  `${job.metadata.namespace}:${job.spec?.template?.spec?.serviceAccountName ?? 'default'}`;

function beginHelm(leaf: SketchLeaf, run: JobRun, one: Try, index: number, argv: readonly string[]): void {
  const container = one.containers[index] as Container;
  requireRights(leaf, accountOf(run));
  const readFile = (path: string): string | undefined => mounted(leaf, run, path);
  const logins = registryConfigPath(container.spec);
  container.helm = install(leaf, parsed(argv), {
    config: logins === undefined ? undefined : readFile(logins),
    readFile,
    log: (text) => void container.log.push(text),
  });
  lookAgain(leaf, run, one, index, leaf.nowMs);
}

/** The same few command lines in every cluster. */
const commandLines = new Map<string, UpgradeArguments>();

function parsed(argv: readonly string[]): UpgradeArguments {
  const key = argv.join(' ');
  const known = commandLines.get(key) ?? parseUpgrade(argv);
  commandLines.set(key, known);
  return known;
}

function mounted(leaf: SketchLeaf, { job }: JobRun, path: string): string | undefined {
  const slash = path.lastIndexOf('/');
  const { volumes = [], initContainers = [] }: Fields = job.spec?.template?.spec ?? {};
  const mounts: Fields[] = initContainers.flatMap(({ volumeMounts = [] }: Fields) => volumeMounts);
  const name = mounts.find(({ mountPath }) => mountPath === path.slice(0, slash))?.name;
  const secret = volumes.find((volume: Fields) => volume.name === name)?.secret?.secretName;
  const kept =
    secret && leaf.objects.get({ apiVersion: 'v1', kind: 'Secret' }, job.metadata.namespace, secret);
  const value: unknown = kept?.data?.[path.slice(slash + 1)];
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : undefined;
}

/** Helm looks every two seconds; here only when it will find something: all is ready, or its time is over. */
function lookAgain(leaf: SketchLeaf, run: JobRun, one: Try, index: number, sinceMs: number): void {
  const container = one.containers[index] as Container;
  const { helm } = container;
  if (!helm) return;
  const round = (durationMs: number): number => Math.max(1, Math.ceil(durationMs / POLL_MS)) * POLL_MS;
  const lastMs = sinceMs + round(helm.args.timeoutMs);
  const readyMs = sinceMs + round(Math.max(settledAtMs(leaf, helm), leaf.nowMs) - sinceMs);
  one.next = leaf.at(Math.min(readyMs, lastMs), () =>
    guarded(leaf, run, one, index, () => {
      requireRights(leaf, accountOf(run));
      if (settledAtMs(leaf, helm) <= leaf.nowMs) {
        conclude(leaf, helm, (text) => container.log.push(text));
        exit(leaf, run, one, index, 0);
      } else if (leaf.nowMs >= lastMs) throw abandon(leaf, helm, 'context deadline exceeded');
      else lookAgain(leaf, run, one, index, sinceMs);
    }),
  );
}

/** @returns the exit code of the shell around it, which makes nothing of a failure */
function callHome(leaf: SketchLeaf, container: Container, argv: readonly string[]): number {
  const topic = argv[4] ?? '';
  const project = argv.find((word) => word.startsWith('--project='))?.slice('--project='.length);
  const message = argv.find((word) => word.startsWith('--message='))?.slice('--message='.length);
  if (project === leaf.world.projectId && message !== undefined) leaf.edges.publish(topic, message);
  else container.log.push('Calling home failed; Hub looks again by itself.');
  return 0;
}

function exit(leaf: SketchLeaf, run: JobRun, one: Try, index: number, code: number): void {
  const container = one.containers[index] as Container;
  delete container.helm;
  container.exit = code;
  container.endedAt = leaf.now;
  if (code === 0) {
    start(leaf, run, one, index + 1, 0);
    return;
  }
  one.phase = 'Failed';
  const failed = run.tries.filter(({ phase }) => phase === 'Failed').length;
  if (failed > (run.job.spec?.backoffLimit ?? 6)) {
    fail(leaf, run, 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
    return;
  }
  run.next = leaf.after(backoffMs(failed), () => begin(leaf, run));
}

function succeed(leaf: SketchLeaf, run: JobRun, one: Try): void {
  one.phase = 'Succeeded';
  const message = 'Reached expected number of succeeded pods';
  end(leaf, run, { type: 'Complete', reason: 'CompletionsReached', message });
}

const fail = (leaf: SketchLeaf, run: JobRun, reason: string, message: string): void =>
  end(leaf, run, { type: 'Failed', reason, message });

function end(leaf: SketchLeaf, run: JobRun, ended: NonNullable<JobRun['ended']>): void {
  run.ended = ended;
  for (const one of run.tries) if (!isOver(one)) stopTry(leaf, one);
  run.deadline?.();
  run.next?.();
}

const isOver = ({ phase }: Try): boolean => phase === 'Succeeded' || phase === 'Failed';

/** A Helm that is told to stop says so in its release. */
function stopTry(leaf: SketchLeaf, one: Try): void {
  one.next();
  const helm = one.containers.find((container) => container.helm)?.helm;
  if (helm) {
    try {
      abandon(leaf, helm, 'context canceled');
    } catch (error) {
      // Its release is gone already.
      if (!(error instanceof HelmError)) throw error;
    }
  }
  if (one.goneAtMs === Infinity) one.goneAtMs = leaf.nowMs + stopMs(one.uid, GRACE_MS);
}

const GRACE_MS = 30_000;

/** With its pods. */
export function endJob(leaf: SketchLeaf, job: Kept): void {
  const run = leaf.jobs.get(job.metadata.uid);
  if (!run) return;
  run.deadline?.();
  run.next?.();
  for (const one of run.tries) stopTry(leaf, one);
  leaf.after(GRACE_MS, () => leaf.jobs.delete(job.metadata.uid));
}

export function jobStatusOf(leaf: SketchLeaf, job: Kept): Fields {
  const run = leaf.jobs.get(job.metadata.uid);
  if (!run) return {};
  const { nowMs } = leaf;
  const active = run.tries.filter((one) => !isOver(one) && one.goneAtMs === Infinity);
  const count = (phase: Try['phase']): number => run.tries.filter((one) => one.phase === phase).length;
  const ready = active.filter(({ containers }) =>
    containers.some((one) => !one.init && one.startedAtMs <= nowMs),
  );
  return {
    startTime: run.startTime,
    ...(active.length > 0 && { active: active.length }),
    ready: ready.length,
    ...(count('Succeeded') > 0 && { succeeded: count('Succeeded') }),
    ...(count('Failed') > 0 && { failed: count('Failed') }),
    uncountedTerminatedPods: {},
    ...(run.ended && { conditions: [{ ...run.ended, status: 'True' }] }),
  };
}

/** Pods of Jobs, as the API shows them now. */
export function* jobPods(leaf: SketchLeaf): Generator<KubeObject> {
  for (const run of leaf.jobs.values()) {
    for (const one of run.tries) if (one.goneAtMs > leaf.nowMs) yield view(leaf, run, one);
  }
}

function view(leaf: SketchLeaf, { job }: JobRun, one: Try): KubeObject {
  const { namespace, name, uid } = job.metadata;
  const statuses = (init: boolean) =>
    one.containers
      .filter((container) => container.init === init)
      .map((container) => statusOf(leaf, container));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: one.name,
      ...(namespace !== undefined && { namespace }),
      uid: one.uid,
      creationTimestamp: timestamp(one.createdAtMs),
      labels: {
        ...job.spec?.template?.metadata?.labels,
        'batch.kubernetes.io/job-name': name,
        'batch.kubernetes.io/controller-uid': uid,
      },
      ...(one.goneAtMs !== Infinity && { deletionTimestamp: leaf.now }),
      ownerReferences: [ownerReference(job)],
    },
    spec: job.spec?.template?.spec,
    status: {
      phase: one.phase,
      initContainerStatuses: statuses(true),
      containerStatuses: statuses(false),
    },
  };
}

function statusOf(leaf: SketchLeaf, { spec, startedAtMs, exit: code, endedAt, pulls }: Container): Fields {
  const { name, image } = spec;
  const base = { name, image, restartCount: 0 };
  if (code !== undefined) {
    const reason = code === 0 ? 'Completed' : 'Error';
    return {
      ...base,
      ready: code === 0,
      state: { terminated: { exitCode: code, reason, finishedAt: endedAt } },
    };
  }
  if (startedAtMs <= leaf.nowMs) {
    return { ...base, ready: true, state: { running: { startedAt: timestamp(startedAtMs) } } };
  }
  return {
    ...base,
    ready: false,
    state: { waiting: { reason: pulls > 0 ? 'ImagePullBackOff' : 'PodInitializing' } },
  };
}

/** Last lines of a container of a Job's pod; of others there are none. */
export function logTailOf(
  leaf: SketchLeaf,
  pod: { namespace: string; name: string; container?: string },
  lines: number,
): string {
  for (const { job, tries } of leaf.jobs.values()) {
    if (job.metadata.namespace !== pod.namespace) continue;
    const one = tries.find(({ name, goneAtMs }) => name === pod.name && goneAtMs > leaf.nowMs);
    const found = one?.containers.find(({ spec, init }) =>
      pod.container === undefined ? !init : spec.name === pod.container,
    );
    if (!found) continue;
    const all = found.log.flatMap((text) => text.split('\n'));
    return all
      .slice(-lines)
      .map((line) => `${line}\n`)
      .join('');
  }
  return '';
}
