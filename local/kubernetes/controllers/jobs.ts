/** Jobs: pods until enough have succeeded or too many have failed. https://kubernetes.io/docs/concepts/workloads/controllers/job/ */
import { remove } from '../api.ts';
import { backoffMs } from '../durations.ts';
import { ApiError } from '../errors.ts';
import { KINDS } from '../kinds.ts';
import type { Controller, LeafCluster } from '../leaf-cluster.ts';
import type { Fields, Stored } from '../objects.ts';
import {
  createPod,
  hasCondition,
  isActive,
  isBeingDeleted,
  isOver,
  isReady,
  lookAgain,
  ownersOf,
  REFUSED_RETRY_MS,
  withCondition,
} from '../workloads.ts';

const BACKOFF = 'job-backoff';
const DEADLINE = 'job-deadline';
const EXPIRY = 'job-expiry';

const keyOf = (job: Stored): string => `${job.metadata.namespace}/${job.metadata.name}`;

const hasEnded = (job: Stored): boolean => hasCondition(job, 'Complete') || hasCondition(job, 'Failed');

export const jobs: Controller = {
  kind: KINDS.Job,
  follows: [[KINDS.Pod, ownersOf('Job')]],
  reconcile(leaf, job) {
    if (isBeingDeleted(job)) return;
    if (hasEnded(job)) return expire(leaf, job);
    if (job.spec?.suspend) return;
    const started = start(leaf, job);
    const pods = leaf.objects.controlledBy(started, KINDS.Pod);
    const failures = failuresOf(pods);
    const succeeded = pods.filter((pod) => pod.status?.phase === 'Succeeded').length;
    const wanted: number = started.spec?.completions ?? 1;
    if (succeeded >= wanted) return complete(leaf, started, pods);
    if (failures > (started.spec?.backoffLimit ?? 6)) {
      return fail(leaf, started, 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
    }
    employ(leaf, started, pods, Math.min(started.spec?.parallelism ?? 1, wanted - succeeded));
    tell(leaf, started);
  },
};

/** Failed pods, and with `restartPolicy: OnFailure` every restart of a container. */
function failuresOf(pods: Stored[]): number {
  let failures = 0;
  for (const pod of pods) {
    if (pod.status?.phase === 'Failed') failures++;
    for (const status of [
      ...(pod.status?.initContainerStatuses ?? []),
      ...(pod.status?.containerStatuses ?? []),
    ]) {
      failures += status.restartCount;
    }
  }
  return failures;
}

function start(leaf: LeafCluster, job: Stored): Stored {
  if (job.status?.startTime) return job;
  const seconds: number | undefined = job.spec?.activeDeadlineSeconds;
  if (seconds !== undefined) leaf.after(DEADLINE, keyOf(job), seconds * 1000);
  return leaf.objects.setStatus(KINDS.Job, job, { ...job.status, startTime: leaf.now });
}

/** Starts pods up to `parallel`, after a wait if the last one failed. */
function employ(leaf: LeafCluster, job: Stored, pods: Stored[], parallel: number): void {
  const key = keyOf(job);
  // With `podReplacementPolicy: Failed` a pod that is still going keeps its place.
  const occupies = job.spec?.podReplacementPolicy === 'Failed' ? (pod: Stored) => !isOver(pod) : isActive;
  const missing = parallel - pods.filter(occupies).length;
  if (missing <= 0 || leaf.isDue(BACKOFF, key)) return;
  const failed = pods.filter((pod) => pod.status?.phase === 'Failed').length;
  const waited = leaf.memory.get(`job ${key}`)?.waitedFor ?? 0;
  if (failed > Number(waited)) {
    leaf.memory.set(`job ${key}`, { waitedFor: failed });
    leaf.after(BACKOFF, key, backoffMs(failed));
    return;
  }
  for (let i = 0; i < missing; i++) {
    const made = createPod(leaf, job, { generateName: `${job.metadata.name}-` });
    if (made instanceof ApiError) {
      lookAgain(leaf, job, REFUSED_RETRY_MS);
      return;
    }
  }
}

function counts(leaf: LeafCluster, job: Stored): Fields {
  const pods = leaf.objects.controlledBy(job, KINDS.Pod);
  const active = pods.filter(isActive);
  const succeeded = pods.filter((pod) => pod.status?.phase === 'Succeeded').length;
  const failed = pods.filter((pod) => pod.status?.phase === 'Failed').length;
  const terminating = pods.filter((pod) => isBeingDeleted(pod) && !isOver(pod)).length;
  return {
    ...(active.length > 0 && { active: active.length }),
    ready: active.filter(isReady).length,
    ...(succeeded > 0 && { succeeded }),
    ...(failed > 0 && { failed }),
    terminating,
    uncountedTerminatedPods: {},
  };
}

function tell(leaf: LeafCluster, job: Stored): void {
  const { startTime, conditions } = job.status ?? {};
  leaf.objects.setStatus(KINDS.Job, job, {
    ...(conditions && { conditions }),
    startTime,
    ...counts(leaf, job),
  });
}

function complete(leaf: LeafCluster, job: Stored, pods: Stored[]): void {
  for (const pod of pods.filter(isActive)) {
    remove(leaf, KINDS.Pod, pod.metadata.namespace, pod.metadata.name);
  }
  const message = 'Reached expected number of succeeded pods';
  const met = withCondition(
    job.status?.conditions,
    { type: 'SuccessCriteriaMet', status: 'True', reason: 'CompletionsReached', message },
    leaf.now,
  );
  end(leaf, job, {
    conditions: withCondition(
      met,
      { type: 'Complete', status: 'True', reason: 'CompletionsReached', message },
      leaf.now,
    ),
    completionTime: leaf.now,
  });
}

function fail(leaf: LeafCluster, job: Stored, reason: string, message: string): void {
  for (const pod of leaf.objects.controlledBy(job, KINDS.Pod).filter(isActive)) {
    remove(leaf, KINDS.Pod, pod.metadata.namespace, pod.metadata.name);
  }
  const target = withCondition(
    job.status?.conditions,
    { type: 'FailureTarget', status: 'True', reason, message },
    leaf.now,
  );
  end(leaf, job, {
    conditions: withCondition(target, { type: 'Failed', status: 'True', reason, message }, leaf.now),
  });
}

function end(leaf: LeafCluster, job: Stored, outcome: Fields): void {
  const key = keyOf(job);
  leaf.cancel(DEADLINE, key);
  leaf.cancel(BACKOFF, key);
  const { startTime } = job.status ?? {};
  const ended = leaf.objects.setStatus(KINDS.Job, job, { startTime, ...counts(leaf, job), ...outcome });
  expire(leaf, ended);
}

function expire(leaf: LeafCluster, job: Stored): void {
  const seconds: number | undefined = job.spec?.ttlSecondsAfterFinished;
  if (seconds !== undefined && !leaf.isDue(EXPIRY, keyOf(job))) {
    leaf.after(EXPIRY, keyOf(job), seconds * 1000);
  }
}

const onJob =
  (act: (leaf: LeafCluster, job: Stored) => void) =>
  (leaf: LeafCluster, subject: string): void => {
    const job = leaf.objects.find(KINDS.Job, subject);
    if (job && !isBeingDeleted(job)) act(leaf, job);
  };

export const jobTasks = {
  [BACKOFF]: onJob((leaf, job) => jobs.reconcile(leaf, job)),
  [DEADLINE]: onJob((leaf, job) => {
    if (!hasEnded(job)) {
      fail(leaf, job, 'DeadlineExceeded', 'Job was active longer than specified deadline');
    }
  }),
  [EXPIRY]: onJob((leaf, job) => {
    remove(leaf, KINDS.Job, job.metadata.namespace, job.metadata.name, { propagation: 'Background' });
  }),
};
