/** What a job does when it fires: it publishes a message, or sends an HTTP request. */
import { ServiceError, STATUS } from '../service.ts';
import type { Job, Target } from './job.ts';
import type { Attempt, AttemptResult } from './model.ts';

export interface TargetOptions {
  /** Publishes to a topic, by its full name. @throws ServiceError for a topic that is not there */
  publish: (topic: string, data: Buffer, attributes: Record<string, string>) => unknown;
  /** Signs the ID token of an HTTP request whose job asks for one. Without it such attempts fail. */
  mintToken?: (serviceAccountEmail: string, audience: string) => Promise<string>;
}

export const attemptWith =
  (options: TargetOptions): Attempt =>
  async (job, scheduledAt, signal) => {
    const { target } = job;
    try {
      if (target.kind === 'pubsub') {
        await options.publish(target.topicName, Buffer.from(target.data, 'base64'), target.attributes);
        return { code: STATUS.OK, message: '' };
      }
      return await send(job, target, scheduledAt, options, signal);
    } catch (error) {
      if (error instanceof ServiceError) return { code: error.code, message: error.message };
      return { code: STATUS.UNAVAILABLE, message: String(error) };
    }
  };

/** The headers are those of https://cloud.google.com/scheduler/docs/reference/rpc/google.cloud.scheduler.v1#httptarget */
async function send(
  job: Job,
  target: Target & { kind: 'http' },
  scheduledAt: number,
  { mintToken }: TargetOptions,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const { uri, method, headers, body, oidcToken } = target;
  if (oidcToken && !mintToken) throw new Error('no way to sign OIDC tokens');
  const token = oidcToken && (await mintToken?.(oidcToken.serviceAccountEmail, oidcToken.audience || uri));
  const response = await fetch(uri, {
    method,
    signal,
    redirect: 'manual',
    headers: {
      'user-agent': 'Google-Cloud-Scheduler',
      ...(body && { 'content-type': 'application/octet-stream' }),
      ...headers,
      'x-cloudscheduler': 'true',
      'x-cloudscheduler-jobname': job.name.slice(job.name.lastIndexOf('/') + 1),
      'x-cloudscheduler-scheduletime': new Date(scheduledAt).toISOString(),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: Buffer.from(body, 'base64') }),
  });
  await response.arrayBuffer();
  if (response.ok) return { code: STATUS.OK, message: '' };
  return { code: codeOf(response.status), message: `The target answered ${response.status}.` };
}

/** The canonical code of an HTTP status: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const CODES: Record<number, number> = {
  400: STATUS.INVALID_ARGUMENT,
  401: STATUS.UNAUTHENTICATED,
  403: STATUS.PERMISSION_DENIED,
  404: STATUS.NOT_FOUND,
  409: STATUS.ABORTED,
  429: STATUS.RESOURCE_EXHAUSTED,
  500: STATUS.INTERNAL,
  501: STATUS.UNIMPLEMENTED,
  503: STATUS.UNAVAILABLE,
  504: STATUS.DEADLINE_EXCEEDED,
};
const codeOf = (status: number): number => CODES[status] ?? STATUS.UNKNOWN;
