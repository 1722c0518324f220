/** What the product may rely on of its bus, on both of its sides: the official client against the local Pub/Sub, and memory. */
import { createServer } from 'node:http';
import { PubSub } from '@google-cloud/pubsub';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Delivered, Messages } from '../../functions/cloud.ts';
import { createMessages } from '../../functions/google/messages.ts';
import { silentLog } from '../../functions/log.ts';
import { realClock, virtualClock } from '../../local/clock.ts';
import { createFaults, type Faults } from '../../local/faults.ts';
import { listen, readBody } from '../../local/http.ts';
import { type MessageHandler, memoryMessages } from '../../local/memory/messages.ts';
import { servePubsub } from '../../local/pubsub/server.ts';
import { seededRandom } from '../../local/random.ts';
import { memoryStore } from '../../local/store.ts';
import { seconds } from '../../shared/units.ts';

/** One side of the port, with its subscribers. */
interface Side {
  messages: Messages;
  faults: Faults;
  subscribe(topic: string, handler: MessageHandler): void;
  /** What was given up, as the topic of dead letters has it. */
  deadLetters(): Delivered[];
  /** Messages that are neither acknowledged nor dead. */
  pending(): number;
  /** Lets time pass until it is so. */
  until(check: () => boolean): Promise<void>;
  close(): Promise<void>;
}

const MAX_DELIVERY_ATTEMPTS = 5;

async function memorySide(): Promise<Side> {
  const clock = virtualClock();
  const random = seededRandom(1);
  const faults = createFaults({}, random);
  const messages = memoryMessages({
    clock,
    random,
    faults,
    maxDeliveryAttempts: MAX_DELIVERY_ATTEMPTS,
    deadLetterTopic: 'dead-letter',
  });
  const dead: Delivered[] = [];
  messages.subscribe('dead-letter', async (_, delivered) => void dead.push(delivered));
  return {
    messages,
    faults,
    subscribe: messages.subscribe,
    deadLetters: () => dead,
    pending: () => messages.pending,
    async until(check) {
      while (!check()) {
        if (clock.pending === 0) throw new Error('nothing more will happen');
        await clock.runFor(seconds(1));
      }
    },
    close: async () => undefined,
  };
}

/** A cloud minute takes a tenth of a second. */
const SPEED = 600;

async function wireSide(): Promise<Side> {
  const random = seededRandom(1);
  const faults = createFaults({}, random);
  const handlers = new Map<string, MessageHandler>();
  const dead: Delivered[] = [];
  const subscriber = createServer(async (request, response) => {
    const { message } = JSON.parse((await readBody(request)).toString());
    const text = Buffer.from(message.data, 'base64').toString();
    const { messageId: id, attributes, publishTime } = message;
    const handler = handlers.get(request.url ?? '');
    try {
      await handler?.(JSON.parse(text), { id, text, attributes, publishedAt: new Date(publishTime) });
      response.writeHead(204).end();
    } catch {
      response.writeHead(500).end();
    }
  });
  const face = await listen(subscriber, 0);
  const pubsub = await servePubsub(
    {
      projectId: 'demo-hub',
      clock: realClock(SPEED),
      random,
      faults,
      store: memoryStore(),
      log: silentLog,
    },
    0,
  );
  const client = new PubSub({
    projectId: 'demo-hub',
    apiEndpoint: `127.0.0.1:${pubsub.port}`,
    emulatorMode: true,
  });
  const subscribe = (topic: string, handler: MessageHandler): void => {
    pubsub.model.ensureTopic(topic);
    handlers.set(`/${topic}`, handler);
    pubsub.model.createSubscription({
      name: `${topic}-push`,
      topic,
      pushConfig: { pushEndpoint: `http://127.0.0.1:${face.port}/${topic}` },
      retryPolicy: { minimumBackoffMs: seconds(10), maximumBackoffMs: seconds(600) },
      ...(topic !== 'dead-letter' && {
        deadLetterPolicy: { deadLetterTopic: 'dead-letter', maxDeliveryAttempts: MAX_DELIVERY_ATTEMPTS },
      }),
    });
  };
  subscribe('dead-letter', async (_, delivered) => void dead.push(delivered));
  return {
    messages: createMessages(client),
    faults,
    subscribe,
    deadLetters: () => dead,
    pending: () =>
      pubsub.model.subscriptions().reduce((sum, { name }) => sum + pubsub.model.unacked(name), 0),
    until: (check) => vi.waitFor(() => expect(check()).toBe(true), { timeout: 30_000, interval: 5 }),
    async close() {
      await client.close();
      await pubsub.close();
      await face.close();
    },
  };
}

