/** What becomes of messages that nobody can handle, and of their clusters: on the virtual clock, by the bus's own rules. */
import { describe, expect, test } from 'vitest';
import type { Invoke } from '../../local/memory/handlers.ts';
import { type MemoryHub, memoryHub } from '../../local/memory/hub.ts';
import { type Cluster, clusterDocument, clusterPath } from '../../shared/documents/cluster.ts';
import {
  DEAD_LETTERS,
  type DeadLetterFields,
  deadLetterDocument,
  deadLetterPath,
} from '../../shared/documents/dead-letter.ts';
import { TOPICS } from '../../shared/messages.ts';
import { hours, minutes, seconds } from '../../shared/units.ts';
import { aCluster, clusterIdOf, writeOf, writeOfLedger } from '../../test/builders.ts';
import { CommitError, type Delivered } from '../cloud.ts';
import { createLog, type LogFields } from '../log.ts';
import { MAX_DELIVERY_ATTEMPTS } from '../manifest.ts';
import { DEAD_LETTER, PARKED_MS, recordDeadLetter } from './record.ts';

const ID = clusterIdOf(1);
const MESSAGE = { schema: 1, id: ID, epoch: 3 };
/** Ten deliveries with their back-off: 10 s, doubled up to ten minutes. */
const DYING_MS = minutes(41);

const letters = async (hub: MemoryHub): Promise<DeadLetterFields[]> =>
  (await hub.documents.query({ collection: DEAD_LETTERS, orderBy: [['diedAt', 'asc']] })).map(({ data }) =>
    deadLetterDocument.strict().parse(data),
  );
const clusterOf = async (hub: MemoryHub): Promise<Cluster> => ({
  ...clusterDocument.parse((await hub.documents.get(clusterPath(ID)))?.data),
  id: ID,
});
const given = async (hub: MemoryHub, fields: Partial<Cluster> = {}): Promise<void> => {
  const cluster = aCluster({ id: ID, owner: 'ada', state: 'queued', epoch: 3, ...fields });
  await hub.run(hub.documents.commit([writeOf(cluster), writeOfLedger(ID)]));
};
const spoil = (hub: MemoryHub): Promise<void> =>
  hub.run(hub.documents.commit([{ op: 'update', path: clusterPath(ID), data: { progress: 'half' } }]));

/** A hub in which steps find the database away while `isAway`, and a count of them. Everything else finds it. */
function aHubWithDeafSteps() {
  const world = { isAway: true, steps: 0 };
  const invoke: Invoke = (name, work) => {
    if (!name.startsWith('step-')) return work(hub.ports);
    world.steps++;
    return work(
      hub.portsThrough((site, call) => {
        if (world.isAway && site.startsWith('documents.')) throw new CommitError('unavailable', 'it is away');
        return call();
      }),
    );
  };
  const hub = memoryHub({ invoke });
  return { hub, world };
}

const aDelivery = (fields: Partial<Delivered> = {}, at = Date.UTC(2026, 0, 1)): Delivered => ({
  id: '7',
  text: JSON.stringify(MESSAGE),
  attributes: {
    CloudPubSubDeadLetterSourceDeliveryCount: '10',
    CloudPubSubDeadLetterSourceSubscription: 'step-admit-push',
    CloudPubSubDeadLetterSourceTopicPublishTime: '2025-12-31T23:20:00.000Z',
  },
  publishedAt: new Date(at),
  ...fields,
});

