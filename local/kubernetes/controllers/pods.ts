/**
 * The scheduler and the kubelet: a pod is given a node, gets its volumes and images, runs its containers one after the other or
 * together, becomes ready, fails, starts again, stops.
 *
 * A pod that waits has exactly one task `pod`; that it falls due means that the wait is over, and the pod's status tells what for.
 */

import {
  CRASH_RESTARTS,
  crashWaitMs,
  forgetContainers,
  runContainer,
  stopContainers,
} from '../containers.ts';
import {
  MIN_START_MS,
  pullAgainMs,
  RETRY_MS,
  readyMs,
  SANDBOX_MS,
  scheduleMs,
  stopMs,
} from '../durations.ts';
import { pullMs } from '../images.ts';
import { copy } from '../json.ts';
import { KINDS } from '../kinds.ts';
import type { Controller, LeafCluster } from '../leaf-cluster.ts';
import { type Change, type Fields, keyOfObject, type Stored } from '../objects.ts';
import { missingVolume, place } from '../scheduling.ts';
import { isBeingDeleted, isOver, isReady, withCondition } from '../workloads.ts';

const STEP = 'pod';
const STOP = 'pod-stop';

const UNSCHEDULABLE_RETRY_MS = 10_000;

export const pods: Controller = {
  kind: KINDS.Pod,
  reconcile(leaf, pod) {
    const key = keyOfObject(pod);
    if (isBeingDeleted(pod)) {
      if (leaf.isDue(STOP, key)) return;
      leaf.cancel(STEP, key);
      stopContainers(leaf, pod);
      const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
      leaf.after(STOP, key, stopMs(pod.metadata.uid, graceMs));
      return;
    }
    if (isOver(pod) || serves(pod) || leaf.isDue(STEP, key) || hasGivenUp(pod)) return;
    leaf.after(STEP, key, scheduleMs(leaf.world.random));
  },
};

/** Nothing more happens to it by itself. */
const serves = (pod: Stored): boolean => pod.spec?.restartPolicy === 'Always' && isReady(pod);

/** A service that keeps crashing is left alone after a few starts: it would only ever do the same. */
const hasGivenUp = (pod: Stored): boolean =>
  (pod.status?.containerStatuses ?? []).some(
    (status: Fields) => status.restartCount >= CRASH_RESTARTS && status.state?.waiting,
  );

export const podTasks = {
  [STEP]: (leaf: LeafCluster, subject: string): void => {
    const pod = leaf.objects.find(KINDS.Pod, subject);
    if (!pod || isBeingDeleted(pod) || isOver(pod)) return;
    const waitMs = step(leaf, pod);
    if (waitMs !== undefined) leaf.after(STEP, subject, waitMs);
  },
  [STOP]: (leaf: LeafCluster, subject: string): void => {
    const pod = leaf.objects.find(KINDS.Pod, subject);
    if (pod && isBeingDeleted(pod)) leaf.objects.erase(KINDS.Pod, pod);
  },
};

export function forgetPod(leaf: LeafCluster, { type, kind, object }: Change): void {
  if (type !== 'DELETED' || kind !== KINDS.Pod) return;
  const key = keyOfObject(object);
  leaf.cancel(STEP, key);
  leaf.cancel(STOP, key);
  forgetContainers(leaf, object);
}

/** Cloud time until the pod's next step; undefined if nothing more happens by itself. */
type WaitMs = number | undefined;

/** What the next thing is, told from the pod's status. */
function step(leaf: LeafCluster, pod: Stored): WaitMs {
  if (!pod.status?.hostIP) return place(leaf, pod) ? SANDBOX_MS : UNSCHEDULABLE_RETRY_MS;
  if (!hasSandbox(pod)) {
    if (missingVolume(leaf, pod)) return RETRY_MS;
    const next = leaf.objects.setStatus(KINDS.Pod, pod, {
      ...pod.status,
      conditions: condition(leaf, pod.status, 'PodReadyToStartContainers', true),
    });
    return pull(leaf, next, firstImages(next));
  }
  const index = (pod.status.initContainerStatuses ?? []).findIndex(
    (status: Fields) => status.state.terminated?.exitCode !== 0 && !isSidecarUp(pod, status),
  );
  if (index >= 0) return stepInit(leaf, pod, index);
  return pod.spec?.restartPolicy === 'Always' ? stepService(leaf, pod) : stepPrograms(leaf, pod);
}

const hasSandbox = (pod: Stored): boolean =>
  (pod.status?.conditions ?? []).some(
    (one: Fields) => one.type === 'PodReadyToStartContainers' && one.status === 'True',
  );

