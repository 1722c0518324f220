/** Firing on a virtual clock, with targets in place of the network. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../functions/log.ts';
import { hours, minutes, seconds } from '../../shared/units.ts';
import { type LocalClock, type VirtualClock, virtualClock } from '../clock.ts';
import { createFaults } from '../faults.ts';
import { seededRandom } from '../random.ts';
import { STATUS } from '../service.ts';
import { journaledStore, memoryStore, type Store } from '../store.ts';
import { backoffMs, type JobSpec } from './job.ts';
import { type AttemptResult, createScheduler } from './model.ts';

const START = Date.UTC(2026, 0, 1, 12, 0, 30);
const OK: AttemptResult = { code: STATUS.OK, message: '' };
const FAILED: AttemptResult = { code: STATUS.UNAVAILABLE, message: 'down' };

const aJob = (spec: Partial<JobSpec> = {}): JobSpec => ({
  name: 'sweep',
  schedule: '* * * * *',
  target: { kind: 'pubsub', topicName: 'projects/demo-hub/topics/sweep', data: 'e30=', attributes: {} },
  ...spec,
});

function aScheduler(
  options: {
    clock?: VirtualClock;
    /** What models see of the clock, if not the clock itself. */
    local?: LocalClock;
    store?: Store;
    answer?: (attempt: number) => AttemptResult | Promise<AttemptResult>;
  } = {},
) {
  const clock = options.clock ?? virtualClock({ startMs: START });
  const random = seededRandom(5);
  const faults = createFaults({}, random);
  /** Seconds after START. */
  const fired: number[] = [];
  const model = createScheduler(
    {
      projectId: 'demo-hub',
      clock: options.local ?? clock,
      random,
      faults,
      store: options.store ?? memoryStore(),
      log: silentLog,
    },
    async () => {
      fired.push((clock.now() - START) / 1000);
      return (await options.answer?.(fired.length)) ?? OK;
    },
  );
  return { model, clock, faults, fired };
}

describe('firing', () => {
  test('a job of every minute fires at each full minute', async () => {
    const { model, clock, fired } = aScheduler();
    model.createJob(aJob());
    await clock.runFor(minutes(3));
    expect(fired).toEqual([30, 90, 150]);
  });

  test('a timer that is early by a millisecond, as those of Node may be, fires a job once all the same', async () => {
    const clock = virtualClock({ startMs: START });
    const local: LocalClock = { ...clock, schedule: (atMs, run) => clock.schedule(atMs - 1, run) };
    const { model, fired } = aScheduler({ clock, local });
    model.createJob(aJob());
    await clock.runFor(minutes(3));
    expect(fired.map(Math.round)).toEqual([30, 90, 150]);
  });

  test('a faster cloud fires as much sooner', async () => {
    const clock = virtualClock({ startMs: START });
    const speed = 60;
    const local: LocalClock = {
      ...clock,
      after: (durationMs) => clock.now() + durationMs / speed,
      elapsed: (sinceMs) => (clock.now() - sinceMs) * speed,
    };
    const { model, fired } = aScheduler({ clock, local });
    model.createJob(aJob());
    model.createJob(aJob({ name: 'daily', schedule: '0 0 * * *' }));
    await clock.runFor(seconds(4));
    expect(fired).toEqual([0.5, 1.5, 2.5, 3.5]);
    // From 12:00:30 to midnight are 11 h 59 min 30 s.
    expect((model.job('daily').next?.fireAt ?? 0) - START).toBe((hours(12) - seconds(30)) / speed);
  });

  test('the time zone of the schedule counts, also over a change to summer time', async () => {
    const clock = virtualClock({ startMs: Date.UTC(2026, 2, 28, 12) });
    const { model } = aScheduler({ clock });
    const next = () => new Date(model.job('early').next?.fireAt ?? 0).toISOString();
    model.createJob(aJob({ name: 'early', schedule: '30 6 * * *', timeZone: 'Europe/Berlin' }));
    await clock.runFor(0);
    expect(next()).toBe('2026-03-29T04:30:00.000Z');
    await clock.runUntil(Date.UTC(2026, 2, 29, 5));
    expect(next()).toBe('2026-03-30T04:30:00.000Z');
  });

  test('missed-fire skips one firing, double-fire makes two of one', async () => {
    const { model, clock, faults, fired } = aScheduler();
    model.createJob(aJob());
    faults.force('missed-fire', { times: 1, subject: 'sweep' });
    await clock.runFor(minutes(2));
    faults.force('double-fire', { times: 1, subject: 'sweep' });
    await clock.runFor(minutes(2));
    expect(fired).toEqual([90, 150, 150, 210]);
  });

  test('a firing that comes while the job still runs starts when that ends', async () => {
    let release = (_: AttemptResult): void => undefined;
    const { model, clock, fired } = aScheduler({
      answer: (attempt) =>
        attempt === 1
          ? new Promise((resolve) => {
              release = resolve;
            })
          : OK,
    });
    model.createJob(aJob({ attemptDeadlineMs: minutes(30) }));
    await clock.runFor(seconds(130));
    expect(fired).toEqual([30]);
    release(OK);
    await clock.runFor(seconds(5));
    expect(fired).toEqual([30, 130]);
  });

  test('a target that does not answer is DEADLINE_EXCEEDED after the attempt deadline', async () => {
    const { model, clock } = aScheduler({ answer: () => new Promise(() => undefined) });
    model.createJob(aJob({ schedule: '0 * * * *', attemptDeadlineMs: seconds(20) }));
    model.runJob('sweep');
    await clock.runFor(seconds(21));
    expect(model.job('sweep').status).toMatchObject({ code: STATUS.DEADLINE_EXCEEDED });
  });
});

