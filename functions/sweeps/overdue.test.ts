import { describe, expect, test } from 'vitest';
import { memoryHub } from '../../local/memory/hub.ts';
import type { Cluster } from '../../shared/documents/cluster.ts';
import { AppError } from '../../shared/errors.ts';
import type { StepMessage } from '../../shared/messages.ts';
import { seconds } from '../../shared/units.ts';
import { aCluster, clusterIdOf, writeOf } from '../../test/builders.ts';
import { CommitError } from '../cloud.ts';
import { sweepDrift } from './drift.ts';
import { sweepOverdue } from './overdue.ts';
import type { Sent } from './sent.ts';

/** A hub whose messages are noted with the time at which they were sent, and handled by nobody. */
function aSweep() {
  const hub = memoryHub();
  const startMs = hub.clock.now();
  const sent: { topic: string; id: string; epoch: number; afterMs: number }[] = [];
  const messages = {
    publish: async (topic: string, body: object) => {
      const { id, epoch } = body as StepMessage;
      sent.push({ topic, id, epoch, afterMs: hub.clock.now() - startMs });
    },
  };
  const ports = { ...hub.ports, messages };
  return {
    hub,
    ports,
    sent,
    startMs,
    given: (clusters: readonly Partial<Cluster>[]) =>
      hub.run(hub.documents.commit(clusters.map((fields) => writeOf(aCluster(fields))))),
    dueIn: (ms: number) => new Date(startMs + ms),
    sweep: () => hub.run(sweepOverdue(ports)),
  };
}
const waiting = (n: number, dueAt: Date): Partial<Cluster> => ({
  id: clusterIdOf(n),
  state: 'provisioning',
  shard: n % 16,
  dueAt,
});

