/** Delivery rules on a virtual clock, with subscribers in place of the network. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../functions/log.ts';
import { days, minutes, seconds } from '../../shared/units.ts';
import { realClock, type VirtualClock, virtualClock } from '../clock.ts';
import { createFaults, type Faults } from '../faults.ts';
import { seededRandom } from '../random.ts';
import { STATUS, type World } from '../service.ts';
import { journaledStore, memoryStore, type Store, type Table } from '../store.ts';
import type { Consumer, Lease, LeaseEnd } from './backlog.ts';
import { createPubsub, type PubsubModel } from './model.ts';
import { createPusher, PUSH_FLOOR_MS, type PushRequest } from './push.ts';

const ENDPOINT = 'http://127.0.0.1:1/step';

interface Push {
  at: number;
  id: string;
  text: string;
  attempt: number | undefined;
  attributes: Record<string, string>;
}

/** A model whose pushes are answered by `answer` (with a status; a promise may stay open). */
function aPubsub(
  options: {
    store?: Store;
    clock?: VirtualClock;
    answer?: (push: Push) => number | Promise<number>;
    maxOutstandingPushes?: number;
    restsAtStart?: boolean;
  } = {},
): {
  model: PubsubModel;
  clock: VirtualClock;
  faults: Faults;
  pushes: Push[];
  requests: PushRequest[];
  world: World;
} {
  const clock = options.clock ?? virtualClock();
  const random = seededRandom(7);
  const faults = createFaults({}, random);
  const world: World = {
    projectId: 'demo-hub',
    clock,
    random,
    faults,
    store: options.store ?? memoryStore(),
    log: silentLog,
  };
  const pushes: Push[] = [];
  const requests: PushRequest[] = [];
  const model = createPubsub(world, {
    ...(options.maxOutstandingPushes && { maxOutstandingPushes: options.maxOutstandingPushes }),
    ...(options.restsAtStart && { restsAtStart: options.restsAtStart }),
    async send(request) {
      const body = JSON.parse(request.body);
      const push: Push = {
        at: clock.now(),
        id: body.message.messageId,
        text: Buffer.from(body.message.data, 'base64').toString(),
        attempt: body.deliveryAttempt,
        attributes: body.message.attributes,
      };
      requests.push(request);
      pushes.push(push);
      return (await options.answer?.(push)) ?? 204;
    },
  });
  return { model, clock, faults, pushes, requests, world };
}

const texts = (pushes: readonly Push[]): string[] => pushes.map(({ text }) => text);
const gaps = (pushes: readonly Push[]): number[] =>
  pushes.slice(1).map((push, index) => push.at - (pushes[index]?.at ?? 0));

/** A subscriber that pulls: it keeps what it is given. */
function aPuller(clock: VirtualClock, capacity = 10): Consumer & { leases: Lease[]; ends: LeaseEnd[] } {
  const leases: Lease[] = [];
  const ends: LeaseEnd[] = [];
  let outstanding = 0;
  return {
    leases,
    ends,
    oneByOne: false,
    capacity: () => capacity - outstanding,
    leaseUntil: () => clock.after(seconds(10)),
    receive(given) {
      outstanding += given.length;
      leases.push(...given);
    },
    ended(_, how) {
      outstanding--;
      ends.push(how);
    },
  };
}

const dataOf = (lease: Lease): string => Buffer.from(lease.message.data, 'base64').toString();

