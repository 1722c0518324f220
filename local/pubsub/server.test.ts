/** The unmodified official client against the wire face. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, type Message, PubSub, type Subscription, v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { silentLog } from '../../functions/log.ts';
import { realClock } from '../clock.ts';
import { createFaults, type Faults } from '../faults.ts';
import { listen, readBody } from '../http.ts';
import { seededRandom } from '../random.ts';
import type { World } from '../service.ts';
import { journaledStore, memoryStore, type Store } from '../store.ts';
import { type PubsubOptions, servePubsub } from './server.ts';

// The client would look for a metadata server, and warn that there is none.
beforeAll(() => void vi.stubEnv('METADATA_SERVER_DETECTION', 'none'));

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(options: PubsubOptions & { speed?: number; store?: Store } = {}) {
  const random = seededRandom(3);
  const faults: Faults = createFaults({}, random);
  const world: World = {
    projectId: 'demo-hub',
    clock: realClock(options.speed ?? 1),
    random,
    faults,
    store: options.store ?? memoryStore(),
    log: silentLog,
  };
  const face = await servePubsub(world, 0, options);
  cleanups.push(() => face.close());
  const client = new PubSub({
    projectId: 'demo-hub',
    apiEndpoint: `127.0.0.1:${face.port}`,
    emulatorMode: true,
  });
  cleanups.push(() => client.close());
  return { face, client, faults, model: face.model };
}

interface Received {
  headers: IncomingHttpHeaders;
  body: {
    message: Record<string, unknown> & { data: string; messageId: string };
    subscription: string;
    deliveryAttempt?: number;
  };
}

/** A subscriber that answers with the statuses in turn, the last one ever after. */
async function aSubscriber(statuses: number[]): Promise<{ endpoint: string; received: Received[] }> {
  const received: Received[] = [];
  const server: Server = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: JSON.parse((await readBody(request)).toString()) });
    response.writeHead(statuses[Math.min(received.length, statuses.length) - 1] ?? 204).end();
  });
  const face = await listen(server, 0);
  cleanups.push(() => face.close());
  return { endpoint: `http://127.0.0.1:${face.port}/`, received };
}

const until = (check: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(check()).toBe(true), { timeout: 30_000, interval: 5 });
const textOf = (received: Received): string => Buffer.from(received.body.message.data, 'base64').toString();

/** Pulls by a stream until `count` messages came, handling each. */
async function stream(
  subscription: Subscription,
  count: number,
  handle: (message: Message) => void,
): Promise<void> {
  const done = new Promise<void>((resolve, reject) => {
    let seen = 0;
    subscription.on('error', reject);
    subscription.on('message', (message: Message) => {
      handle(message);
      if (++seen === count) resolve();
    });
  });
  await done;
}