describe('a sweep', () => {
  test('that finds nothing due asks once what is, once who is to be looked at, and ends at once', async () => {
    const it = aSweep();
    await it.given([
      { id: clusterIdOf(1), state: 'ready' },
      { id: clusterIdOf(2), state: 'ready', dueAt: it.dueIn(seconds(3600)) },
    ]);
    const { queries } = it.hub.documents.counters;
    const before = it.hub.clock.now();
    expect(await it.sweep()).toBe(0);
    expect(it.hub.documents.counters.queries - queries).toBe(2);
    // The harness moves the clock in whole milliseconds.
    expect(it.hub.clock.now() - before).toBeLessThanOrEqual(1);
  });

  test('sends what is overdue at once, with the epoch it has now', async () => {
    const it = aSweep();
    await it.given([{ ...waiting(1, it.dueIn(-seconds(300))), epoch: 7 }]);
    const atMs = it.hub.clock.now() - it.startMs;
    expect(await it.sweep()).toBe(1);
    expect(it.sent).toEqual([{ topic: 'step-provision', id: clusterIdOf(1), epoch: 7, afterMs: atMs }]);
  });

  test('sends what falls due within its minute at that instant, and leaves what comes after to the next', async () => {
    const it = aSweep();
    await it.given([
      waiting(1, it.dueIn(12_345)),
      waiting(2, it.dueIn(seconds(40))),
      waiting(3, it.dueIn(seconds(90))),
    ]);
    expect(await it.sweep()).toBe(2);
    expect(it.sent.map(({ id, afterMs }) => [id, afterMs])).toEqual([
      [clusterIdOf(1), 12_345],
      [clusterIdOf(2), seconds(40)],
    ]);
  });

  test('ends the lifetime of a resting cluster', async () => {
    const it = aSweep();
    const dueAt = it.dueIn(seconds(20));
    const id = clusterIdOf(1);
    await it.given([{ id, state: 'ready', owner: 'ada', dueAt, expiresAt: dueAt }]);
    await it.sweep();
    const { data } = (await it.hub.documents.get(`clusters/${id}`)) ?? {};
    expect(data).toMatchObject({ state: 'deleting', epoch: 4 });
    expect(it.sent).toMatchObject([{ topic: 'step-drain', id, epoch: 4 }]);
  });

  test('sends those to be looked at whose time has come, where something could be done about it', async () => {
    const it = aSweep();
    const lookAt = it.dueIn(-seconds(1));
    await it.given([
      { id: clusterIdOf(1), state: 'ready', lookAt },
      { id: clusterIdOf(2), state: 'ready', lookAt: it.dueIn(seconds(1)) },
      { id: clusterIdOf(3), state: 'deprovisioning', lookAt },
    ]);
    expect(await it.sweep()).toBe(0);
    expect(it.sent).toMatchObject([{ topic: 'drift', id: clusterIdOf(1) }]);
  });

  test('has none looked at that cannot be read, and no other one waits behind them', async () => {
    const it = aSweep();
    const standing = { state: 'ready' as const, lookAt: it.dueIn(-seconds(60)) };
    const unreadable = Array.from({ length: 500 }, (_, n) => ({ id: clusterIdOf(n + 1), ...standing }));
    await it.given(unreadable.slice(0, 250));
    await it.given(unreadable.slice(250));
    await it.hub.run(
      it.hub.documents.commit(
        unreadable.map(({ id }) => ({ op: 'update', path: `clusters/${id}`, data: { progress: 'half' } })),
      ),
    );
    await it.given([{ ...standing, id: clusterIdOf(501), lookAt: it.dueIn(-seconds(1)) }]);
    await it.sweep();
    expect(it.sent).toMatchObject([{ topic: 'drift', id: clusterIdOf(501) }]);
    await it.hub.run(sweepDrift(it.ports, { schema: 1 }));
    expect(it.sent.map(({ id }) => id)).toEqual([clusterIdOf(501), clusterIdOf(501)]);
  });

  test('sends what is overdue although it cannot ask who is to be looked at', async () => {
    const it = aSweep();
    await it.given([waiting(1, it.dueIn(-seconds(60)))]);
    const { documents } = it.ports;
    const query: typeof documents.query = (asked) =>
      asked.where?.some(([field]) => field === 'lookAt')
        ? Promise.reject(new CommitError('unavailable', 'no answer'))
        : documents.query(asked);
    expect(await it.hub.run(sweepOverdue({ ...it.ports, documents: { ...documents, query } }))).toBe(1);
  });

  test('sends more than a page, each once, though none is handled meanwhile', async () => {
    const it = aSweep();
    await it.given(Array.from({ length: 1203 }, (_, n) => waiting(n + 1, it.dueIn(-seconds(60) + n))));
    expect(await it.sweep()).toBe(1203);
    expect(it.sent).toHaveLength(1203);
    expect(new Set(it.sent.map(({ id }) => id)).size).toBe(1203);
  });

  test('sends the others although one document cannot be read', async () => {
    const it = aSweep();
    await it.given([waiting(1, it.dueIn(-seconds(60))), waiting(2, it.dueIn(-seconds(30)))]);
    const path = `clusters/${clusterIdOf(1)}`;
    await it.hub.run(it.hub.documents.commit([{ op: 'update', path, data: { schema: 99 } }]));
    expect(await it.sweep()).toBe(1);
    expect(it.sent.map(({ id }) => id)).toEqual([clusterIdOf(2)]);
  });

  test('tries again within its minute what the bus did not take', async () => {
    const it = aSweep();
    await it.given([waiting(1, it.dueIn(-seconds(60))), waiting(2, it.dueIn(-seconds(60)))]);
    let refusals = 0;
    const messages = {
      publish: async (topic: string, body: object) => {
        if ((body as StepMessage).id === clusterIdOf(1) && refusals++ < 2) throw new AppError('UNAVAILABLE');
        await it.ports.messages.publish(topic, body);
      },
    };
    expect(await it.hub.run(sweepOverdue({ ...it.ports, messages }))).toBe(2);
    expect(it.sent.map(({ id }) => id).sort()).toEqual([clusterIdOf(1), clusterIdOf(2)]);
  });

  test('of the same instance sends again only what a handler has had its time for', async () => {
    const it = aSweep();
    await it.given([waiting(1, it.dueIn(-seconds(60)))]);
    const lately: Sent = new Map();
    const sweep = () => it.hub.run(sweepOverdue(it.ports, lately));
    const sentAt = () => it.sent.map(({ afterMs }) => Math.floor(afterMs / 1000));
    expect(await sweep()).toBe(1);
    await it.hub.clock.runUntil(it.startMs + seconds(30));
    // It stays until then, for that is within its minute.
    expect(await sweep()).toBe(1);
    expect(sentAt()).toEqual([0, 60]);
    // Another instance does not know.
    expect(await it.sweep()).toBe(1);
    expect(lately.size).toBe(1);
  });
});