describe('a message that nobody can handle', () => {
  test('is a dead letter after exactly as many deliveries as it has, and is written down whole', async () => {
    const { hub, world } = aHubWithDeafSteps();
    await given(hub);
    const sentAt = new Date(hub.clock.now());
    await hub.run(hub.ports.messages.publish('step-admit', MESSAGE));
    await hub.clock.runFor(DYING_MS);
    expect(world.steps).toBe(MAX_DELIVERY_ATTEMPTS);
    expect(await letters(hub)).toEqual([
      {
        schema: 1,
        topic: 'step-admit',
        body: JSON.stringify(MESSAGE),
        format: 'message',
        deliveries: MAX_DELIVERY_ATTEMPTS,
        publishedAt: sentAt,
        diedAt: expect.any(Date),
        cluster: ID,
        reason: expect.stringContaining('parked'),
        state: 'open',
        replays: [],
      },
    ]);
    expect(hub.messages.pending).toBe(0);
  });

  test('is one document though it is delivered twice, and one entry of the log each time', async () => {
    const hub = memoryHub();
    await given(hub);
    const told: [string, LogFields][] = [];
    const log = createLog((severity, event, fields) => severity === 'ERROR' && told.push([event, fields]));
    const delivered = aDelivery({}, hub.clock.now());
    await hub.run(recordDeadLetter({ ...hub.ports, log }, delivered));
    const first = await clusterOf(hub);
    await hub.run(recordDeadLetter({ ...hub.ports, log }, delivered));
    expect(await letters(hub)).toHaveLength(1);
    expect(await clusterOf(hub)).toEqual(first);
    const entry = { topic: 'step-admit', resource: deadLetterPath('7'), attempt: 10, cluster: ID };
    expect(told).toEqual([
      [DEAD_LETTER, entry],
      [DEAD_LETTER, entry],
    ]);
  });

  // The next tick comes to each pool and each cluster by itself; what a leaf says nobody says again.
  test.each([
    ['a pool’s need', 'top-up-push', '{"schema":1,"pool":"default"}', undefined, 'replayed'],
    ['a look for drift', 'drift-push', JSON.stringify({ schema: 1, id: ID }), ID, 'replayed'],
    ['a leaf calling home', 'hint-push', JSON.stringify({ schema: 1, cluster: ID }), ID, 'open'],
  ])('is written down, and parks nothing, if it was %s', async (_, subscription, text, cluster, state) => {
    const hub = memoryHub();
    await given(hub);
    const attributes = { CloudPubSubDeadLetterSourceSubscription: subscription };
    await hub.run(recordDeadLetter(hub.ports, aDelivery({ text, attributes }, hub.clock.now())));
    const [letter] = await letters(hub);
    expect(letter).toMatchObject({
      topic: subscription.replace('-push', ''),
      body: text,
      format: 'message',
      state,
    });
    expect(letter?.cluster).toBe(cluster);
    expect((await clusterOf(hub)).parked).toBeUndefined();
  });

  test.each([
    ['no JSON', 'step-admit-push', 'password=hunter2 of ada@example.com'],
    ['none of ours', 'step-admit-push', '{"schema":1,"password":"hunter2","email":"ada@example.com"}'],
    ['of a topic that nobody knows', 'graves', '{"schema":1,"token":"hunter2","by":"ada@example.com"}'],
    ['a dead letter', 'dead-letter-push', '{"schema":1,"token":"hunter2","by":"ada@example.com"}'],
    ['longer than any of ours', 'sweep-push', `{"schema":1,"token":"hunter2"${' '.repeat(40_000)}}`],
  ])('that is %s is kept as a text with its secrets masked', async (_, subscription, text) => {
    const hub = memoryHub();
    const attributes = { CloudPubSubDeadLetterSourceSubscription: subscription };
    await hub.run(recordDeadLetter(hub.ports, aDelivery({ text, attributes })));
    const [letter] = await letters(hub);
    expect(letter?.format).toBe('text');
    // Nobody can replay it, so it goes by itself.
    expect(letter?.purgeAt).toEqual(new Date(Date.UTC(2026, 0, 31)));
    expect(letter?.body).not.toMatch(/hunter2|ada@/);
    expect(letter?.body.length).toBeLessThan(2100);
  });

  test('is nobody’s business if the Scheduler has fired again since: an outage leaves nothing to be done', async () => {
    const hub = memoryHub();
    hub.startScheduler();
    for (const subject of ['get', 'query', 'commit']) hub.faults.force('unavailable', { subject });
    await hub.clock.runFor(hours(2));
    hub.faults.clear();
    await hub.clock.runFor(hours(1));
    const all = await letters(hub);
    expect(all.length).toBeGreaterThan(50);
    expect(all.filter(({ state }) => state === 'open')).toEqual([]);
    expect(all[0]).toMatchObject({ replays: [{ by: 'scheduler' }], purgeAt: expect.any(Date) });
  });

  test('without any of the bus’s attributes is written down all the same', async () => {
    const hub = memoryHub();
    await hub.run(recordDeadLetter(hub.ports, aDelivery({ attributes: {} })));
    expect(await letters(hub)).toMatchObject([{ topic: '', deliveries: 0, format: 'text' }]);
  });

  test('puts the deadline off by the time in which nobody could look, and by that in which nobody will', async () => {
    const hub = memoryHub();
    const now = hub.clock.now();
    const [dueAt, deadlineAt] = [new Date(now - minutes(46)), new Date(now - minutes(10))];
    await given(hub, { state: 'installing', dueAt, deadlineAt });
    const attributes = { CloudPubSubDeadLetterSourceSubscription: 'step-install-push' };
    await hub.run(recordDeadLetter(hub.ports, aDelivery({ attributes }, hub.clock.now())));
    const parked = await clusterOf(hub);
    expect(parked.parked).toBeDefined();
    // A minute late is punctual; the ten minutes less the 45 that were missed are left of its time when it is looked at again.
    expect((parked.deadlineAt?.getTime() ?? 0) - (parked.dueAt?.getTime() ?? 0)).toBe(minutes(35));
  });

  test('puts it off once, though another message dies of the same look while the cluster is left alone', async () => {
    const hub = memoryHub();
    const now = hub.clock.now();
    await given(hub, {
      state: 'installing',
      dueAt: new Date(now),
      deadlineAt: new Date(now + minutes(30)),
    });
    const attributes = { CloudPubSubDeadLetterSourceSubscription: 'step-install-push' };
    for (const id of ['7', '8', '9']) {
      await hub.run(recordDeadLetter(hub.ports, aDelivery({ id, attributes }, hub.clock.now())));
      await hub.clock.runFor(minutes(1));
    }
    const { parked, dueAt, deadlineAt } = await clusterOf(hub);
    expect(parked?.deadLetter).toBe('9');
    // It was left alone from the first one on, so all of its time is there when it is looked at again.
    const leftMs = (deadlineAt?.getTime() ?? 0) - (dueAt?.getTime() ?? 0);
    expect(Math.abs(leftMs - minutes(30))).toBeLessThan(seconds(1));
    expect(dueAt?.getTime()).toBeLessThanOrEqual(now + hours(1) + minutes(3));
  });

  test('waits for the database as long as it is away, and never goes round in a circle', async () => {
    const hub = memoryHub();
    hub.faults.force('unavailable', { subject: 'get' });
    await hub.run(hub.ports.messages.publish('step-admit', MESSAGE));
    await hub.clock.runFor(hours(5));
    expect(hub.messages.deadLetters.map(({ topic }) => topic)).toEqual(['step-admit']);
    expect(hub.messages.pending).toBe(1);
    hub.faults.clear();
    // It can be asked again, and takes nothing yet.
    hub.faults.force('unavailable', { subject: 'commit' });
    await hub.clock.runFor(minutes(11));
    expect(await letters(hub)).toEqual([]);
    expect(hub.messages.pending).toBe(1);
    hub.faults.clear();
    await hub.clock.runFor(minutes(11));
    expect(await letters(hub)).toHaveLength(1);
    expect(hub.messages.pending).toBe(0);
  });

  test('is given up for good when it cannot be written down for a week', async () => {
    const hub = memoryHub();
    hub.faults.force('unavailable', { subject: 'commit' });
    await hub.run(hub.ports.messages.publish('step-admit', MESSAGE));
    await hub.run(hub.ports.messages.publish(TOPICS.deadLetter, {}));
    await hub.clock.runFor(hours(24 * 7 + 1));
    expect(hub.messages.pending).toBe(0);
    expect(hub.messages.deadLetters.at(-1)?.topic).toBe(TOPICS.deadLetter);
  });
});

