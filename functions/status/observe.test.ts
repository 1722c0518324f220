import { describe, expect, test } from 'vitest';
import { memoryHub } from '../../local/memory/hub.ts';
import type { StatusReply } from '../../shared/api/status.ts';
import { cellPath } from '../../shared/documents/account.ts';
import { type Status, statusDocument, statusPath } from '../../shared/documents/status.ts';
import { AppError } from '../../shared/errors.ts';
import { TOPICS } from '../../shared/messages.ts';
import { microsOf } from '../../shared/money.ts';
import { days, hours, minutes } from '../../shared/units.ts';
import { apiUnderTest } from '../../test/api.ts';
import { aCluster, clusterIdOf } from '../../test/builders.ts';
import { runHub } from '../../test/running-hub.ts';
import type { Instrument } from '../metrics.ts';
import type { Ports } from '../ports.ts';
import { observeStatus } from './observe.ts';

const PATH = statusPath('default');

function counting(ports: Ports) {
  const recorded = new Map<Instrument, number>();
  const metrics: Ports['metrics'] = {
    ...ports.metrics,
    record: (instrument, value) => void recorded.set(instrument, value),
  };
  return { ports: { ...ports, metrics }, recorded };
}

const notUsable = (type: string, since: Date) => ({
  state: 'ready' as const,
  conditions: [{ type, status: false, message: 'It is not so.', since }],
  flawedSince: since,
});

const statusOf = async (api: ReturnType<typeof apiUnderTest>): Promise<Status | undefined> =>
  (await api.documents.get<Status>(PATH))?.data;