// The client would look for a metadata server, and warn that there is none.
beforeAll(() => void vi.stubEnv('METADATA_SERVER_DETECTION', 'none'));

describe.each([
  ['in memory', memorySide],
  ['through the official client', wireSide],
])('messages %s', (_, open) => {
  let side: Side;
  const start = async (): Promise<Side> => {
    side = await open();
    return side;
  };
  afterEach(() => side.close());

  test('a message is delivered with its body intact', async () => {
    const { messages, subscribe, until } = await start();
    const seen: unknown[] = [];
    subscribe('step-provision', async (body) => void seen.push(body));
    const body = {
      schema: 1,
      id: 'abcdefghij234567',
      epoch: 7,
      nested: { list: [1, null, 'ü🚀', true], empty: {} },
    };
    await messages.publish('step-provision', body);
    await until(() => seen.length > 0);
    expect(seen).toEqual([body]);
  });

  test('what travels with a message comes with it, and is no part of its body', async () => {
    const { messages, subscribe, until } = await start();
    const seen: unknown[] = [];
    subscribe('hint', async (body, { attributes }) => void seen.push([body, attributes]));
    await messages.publish('hint', { schema: 1 }, { traceparent: '00-ab-cd-00' });
    await until(() => seen.length > 0);
    expect(seen).toEqual([[{ schema: 1 }, { traceparent: '00-ab-cd-00' }]]);
  });

  test('a message goes to the subscribers of its own topic only', async () => {
    const { messages, subscribe, until } = await start();
    const seen: string[] = [];
    subscribe('one-topic', async () => void seen.push('one'));
    subscribe('other-topic', async () => void seen.push('other'));
    await messages.publish('other-topic', { n: 1 });
    await messages.publish('one-topic', { n: 2 });
    await until(() => seen.length === 2);
    expect(seen.sort()).toEqual(['one', 'other']);
  });

  test('a handler that fails gets the message again until it succeeds', async () => {
    const { messages, subscribe, until, deadLetters } = await start();
    const seen: unknown[] = [];
    subscribe('step-install', async (body) => {
      seen.push(body);
      if (seen.length < 3) throw new Error('not yet');
    });
    await messages.publish('step-install', { n: 1 });
    await until(() => seen.length === 3);
    expect(seen).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }]);
    expect(deadLetters()).toEqual([]);
  });

  test('a message that is never taken becomes a dead letter after its attempts', async () => {
    const { messages, subscribe, until, deadLetters } = await start();
    let attempts = 0;
    subscribe('step-undo', async () => {
      attempts++;
      throw new Error('never');
    });
    await messages.publish('step-undo', { n: 1 });
    await until(() => deadLetters().length > 0);
    expect(attempts).toBe(MAX_DELIVERY_ATTEMPTS);
    expect(deadLetters()).toMatchObject([
      {
        id: expect.stringMatching(/^\d+$/),
        text: '{"n":1}',
        attributes: {
          CloudPubSubDeadLetterSourceDeliveryCount: String(MAX_DELIVERY_ATTEMPTS),
          CloudPubSubDeadLetterSourceSubscription: 'step-undo-push',
          CloudPubSubDeadLetterSourceSubscriptionProject: expect.any(String),
          CloudPubSubDeadLetterSourceTopicPublishTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        },
        publishedAt: expect.any(Date),
      },
    ]);
  });

  test('publishing to an unknown topic is an error', async () => {
    const { messages } = await start();
    await expect(messages.publish('no-such-topic', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('a hundred messages at once all arrive, and nothing is left over', async () => {
    const { messages, subscribe, until, pending } = await start();
    const seen = new Set<number>();
    subscribe('step-secure', async (body) => void seen.add((body as { n: number }).n));
    await Promise.all(Array.from({ length: 100 }, (_, n) => messages.publish('step-secure', { n })));
    await until(() => seen.size === 100 && pending() === 0);
    expect(seen.size).toBe(100);
  });

  test('a lost message is accepted and never comes; a doubled one comes twice; a late one comes', async () => {
    const { messages, faults, subscribe, until, pending } = await start();
    const seen: number[] = [];
    subscribe('step-expose', async (body) => void seen.push((body as { n: number }).n));
    for (const [n, fault] of (['lost', 'duplicate', 'late'] as const).entries()) {
      faults.force(fault, { times: 1, subject: 'step-expose' });
      await messages.publish('step-expose', { n });
    }
    await until(() => seen.length === 3 && pending() === 0);
    expect(seen.sort()).toEqual([1, 1, 2]);
  });
});