describe('its cluster', () => {
  test('is parked for an hour if it still waits for that look, at the same epoch and without an event', async () => {
    const hub = memoryHub();
    const dueAt = new Date(hub.clock.now() - minutes(1));
    await given(hub, { dueAt });
    await hub.clock.runFor(seconds(1));
    const diedAt = hub.clock.now();
    await hub.clock.runFor(seconds(2));
    await hub.run(recordDeadLetter(hub.ports, aDelivery({}, diedAt)));
    expect(await clusterOf(hub)).toMatchObject({
      state: 'queued',
      epoch: 3,
      dueAt: new Date(diedAt + PARKED_MS),
      parked: { at: new Date(diedAt), deadLetter: '7', reason: expect.stringContaining('10 times') },
    });
    expect(await hub.documents.query({ collection: `${clusterPath(ID)}/events` })).toEqual([]);
  });

  test.each([
    ['has another epoch', { epoch: 4 }, 'moved on'],
    ['is in another state', { state: 'installing' as const }, 'moved on'],
    ['rests', { state: 'ready' as const }, 'moved on'],
  ])('is left alone if it %s', async (_, fields, reason) => {
    const hub = memoryHub();
    await given(hub, fields);
    await hub.run(recordDeadLetter(hub.ports, aDelivery({}, hub.clock.now())));
    expect((await clusterOf(hub)).parked).toBeUndefined();
    expect(await letters(hub)).toMatchObject([{ reason: expect.stringContaining(reason), state: 'open' }]);
  });

  test('is left alone if it was looked at since the message died', async () => {
    const hub = memoryHub();
    const diedAt = hub.clock.now();
    await given(hub);
    await hub.run(recordDeadLetter(hub.ports, aDelivery({}, diedAt)));
    expect((await clusterOf(hub)).parked).toBeUndefined();
    expect(await letters(hub)).toMatchObject([{ reason: expect.stringContaining('looked at since') }]);
  });

  test('that is gone keeps nobody from writing it down', async () => {
    const hub = memoryHub();
    await hub.run(recordDeadLetter(hub.ports, aDelivery()));
    expect(await letters(hub)).toMatchObject([
      { cluster: ID, reason: expect.stringContaining('no longer exists') },
    ]);
  });

  test('that cannot be read stays as it is, and nobody sends for it', async () => {
    let steps = 0;
    const hub = memoryHub({
      invoke: (name, work) => {
        if (name.startsWith('step-')) steps++;
        return work(hub.ports);
      },
    });
    await given(hub, { dueAt: new Date(hub.clock.now()) });
    await spoil(hub);
    const before = await hub.documents.get(clusterPath(ID));
    hub.startScheduler();
    await hub.run(hub.ports.messages.publish('step-admit', MESSAGE));
    await hub.clock.runFor(hours(3));
    expect(steps).toBe(MAX_DELIVERY_ATTEMPTS);
    expect(await letters(hub)).toMatchObject([
      { cluster: ID, reason: expect.stringContaining('not readable') },
    ]);
    expect(await hub.documents.get(clusterPath(ID))).toMatchObject({
      data: before?.data,
      version: before?.version,
    });
  });

  test('is parked, left alone, tried again and un-parked by itself after two hours in which no step reached the database', async () => {
    const { hub, world } = aHubWithDeafSteps();
    await given(hub, { dueAt: new Date(hub.clock.now()) });
    hub.startScheduler();
    await hub.until(async () => (await clusterOf(hub)).parked !== undefined, hours(1));
    const parkedMs = hub.clock.now();
    const { dueAt } = await clusterOf(hub);
    expect(dueAt?.getTime()).toBeGreaterThan(parkedMs + PARKED_MS - seconds(1));
    // What was sent before still dies, one a minute; nothing new is sent.
    await hub.clock.runUntil(parkedMs + DYING_MS);
    const soFar = world.steps;
    await hub.clock.runFor(minutes(15));
    expect(world.steps).toBe(soFar);
    await hub.clock.runUntil(parkedMs + hours(2) - DYING_MS);
    world.isAway = false;
    await hub.until(async () => (await clusterOf(hub)).epoch > 3, hours(1));
    expect((await clusterOf(hub)).parked).toBeUndefined();
    expect((await letters(hub)).length).toBeGreaterThan(0);
  });

  test('goes on at once after an outage of two hours in which nobody reached the database', async () => {
    const hub = memoryHub();
    await given(hub, { dueAt: new Date(hub.clock.now()) });
    hub.startScheduler();
    for (const subject of ['get', 'query', 'commit']) hub.faults.force('unavailable', { subject });
    await hub.run(hub.ports.messages.publish('step-admit', MESSAGE));
    await hub.clock.runFor(hours(2));
    hub.faults.clear();
    await hub.until(async () => (await clusterOf(hub)).state === 'ready', minutes(15));
    await hub.clock.runFor(minutes(15));
    expect((await clusterOf(hub)).parked).toBeUndefined();
    expect((await letters(hub)).filter(({ topic }) => topic === 'step-admit')).toHaveLength(1);
  });
});
