/**
 * A job as it is stored, its defaults, and what the service refuses about it.
 * Limits: the comments of google/cloud/scheduler/v1/job.proto.
 */
import { Cron } from 'croner';
import { hours, minutes, seconds } from '../../shared/units.ts';
import { ServiceError, STATUS } from '../service.ts';

export type HttpMethod = 'POST' | 'GET' | 'HEAD' | 'PUT' | 'DELETE' | 'PATCH' | 'OPTIONS';

export type Target =
  | { kind: 'pubsub'; topicName: string /** Base64. */; data: string; attributes: Record<string, string> }
  | {
      kind: 'http';
      uri: string;
      method: HttpMethod;
      headers: Record<string, string>;
      /** Base64. */
      body: string;
      /** An empty audience means the address itself. */
      oidcToken?: { serviceAccountEmail: string; audience: string };
    };

/** All durations are cloud time. */
interface RetryConfig {
  retryCount: number;
  /** 0: unlimited. */
  maxRetryDurationMs: number;
  minBackoffMs: number;
  maxBackoffMs: number;
  maxDoublings: number;
}

export interface Job {
  /** `projects/<project>/locations/<location>/jobs/<id>` */
  name: string;
  description: string;
  /** Five fields of unix-cron. */
  schedule: string;
  timeZone: string;
  target: Target;
  state: 'ENABLED' | 'PAUSED';
  retryConfig: RetryConfig;
  /** Cloud time; for HTTP targets. */
  attemptDeadlineMs: number;
  userUpdateTime: number;
  lastAttemptTime?: number;
  /** google.rpc.Status of the last attempt. */
  status?: { code: number; message: string };
  /** The next firing: what the calendar says then, and the instant at which it is then. Absent while paused. */
  next?: { calendarAt: number; fireAt: number };
  /** An execution that failed and is tried again at an instant. */
  retrying?: { scheduledAt: number; retries: number; firstAt: number; at: number };
}

export type JobSpec = Pick<Job, 'name' | 'schedule' | 'target'> &
  Partial<Pick<Job, 'description' | 'timeZone' | 'attemptDeadlineMs'>> & {
    retryConfig?: Partial<RetryConfig>;
  };

/** What a caller sets; the rest is the service's. */
export type JobSettings = Omit<
  Job,
  'state' | 'userUpdateTime' | 'lastAttemptTime' | 'status' | 'next' | 'retrying'
>;

const DEFAULT_RETRY: RetryConfig = {
  retryCount: 0,
  maxRetryDurationMs: 0,
  minBackoffMs: seconds(5),
  maxBackoffMs: hours(1),
  maxDoublings: 5,
};

export const invalid = (message: string): ServiceError => new ServiceError(STATUS.INVALID_ARGUMENT, message);

/** Fills in the defaults. @throws ServiceError INVALID_ARGUMENT */
export function completeJob(spec: JobSpec): JobSettings {
  const job: JobSettings = {
    description: '',
    ...spec,
    timeZone: spec.timeZone || 'Etc/UTC',
    attemptDeadlineMs: spec.attemptDeadlineMs || minutes(3),
    retryConfig: { ...DEFAULT_RETRY, ...spec.retryConfig },
  };
  if (!/^projects\/[\w:.-]+\/locations\/[a-z0-9-]+\/jobs\/[\w-]{1,500}$/.test(job.name)) {
    throw invalid(
      `Job name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/jobs/<JOB_ID>" (got "${job.name}").`,
    );
  }
  if (job.description.length > 500) throw invalid('Job.description must not be longer than 500 characters.');
  parseSchedule(job);
  const { retryCount, minBackoffMs, maxBackoffMs, maxDoublings } = job.retryConfig;
  if (retryCount < 0 || retryCount > 5) throw invalid('RetryConfig.retry_count must be between 0 and 5.');
  if (minBackoffMs > maxBackoffMs || maxDoublings < 0) {
    throw invalid(
      'RetryConfig: min_backoff_duration must not exceed max_backoff_duration, nor max_doublings be negative.',
    );
  }
  requireTarget(job);
  return job;
}

function requireTarget({ target, attemptDeadlineMs }: JobSettings): void {
  if (target.kind === 'pubsub') {
    if (!/^projects\/[^/]+\/topics\/[^/]+$/.test(target.topicName)) {
      throw invalid(`Invalid topic name given (topic_name=${target.topicName}).`);
    }
    if (!target.data && Object.keys(target.attributes).length === 0) {
      throw invalid('Pubsub message must contain either non-empty data, or at least one attribute.');
    }
    return;
  }
  if (!/^https?:\/\//.test(target.uri) || !URL.canParse(target.uri)) {
    throw invalid(`HttpTarget.uri must be a valid http or https URL (got "${target.uri}").`);
  }
  if (target.body && !['POST', 'PUT', 'PATCH'].includes(target.method)) {
    throw invalid(`HttpTarget.body is not allowed with ${target.method}.`);
  }
  if (attemptDeadlineMs < seconds(15) || attemptDeadlineMs > minutes(30)) {
    throw invalid('Job.attempt_deadline must be between 15 seconds and 30 minutes.');
  }
}

/** Digits, names, `*`, ranges, lists and steps: https://man7.org/linux/man-pages/man5/crontab.5.html; croner knows more. */
const FIELD = /^[\dA-Za-z*,/-]+$/;
const NAMES = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)$/i;

/** @throws ServiceError INVALID_ARGUMENT */
function parseSchedule({ schedule, timeZone }: Pick<Job, 'schedule' | 'timeZone'>): Cron {
  const fields = schedule.trim().split(/\s+/);
  const names = schedule.match(/[A-Za-z]+/g) ?? [];
  try {
    if (!fields.every((field) => FIELD.test(field)) || !names.every((name) => NAMES.test(name))) {
      throw new TypeError('not unix-cron');
    }
    // croner finds out about a wrong zone only when it computes.
    new Intl.DateTimeFormat('en', { timeZone });
    // Given no function, it only computes; it never arms a timer.
    return new Cron(fields.join(' '), { timezone: timeZone, mode: '5-part' });
  } catch {
    throw invalid('Schedule or time zone is invalid.');
  }
}

/** The first instant of the schedule after that one; undefined if there is none (a 30 February). */
export const nextOf = (job: Pick<Job, 'schedule' | 'timeZone'>, afterMs: number): number | undefined =>
  parseSchedule(job).nextRun(new Date(afterMs))?.getTime();

/** The wait before a retry (0 is the first): it doubles `maxDoublings` times, then rises linearly. */
export function backoffMs(
  { minBackoffMs, maxBackoffMs, maxDoublings }: RetryConfig,
  retries: number,
): number {
  const doublings = Math.min(retries, maxDoublings);
  return Math.min(maxBackoffMs, minBackoffMs * 2 ** doublings * (retries - doublings + 1));
}