describe('push', () => {
  const pushConfig = { pushEndpoint: ENDPOINT };

  test('without a retry policy a refused push comes again after 100 ms, then after twice as long', async () => {
    const { model, clock, pushes } = aPubsub({ answer: () => (pushes.length < 4 ? 500 : 200) });
    model.createTopic({ name: 'hint' });
    model.createSubscription({ name: 'hint-push', topic: 'hint', pushConfig });
    model.publish('hint', 'x');
    await clock.runFor(minutes(1));
    expect(gaps(pushes)).toEqual([100, 200, 400]);
    expect(model.unacked('hint-push')).toBe(0);
  });

  test('the retry policy doubles its back-off up to its maximum', async () => {
    const { model, clock, pushes } = aPubsub({ answer: () => (pushes.length < 6 ? 503 : 204) });
    model.createTopic({ name: 'hint' });
    model.createSubscription({
      name: 'hint-push',
      topic: 'hint',
      pushConfig,
      retryPolicy: { minimumBackoffMs: seconds(10), maximumBackoffMs: seconds(60) },
    });
    model.publish('hint', 'x');
    await clock.runFor(minutes(10));
    expect(gaps(pushes)).toEqual([10, 20, 40, 60, 60].map(seconds));
  });

  test.each([102, 200, 201, 202, 204])('an answer of %i is an ack', async (status) => {
    const { model, clock, pushes } = aPubsub({ answer: () => status });
    model.createTopic({ name: 'hint' });
    model.createSubscription({ name: 'hint-push', topic: 'hint', pushConfig });
    model.publish('hint', 'x');
    await clock.runFor(minutes(10));
    expect(pushes).toHaveLength(1);
  });

  test.each([203, 301, 400, 404, 500])('an answer of %i is a nack', async (status) => {
    const { model, clock, pushes } = aPubsub({ answer: () => (pushes.length < 2 ? status : 204) });
    model.createTopic({ name: 'hint' });
    model.createSubscription({ name: 'hint-push', topic: 'hint', pushConfig });
    model.publish('hint', 'x');
    await clock.runFor(minutes(10));
    expect(pushes).toHaveLength(2);
  });

  test('no answer within the ack deadline is a nack', async () => {
    const never = new Promise<number>(() => undefined);
    const { model, clock, pushes } = aPubsub({ answer: () => (pushes.length < 2 ? never : 204) });
    model.createTopic({ name: 'hint' });
    model.createSubscription({
      name: 'hint-push',
      topic: 'hint',
      pushConfig,
      ackDeadlineMs: seconds(30),
      retryPolicy: { minimumBackoffMs: seconds(10), maximumBackoffMs: seconds(10) },
    });
    model.publish('hint', 'x');
    await clock.runFor(minutes(5));
    expect(gaps(pushes)).toEqual([seconds(40)]);
    expect(model.unacked('hint-push')).toBe(0);
  });

  test('an ack deadline never falls below five real seconds, however fast the cloud', () => {
    const { model, world } = aPubsub();
    model.createTopic({ name: 'hint' });
    const subscription = model.createSubscription({ name: 'hint-push', topic: 'hint', pushConfig });
    const clock = realClock(600);
    const pusher = createPusher({
      clock,
      backlog: model.backlog('hint-push'),
      subscription: () => subscription,
      send: async () => 204,
      log: world.log,
      maxOutstanding: 1,
    });
    const before = clock.now();
    expect(pusher.leaseUntil()).toBeGreaterThanOrEqual(before + PUSH_FLOOR_MS);
  });

  test('the window opens with four, doubles in each round that is acknowledged and halves when refused', async () => {
    const rounds: number[] = [];
    let open: ((status: number) => void)[] = [];
    const { model, clock } = aPubsub({
      answer: () => new Promise((resolve) => open.push(resolve)),
      maxOutstandingPushes: 16,
    });
    const round = async (status: number): Promise<void> => {
      await clock.runFor(1);
      rounds.push(open.length);
      const answered = open;
      open = [];
      for (const resolve of answered) resolve(status);
      await clock.runFor(1);
    };
    model.createTopic({ name: 'hint' });
    model.createSubscription({
      name: 'hint-push',
      topic: 'hint',
      pushConfig,
      retryPolicy: { minimumBackoffMs: seconds(600), maximumBackoffMs: seconds(600) },
    });
    for (let n = 0; n < 100; n++) model.publish('hint', String(n));
    for (const status of [204, 204, 204, 500, 204]) await round(status);
    // Acks make room one by one, so each round is as wide as the window then.
    expect(rounds).toEqual([4, 8, 16, 16, 1]);
  });

  test('the dead-letter topic gets the message, its attributes and where it came from', async () => {
    const { model, clock, pushes } = aPubsub({ answer: ({ attempt }) => (attempt ? 500 : 204) });
    model.createTopic({ name: 'step' });
    model.createTopic({ name: 'dead-letter' });
    model.createSubscription({ name: 'dead-push', topic: 'dead-letter', pushConfig });
    model.createSubscription({
      name: 'step-push',
      topic: 'step',
      pushConfig,
      deadLetterPolicy: { deadLetterTopic: 'dead-letter', maxDeliveryAttempts: 5 },
    });
    model.publish('step', 'poison', { kind: 'x' });
    await clock.runFor(minutes(10));
    expect(pushes.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, undefined]);
    expect(pushes.at(-1)).toMatchObject({
      text: 'poison',
      attributes: {
        kind: 'x',
        CloudPubSubDeadLetterSourceDeliveryCount: '5',
        CloudPubSubDeadLetterSourceSubscription: 'step-push',
        CloudPubSubDeadLetterSourceSubscriptionProject: 'demo-hub',
      },
    });
    expect([model.unacked('step-push'), model.unacked('dead-push')]).toEqual([0, 0]);
  });

  test('without its dead-letter topic a message goes on being delivered', async () => {
    const { model, clock, pushes } = aPubsub({ answer: () => (pushes.length < 8 ? 500 : 204) });
    model.createTopic({ name: 'step' });
    model.createSubscription({
      name: 'step-push',
      topic: 'step',
      pushConfig,
      deadLetterPolicy: { deadLetterTopic: 'not-there', maxDeliveryAttempts: 5 },
    });
    model.publish('step', 'x');
    await clock.runFor(minutes(10));
    expect(pushes).toHaveLength(8);
  });

  test('one message of an ordering key is out at a time, and a refused one holds up those behind it', async () => {
    const { model, clock, pushes } = aPubsub({ answer: () => (pushes.length === 2 ? 500 : 204) });
    model.createTopic({ name: 'hint' });
    model.createSubscription({ name: 'hint-push', topic: 'hint', pushConfig, enableMessageOrdering: true });
    const message = (text: string, orderingKey: string) => ({
      data: Buffer.from(text).toString('base64'),
      attributes: {},
      orderingKey,
    });
    model.publishAll('hint', [message('a1', 'a'), message('a2', 'a'), message('a3', 'a')]);
    await clock.runFor(minutes(1));
    expect(texts(pushes)).toEqual(['a1', 'a2', 'a2', 'a3']);
  });

  test('an OIDC token is asked for with the endpoint as audience where none is set', async () => {
    const { model, clock, requests } = aPubsub();
    model.createTopic({ name: 'hint' });
    model.createSubscription({
      name: 'hint-push',
      topic: 'hint',
      pushConfig: { pushEndpoint: ENDPOINT, oidcToken: { serviceAccountEmail: 'push@demo', audience: '' } },
    });
    model.publish('hint', 'x');
    await clock.runFor(1);
    expect(requests[0]?.oidc).toEqual({ serviceAccountEmail: 'push@demo', audience: ENDPOINT });
  });

  test('a subscription that stops pushing keeps its messages for a pull', async () => {
    const { model, clock, pushes } = aPubsub();
    model.createTopic({ name: 'hint' });
    model.createSubscription({ name: 'hint-push', topic: 'hint', pushConfig });
    model.modifyPushConfig('hint-push', undefined);
    model.publish('hint', 'x');
    await clock.runFor(minutes(1));
    expect(pushes).toEqual([]);
    model.modifyPushConfig('hint-push', pushConfig);
    await clock.runFor(1);
    expect(texts(pushes)).toEqual(['x']);
  });
});

