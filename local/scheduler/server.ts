/** The wire face of the local Cloud Scheduler: google.cloud.scheduler.v1 over gRPC. */
import { type Handlers, loadProtos, type Message, serveGrpc } from '../grpc.ts';
import type { Face, World } from '../service.ts';
import { ServiceError, STATUS } from '../service.ts';
import { completeJob, type HttpMethod, invalid, type Job, type JobSpec, type Target } from './job.ts';
import { createScheduler, type SchedulerModel } from './model.ts';
import { attemptWith, type TargetOptions } from './targets.ts';

/** @param port 0: any free one */
export async function serveScheduler(
  world: World,
  port: number,
  options: TargetOptions,
): Promise<Face & { model: SchedulerModel }> {
  const model = createScheduler(world, attemptWith(options));
  const root = loadProtos('@google-cloud/scheduler', 'build/protos/protos.json');
  const face = await serveGrpc(
    [{ root, name: 'google.cloud.scheduler.v1.CloudScheduler', handlers: handlers(world, model) }],
    port,
  );
  return {
    model,
    port: face.port,
    async close() {
      model.close();
      await face.close();
    },
  };
}

function handlers({ random }: World, model: SchedulerModel): Handlers {
  return {
    listJobs({ parent, pageSize, pageToken }) {
      const after = Buffer.from(pageToken, 'base64url').toString();
      const rest = model
        .jobs()
        .filter(({ name }) => name.startsWith(`${parent}/jobs/`) && name > after)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const page = rest.slice(0, pageSize || MAX_PAGE);
      const last = rest.length > page.length ? (page.at(-1)?.name ?? '') : '';
      return { jobs: page.map(toJob), nextPageToken: Buffer.from(last).toString('base64url') };
    },
    getJob: ({ name }) => toJob(model.job(name)),
    createJob({ parent, job }) {
      const name: string = job?.name || `${parent}/jobs/${random.base32(16)}`;
      if (!name.startsWith(`${parent}/jobs/`)) {
        throw invalid(`The name of the job is not within its parent (parent=${parent}, name=${name}).`);
      }
      return toJob(model.createJob(fromJob({ ...job, name })));
    },
    updateJob({ job, updateMask }) {
      const was = model.job(job?.name ?? '');
      return toJob(model.updateJob(completeJob(fromJob(masked(toJob(was), job, updateMask?.paths ?? [])))));
    },
    deleteJob({ name }) {
      model.deleteJob(name);
      return {};
    },
    pauseJob: ({ name }) => toJob(model.pauseJob(name)),
    resumeJob: ({ name }) => toJob(model.resumeJob(name)),
    runJob: ({ name }) => toJob(model.runJob(name)),
  };
}

/** The largest page: the comments of google/cloud/scheduler/v1/cloudscheduler.proto. */
const MAX_PAGE = 500;

const TARGETS = ['pubsubTarget', 'httpTarget', 'appEngineHttpTarget'] as const;

/** The stored job with the named fields of the request; without names, all that it can set. */
function masked(was: Message, wanted: Message, paths: readonly string[]): Message {
  if (paths.length === 0) return wanted;
  const job = { ...was };
  for (const path of paths) {
    const field = (path.split('.')[0] ?? '').replace(/_([a-z])/g, (_, letter: string) =>
      letter.toUpperCase(),
    );
    // One target takes the place of another.
    if ((TARGETS as readonly string[]).includes(field)) for (const other of TARGETS) delete job[other];
    job[field] = wanted[field];
  }
  return job;
}

const msOf = (duration: Message): number =>
  Number(duration.seconds ?? 0) * 1000 + (duration.nanos ?? 0) / 1e6;
const partsOf = (ms: number): Message => ({
  seconds: Math.floor(ms / 1000),
  nanos: Math.round((ms % 1000) * 1e6),
});

