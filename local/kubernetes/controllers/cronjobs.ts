/** CronJobs: a Job at each time of their schedule, in cloud time. https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ */
import { Cron } from 'croner';
import { create, remove } from '../api.ts';
import { ApiError } from '../errors.ts';
import { warn } from '../events.ts';
import { KINDS } from '../kinds.ts';
import type { Controller, LeafCluster } from '../leaf-cluster.ts';
import { type Fields, keyOfObject, type Stored } from '../objects.ts';
import { controllerReference, hasCondition, isBeingDeleted, ownersOf } from '../workloads.ts';

const RUN = 'cronjob';

export const cronJobs: Controller = {
  kind: KINDS.CronJob,
  follows: [[KINDS.Job, ownersOf('CronJob')]],
  reconcile(leaf, cronJob) {
    if (isBeingDeleted(cronJob)) return;
    arm(leaf, cronJob);
    forget(leaf, cronJob);
    tell(leaf, cronJob, {});
  },
};

const hasEnded = (job: Stored): boolean => hasCondition(job, 'Complete') || hasCondition(job, 'Failed');

const jobsOf = (leaf: LeafCluster, cronJob: Stored): Stored[] =>
  leaf.objects
    .controlledBy(cronJob, KINDS.Job)
    .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));

/** Where cloud time is: it may run faster than the clock on the wall, and the schedule goes by it. */
function cloudNow(leaf: LeafCluster, cronJob: Stored): number {
  const bornAtMs = Date.parse(cronJob.metadata.creationTimestamp);
  return bornAtMs + leaf.world.clock.elapsed(bornAtMs);
}

function arm(leaf: LeafCluster, cronJob: Stored): void {
  const key = keyOfObject(cronJob);
  const { schedule, timeZone, suspend } = cronJob.spec ?? {};
  const plan = `${schedule} ${timeZone ?? ''}`;
  const armed = leaf.memory.get(`cronjob ${key}`);
  if (suspend) {
    leaf.cancel(RUN, key);
    return;
  }
  if (leaf.isDue(RUN, key) && armed?.plan === plan && armed.uid === cronJob.metadata.uid) return;
  // A timer may fire a little early: the time that has just been must not be found again.
  const nowMs = Math.max(
    cloudNow(leaf, cronJob),
    armed?.uid === cronJob.metadata.uid ? lastRunMs(leaf, key) : 0,
  );
  const cron = new Cron(schedule, { paused: true, timezone: timeZone ?? 'Etc/UTC' });
  const next = cron.nextRun(new Date(nowMs));
  if (!next) return;
  leaf.memory.set(`cronjob ${key}`, {
    plan,
    uid: cronJob.metadata.uid,
    atMs: next.getTime(),
    ranMs: lastRunMs(leaf, key),
  });
  leaf.after(RUN, key, next.getTime() - nowMs);
}

const lastRunMs = (leaf: LeafCluster, key: string): number =>
  Number(leaf.memory.get(`cronjob ${key}`)?.ranMs ?? 0);

function run(leaf: LeafCluster, key: string): void {
  const cronJob = leaf.objects.find(KINDS.CronJob, key);
  const armed = leaf.memory.get(`cronjob ${key}`);
  if (!cronJob || isBeingDeleted(cronJob) || cronJob.spec?.suspend || armed?.uid !== cronJob.metadata.uid)
    return;
  const atMs = Number(armed.atMs);
  leaf.memory.set(`cronjob ${key}`, { ...armed, ranMs: atMs });
  const active = jobsOf(leaf, cronJob).filter((job) => !hasEnded(job));
  const policy: string = cronJob.spec?.concurrencyPolicy ?? 'Allow';
  if (policy === 'Replace') {
    for (const job of active) {
      remove(leaf, KINDS.Job, job.metadata.namespace, job.metadata.name, { propagation: 'Background' });
    }
  }
  if (policy !== 'Forbid' || active.length === 0) start(leaf, cronJob, atMs);
  const live = leaf.objects.find(KINDS.CronJob, key);
  if (live) arm(leaf, live);
}

function start(leaf: LeafCluster, cronJob: Stored, atMs: number): void {
  const { namespace, name } = cronJob.metadata;
  const template: Fields = cronJob.spec?.jobTemplate ?? {};
  try {
    create(leaf, KINDS.Job, namespace, {
      metadata: {
        // As the real controller names them: by the minute of the schedule.
        name: `${name}-${Math.floor(atMs / 60_000)}`,
        ...(template.metadata?.labels && { labels: template.metadata.labels }),
        annotations: {
          ...template.metadata?.annotations,
          'batch.kubernetes.io/cronjob-scheduled-timestamp': `${new Date(atMs).toISOString().slice(0, 19)}Z`,
        },
        ownerReferences: [controllerReference(cronJob)],
      },
      spec: template.spec,
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    warn(leaf, cronJob, 'FailedCreate', `Error creating job: ${error.message}`);
    return;
  }
  tell(leaf, cronJob, { lastScheduleTime: leaf.now });
}

/** Drops ended Jobs beyond what may be kept. */
function forget(leaf: LeafCluster, cronJob: Stored): void {
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cronJob.spec ?? {};
  const ended = (type: string): Stored[] => jobsOf(leaf, cronJob).filter((job) => hasCondition(job, type));
  const surplus = (jobs: Stored[], most: number): Stored[] => jobs.slice(0, Math.max(0, jobs.length - most));
  for (const job of [
    ...surplus(ended('Complete'), successfulJobsHistoryLimit),
    ...surplus(ended('Failed'), failedJobsHistoryLimit),
  ]) {
    remove(leaf, KINDS.Job, job.metadata.namespace, job.metadata.name, { propagation: 'Background' });
  }
}

function tell(leaf: LeafCluster, cronJob: Stored, news: Fields): void {
  const live = leaf.objects.find(KINDS.CronJob, keyOfObject(cronJob));
  if (!live) return;
  const { active: _, ...before } = live.status ?? {};
  const jobs = jobsOf(leaf, live);
  const active = jobs.filter((job) => !hasEnded(job));
  const times = jobs
    .flatMap((job) => (hasCondition(job, 'Complete') ? [job.status?.completionTime] : []))
    .sort();
  leaf.objects.setStatus(KINDS.CronJob, live, {
    ...before,
    ...news,
    ...(active.length > 0 && {
      active: active.map(({ apiVersion, kind, metadata }) => ({
        apiVersion,
        kind,
        name: metadata.name,
        namespace: metadata.namespace,
        resourceVersion: metadata.resourceVersion,
        uid: metadata.uid,
      })),
    }),
    ...(times.length > 0 && { lastSuccessfulTime: times.at(-1) }),
  });
}

export const cronJobTasks = { [RUN]: run };
