/** Metrics as a receiver of OTLP gets them: one on a port of its own, as strict as Google's. Time is virtual. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type VirtualClock, virtualClock } from '../../local/clock.ts';
import { memoryHub } from '../../local/memory/hub.ts';
import { serveTelemetry, type Telemetry } from '../../local/telemetry/server.ts';
import { CLUSTERS, type Cluster, shapeOf } from '../../shared/documents/cluster.ts';
import { rowOf, stepNames } from '../../shared/lifecycle/table.ts';
import { hours, minutes, seconds } from '../../shared/units.ts';
import { aSpec } from '../../test/builders.ts';
import { command, conceive, createClusters } from '../dispatch/commands.ts';
import { createLog } from '../log.ts';
import { INSTRUMENTS, silentMetrics } from '../metrics.ts';
import { SLOS } from '../slos.ts';
import { createOtlpMetrics, type OtlpMetrics, type OtlpMetricsOptions, SPACING_MS } from './metrics.ts';

let receiver: Telemetry;
let answer: () => Promise<number> | number;
let clock: VirtualClock;

beforeEach(async () => {
  answer = () => 200;
  clock = virtualClock();
  receiver = await serveTelemetry(0, () => answer());
});
afterEach(() => receiver.close());

const metricsTo = (endpoint: string, more: Partial<OtlpMetricsOptions> = {}): OtlpMetrics =>
  createOtlpMetrics({
    ...{ endpoint, functionName: 'step-provision', version: '7', cell: 'default', instance: 'one' },
    region: 'europe-west1',
    clock,
    ...more,
  });
const here = () => `http://127.0.0.1:${receiver.port}`;

/** One invocation that counts one, and whatever time it stays for that. */
async function claim(metrics: OtlpMetrics): Promise<void> {
  const ended = metrics.during(async () => metrics.record('claims', 1, { result: 'hit' }));
  await clock.runFor(SPACING_MS);
  await ended;
}

/** The newest values of an instrument. */
function pointsOf(name: string): { attributes: Record<string, string>; value: number; sum?: number }[] {
  const all = receiver.model.taken.filter(({ metric }) => metric === name);
  const newest = new Map(all.map((one) => [JSON.stringify(one.attributes), one]));
  return [...newest.values()].map(({ attributes, point: { count, sum, asDouble, asInt } }) => ({
    attributes,
    value: Number(count ?? asDouble ?? asInt),
    ...(sum !== undefined && { sum }),
  }));
}
const hits = () => pointsOf('hub.pool.claims')[0]?.value;

/** Who counted, as the newest point says. */
const resource = () => receiver.model.taken.at(-1)?.resource;

/** A request that is under way: the receiver has it, and does not answer before it is let. */
function slowAnswer(): { arrived: Promise<void>; let: () => void } {
  let [arrive, let_] = [(): void => undefined, (_: number): void => undefined];
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  const answered = new Promise<number>((resolve) => (let_ = resolve));
  answer = () => {
    arrive();
    return answered;
  };
  return { arrived, let: () => let_(200) };
}