/** @throws ServiceError INVALID_ARGUMENT, UNIMPLEMENTED */
function fromJob(job: Message): JobSpec {
  const { retryConfig, attemptDeadline } = job;
  return {
    name: job.name,
    description: job.description ?? '',
    schedule: job.schedule ?? '',
    timeZone: job.timeZone ?? '',
    target: fromTarget(job),
    ...(attemptDeadline && { attemptDeadlineMs: msOf(attemptDeadline) }),
    ...(retryConfig && {
      retryConfig: {
        retryCount: retryConfig.retryCount ?? 0,
        ...(retryConfig.maxRetryDuration && { maxRetryDurationMs: msOf(retryConfig.maxRetryDuration) }),
        ...(retryConfig.minBackoffDuration && { minBackoffMs: msOf(retryConfig.minBackoffDuration) }),
        ...(retryConfig.maxBackoffDuration && { maxBackoffMs: msOf(retryConfig.maxBackoffDuration) }),
        // 0 is what an unset number looks like.
        ...(retryConfig.maxDoublings && { maxDoublings: retryConfig.maxDoublings }),
      },
    }),
  };
}

/** google.cloud.scheduler.v1.HttpMethod by number; unspecified is POST. */
const METHODS: readonly HttpMethod[] = ['POST', 'POST', 'GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];
const methodOf = (method: number | string): HttpMethod =>
  METHODS.find((name, number) => number > 0 && (name === method || number === method)) ?? 'POST';
const base64 = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('base64');

function fromTarget({ pubsubTarget, httpTarget, appEngineHttpTarget }: Message): Target {
  if (pubsubTarget) {
    return {
      kind: 'pubsub',
      topicName: pubsubTarget.topicName,
      data: base64(pubsubTarget.data),
      attributes: { ...pubsubTarget.attributes },
    };
  }
  if (appEngineHttpTarget) {
    throw new ServiceError(STATUS.UNIMPLEMENTED, 'The local Cloud Scheduler has no App Engine targets.');
  }
  if (!httpTarget) throw invalid('Job.target is required.');
  if (httpTarget.oauthToken) {
    throw new ServiceError(STATUS.UNIMPLEMENTED, 'The local Cloud Scheduler has no OAuth tokens.');
  }
  const { oidcToken } = httpTarget;
  return {
    kind: 'http',
    uri: httpTarget.uri,
    method: methodOf(httpTarget.httpMethod),
    headers: { ...httpTarget.headers },
    body: base64(httpTarget.body),
    ...(oidcToken && {
      oidcToken: { serviceAccountEmail: oidcToken.serviceAccountEmail, audience: oidcToken.audience ?? '' },
    }),
  };
}

function toTarget(target: Target): Message {
  if (target.kind === 'pubsub') {
    const { topicName, data, attributes } = target;
    return { pubsubTarget: { topicName, data: Buffer.from(data, 'base64'), attributes } };
  }
  const { uri, method, headers, body, oidcToken } = target;
  return {
    httpTarget: { uri, httpMethod: method, headers, body: Buffer.from(body, 'base64'), oidcToken },
  };
}

function toJob(job: Job): Message {
  const { retryConfig, next, retrying } = job;
  // The next time it runs, be it a retry.
  const instants = [next?.fireAt, retrying?.at].filter((instant) => instant !== undefined);
  return {
    name: job.name,
    description: job.description,
    schedule: job.schedule,
    timeZone: job.timeZone,
    ...toTarget(job.target),
    state: job.state,
    userUpdateTime: partsOf(job.userUpdateTime),
    ...(instants.length > 0 && { scheduleTime: partsOf(Math.min(...instants)) }),
    ...(job.lastAttemptTime !== undefined && { lastAttemptTime: partsOf(job.lastAttemptTime) }),
    ...(job.status && { status: job.status }),
    ...(job.target.kind === 'http' && { attemptDeadline: partsOf(job.attemptDeadlineMs) }),
    retryConfig: {
      retryCount: retryConfig.retryCount,
      maxRetryDuration: partsOf(retryConfig.maxRetryDurationMs),
      minBackoffDuration: partsOf(retryConfig.minBackoffMs),
      maxBackoffDuration: partsOf(retryConfig.maxBackoffMs),
      maxDoublings: retryConfig.maxDoublings,
    },
  };
}
