/** One bus under a list of operations, and what became of every message, said so that two of them can be compared. */
import { createServer } from 'node:http';
import { PubSub } from '@google-cloud/pubsub';
import fc from 'fast-check';
import { expect, vi } from 'vitest';
import type { Messages } from '../../../functions/cloud.ts';
import { createMessages } from '../../../functions/google/messages.ts';
import { silentLog } from '../../../functions/log.ts';
import { realClock, virtualClock } from '../../../local/clock.ts';
import { createFaults, type Faults } from '../../../local/faults.ts';
import { listen, readBody } from '../../../local/http.ts';
import { memoryMessages } from '../../../local/memory/messages.ts';
import { servePubsub } from '../../../local/pubsub/server.ts';
import { seededRandom } from '../../../local/random.ts';
import { memoryStore } from '../../../local/store.ts';
import { minutes, seconds } from '../../../shared/units.ts';

const MAX_DELIVERY_ATTEMPTS = 5;
/** Handlers refuse a message this often, and then take it. */
const refusals = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  fc.integer({ min: 1, max: MAX_DELIVERY_ATTEMPTS + 1 }),
);
const topic = fc.constantFrom('one', 'two', 'three');

type Action =
  | { kind: 'subscribe'; topic: string }
  | { kind: 'publish'; topic: string; publisher: 0 | 1; refusals: number; body: unknown; fault?: Fault };
/** `unavailable` is not here: the official client tries again by itself. */
type Fault = 'lost' | 'duplicate' | 'late';

const publish = fc
  .record({
    kind: fc.constant('publish' as const),
    topic,
    publisher: fc.constantFrom<(0 | 1)[]>(0, 1),
    refusals,
    body: fc.oneof(
      fc.jsonValue({ stringUnit: 'binary' }),
      fc.date({ noInvalidDate: true }),
      fc.constant(undefined),
    ),
  })
  .chain(
    (plain): fc.Arbitrary<Action> =>
      fc
        .option(fc.constantFrom<Fault[]>('lost', 'duplicate', 'late'), { nil: undefined, freq: 4 })
        .map((fault) => {
          if (!fault) return plain;
          // Who counts the refusals of two copies of one message cannot tell them apart: it takes both, or none.
          const always = plain.refusals > 0 ? Number.MAX_SAFE_INTEGER : 0;
          return { ...plain, fault, ...(fault === 'duplicate' && { refusals: always }) };
        }),
  );
export const actions = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('subscribe' as const), topic }) },
    { weight: 3, arbitrary: publish },
  ),
  { minLength: 1, maxLength: 12 },
);

type MessageHandler = (body: unknown) => Promise<void>;

interface Bus {
  publishers: readonly [Messages, Messages];
  faults: Faults;
  subscribe(topic: string, handler: MessageHandler): void;
  deadLetters(): unknown[];
  /** Resolves when every message is taken or given up. */
  rest(): Promise<void>;
}

/** What came of it, but for the order, which no bus promises. */
export async function outcomeOf(bus: Bus, list: readonly Action[]): Promise<unknown> {
  const published: unknown[] = [];
  const deliveries: string[] = [];
  let subscribers = 0;
  for (const [id, action] of list.entries()) {
    if (action.kind === 'subscribe') {
      const subscriber = subscribers++;
      const seen = new Map<number, number>();
      bus.subscribe(action.topic, async (body) => {
        const { id, refusals } = body as { id: number; refusals: number };
        const times = (seen.get(id) ?? 0) + 1;
        seen.set(id, times);
        deliveries.push(`${subscriber} ${JSON.stringify(body)}`);
        if (times <= refusals) throw new Error('not yet');
      });
      continue;
    }
    const { topic, publisher, refusals, body, fault } = action;
    bus.faults.clear();
    if (fault) bus.faults.force(fault, { times: 1, subject: topic, mayMiss: true });
    const taken = bus.publishers[publisher].publish(topic, { id, refusals, body });
    published.push(
      await taken.then(
        () => 'taken',
        (error: { code: string }) => error.code,
      ),
    );
  }
  await bus.rest();
  const letters = bus.deadLetters().map((body) => JSON.stringify(body));
  return { published, deliveries: deliveries.sort(), letters: letters.sort() };
}

