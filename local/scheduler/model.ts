/**
 * Cloud Scheduler: jobs that fire by a cron schedule, at least once. `server.ts` is its gRPC face.
 *
 * Schedules are in cloud time: a job of every minute fires each real second at speed 60. Each job has a calendar of its own, which
 * starts at the real time at which the job was made and runs as fast as the cloud; what cron says is the distance between two
 * firings on that calendar, which the clock scales. At speed 1 the calendar is the real one. The instants shown are real.
 */
import { seconds } from '../../shared/units.ts';
import type { World } from '../service.ts';
import { ServiceError, STATUS } from '../service.ts';
import { backoffMs, completeJob, type Job, type JobSettings, type JobSpec, nextOf } from './job.ts';

/** What came of an attempt: google.rpc.Status, 0 being success. */
export interface AttemptResult {
  code: number;
  message: string;
}

/** Makes one attempt at an execution that was due at that instant; a rejection is UNKNOWN. */
export type Attempt = (job: Job, scheduledAt: number, signal: AbortSignal) => Promise<AttemptResult>;

/** Names are full, or short for a job in the world's project and `us-central1`. Everything throws `ServiceError`. */
export interface SchedulerModel {
  createJob(spec: JobSpec): Job;
  updateJob(settings: JobSettings): Job;
  /** Creates the job, or gives it these settings: for the start. An unchanged schedule keeps its next firing. */
  ensureJob(spec: JobSpec): Job;
  job(name: string): Job;
  jobs(): Job[];
  deleteJob(name: string): void;
  pauseJob(name: string): Job;
  resumeJob(name: string): Job;
  /** Starts an attempt now, also of a paused job or beside one that runs. No fault strikes. */
  runJob(name: string): Job;
  /** Stops all timers and attempts; the jobs stay in the store. */
  close(): void;
}

/** An attempt deadline bounds a target's real computing: it does not fall below this, in real milliseconds. */
const ATTEMPT_FLOOR_MS = seconds(5);

