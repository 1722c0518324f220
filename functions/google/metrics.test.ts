/** Metrics as a receiver of OTLP gets them: a real one, on a port of its own. */
import { createServer, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listen, readBody } from '../../local/http.ts';
import { memoryHub } from '../../local/memory/hub.ts';
import { CLUSTERS, type Cluster, shapeOf } from '../../shared/documents/cluster.ts';
import { rowOf, stepNames } from '../../shared/lifecycle/table.ts';
import { hours } from '../../shared/units.ts';
import { aSpec } from '../../test/builders.ts';
import { command, conceive, createClusters } from '../dispatch/commands.ts';
import { createLog } from '../log.ts';
import { INSTRUMENTS, type Metrics, silentMetrics } from '../metrics.ts';
import { createOtlpMetrics, type OtlpMetricsOptions } from './metrics.ts';

interface Point {
  attributes: { key: string; value: { stringValue?: string } }[];
  count?: number;
  sum?: number;
  asDouble?: number;
  asInt?: number;
}
interface Sent {
  resourceMetrics: {
    resource: { attributes: { key: string; value: { stringValue: string } }[] };
    scopeMetrics: { metrics: { name: string; [kind: string]: unknown }[] }[];
  }[];
}

let received: Sent[];
let answer: (request: IncomingMessage) => Promise<number> | number;
let body: object;
let receiver: Awaited<ReturnType<typeof listen>>;

beforeEach(async () => {
  received = [];
  answer = () => 200;
  body = {};
  const server = createServer(async (request, response) => {
    const text = (await readBody(request)).toString();
    const status = await answer(request);
    if (status === 200) received.push(JSON.parse(text));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  receiver = await listen(server, 0);
});
afterEach(() => receiver.close());

const metricsTo = (endpoint: string, more: Partial<OtlpMetricsOptions> = {}): Metrics =>
  createOtlpMetrics({
    ...{ endpoint, functionName: 'step-provision', version: '7', cell: 'default', instance: 'one' },
    // The machine of a test may be slow.
    waitMs: 60_000,
    ...more,
  });
const here = () => `http://127.0.0.1:${receiver.port}`;

/** The newest values of an instrument. */
function pointsOf(name: string): { attributes: Record<string, string>; value: number; sum?: number }[] {
  const newest = received.at(-1)?.resourceMetrics[0]?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? [];
  const found = newest.find((metric) => metric.name === name);
  const { dataPoints = [] } = (found?.histogram ?? found?.sum ?? found?.gauge ?? {}) as {
    dataPoints?: Point[];
  };
  return dataPoints.map(({ attributes, count, sum, asDouble, asInt }) => ({
    attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? ''])),
    value: Number(count ?? asDouble ?? asInt),
    ...(sum !== undefined && { sum }),
  }));
}

/** Who counted, as the newest sending says. */
function resource(): Record<string, string> {
  const { attributes = [] } = received.at(-1)?.resourceMetrics[0]?.resource ?? {};
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));
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
    });
  });

  test('says where it was, without which Google takes none of it', async () => {
    const metrics = metricsTo(here(), { region: 'europe-west1' });
    await metrics.during(async () => metrics.record('claims', 1, { result: 'hit' }));
    expect(resource()).toMatchObject({ 'cloud.region': 'europe-west1', 'cloud.platform': 'gcp_cloud_run' });
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
    await metrics.during(async () => metrics.record('claims', 1, { result: 'hit' }));
    await Promise.all(
      Array.from({ length: 20 }, () =>
        metrics.during(async () => metrics.record('claims', 1, { result: 'hit' })),
      ),
    );
    expect(pointsOf('hub.pool.claims')).toEqual([{ attributes: { result: 'hit' }, value: 21 }]);
    expect(received.length).toBeLessThanOrEqual(3);
  });

  test('is sent once: nothing new, nothing sent', async () => {
    const metrics = metricsTo(here());
    await metrics.during(async () => metrics.record('claims', 1, { result: 'hit' }));
    await metrics.during(async () => undefined);
    expect(received).toHaveLength(1);
  });

  test('comes with the second answer of a function for which somebody waits', async () => {
    const metrics = metricsTo(here(), { isWaitedFor: true });
    await metrics.during(async () => metrics.record('claims', 1, { result: 'hit' }));
    expect(received).toHaveLength(0);
    // What is loaded meanwhile shows in what comes after it.
    await expect
      .poll(async () => {
        await metrics.during(async () => undefined);
        return pointsOf('hub.pool.claims');
      })
      .toEqual([{ attributes: { result: 'hit' }, value: 1 }]);
  });
});

describe('a receiver', () => {
  test('that answers well and takes nothing is heard, once', async () => {
    const lines: object[] = [];
    const log = createLog((severity, event, fields) => lines.push({ severity, event, ...fields }));
    const metrics = metricsTo(here(), { log });
    for (const rejectedDataPoints of [1, 2]) {
      body = { partialSuccess: { rejectedDataPoints, errorMessage: 'location is empty' } };
      await metrics.during(async () => metrics.record('claims', 1, { result: 'hit' }));
    }
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
    let asked = 0;
    answer = () => {
      asked++;
      return status();
    };
    const metrics = metricsTo(here());
    const once = () =>
      metrics.during(async () => {
        metrics.record('claims', 1, { result: 'hit' });
        return 'done';
      });
    expect(await once()).toBe('done');
    const first = asked;
    expect(first).toBeGreaterThan(0);
    expect(await once()).toBe('done');
    expect(asked).toBe(first);
  });

  test('that never answers keeps nobody longer than it may', async () => {
    let over = (_: number): void => undefined;
    answer = () => new Promise((resolve) => (over = resolve));
    const metrics = metricsTo(here(), { waitMs: 1 });
    // It ends at all: the receiver answers only afterwards.
    await metrics.during(async () => metrics.record('claims', 1, { result: 'hit' }));
    over(200);
  });

  test('that is not there fails nobody', async () => {
    const metrics = metricsTo('http://127.0.0.1:1');
    expect(await metrics.during(async () => 'done')).toBe('done');
    metrics.record('claims', 1, { result: 'hit' });
    expect(await metrics.during(async () => 'done')).toBe('done');
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

  const sent = JSON.stringify(received);
  for (const word of [id, 'ada', 'thesis', 'example.com']) expect(sent).not.toContain(word);
  const values = new Set(done.map(({ attributes }) => attributes.step));
  expect([...values].every((step) => (stepNames as readonly string[]).includes(step ?? ''))).toBe(true);
});

test('every instrument has a name of its own that any receiver takes', () => {
  const names = Object.values(INSTRUMENTS).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^hub\.[a-z][a-z_.]*$/.test(name))).toEqual([]);
});