describe('what an invocation recorded', () => {
  test('has been sent when it ends, by name and with who counted', async () => {
    const metrics = metricsTo(here());
    const result = await metrics.during(async () => {
      metrics.record('steps', 0.5, { step: 'provision', outcome: 'wait' });
      metrics.record('steps', 1.5, { step: 'provision', outcome: 'wait' });
      metrics.record('stepFailures', 1, { step: 'provision', code: 'ZONE_EXHAUSTED' });
      metrics.record('stuck', 3, {});
      return 'done';
    });
    expect(result).toBe('done');
    expect(pointsOf('hub.step.duration')).toEqual([
      { attributes: { step: 'provision', outcome: 'wait' }, value: 2, sum: 2 },
    ]);
    expect(pointsOf('hub.step.failures')).toEqual([
      { attributes: { step: 'provision', code: 'ZONE_EXHAUSTED' }, value: 1 },
    ]);
    expect(pointsOf('hub.clusters.stuck')).toEqual([{ attributes: {}, value: 3 }]);
    expect(resource()).toEqual({
      'service.namespace': 'hub',
      'service.name': 'step-provision',
      'service.version': '7',
      'service.instance.id': 'one',
      'hub.cell': 'default',
      'cloud.region': 'europe-west1',
      'cloud.platform': 'gcp_cloud_run',
    });
    expect(receiver.refused).toEqual([]);
  });

  test('is sent though the invocation failed, and what it threw is thrown', async () => {
    const metrics = metricsTo(here());
    const failing = metrics.during(async () => {
      metrics.record('claims', 1, { result: 'hit' });
      throw new Error('mine');
    });
    await expect(failing).rejects.toThrow('mine');
    expect(pointsOf('hub.pool.claims')).toEqual([{ attributes: { result: 'hit' }, value: 1 }]);
  });

  test('is sent by the last of several to end', async () => {
    const metrics = metricsTo(here());
    await claim(metrics);
    await Promise.all(Array.from({ length: 20 }, () => claim(metrics)));
    expect(hits()).toBe(21);
    expect(receiver.asked).toBeLessThanOrEqual(3);
  });

  test('is sent once: nothing new, nothing sent', async () => {
    const metrics = metricsTo(here());
    await claim(metrics);
    await metrics.during(async () => undefined);
    expect(receiver.asked).toBe(1);
  });

  test('begins before it ends, whenever it was counted first', async () => {
    const metrics = metricsTo(here());
    await claim(metrics);
    await clock.runFor(hours(1));
    await metrics.during(async () => metrics.record('toReady', 400, { way: 'cold' }));
    expect(receiver.refused).toEqual([]);
    // What came now is not spread over the hour before.
    const [ready] = receiver.model.taken.filter(({ metric }) => metric === 'hub.ready.duration');
    expect(ready).toMatchObject({ startMs: clock.now() - 1, atMs: clock.now() });
    await clock.runFor(minutes(1));
    await claim(metrics);
    const starts = receiver.model.taken.filter(({ metric }) => metric === 'hub.pool.claims');
    expect(new Set(starts.map(({ startMs }) => startMs)).size).toBe(1);
  });

  test('of a burst arrives to its last value, and no two sendings are closer than the receiver takes', async () => {
    const metrics = metricsTo(here());
    for (let value = 1; value <= 5; value++) {
      const ended = metrics.during(async () => metrics.record('stuck', value, {}));
      await clock.runFor(seconds(1));
      if (value === 1) await ended;
    }
    await clock.runFor(SPACING_MS);
    await metrics.during(async () => undefined);
    expect(receiver.refused).toEqual([]);
    expect(pointsOf('hub.clusters.stuck')).toEqual([{ attributes: {}, value: 5 }]);
    const times = [...new Set(receiver.model.taken.map(({ atMs }) => atMs))];
    expect(times.length).toBeGreaterThan(1);
    for (const [index, atMs] of times.entries())
      if (index > 0) expect(atMs - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(seconds(5));
  });

  test('is sent 15 s after a sending that was slow, and not lost to a pause', async () => {
    const metrics = metricsTo(here());
    const slow = slowAnswer();
    const first = metrics.during(async () => metrics.record('claims', 1, { result: 'hit' }));
    await slow.arrived;
    await clock.runFor(seconds(15));
    await first;
    // Now the processor is back, and so is the answer.
    answer = () => 200;
    slow.let();
    await metrics.during(async () => metrics.record('toReady', 400, { way: 'cold' }));
    expect(pointsOf('hub.ready.duration')).toEqual([{ attributes: { way: 'cold' }, value: 1, sum: 400 }]);
    expect(receiver.refused).toEqual([]);
  });

  test('keeps no invocation beyond the time that the platform gives it', async () => {
    const metrics = metricsTo(here(), { invocationMs: seconds(52) });
    await claim(metrics);
    const slow = slowAnswer();
    const beganMs = clock.now();
    let endedMs = 0;
    const ended = metrics
      .during(async () => {
        metrics.record('claims', 1, { result: 'hit' });
        await clock.sleepUntil(beganMs + seconds(50));
      })
      .then(() => (endedMs = clock.now()));
    await clock.runUntil(beganMs + seconds(50));
    await slow.arrived;
    await clock.runFor(seconds(9));
    await ended;
    expect(endedMs - beganMs).toBe(seconds(52));
    slow.let();
  });
});

describe('a function for whose answers somebody waits', () => {
  const ask = (metrics: OtlpMetrics, work: () => Promise<unknown> = async () => undefined) =>
    metrics.during(async () => {
      await work();
      metrics.record('claims', 1, { result: 'hit' });
    });

  test('sends beside the next request what the one before left, and no request waits for it', async () => {
    const metrics = metricsTo(here(), { isWaitedFor: true });
    await ask(metrics);
    expect(receiver.asked).toBe(0);
    const slow = slowAnswer();
    // What the first answer began to load is there sooner or later; each request ends while nothing is answered.
    await expect
      .poll(async () => {
        await ask(metrics);
        return receiver.asked;
      })
      .toBe(1);
    await ask(metrics);
    expect(receiver.asked).toBe(1);
    slow.let();
    await expect.poll(hits).toBeGreaterThan(0);
  });

  test('sends no more often than the receiver takes it, and what is left when the instance ends', async () => {
    const metrics = metricsTo(here(), { isWaitedFor: true });
    await ask(metrics);
    const rest = metrics.sendRest();
    await rest;
    expect(hits()).toBe(1);
    for (let i = 0; i < 5; i++) {
      await ask(metrics);
      await clock.runFor(seconds(1));
    }
    expect(receiver.asked).toBe(1);
    const last = metrics.sendRest();
    await clock.runFor(SPACING_MS);
    await last;
    expect(hits()).toBe(6);
    expect(receiver.refused).toEqual([]);
  });

  test('has its last values sent though the framework would end the process at once', async () => {
    const files = ['metrics.ts', 'before-exit.ts'].map((name) => new URL(name, import.meta.url).href);
    const program = `
      const [{ createOtlpMetrics }, { beforeExit }] = await Promise.all(${JSON.stringify(files)}.map((file) => import(file)));
      const alive = setInterval(() => undefined, 1000);
      process.on('SIGTERM', () => process.exit(3));
      const metrics = createOtlpMetrics({ endpoint: ${JSON.stringify(here())}, functionName: 'api', version: '7', cell: 'default',
        instance: 'one', region: 'europe-west1', isWaitedFor: true,
        // It never gives up: the machine of a test may be slow.
        clock: { now: () => Date.now(), sleepUntil: () => new Promise(() => undefined) } });
      beforeExit(() => metrics.sendRest());
      metrics.record('claims', 1, { result: 'miss' });
      console.log('ready');
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(3);
    expect(pointsOf('hub.pool.claims')).toEqual([{ attributes: { result: 'miss' }, value: 1 }]);
  });
});

describe('a receiver', () => {
  test('that answers well and takes nothing is heard, once', async () => {
    const lines: object[] = [];
    const log = createLog((severity, event, fields) => lines.push({ severity, event, ...fields }));
    // Google takes nothing of whoever does not say where it is.
    const metrics = metricsTo(here(), { log, region: undefined });
    for (let i = 0; i < 2; i++) await claim(metrics);
    expect(receiver.refused.length).toBeGreaterThan(1);
    expect(lines).toEqual([
      {
        severity: 'WARNING',
        event: 'metrics not taken',
        detail: expect.stringContaining('location is empty'),
      },
    ]);
  });

  test.each([
    ['that refuses', () => 400],
    ['that fails', () => 500],
  ])('%s fails nobody, and is left alone for a while', async (_, status) => {
    answer = status;
    const metrics = metricsTo(here());
    await claim(metrics);
    expect(receiver.asked).toBe(1);
    await claim(metrics);
    expect(receiver.asked).toBe(1);
    answer = () => 200;
    await clock.runFor(seconds(30));
    await claim(metrics);
    expect(hits()).toBe(3);
  });

  test('that is not there fails nobody', async () => {
    const metrics = metricsTo('http://127.0.0.1:1');
    expect(await metrics.during(async () => 'done')).toBe('done');
    const again = metrics.during(async () => {
      metrics.record('claims', 1, { result: 'hit' });
      return 'done';
    });
    await clock.runFor(minutes(1));
    expect(await again).toBe('done');
  });
});

test('the numbers of a known run: one cluster, made and deleted, and nothing that names anybody', async () => {
  const metrics = metricsTo(here());
  // On the virtual clock; only what it recorded is sent over a wire.
  const hub = memoryHub({ metrics: { ...silentMetrics, record: metrics.record } });
  hub.startScheduler();
  const spec = aSpec();
  const emails = { ada: 'ada@example.com' };
  const birth = conceive(hub.ports, { name: 'thesis', spec, shape: shapeOf(spec), owner: 'ada', emails });
  await hub.run(createClusters(hub.ports, [birth], []));
  const { id } = birth.cluster;
  const reach = (state: string) =>
    hub.until(
      async () => (await hub.documents.get<Cluster>(`${CLUSTERS}/${id}`))?.data.state === state,
      hours(4),
    );
  await reach('ready');
  const { createdAt, readyAt } = (await hub.documents.get<Cluster>(`${CLUSTERS}/${id}`))?.data ?? {};
  await hub.run(command(hub.ports, id, 'delete', 'ada'));
  await reach('deleted');
  await metrics.during(async () => undefined);

  const done = pointsOf('hub.step.duration').filter(({ attributes }) => attributes.outcome === 'done');
  const steps = ['provision', 'install', 'secure', 'expose', 'drain', 'deprovision', 'prove'].sort();
  expect(done.map(({ attributes }) => attributes.step).sort()).toEqual(steps);
  expect(done.every(({ value }) => value === 1)).toBe(true);
  expect(pointsOf('hub.step.failures')).toEqual([]);
  const took = ((readyAt?.getTime() ?? 0) - (createdAt?.getTime() ?? 0)) / 1000;
  const [ready] = pointsOf('hub.ready.duration');
  expect(ready).toMatchObject({ attributes: { way: 'cold' }, value: 1 });
  // The commit itself takes a moment of the clock.
  expect(Math.abs((ready?.sum ?? 0) - took)).toBeLessThan(1);
  const promisedS = ['provisioning', 'installing', 'securing', 'exposing'].reduce(
    (sum, state) =>
      sum + ((rowOf(state as Cluster['state']) as { expectedMs: number }).expectedMs ?? 0) / 1000,
    0,
  );
  const [error] = pointsOf('hub.ready.eta_error');
  expect(error?.attributes).toEqual({ way: 'cold', direction: took > promisedS ? 'late' : 'early' });
  expect(Math.abs((error?.sum ?? 0) - Math.abs(took - promisedS))).toBeLessThan(1);
  const sweptAtS = pointsOf('hub.sweep.last_end').find(
    ({ attributes }) => attributes.sweep === 'overdue',
  )?.value;
  expect(Math.abs((sweptAtS ?? 0) - hub.clock.now() / 1000)).toBeLessThan(120);

  const sent = receiver.bodies.join();
  for (const word of [id, 'ada', 'thesis', 'example.com']) expect(sent).not.toContain(word);
  const values = new Set(done.map(({ attributes }) => attributes.step));
  expect([...values].every((step) => (stepNames as readonly string[]).includes(step ?? ''))).toBe(true);
});

test('every instrument has a name of its own that any receiver takes', () => {
  const names = Object.values(INSTRUMENTS).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^hub\.[a-z][a-z_.]*$/.test(name))).toEqual([]);
});

test('what is judged by a time has a bucket that ends there', () => {
  expect(INSTRUMENTS.toReady.buckets).toContain(SLOS.readyS);
  expect(INSTRUMENTS.etaError.buckets).toContain(SLOS.etaErrorS);
  for (const spec of Object.values(INSTRUMENTS))
    if ('buckets' in spec)
      expect([...spec.buckets].sort((a, b) => a - b)).toEqual([...new Set(spec.buckets)]);
});