const firstImages = (pod: Stored): string[] => {
  const init: Fields | undefined = pod.spec?.initContainers?.[0];
  return init ? [init.image] : mainImages(pod);
};
const mainImages = (pod: Stored): string[] => (pod.spec?.containers ?? []).map((one: Fields) => one.image);

/** A container of `initContainers` that is to run beside the others. */
const isSidecar = (container: Fields | undefined): boolean => container?.restartPolicy === 'Always';

const isSidecarUp = (pod: Stored, status: Fields): boolean =>
  status.state.running !== undefined &&
  isSidecar((pod.spec?.initContainers ?? []).find((one: Fields) => one.name === status.name));

/** Images of the containers that start together are pulled side by side. */
const pull = (leaf: LeafCluster, pod: Stored, images: readonly string[]): number =>
  Math.max(MIN_START_MS, ...images.map((image) => pullMs(leaf, pod, image)));

/**
 * Marks those of the containers, which are about to start for the first time, whose images cannot be had.
 * @returns when to try again; undefined if all images are there
 */
function unpulled(
  leaf: LeafCluster,
  pod: Stored,
  statuses: Fields[],
  containers: readonly Fields[],
): number | undefined {
  let again: number | undefined;
  for (const [i, status] of statuses.entries()) {
    const { image } = containers[i] ?? {};
    if (!status.state.waiting || status.restartCount > 0) continue;
    if (!leaf.world.faults.hit('pull-fails', `${leaf.record.name} ${image}`)) continue;
    const key = `pull ${keyOfObject(pod)}`;
    const tries = Number(leaf.memory.get(key)?.tries ?? 0);
    leaf.memory.set(key, { tries: tries + 1 });
    const message = `Back-off pulling image "${image}": ErrImagePull: failed to pull and unpack image "${image}": not found`;
    statuses[i] = { ...status, state: { waiting: { reason: 'ImagePullBackOff', message } } };
    again = pullAgainMs(tries);
  }
  return again;
}

function condition(leaf: LeafCluster, status: Fields, type: string, holds: boolean): Fields[] {
  return withCondition(status.conditions, { type, status: holds ? 'True' : 'False' }, leaf.now);
}

const started = (leaf: LeafCluster, status: Fields, container: Fields): Fields => ({
  ...status,
  started: true,
  imageID: container.image,
  state: { running: { startedAt: leaf.now } },
});

function ended(leaf: LeafCluster, status: Fields, exitCode: number): Fields {
  const terminated = {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: status.state.running?.startedAt ?? leaf.now,
    finishedAt: leaf.now,
  };
  return { ...status, ready: exitCode === 0, started: false, state: { terminated } };
}

/** A container that failed and may start again, after a wait. */
function backedOff(status: Fields, container: Fields): Fields {
  return {
    ...status,
    ready: false,
    restartCount: status.restartCount + 1,
    lastState: { terminated: status.state.terminated },
    state: {
      waiting: {
        reason: 'CrashLoopBackOff',
        message: `back-off ${crashWaitMs(status.restartCount) / 1000}s restarting failed container=${container.name}`,
      },
    },
  };
}

function stepInit(leaf: LeafCluster, pod: Stored, index: number): WaitMs {
  const status: Fields = copy(pod.status ?? {});
  const statuses: Fields[] = status.initContainerStatuses;
  const container: Fields = pod.spec?.initContainers[index];
  const before = statuses[index] as Fields;
  const starts = before.state.waiting !== undefined;
  const runs = starts ? started(leaf, before, container) : before;
  const store = (): Stored => leaf.objects.setStatus(KINDS.Pod, pod, status);
  const pulling = [before];
  const againMs = unpulled(leaf, pod, pulling, [container]);
  if (againMs !== undefined) {
    statuses.splice(index, 1, ...pulling);
    store();
    return againMs;
  }

  const outcome = isSidecar(container) ? undefined : runContainer(leaf, pod, container, starts);
  if (outcome && 'againMs' in outcome) {
    statuses[index] = runs;
    store();
    return outcome.againMs;
  }
  const over = outcome ? ended(leaf, runs, outcome.exit) : runs;
  if (outcome && outcome.exit !== 0) {
    const final = pod.spec?.restartPolicy === 'Never';
    statuses[index] = final ? over : backedOff(over, container);
    if (final) return finish(leaf, pod, status, 'Failed');
    store();
    return crashWaitMs(before.restartCount);
  }
  statuses[index] = over;
  const next: Fields | undefined = pod.spec?.initContainers[index + 1];
  if (!next) status.conditions = condition(leaf, status, 'Initialized', true);
  return pull(leaf, store(), next ? [next.image] : mainImages(pod));
}