describe('topics and subscriptions', () => {
  test('a topic can be created once, found, listed and deleted', async () => {
    const { client } = await open();
    const [topic] = await client.createTopic('hint');
    expect(topic.name).toBe('projects/demo-hub/topics/hint');
    await expect(client.createTopic('hint')).rejects.toMatchObject({
      code: 6,
      details: 'Resource already exists in the project (resource=hint).',
    });
    expect(await topic.exists()).toEqual([true]);
    expect(await client.topic('nope').exists()).toEqual([false]);
    expect((await client.getTopics())[0].map(({ name }) => name)).toEqual([topic.name]);
    await topic.setMetadata({ labels: { team: 'hub' } });
    expect((await topic.getMetadata())[0]).toMatchObject({ labels: { team: 'hub' } });
    await topic.delete();
    expect(await topic.exists()).toEqual([false]);
  });

  test('lists come in pages', async () => {
    const { client, model } = await open();
    const names = Array.from({ length: 7 }, (_, n) => `topic-${n}`);
    for (const name of names) model.createTopic({ name });
    const seen: string[] = [];
    const sizes: number[] = [];
    const tokenOf = (query: unknown): string => (query as { pageToken?: string } | null)?.pageToken ?? '';
    let pageToken = '';
    do {
      const [page, next] = await client.getTopics({ pageSize: 3, pageToken, autoPaginate: false });
      sizes.push(page.length);
      seen.push(...page.map(({ name }) => name.split('/').at(-1) ?? ''));
      pageToken = tokenOf(next);
    } while (pageToken);
    expect(seen).toEqual(names);
    expect(sizes).toEqual([3, 3, 1]);
  });

  test('a subscription keeps its settings, and some of them can be changed', async () => {
    const { client } = await open();
    const [topic] = await client.createTopic('step');
    await client.createTopic('dead-letter');
    const [subscription] = await topic.createSubscription('step-sub', {
      ackDeadlineSeconds: 60,
      enableMessageOrdering: true,
      filter: 'attributes:kind',
      messageRetentionDuration: { seconds: 86400 },
      retryPolicy: { minimumBackoff: { seconds: 1 }, maximumBackoff: { seconds: 600 } },
      deadLetterPolicy: {
        deadLetterTopic: 'projects/demo-hub/topics/dead-letter',
        maxDeliveryAttempts: 7,
      },
      labels: { team: 'hub' },
    });
    const [stored] = await subscription.getMetadata();
    expect(stored).toMatchObject({
      name: 'projects/demo-hub/subscriptions/step-sub',
      topic: 'projects/demo-hub/topics/step',
      ackDeadlineSeconds: 60,
      enableMessageOrdering: true,
      filter: 'attributes:kind',
      deadLetterPolicy: { maxDeliveryAttempts: 7 },
      retryPolicy: { minimumBackoff: { seconds: '1' }, maximumBackoff: { seconds: '600' } },
      messageRetentionDuration: { seconds: '86400' },
      labels: { team: 'hub' },
    });
    await subscription.setMetadata({ ackDeadlineSeconds: 30 });
    expect((await subscription.getMetadata())[0]).toMatchObject({ ackDeadlineSeconds: 30 });
    await expect(subscription.setMetadata({ filter: '' })).rejects.toMatchObject({
      code: 3,
      details: expect.stringContaining("the 'filter' field in the Subscription is not mutable"),
    });
    expect((await topic.getSubscriptions())[0].map(({ name }) => name)).toEqual([subscription.name]);
    expect((await client.getSubscriptions())[0]).toHaveLength(1);
    await subscription.delete();
    expect(await subscription.exists()).toEqual([false]);
  });

  test('what is not valid or not there is refused as the service words it', async () => {
    const { client, model } = await open();
    model.createTopic({ name: 'step' });
    await expect(client.createTopic('1st')).rejects.toMatchObject({
      code: 3,
      details: expect.stringMatching(/^Invalid resource name given \(name=projects\/demo-hub\/topics\/1st\)/),
    });
    await expect(
      client.topic('step').createSubscription('step-sub', { ackDeadlineSeconds: 5 }),
    ).rejects.toMatchObject({
      code: 3,
    });
    await expect(client.topic('nope').createSubscription('nope-sub')).rejects.toMatchObject({
      code: 5,
      details: 'Resource not found (resource=nope).',
    });
    await expect(client.topic('nope').publishMessage({ data: Buffer.from('x') })).rejects.toMatchObject({
      code: 5,
    });
    await expect(
      client.topic('step').createSubscription('once', { enableExactlyOnceDelivery: true }),
    ).rejects.toMatchObject({ code: 12 });
  });

  test('publishing while the service is unavailable is tried again by the client', async () => {
    const { client, faults, model } = await open();
    model.createTopic({ name: 'hint' });
    model.createSubscription({ name: 'hint-sub', topic: 'hint' });
    faults.force('unavailable', { times: 2, subject: 'hint' });
    await client.topic('hint').publishMessage({ data: Buffer.from('x') });
    expect(model.unacked('hint-sub')).toBe(1);
  });
});