describe('retries', () => {
  test('the waits double, then rise linearly, up to the longest', () => {
    const config = {
      retryCount: 5,
      maxRetryDurationMs: 0,
      minBackoffMs: seconds(10),
      maxBackoffMs: seconds(300),
      maxDoublings: 3,
    };
    const waits = Array.from({ length: 8 }, (_, retries) => backoffMs(config, retries) / 1000);
    expect(waits).toEqual([10, 20, 40, 80, 160, 240, 300, 300]);
  });

  test('a failed execution is tried again as often as it may', async () => {
    const { model, clock, fired } = aScheduler({ answer: () => FAILED });
    model.createJob(
      aJob({ schedule: '0 * * * *', retryConfig: { retryCount: 3, minBackoffMs: seconds(5) } }),
    );
    model.runJob('sweep');
    await clock.runFor(minutes(30));
    expect(fired).toEqual([0, 5, 15, 35]);
    expect(model.job('sweep')).toMatchObject({ status: FAILED, lastAttemptTime: START + seconds(35) });
  });

  test('success ends them', async () => {
    const { model, clock, fired } = aScheduler({ answer: (attempt) => (attempt < 2 ? FAILED : OK) });
    model.createJob(aJob({ schedule: '0 * * * *', retryConfig: { retryCount: 3 } }));
    model.runJob('sweep');
    await clock.runFor(minutes(30));
    expect(fired).toEqual([0, 5]);
    expect(model.job('sweep').status).toEqual(OK);
  });

  test('so does the next firing', async () => {
    const { model, clock, fired } = aScheduler({ answer: (attempt) => (attempt < 3 ? FAILED : OK) });
    model.createJob(aJob({ retryConfig: { retryCount: 5, minBackoffMs: seconds(40) } }));
    await clock.runFor(seconds(160));
    // 30 fails, 70 fails, the retry of 150 gives way to the firing of 90.
    expect(fired).toEqual([30, 70, 90, 150]);
  });

  test('a job without retries waits for its next firing', async () => {
    const { model, clock, fired } = aScheduler({ answer: () => FAILED });
    model.createJob(aJob());
    await clock.runFor(minutes(2));
    expect(fired).toEqual([30, 90]);
  });
});