/** Containers that serve: they start, and after a while they are ready, unless they crash. */
function stepService(leaf: LeafCluster, pod: Stored): WaitMs {
  const status: Fields = copy(pod.status ?? {});
  const containers: Fields[] = pod.spec?.containers ?? [];
  if (status.containerStatuses.some((one: Fields) => one.state.waiting)) {
    const againMs = unpulled(leaf, pod, status.containerStatuses, containers);
    if (againMs !== undefined) {
      leaf.objects.setStatus(KINDS.Pod, pod, status);
      return againMs;
    }
    const willCrash = crashes(leaf, pod);
    status.phase = 'Running';
    status.containerStatuses = status.containerStatuses.map((one: Fields, i: number) =>
      one.state.waiting ? started(leaf, one, containers[i] ?? {}) : one,
    );
    leaf.objects.setStatus(KINDS.Pod, pod, status);
    return willCrash ? RETRY_MS : readyMs(pod.metadata.uid, containers);
  }
  if (crashes(leaf, pod)) return crash(leaf, pod, status);
  // Its probe is asked again and again; nothing else comes of it.
  if (leaf.world.faults.hit('pod-hangs', `${leaf.record.name} ${keyOfObject(pod)}`)) return undefined;
  status.containerStatuses = status.containerStatuses.map((one: Fields) => ({ ...one, ready: true }));
  status.conditions = condition(leaf, status, 'ContainersReady', true);
  status.conditions = condition(leaf, status, 'Ready', true);
  leaf.objects.setStatus(KINDS.Pod, pod, status);
  return undefined;
}

/** Whether the fault strikes this pod: asked when its containers first start, and remembered. */
function crashes(leaf: LeafCluster, pod: Stored): boolean {
  const key = `crash ${keyOfObject(pod)}`;
  if (leaf.memory.get(key)?.uid === pod.metadata.uid) return true;
  const runs = (pod.status?.containerStatuses ?? []).some((one: Fields) => one.state.running);
  if (runs || !leaf.world.faults.hit('pod-crash', `${leaf.record.name} ${keyOfObject(pod)}`)) return false;
  leaf.memory.set(key, { uid: pod.metadata.uid });
  return true;
}

function crash(leaf: LeafCluster, pod: Stored, status: Fields): WaitMs {
  const restarts: number = status.containerStatuses[0]?.restartCount ?? 0;
  status.containerStatuses = status.containerStatuses.map((one: Fields, i: number) =>
    backedOff(ended(leaf, one, 1), pod.spec?.containers[i] ?? {}),
  );
  leaf.objects.setStatus(KINDS.Pod, pod, status);
  return restarts + 1 < CRASH_RESTARTS ? crashWaitMs(restarts) : undefined;
}

/** Containers that run to an end, as a Job's do. */
function stepPrograms(leaf: LeafCluster, pod: Stored): WaitMs {
  const status: Fields = copy(pod.status ?? {});
  const containers: Fields[] = pod.spec?.containers ?? [];
  const mayRestart = pod.spec?.restartPolicy === 'OnFailure';
  const waits: number[] = [];
  const againMs = unpulled(leaf, pod, status.containerStatuses, containers);
  if (againMs !== undefined) {
    leaf.objects.setStatus(KINDS.Pod, pod, status);
    return againMs;
  }
  status.phase = 'Running';
  for (const [i, container] of containers.entries()) {
    const before: Fields = status.containerStatuses[i];
    if (before.state.terminated) continue;
    const starts = before.state.waiting !== undefined;
    const runs = starts ? started(leaf, before, container) : before;
    const outcome = runContainer(leaf, pod, container, starts);
    if ('againMs' in outcome) {
      status.containerStatuses[i] = { ...runs, ready: true };
      waits.push(outcome.againMs);
      continue;
    }
    const over = ended(leaf, runs, outcome.exit);
    const again = outcome.exit !== 0 && mayRestart;
    status.containerStatuses[i] = again ? backedOff(over, container) : { ...over, ready: false };
    if (again) waits.push(crashWaitMs(before.restartCount));
  }
  if (waits.length === 0) {
    const failed = status.containerStatuses.some((one: Fields) => one.state.terminated?.exitCode !== 0);
    return finish(leaf, pod, status, failed ? 'Failed' : 'Succeeded');
  }
  status.conditions = condition(leaf, status, 'ContainersReady', true);
  status.conditions = condition(leaf, status, 'Ready', true);
  leaf.objects.setStatus(KINDS.Pod, pod, status);
  return Math.min(...waits);
}

function finish(leaf: LeafCluster, pod: Stored, status: Fields, phase: 'Succeeded' | 'Failed'): undefined {
  const reason = phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed';
  for (const type of ['Ready', 'ContainersReady']) {
    status.conditions = withCondition(status.conditions, { type, status: 'False', reason }, leaf.now);
  }
  leaf.objects.setStatus(KINDS.Pod, pod, { ...status, phase });
}