describe('StreamingPull', () => {
  test('a published message arrives whole and is gone once acknowledged', async () => {
    const { client, model } = await open();
    const [topic] = await client.createTopic('hint');
    const [subscription] = await topic.createSubscription('hint-sub');
    const id = await topic.publishMessage({ data: Buffer.from('hello ü'), attributes: { kind: 'x' } });
    await stream(subscription, 1, (message) => {
      expect(message.id).toBe(id);
      expect(message.data.toString()).toBe('hello ü');
      expect(message.attributes).toEqual({ kind: 'x' });
      expect(message.publishTime).toBeInstanceOf(Date);
      message.ack();
    });
    await until(() => model.unacked('hint-sub') === 0);
    await subscription.close();
  });

  test('a message that is refused again and again ends in the dead-letter topic', async () => {
    const { client, model } = await open();
    const [topic] = await client.createTopic('step');
    const [dead] = await client.createTopic('dead-letter');
    const [graves] = await dead.createSubscription('graves');
    const [subscription] = await topic.createSubscription('step-sub', {
      retryPolicy: { minimumBackoff: { seconds: 0 }, maximumBackoff: { seconds: 0 } },
      deadLetterPolicy: { deadLetterTopic: dead.name, maxDeliveryAttempts: 5 },
    });
    await topic.publishMessage({ data: Buffer.from('poison') });
    const attempts: number[] = [];
    await stream(subscription, 5, (message) => {
      attempts.push(message.deliveryAttempt);
      message.nack();
    });
    expect(attempts).toEqual([1, 2, 3, 4, 5]);
    await stream(graves, 1, (message) => {
      expect(message.data.toString()).toBe('poison');
      expect(message.attributes).toMatchObject({
        CloudPubSubDeadLetterSourceSubscription: 'step-sub',
        CloudPubSubDeadLetterSourceDeliveryCount: '5',
      });
      message.ack();
    });
    await until(() => model.unacked('step-sub') + model.unacked('graves') === 0);
    await Promise.all([subscription.close(), graves.close()]);
  });

  test('messages of an ordering key arrive in their order, also behind one that is refused', async () => {
    const { client, model } = await open();
    await client.createTopic('hint');
    const topic = client.topic('hint', { messageOrdering: true });
    const [subscription] = await topic.createSubscription('hint-sub', { enableMessageOrdering: true });
    await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        topic.publishMessage({ data: Buffer.from(String(n)), orderingKey: 'key' }),
      ),
    );
    const firsts = new Set<number>();
    const order: number[] = [];
    let refused = false;
    subscription.on('message', (message: Message) => {
      const n = Number(message.data);
      if (!firsts.has(n)) order.push(n);
      firsts.add(n);
      if (n === 50 && !refused) {
        refused = true;
        message.nack();
      } else message.ack();
    });
    await until(() => firsts.size === 100 && model.unacked('hint-sub') === 0);
    expect(order).toEqual(Array.from({ length: 100 }, (_, n) => n));
    await subscription.close();
  });

  test('a stream of a subscription that is deleted ends with NOT_FOUND', async () => {
    const { client, model } = await open();
    const [topic] = await client.createTopic('hint');
    const [subscription] = await topic.createSubscription('hint-sub');
    const failed = once(subscription, 'error');
    subscription.on('message', (message: Message) => message.ack());
    await topic.publishMessage({ data: Buffer.from('x') });
    await until(() => model.unacked('hint-sub') === 0);
    model.deleteSubscription('hint-sub');
    expect((await failed)[0]).toMatchObject({ code: 5 });
    await subscription.close();
  });
});

describe('Pull', () => {
  const subscription = 'projects/demo-hub/subscriptions/hint-sub';
  async function aPuller(speed = 1) {
    const { face, model, client } = await open({ speed });
    model.createTopic({ name: 'hint' });
    model.createSubscription({ name: 'hint-sub', topic: 'hint' });
    const puller = new v1.SubscriberClient({
      servicePath: '127.0.0.1',
      port: face.port,
      sslCreds: credentials.createInsecure(),
    });
    cleanups.push(() => puller.close());
    return { model, client, puller };
  }

  test('it waits for a message, which an ack removes and a deadline of 0 brings back', async () => {
    const { model, puller } = await aPuller();
    const waiting = puller.pull({ subscription, maxMessages: 5 });
    model.publish('hint', 'x');
    const [first] = (await waiting)[0].receivedMessages ?? [];
    expect(first?.message?.data?.toString()).toBe('x');
    await puller.modifyAckDeadline({ subscription, ackIds: [first?.ackId ?? ''], ackDeadlineSeconds: 0 });
    const [again] = (await puller.pull({ subscription, maxMessages: 5 }))[0].receivedMessages ?? [];
    expect(again?.message?.messageId).toBe(first?.message?.messageId);
    await puller.acknowledge({ subscription, ackIds: [again?.ackId ?? ''] });
    expect(model.unacked('hint-sub')).toBe(0);
  });

  test('with nothing to give it answers with nothing after a while', async () => {
    const { puller } = await aPuller(600);
    expect((await puller.pull({ subscription, maxMessages: 1 }))[0].receivedMessages).toEqual([]);
  });

  test('an ack id that was never given out and a deadline out of range are refused', async () => {
    const { puller } = await aPuller();
    await expect(puller.acknowledge({ subscription, ackIds: ['made up'] })).rejects.toMatchObject({
      code: 3,
      details: 'You have passed an invalid ack ID to the service (ack_id=made up).',
    });
    await expect(
      puller.modifyAckDeadline({ subscription, ackIds: ['1-0-1'], ackDeadlineSeconds: 601 }),
    ).rejects.toMatchObject({ code: 3 });
  });

  test('a push subscription cannot be pulled from', async () => {
    const { model, puller } = await aPuller();
    model.modifyPushConfig('hint-sub', { pushEndpoint: 'http://127.0.0.1:1/' });
    await expect(puller.pull({ subscription, maxMessages: 1 })).rejects.toMatchObject({ code: 9 });
  });

  test('seeking to now acknowledges everything before', async () => {
    const { model, client } = await aPuller();
    model.publish('hint', 'x');
    await client.subscription('hint-sub').seek(new Date(Date.now() + 1000));
    expect(model.unacked('hint-sub')).toBe(0);
  });
});