export function busInMemory(): Bus {
  const clock = virtualClock();
  const random = seededRandom(1);
  const faults = createFaults({}, random);
  const messages = memoryMessages({ clock, random, faults, maxDeliveryAttempts: MAX_DELIVERY_ATTEMPTS });
  return {
    publishers: [messages, messages],
    faults,
    subscribe: messages.subscribe,
    deadLetters: () => messages.deadLetters.map(({ body }) => body),
    async rest() {
      while (messages.pending > 0) await clock.runFor(minutes(1));
    },
  };
}

/** A cloud minute takes ten milliseconds; the deadline of a push has a floor in real time, so that no slow machine misses it. */
const SPEED = 6000;

/** @returns makes a bus on which nothing was ever published, on the one server and the two clients there are */
export async function wireBuses(): Promise<{ open: () => Bus; close: () => Promise<void> }> {
  const random = seededRandom(1);
  const faults = createFaults({}, random);
  const handlers = new Map<string, MessageHandler>();
  const subscriber = createServer(async (request, response) => {
    const { message } = JSON.parse((await readBody(request)).toString());
    const body: unknown = JSON.parse(Buffer.from(message.data, 'base64').toString());
    const handled = handlers.get(request.url ?? '')?.(body) ?? Promise.reject(new Error('nobody is here'));
    handled.then(
      () => response.writeHead(204).end(),
      () => response.writeHead(500).end(),
    );
  });
  const face = await listen(subscriber, 0);
  const world = {
    projectId: 'demo',
    clock: realClock(SPEED),
    random,
    faults,
    store: memoryStore(),
    log: silentLog,
  };
  const { model, port, close } = await servePubsub(world, 0);
  const options = { projectId: 'demo', apiEndpoint: `127.0.0.1:${port}`, emulatorMode: true };
  const clients = [new PubSub(options), new PubSub(options)] as const;
  const publishers = clients.map(createMessages);
  let buses = 0;

  const open = (): Bus => {
    const bus = `bus${++buses}`;
    const dead: unknown[] = [];
    const subscriptions: string[] = [];
    const subscribe = (topic: string, handler: MessageHandler): void => {
      const path = `/${topic}/${subscriptions.length}`;
      handlers.set(path, handler);
      model.ensureTopic(topic);
      const { name } = model.createSubscription({
        name: `${topic}-push-${subscriptions.length}`,
        topic,
        pushConfig: { pushEndpoint: `http://127.0.0.1:${face.port}${path}` },
        retryPolicy: { minimumBackoffMs: seconds(10), maximumBackoffMs: minutes(10) },
        ...(topic !== `${bus}-dead` && {
          deadLetterPolicy: { deadLetterTopic: `${bus}-dead`, maxDeliveryAttempts: MAX_DELIVERY_ATTEMPTS },
        }),
      });
      subscriptions.push(name);
    };
    subscribe(`${bus}-dead`, async (body) => void dead.push(body));
    const within = (messages: Messages | undefined): Messages => ({
      publish: async (topic, body) => messages?.publish(`${bus}-${topic}`, body),
    });
    return {
      publishers: [within(publishers[0]), within(publishers[1])],
      faults,
      subscribe: (topic, handler) => subscribe(`${bus}-${topic}`, handler),
      deadLetters: () => dead,
      async rest() {
        const left = () => subscriptions.reduce((sum, name) => sum + model.unacked(name), 0);
        await vi.waitFor(() => expect(left()).toBe(0), { timeout: 60_000, interval: 2 });
      },
    };
  };
  return {
    open,
    async close() {
      for (const client of clients) await client.close();
      await close();
      await face.close();
    },
  };
}