describe('pause, resume, run', () => {
  test('a paused job does not fire; resumed it goes on with the next', async () => {
    const { model, clock, fired } = aScheduler();
    model.createJob(aJob());
    await clock.runFor(minutes(1));
    model.pauseJob('sweep');
    expect(() => model.pauseJob('sweep')).toThrow(
      expect.objectContaining({ code: STATUS.FAILED_PRECONDITION }),
    );
    await clock.runFor(minutes(5));
    model.resumeJob('sweep');
    await clock.runFor(minutes(1));
    expect(fired).toEqual([30, 390]);
  });

  test('a job can be run at once, also while it is paused', async () => {
    const { model, clock, fired } = aScheduler();
    model.createJob(aJob());
    model.pauseJob('sweep');
    model.runJob('sweep');
    await clock.runFor(minutes(5));
    expect(fired).toEqual([0]);
  });

  test('a deleted job never fires again', async () => {
    const { model, clock, fired } = aScheduler();
    model.createJob(aJob());
    model.deleteJob('sweep');
    await clock.runFor(minutes(5));
    expect(fired).toEqual([]);
    expect(() => model.job('sweep')).toThrow(expect.objectContaining({ code: STATUS.NOT_FOUND }));
  });
});

describe('what is not valid', () => {
  test.each([
    ['every 5 minutes', 'Etc/UTC'],
    ['*/30 * * * * *', 'Etc/UTC'],
    ['@daily', 'Etc/UTC'],
    ['0 0 L * *', 'Etc/UTC'],
    ['61 * * * *', 'Etc/UTC'],
    ['* * * * *', 'Mars/Olympus'],
  ])('the schedule %s in %s is refused', (schedule, timeZone) => {
    const { model } = aScheduler();
    expect(() => model.createJob(aJob({ schedule, timeZone }))).toThrow(
      expect.objectContaining({
        code: STATUS.INVALID_ARGUMENT,
        message: 'Schedule or time zone is invalid.',
      }),
    );
  });

  test.each(['*/5 * * * *', '0 9-17 * * MON-FRI', '15,45 0 1 jan,jul *'])(
    'the schedule %s is taken',
    (schedule) => {
      const { model } = aScheduler();
      expect(model.createJob(aJob({ schedule })).next).toBeDefined();
    },
  );

  test('a second job of the name is ALREADY_EXISTS; ensuring it again keeps its next firing', () => {
    const { model } = aScheduler();
    const { next } = model.createJob(aJob());
    expect(() => model.createJob(aJob())).toThrow(expect.objectContaining({ code: STATUS.ALREADY_EXISTS }));
    expect(model.ensureJob(aJob({ description: 'again' }))).toMatchObject({ description: 'again', next });
  });
});

describe('after a kill', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hub-scheduler-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('jobs go on, and what they missed is not made up for', async () => {
    const before = aScheduler({ store: journaledStore(folder, 'scheduler') });
    before.model.createJob(aJob());
    before.model.createJob(aJob({ name: 'hourly', schedule: '0 * * * *' }));
    before.model.createJob(aJob({ name: 'paused' }));
    before.model.pauseJob('paused');
    await before.clock.runFor(minutes(1));

    const clock = virtualClock({ startMs: START + minutes(10) });
    const after = aScheduler({ store: journaledStore(folder, 'scheduler'), clock });
    await clock.runFor(seconds(45));
    expect(after.fired).toEqual([630]);
    expect(after.model.job('hourly').next).toEqual(before.model.job('hourly').next);
    expect(after.model.job('paused').state).toBe('PAUSED');
  });

  test('a retry that was still to come is made', async () => {
    const retryConfig = { retryCount: 1, minBackoffMs: minutes(5) };
    const before = aScheduler({ store: journaledStore(folder, 'scheduler'), answer: () => FAILED });
    before.model.createJob(aJob({ schedule: '0 * * * *', retryConfig }));
    before.model.runJob('sweep');
    await before.clock.runFor(seconds(1));

    const clock = virtualClock({ startMs: START + minutes(1) });
    const after = aScheduler({ store: journaledStore(folder, 'scheduler'), clock });
    await clock.runFor(minutes(10));
    expect(after.fired).toEqual([300]);
  });
});