export function createScheduler(world: World, attempt: Attempt): SchedulerModel {
  const { clock, faults, store, log, projectId } = world;
  const rows = store.table<Job>('jobs');
  const timers = new Map<string, { next?: () => void; retry?: () => void }>();
  const running = new Map<string, Set<AbortController>>();
  /** Jobs whose time came while they ran: they start when that ends. */
  const overdue = new Set<string>();

  const fullName = (name: string): string =>
    name.includes('/') ? name : `projects/${projectId}/locations/us-central1/jobs/${name}`;
  const shortName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
  const find = (name: string): Job => {
    const job = rows.get(fullName(name));
    if (!job) throw new ServiceError(STATUS.NOT_FOUND, 'Job not found.');
    return job;
  };
  const timersOf = (name: string): { next?: () => void; retry?: () => void } => {
    const known = timers.get(name) ?? {};
    timers.set(name, known);
    return known;
  };

  /** The next firing after what its calendar says now; firings that have passed by are skipped. */
  function plan(job: Job): void {
    // Timers may be early by a millisecond: the same firing must not come once more.
    const calendarNow = job.next
      ? job.next.calendarAt + Math.max(0, clock.elapsed(job.next.fireAt))
      : clock.now();
    const calendarAt = nextOf(job, calendarNow);
    if (calendarAt === undefined) delete job.next;
    else job.next = { calendarAt, fireAt: clock.after(calendarAt - calendarNow) };
  }

  function arm(job: Job): void {
    const { name, next, retrying } = job;
    const armed = timersOf(name);
    armed.next?.();
    armed.retry?.();
    timers.set(name, {
      ...(next && { next: clock.schedule(next.fireAt, () => fire(name)) }),
      ...(retrying && { retry: clock.schedule(retrying.at, () => void execute(name, retrying.scheduledAt)) }),
    });
  }

  function disarm(name: string): void {
    const armed = timersOf(name);
    armed.next?.();
    armed.retry?.();
    timers.delete(name);
    overdue.delete(name);
  }

  /** Its time has come. */
  function fire(name: string): void {
    const job = find(name);
    const scheduledAt = job.next?.fireAt ?? clock.now();
    plan(job);
    // Retries end where the next execution begins.
    delete job.retrying;
    rows.set(name, job);
    arm(job);
    const subject = shortName(name);
    if (faults.hit('missed-fire', subject)) return;
    if (running.has(name)) {
      overdue.add(name);
      return;
    }
    void execute(name, scheduledAt);
    if (faults.hit('double-fire', subject)) void execute(name, scheduledAt);
  }

  async function execute(name: string, scheduledAt = clock.now()): Promise<void> {
    const controller = new AbortController();
    const together = running.get(name) ?? new Set();
    running.set(name, together.add(controller));
    const job = find(name);
    job.lastAttemptTime = clock.now();
    rows.set(name, job);
    const deadline = Math.max(clock.after(job.attemptDeadlineMs), clock.now() + ATTEMPT_FLOOR_MS);
    const late = new Promise<AttemptResult>((resolve) => {
      const stop = clock.schedule(deadline, () => {
        controller.abort();
        resolve({ code: STATUS.DEADLINE_EXCEEDED, message: 'The target did not answer in time.' });
      });
      controller.signal.addEventListener('abort', stop, { once: true });
    });
    const result = await Promise.race([
      late,
      attempt(job, scheduledAt, controller.signal).catch(
        (error: unknown): AttemptResult => ({ code: STATUS.UNKNOWN, message: String(error) }),
      ),
    ]);
    if (!together.delete(controller)) return; // Closed or deleted meanwhile.
    controller.abort(); // Takes back the timer of the deadline.
    if (together.size === 0) running.delete(name);
    conclude(name, result, scheduledAt);
    if (!running.has(name) && overdue.delete(name)) void execute(name);
  }

  function conclude(name: string, result: AttemptResult, scheduledAt: number): void {
    const job = find(name);
    job.status = result;
    if (result.code === STATUS.OK) delete job.retrying;
    else {
      log.warn('scheduler.failed', {
        resource: shortName(name),
        detail: result.message,
        status: result.code,
      });
      retryLater(job, scheduledAt);
    }
    rows.set(name, job);
    arm(job);
  }

  /** Until both the count and the time are used up; with a count of 0, never. */
  function retryLater(job: Job, scheduledAt: number): void {
    const { retryCount, maxRetryDurationMs } = job.retryConfig;
    const { retries, firstAt } = job.retrying ?? { retries: 0, firstAt: job.lastAttemptTime ?? clock.now() };
    const more = retries < retryCount || clock.elapsed(firstAt) < maxRetryDurationMs;
    if (retryCount === 0 || !more || job.state === 'PAUSED') {
      delete job.retrying;
      return;
    }
    const at = clock.after(backoffMs(job.retryConfig, retries));
    job.retrying = { scheduledAt, retries: retries + 1, firstAt, at };
  }

  function createJob(spec: JobSpec): Job {
    const settings = completeJob({ ...spec, name: fullName(spec.name) });
    if (rows.has(settings.name)) {
      throw new ServiceError(STATUS.ALREADY_EXISTS, `Job ${settings.name} already exists.`);
    }
    const job: Job = { ...settings, state: 'ENABLED', userUpdateTime: clock.now() };
    plan(job);
    rows.set(job.name, job);
    arm(job);
    return job;
  }

  function updateJob(settings: JobSettings): Job {
    const was = find(settings.name);
    const job: Job = { ...was, ...completeJob(settings), userUpdateTime: clock.now() };
    if (job.schedule !== was.schedule || job.timeZone !== was.timeZone) {
      delete job.next;
      delete job.retrying;
      if (job.state === 'ENABLED') plan(job);
    }
    rows.set(job.name, job);
    arm(job);
    return job;
  }

  // Resume: firings that were due while nothing ran are not made up for.
  for (const job of rows.values()) {
    const now = clock.now();
    if (job.retrying && job.retrying.at <= now) delete job.retrying;
    if (job.state === 'ENABLED' && (!job.next || job.next.fireAt <= now)) {
      plan(job);
      rows.set(job.name, job);
    }
    arm(job);
  }

  return {
    createJob,
    updateJob,
    ensureJob(spec) {
      const name = fullName(spec.name);
      return rows.has(name) ? updateJob(completeJob({ ...spec, name })) : createJob(spec);
    },
    job: find,
    jobs: () => [...rows.values()],
    deleteJob(name) {
      const job = find(name);
      disarm(job.name);
      for (const controller of running.get(job.name) ?? []) controller.abort();
      running.get(job.name)?.clear();
      running.delete(job.name);
      rows.delete(job.name);
    },
    pauseJob(name) {
      const job = find(name);
      if (job.state !== 'ENABLED') {
        throw new ServiceError(STATUS.FAILED_PRECONDITION, 'Job.state must be ENABLED for PauseJob.');
      }
      job.state = 'PAUSED';
      delete job.next;
      delete job.retrying;
      rows.set(job.name, job);
      disarm(job.name);
      return job;
    },
    resumeJob(name) {
      const job = find(name);
      if (job.state !== 'PAUSED') {
        throw new ServiceError(STATUS.FAILED_PRECONDITION, 'Job.state must be PAUSED for ResumeJob.');
      }
      job.state = 'ENABLED';
      plan(job);
      rows.set(job.name, job);
      arm(job);
      return job;
    },
    runJob(name) {
      const job = find(name);
      void execute(job.name);
      return job;
    },
    close() {
      for (const name of [...timers.keys()]) disarm(name);
      for (const controllers of running.values()) {
        for (const controller of controllers) controller.abort();
        controllers.clear();
      }
      running.clear();
    },
  };
}