describe('push', () => {
  test('a refused push comes again until it is taken, in the wrapped format', async () => {
    const { client, model } = await open({ speed: 600 });
    const { endpoint, received } = await aSubscriber([500, 500, 204]);
    const [topic] = await client.createTopic('step');
    await client.createTopic('dead-letter');
    await topic.createSubscription('step-push', {
      pushConfig: { pushEndpoint: endpoint },
      retryPolicy: { minimumBackoff: { seconds: 10 }, maximumBackoff: { seconds: 600 } },
      deadLetterPolicy: {
        deadLetterTopic: 'projects/demo-hub/topics/dead-letter',
        maxDeliveryAttempts: 5,
      },
    });
    const id = await topic.publishMessage({ data: Buffer.from('{"n":1}'), attributes: { kind: 'x' } });
    await until(() => model.unacked('step-push') === 0);
    expect(received.map(({ body }) => body.deliveryAttempt)).toEqual([1, 2, 3]);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(received[0]?.body).toEqual({
      message: {
        data: Buffer.from('{"n":1}').toString('base64'),
        attributes: { kind: 'x' },
        messageId: id,
        message_id: id,
        publishTime: time,
        publish_time: time,
      },
      subscription: 'projects/demo-hub/subscriptions/step-push',
      deliveryAttempt: 1,
    });
    expect(received[0]?.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(received[0]?.headers).not.toHaveProperty('authorization');
  });

  test('it carries an OIDC token for the audience, minted once and again after a 401', async () => {
    const minted: string[][] = [];
    const { model } = await open({
      speed: 600,
      async mintToken(email, audience) {
        minted.push([email, audience]);
        return `token-${minted.length}`;
      },
    });
    const { endpoint, received } = await aSubscriber([204, 204, 401, 204]);
    model.createTopic({ name: 'step' });
    model.createSubscription({
      name: 'step-push',
      topic: 'step',
      pushConfig: {
        pushEndpoint: endpoint,
        oidcToken: { serviceAccountEmail: 'push@demo-hub.iam.gserviceaccount.com', audience: 'step' },
      },
    });
    for (const text of ['1', '2', '3']) {
      model.publish('step', text);
      await until(() => model.unacked('step-push') === 0);
    }
    expect(received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
    ]);
    expect(minted[0]).toEqual(['push@demo-hub.iam.gserviceaccount.com', 'step']);
  });

  test('a subscriber that is not there yet gets the message once it is', async () => {
    const { model } = await open({ speed: 600 });
    const { endpoint, received } = await aSubscriber([204]);
    model.createTopic({ name: 'step' });
    model.createSubscription({
      name: 'step-push',
      topic: 'step',
      pushConfig: { pushEndpoint: 'http://127.0.0.1:1/' },
    });
    model.publish('step', 'x');
    model.modifyPushConfig('step-push', { pushEndpoint: endpoint });
    await until(() => model.unacked('step-push') === 0);
    expect(received.map(textOf)).toEqual(['x']);
  });
});

describe('a restart on the same journal', () => {
  test('delivers again what was not acknowledged, and only that', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hub-pubsub-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const first = await open({ store: journaledStore(folder, 'pubsub') });
    const [topic] = await first.client.createTopic('hint');
    await topic.createSubscription('hint-sub');
    // Given up without a word, as by a process that dies; else it would go on to hold what it has not acknowledged.
    const closeOptions = { timeout: Duration.from({ seconds: 0 }) };
    const subscription = topic.subscription('hint-sub', { closeOptions });
    cleanups.push(() => subscription.close());
    await Promise.all(['a', 'b', 'c'].map((text) => topic.publishMessage({ data: Buffer.from(text) })));
    await stream(subscription, 3, (message) => {
      if (message.data.toString() === 'b') message.ack();
    });
    await until(() => first.model.unacked('hint-sub') === 2);
    await first.face.close();

    const second = await open({ store: journaledStore(folder, 'pubsub') });
    const again: string[] = [];
    const resumed = second.client.subscription('hint-sub');
    await stream(resumed, 2, (message) => {
      again.push(message.data.toString());
      message.ack();
    });
    await until(() => second.model.unacked('hint-sub') === 0);
    expect(again.sort()).toEqual(['a', 'c']);
    await resumed.close();
  });
});