describe('the status', () => {
  test('of a Hub that has made a cluster is found by the Scheduler’s own runs, and told to anybody', async () => {
    const hub = runHub();
    await hub.created({ product: 'hello' });
    // Durations are summed up every ten minutes.
    await hub.clock.runFor(minutes(15));
    const { data } = (await hub.documents.get<Status>(PATH)) ?? {};
    expect(statusDocument.parse(data)).toMatchObject({
      health: 'operational',
      deadLetters: 0,
      orphans: 0,
      stuck: 0,
    });
    expect(data?.readySeconds?.p50).toBeGreaterThan(60);
  });

  test('is not written while nothing changes, and asking costs a few reads', async () => {
    const hub = memoryHub();
    await hub.run(hub.ports.messages.publish(TOPICS.status, { schema: 1 }));
    await hub.clock.runFor(minutes(1));
    const { commits } = hub.documents.counters;
    const reads = hub.documents.counters.reads;
    await hub.run(hub.ports.messages.publish(TOPICS.status, { schema: 1 }));
    await hub.clock.runFor(minutes(1));
    expect(hub.documents.counters.commits).toBe(commits);
    expect(hub.documents.counters.reads - reads).toBeLessThanOrEqual(15);
  });

  test('does not say that spares are ready as they should be while nobody could use those that are', async () => {
    const hub = runHub({ inside: 'sketch' });
    await hub.pool(1, 'hello');
    const [id = ''] = await hub.spares();
    const ofPools = async () => (await hub.documents.get<Status>(PATH))?.data.components.pools.health;
    await hub.clock.runFor(minutes(2));
    expect(await ofPools()).toBe('operational');
    const counted = counting(hub.ports);
    const { provider } = hub.ports;
    hub.ports.provider = {
      ...provider,
      observeCluster: () => Promise.reject(new AppError('PERMISSION_DENIED')),
    };
    await hub.look(id);
    await hub.clock.runFor(hours(2));
    expect(await ofPools()).toBe('degraded');
    await hub.run(observeStatus(counted.ports));
    expect(counted.recorded.get('unseen')).toBe(1);
    hub.ports.provider = provider;
    await hub.clock.runFor(hours(1.1));
    expect(await ofPools()).toBe('operational');
    await hub.run(observeStatus(counted.ports));
    expect(counted.recorded.get('unseen')).toBe(0);
  });

  test('tells of what is overdue, stuck, late and without room', async () => {
    const api = apiUnderTest();
    const ago = (ms: number) => new Date(api.clock.now() - ms);
    const inState = (n: number, fields: Parameters<typeof aCluster>[0]) =>
      aCluster({ id: clusterIdOf(n), ...fields });
    await api.given(
      inState(1, { state: 'provisioning', since: ago(minutes(30)), dueAt: ago(minutes(5)) }),
      inState(2, { state: 'stuck', since: ago(days(1)) }),
      inState(3, { state: 'sharing', since: ago(minutes(6)) }),
      inState(4, { state: 'sharing', since: ago(minutes(7)) }),
      inState(5, { state: 'installing', since: ago(minutes(1)) }),
      inState(6, { state: 'ready', certificate: { renewAt: ago(days(2)) } }),
      inState(7, notUsable('Reachable', ago(hours(1)))),
      // Hub has hardly had time for it; and it can do no more.
      inState(8, notUsable('Reachable', ago(minutes(20)))),
      inState(9, notUsable('Exists', ago(days(1)))),
    );
    await api.documents.commit([
      { op: 'create', path: 'deadLetters/a', data: { state: 'open', format: 'message' } },
      { op: 'create', path: 'deadLetters/b', data: { state: 'replayed' } },
      { op: 'create', path: 'orphans/a', data: { state: 'unproven' } },
      { op: 'create', path: 'orphans/b', data: { state: 'gone' } },
    ]);
    const { ports, recorded } = counting(api.ports);
    await observeStatus(ports);
    const status = await statusOf(api);
    expect(status).toMatchObject({
      health: 'degraded',
      stuck: 1,
      deadLetters: 1,
      orphans: 1,
      overdueSeconds: 300,
    });
    expect(status?.components).toMatchObject({
      creating: { health: 'degraded' },
      deleting: { health: 'operational' },
      access: { health: 'degraded' },
      sweeps: { health: 'degraded' },
    });
    expect(Object.fromEntries(recorded)).toMatchObject({
      ...{ overdue: 300, stuck: 1, deadLetters: 1, orphans: 1, certificatesLate: 1, flawed: 1 },
      sweptAt: api.clock.now() / 1000,
    });
    // Nothing of a cluster is in it.
    expect(JSON.stringify(status)).not.toMatch(/[a-z2-7]{16}/);
    const { status: code, body, headers } = await api.send<StatusReply>('GET', '/v1/status');
    expect(code).toBe(200);
    expect(headers.get('cache-control')).toContain('public');
    expect(body).toMatchObject({
      status: 'degraded',
      stuck: 1,
      components: { access: { status: 'degraded' } },
    });
  });

  test('says how people get in as it is set up by now, and nothing where that is not known', async () => {
    const api = apiUnderTest();
    const told = async (signIn?: Status['signIn']): Promise<unknown> => {
      const { signIn: _, ...settings } = api.ports.settings;
      await observeStatus({ ...api.ports, settings: { ...settings, ...(signIn && { signIn }) } });
      const { body } = await api.send<StatusReply>('GET', '/v1/status');
      const status = await statusOf(api);
      expect(body.signIn).toEqual(status?.signIn);
      return status?.signIn;
    };
    const closed: Status['signIn'] = { ways: ['google', 'password'], open: false };
    expect(await told(closed)).toEqual(closed);
    expect(await told({ ...closed, open: true })).toEqual({ ...closed, open: true });
    expect(await told({ ...closed, ways: ['password'] })).toEqual({ ...closed, ways: ['password'] });
    expect(await told()).toBeUndefined();
  });

  test('has no room where people wait for it, and not where a spare does', async () => {
    const api = apiUnderTest();
    const error = { code: 'CELL_FULL' as const, message: '', remedy: '', fault: 'operator' as const };
    await api.given(aCluster({ id: clusterIdOf(1), state: 'queued', pool: 'large', error }));
    await observeStatus(api.ports);
    expect((await statusOf(api))?.components.creating.health).toBe('operational');
    await api.given(aCluster({ id: clusterIdOf(2), state: 'queued', owner: 'ada', error }));
    await observeStatus(api.ports);
    expect((await statusOf(api))?.components.creating.message).toContain('no room');
  });

  test('says how much of the cell’s money is taken, but not while the kill switch is the limit', async () => {
    const usedAt = async (cellHourlyMicros: number): Promise<object[]> => {
      const api = apiUnderTest();
      await api.documents.commit([
        {
          op: 'create',
          path: cellPath('default'),
          data: { schema: 1, clusters: 1, hourlyMicros: microsOf(1) },
        },
      ]);
      const used: object[] = [];
      const settings = { ...api.ports.settings, limits: { ...api.ports.settings.limits, cellHourlyMicros } };
      const record: Ports['metrics']['record'] = (instrument, value, attributes) => {
        if (instrument === 'allowance') used.push({ value, ...attributes });
      };
      await observeStatus({ ...api.ports, settings, metrics: { ...api.ports.metrics, record } });
      return used;
    };
    expect(await usedAt(microsOf(2))).toContainEqual({ value: 0.5, limit: 'money' });
    expect(await usedAt(microsOf(0.01))).toEqual([expect.objectContaining({ limit: 'clusters' })]);
  });

  test('is told of what is hidden behind a hundred of which nothing is to be told', async () => {
    const api = apiUnderTest();
    const ago = (ms: number) => new Date(api.clock.now() - ms);
    const gone = Array.from({ length: 110 }, (_, n) =>
      aCluster({ id: clusterIdOf(n + 1), ...notUsable('Exists', ago(days(2) + n)) }),
    );
    await api.given(...gone, aCluster({ id: clusterIdOf(200), ...notUsable('Reachable', ago(days(1))) }));
    const { ports, recorded } = counting(api.ports);
    await observeStatus(ports);
    expect(recorded.get('flawed')).toBe(1);
  });

  test('a user’s own mistakes are not Hub’s trouble', async () => {
    const api = apiUnderTest();
    const since = new Date(api.clock.now() - minutes(1));
    const error = { code: 'INVALID_NAME' as const, message: '', remedy: '', fault: 'user' as const };
    await api.given(...[1, 2, 3].map((n) => aCluster({ id: clusterIdOf(n), state: 'failed', since, error })));
    await observeStatus(api.ports);
    expect((await statusOf(api))?.health).toBe('operational');
  });

  test('of pools and durations is found out by those that can be read', async () => {
    const api = apiUnderTest();
    const at = new Date(api.clock.now() - minutes(5));
    const durations = {
      schema: 1,
      through: { readyAt: at, id: clusterIdOf(1) },
      steps: {},
      ready: [{ at, tookMs: minutes(5) }],
      updatedAt: at,
    };
    const pool = { schema: 1, spec: { ...aCluster().spec }, wanted: 1 };
    await api.documents.commit([
      { op: 'create', path: 'durations/gke-a', data: durations },
      { op: 'create', path: 'durations/gke-b', data: { ...durations, updatedAt: 'lately' } },
      { op: 'create', path: 'pools/a', data: pool },
      { op: 'create', path: 'pools/b', data: { ...pool, wanted: 'many' } },
    ]);
    await observeStatus(api.ports);
    expect(await statusOf(api)).toMatchObject({
      readySeconds: { p50: 300 },
      components: { pools: { health: 'degraded' } },
    });
    expect(api.lines.filter(({ event }) => event === 'status input missing')).toEqual([]);
  });

  test('is told although some of it cannot be found out', async () => {
    const api = apiUnderTest();
    await observeStatus(api.ports);
    const refusing: Ports['documents'] = {
      ...api.ports.documents,
      count: async () => {
        throw new AppError('UNAVAILABLE');
      },
    };
    await api.given(aCluster({ state: 'ready', dueAt: new Date(api.clock.now() - hours(1)) }));
    await observeStatus({ ...api.ports, documents: refusing });
    expect(await statusOf(api)).toMatchObject({ health: 'down', components: { sweeps: { health: 'down' } } });
    expect(api.lines.filter(({ event }) => event === 'status input missing').length).toBeGreaterThan(2);
    expect(api.lines.some(({ event }) => event === 'status changed')).toBe(true);
  });
});