describe('pull', () => {
  test('a lease that runs out puts the message back; an extended one does not', async () => {
    const { model, clock } = aPubsub();
    model.createTopic({ name: 'hint' });
    model.createSubscription({ name: 'hint-pull', topic: 'hint' });
    const backlog = model.backlog('hint-pull');
    const puller = aPuller(clock);
    backlog.attach(puller);
    model.publish('hint', 'x');
    const [first] = puller.leases;
    if (!first) throw new Error('nothing delivered');
    await clock.runFor(seconds(8));
    backlog.extend(first.ackId, clock.after(seconds(10)));
    await clock.runFor(seconds(9));
    expect(puller.leases).toHaveLength(1);
    await clock.runFor(seconds(2));
    expect(puller.ends).toEqual(['expired']);
    expect(puller.leases.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  test('an ack after the deadline still counts, a nack after it does not', async () => {
    const { model, clock } = aPubsub();
    model.createTopic({ name: 'hint' });
    model.createSubscription({ name: 'hint-pull', topic: 'hint' });
    const backlog = model.backlog('hint-pull');
    const puller = aPuller(clock);
    backlog.attach(puller);
    model.publish('hint', 'x');
    await clock.runFor(seconds(11));
    const [late] = puller.leases;
    if (!late) throw new Error('nothing delivered');
    backlog.nack(late.ackId);
    expect(puller.leases).toHaveLength(2);
    backlog.ack(late.ackId);
    expect(model.unacked('hint-pull')).toBe(0);
  });

  test('messages of an ordering key are streamed in order, and come again in order behind a nack', () => {
    const { model, clock } = aPubsub();
    model.createTopic({ name: 'hint' });
    model.createSubscription({ name: 'hint-pull', topic: 'hint', enableMessageOrdering: true });
    const backlog = model.backlog('hint-pull');
    const puller = aPuller(clock);
    const other = aPuller(clock);
    backlog.attach(puller);
    backlog.attach(other);
    model.publishAll(
      'hint',
      ['1', '2', '3'].map((text) => ({
        data: Buffer.from(text).toString('base64'),
        attributes: {},
        orderingKey: 'k',
      })),
    );
    expect(puller.leases.map(dataOf)).toEqual(['1', '2', '3']);
    const [one, two, three] = puller.leases;
    if (!one || !two || !three) throw new Error('not delivered');
    backlog.ack(three.ackId);
    backlog.ack(one.ackId);
    expect(model.unacked('hint-pull')).toBe(2);
    backlog.nack(two.ackId);
    const again = [...puller.leases.slice(3), ...other.leases];
    expect(again.map(dataOf)).toEqual(['2', '3']);
    for (const lease of again) backlog.ack(lease.ackId);
    expect(model.unacked('hint-pull')).toBe(0);
  });

  test('a message is dropped once its retention is over', async () => {
    const { model, clock } = aPubsub();
    model.createTopic({ name: 'hint' });
    model.createSubscription({ name: 'hint-pull', topic: 'hint', messageRetentionMs: minutes(10) });
    model.publish('hint', 'old');
    await clock.runFor(minutes(11));
    model.publish('hint', 'new');
    const puller = aPuller(clock);
    model.backlog('hint-pull').attach(puller);
    expect(puller.leases.map(dataOf)).toEqual(['new']);
  });

  test('seeking to an instant acknowledges what was published before it', async () => {
    const { model, clock } = aPubsub();
    model.createTopic({ name: 'hint' });
    model.createSubscription({ name: 'hint-pull', topic: 'hint' });
    model.publish('hint', 'old');
    await clock.runFor(minutes(1));
    model.seek('hint-pull', clock.now());
    model.publish('hint', 'new');
    expect(model.unacked('hint-pull')).toBe(1);
  });
});

describe('topics and subscriptions', () => {
  test('every subscription of a topic gets each message that passes its filter', () => {
    const { model } = aPubsub();
    model.createTopic({ name: 'audit' });
    model.createSubscription({ name: 'all', topic: 'audit' });
    model.createSubscription({ name: 'some', topic: 'audit', filter: 'attributes.kind = "delete"' });
    model.publish('audit', '1', { kind: 'create' });
    model.publish('audit', '2', { kind: 'delete' });
    expect([model.unacked('all'), model.unacked('some')]).toEqual([2, 1]);
  });

  test('publishing to an unknown topic is NOT_FOUND', () => {
    const { model } = aPubsub();
    expect(() => model.publish('nope', 'x')).toThrow(
      expect.objectContaining({ code: STATUS.NOT_FOUND, message: 'Resource not found (resource=nope).' }),
    );
  });

  test('ensuring again changes what can be changed and keeps the messages', () => {
    const { model } = aPubsub();
    model.ensureTopic('hint');
    model.ensureTopic('hint');
    model.ensureSubscription({ name: 'hint-sub', topic: 'hint' });
    model.publish('hint', 'x');
    const again = model.ensureSubscription({ name: 'hint-sub', topic: 'hint', ackDeadlineMs: seconds(60) });
    expect(again.ackDeadlineMs).toBe(seconds(60));
    expect(model.unacked('hint-sub')).toBe(1);
  });

  test('a deleted topic leaves its subscriptions what they hold', () => {
    const { model } = aPubsub();
    model.createTopic({ name: 'hint' });
    model.createSubscription({ name: 'hint-sub', topic: 'hint' });
    model.publish('hint', 'x');
    model.deleteTopic('hint');
    expect(model.subscription('hint-sub').topic).toBe('_deleted-topic_');
    expect(model.unacked('hint-sub')).toBe(1);
    model.createTopic({ name: 'hint' });
    model.publish('hint', 'y');
    expect(model.unacked('hint-sub')).toBe(1);
  });

  test.each([
    ['a short name', { name: 'ab' }],
    ['an ack deadline below 10 s', { ackDeadlineMs: seconds(9) }],
    ['an ack deadline above 600 s', { ackDeadlineMs: seconds(601) }],
    ['a back-off above 600 s', { retryPolicy: { minimumBackoffMs: 0, maximumBackoffMs: seconds(601) } }],
    [
      'a minimum back-off above the maximum',
      { retryPolicy: { minimumBackoffMs: seconds(20), maximumBackoffMs: seconds(10) } },
    ],
    [
      'fewer than five delivery attempts',
      { deadLetterPolicy: { deadLetterTopic: 'dead', maxDeliveryAttempts: 4 } },
    ],
    ['a retention above 31 days', { messageRetentionMs: days(32) }],
    ['an expiration below a day', { expirationTtlMs: minutes(5) }],
    ['an endpoint that is no address', { pushConfig: { pushEndpoint: 'nowhere' } }],
    ['a broken filter', { filter: 'kind = 1' }],
  ])('%s is INVALID_ARGUMENT', (_, wrong) => {
    const { model } = aPubsub();
    model.createTopic({ name: 'hint' });
    expect(() => model.createSubscription({ name: 'hint-sub', topic: 'hint', ...wrong })).toThrow(
      expect.objectContaining({ code: STATUS.INVALID_ARGUMENT }),
    );
  });
});

describe('faults', () => {
  test('lost, duplicate and late strike the topic they name', async () => {
    const { model, clock, faults, pushes } = aPubsub();
    const pushConfig = { pushEndpoint: ENDPOINT };
    for (const name of ['lossy', 'twice', 'slow', 'fine']) {
      model.createTopic({ name });
      model.createSubscription({ name: `${name}-push`, topic: name, pushConfig });
    }
    faults.force('lost', { subject: 'lossy' });
    faults.force('duplicate', { subject: 'twice' });
    faults.force('late', { subject: 'slow' });
    const start = clock.now();
    for (const name of ['lossy', 'twice', 'slow', 'fine']) model.publish(name, name);
    await clock.runFor(minutes(11));
    expect(texts(pushes)).toEqual(['twice', 'twice', 'fine', 'slow']);
    const lateMs = (pushes.at(-1)?.at ?? 0) - start;
    expect(lateMs).toBeGreaterThan(0);
    expect(lateMs).toBeLessThanOrEqual(minutes(10));
  });
});

describe('after a kill', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hub-pubsub-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('everything that was not acknowledged is delivered again, and nothing else', async () => {
    const pushConfig = { pushEndpoint: ENDPOINT };
    const never = new Promise<number>(() => undefined);
    const before = aPubsub({
      store: journaledStore(folder, 'pubsub'),
      answer: ({ text }) => (text === 'acked' ? 204 : text === 'refused' ? 500 : never),
    });
    before.model.createTopic({ name: 'hint' });
    before.model.createSubscription({
      name: 'hint-push',
      topic: 'hint',
      pushConfig,
      retryPolicy: { minimumBackoffMs: seconds(100), maximumBackoffMs: seconds(600) },
      deadLetterPolicy: { deadLetterTopic: 'dead', maxDeliveryAttempts: 5 },
    });
    for (const text of ['acked', 'refused', 'in-flight']) before.model.publish('hint', text);
    await before.clock.runFor(seconds(1));
    // No close: the process was killed.

    const after = aPubsub({ store: journaledStore(folder, 'pubsub'), clock: virtualClock() });
    await after.clock.runFor(seconds(50));
    expect(texts(after.pushes)).toEqual(['in-flight']);
    await after.clock.runFor(seconds(60));
    // Its back-off ran on, and so did its count.
    expect(after.pushes.map(({ text, attempt }) => [text, attempt])).toEqual([
      ['in-flight', 1],
      ['refused', 2],
    ]);
    const ids = new Set([...before.pushes, ...after.pushes].map(({ id }) => id));
    after.model.publish('hint', 'new');
    await after.clock.runFor(1);
    expect(ids).not.toContain(after.pushes.at(-1)?.id);
  });

  test('what it held waits until it is said where its subscriber is now, and is not given up meanwhile', async () => {
    const deadLetterPolicy = { deadLetterTopic: 'dead', maxDeliveryAttempts: 5 };
    const before = aPubsub({ store: journaledStore(folder, 'pubsub'), answer: () => 500 });
    for (const name of ['dead', 'moved', 'still']) before.model.createTopic({ name });
    before.model.createSubscription({ name: 'dead-pull', topic: 'dead' });
    const subscribed = (topic: string, pushEndpoint = ENDPOINT) => ({
      name: `${topic}-push`,
      topic,
      pushConfig: { pushEndpoint },
      deadLetterPolicy,
    });
    for (const topic of ['moved', 'still']) {
      before.model.createSubscription(subscribed(topic));
      before.model.publish(topic, topic);
    }
    // No close: the process was killed.

    // Nobody listens any more where they were.
    const after = aPubsub({
      store: journaledStore(folder, 'pubsub'),
      clock: virtualClock(),
      restsAtStart: true,
      answer: () => (after.requests.at(-1)?.endpoint === ENDPOINT ? 500 : 204),
    });
    await after.clock.runFor(minutes(10));
    expect(after.pushes).toEqual([]);
    after.model.ensureSubscription(subscribed('moved', 'http://127.0.0.1:2/step'));
    await after.clock.runFor(minutes(10));
    expect(texts(after.pushes)).toEqual(['moved']);
    after.model.resume();
    await after.clock.runFor(minutes(10));
    expect(texts(after.pushes)).toEqual(['moved', ...Array(5).fill('still')]);
    expect(['moved-push', 'still-push', 'dead-pull'].map(after.model.unacked)).toEqual([0, 0, 1]);
  });

  test('a message costs one line when published and one when acknowledged', async () => {
    const store = memoryStore();
    let lines = 0;
    const counting: Store = {
      ...store,
      table: <T>(name: string): Table<T> => {
        const table = store.table<T>(name);
        return {
          ...table,
          set: (key: string, value: T) => {
            lines++;
            table.set(key, value);
          },
          delete: (key: string) => {
            lines++;
            return table.delete(key);
          },
        };
      },
    };
    const { model, clock } = aPubsub({ store: counting });
    model.createTopic({ name: 'hint' });
    model.createSubscription({ name: 'hint-push', topic: 'hint', pushConfig: { pushEndpoint: ENDPOINT } });
    model.publish('hint', 'first takes a block of ids');
    await clock.runFor(seconds(1));
    lines = 0;
    for (let n = 0; n < 10; n++) model.publish('hint', String(n));
    await clock.runFor(seconds(1));
    expect(lines).toBe(20);
  });
});
