/**
 * The bus in memory, for tests and the simulation: the delivery rules of Pub/Sub (at least once, back-off, dead letters) on a
 * virtual clock, with nothing on a wire. The same clock, chance and handlers give the same run.
 */
import type { Delivered, Messages, Random } from '../../functions/cloud.ts';
import { AppError } from '../../shared/errors.ts';
import { pushSubscription } from '../../shared/messages.ts';
import { days, minutes, seconds } from '../../shared/units.ts';
import type { LocalClock } from '../clock.ts';
import type { Faults } from '../faults.ts';

/** A rejection is a nack; one that never settles is delivered again after the ack deadline. */
export type MessageHandler = (body: unknown, delivered: Delivered) => Promise<void>;

export interface Delivery {
  topic: string;
  body: unknown;
  /** 1 for the first. */
  attempt: number;
}

/** All durations are cloud time. */
export interface MemoryMessagesOptions {
  clock: LocalClock;
  random: Random;
  /** `unavailable`, `lost`, `duplicate` and `late` strike, with the topic as subject. */
  faults: Faults;
  /** From publish to delivery. The default is 100 ms. */
  latencyMs?: number;
  /** The default is one minute. */
  ackDeadlineMs?: number;
  /** Exponential from the first to the second; the defaults are Pub/Sub's, 10 s and 600 s. */
  minimumBackoffMs?: number;
  maximumBackoffMs?: number;
  /** After this many deliveries a message is a dead letter. The default is 5. */
  maxDeliveryAttempts?: number;
  /** Where dead letters go, as Pub/Sub forwards them; those of this topic itself are delivered for seven days. The default: nowhere. */
  deadLetterTopic?: string;
  /** Called before each delivery to a handler. */
  onDelivery?: (delivery: Delivery) => void;
}

export interface MemoryMessages extends Messages {
  /**
   * Each handler of a topic gets each message, as each subscription does. A topic is there once it has a handler.
   * @param ackDeadlineMs this subscription's own
   */
  subscribe(topic: string, handler: MessageHandler, ackDeadlineMs?: number): void;
  /** What was given up, oldest first. */
  readonly deadLetters: readonly Delivery[];
  /** How many messages are neither acknowledged nor dead. */
  readonly pending: number;
  /** When the first of those was published. */
  readonly oldestPendingAt: Date | undefined;
}

/** The fault `late` adds up to this much. */
const LATEST_MS = minutes(10);
/** Pub/Sub keeps a message so long: https://cloud.google.com/pubsub/docs/subscription-properties#message_retention_duration */
const RETENTION_MS = days(7);

interface Subscription {
  handler: MessageHandler;
  ackDeadlineMs: number;
}

interface InFlight {
  id: string;
  topic: string;
  publishedAt: Date;
  attributes: Readonly<Record<string, string>>;
  subscription: Subscription;
  /** JSON, parsed anew for each delivery so that no handler sees what another changed. */
  text: string;
  attempts: number;
}

export function memoryMessages(options: MemoryMessagesOptions): MemoryMessages {
  const { clock, random, faults, onDelivery } = options;
  const { latencyMs = 100, ackDeadlineMs = minutes(1), maxDeliveryAttempts = 5 } = options;
  const { minimumBackoffMs = seconds(10), maximumBackoffMs = seconds(600), deadLetterTopic } = options;
  const topics = new Map<string, Subscription[]>();
  const deadLetters: Delivery[] = [];
  /** Neither acknowledged nor dead, in the order in which they were published. */
  const pending = new Set<InFlight>();
  let published = 0;

  /** To each subscription of a topic. */
  const enqueue = (
    topic: string,
    text: string,
    {
      copies = 1,
      delayMs = latencyMs,
      attributes = {},
    }: { copies?: number; delayMs?: number; attributes?: InFlight['attributes'] } = {},
  ): void => {
    const id = String(++published);
    const publishedAt = new Date(clock.now());
    for (const subscription of topics.get(topic) ?? []) {
      for (let copy = 0; copy < copies; copy++) {
        const message = { id, topic, publishedAt, attributes, subscription, text, attempts: 0 };
        pending.add(message);
        sendIn(delayMs, message);
      }
    }
  };
  const sendIn = (delayMs: number, message: InFlight): void => {
    clock.schedule(clock.after(delayMs), () => deliver(message));
  };

  function deliver(message: InFlight): void {
    const body: unknown = JSON.parse(message.text);
    message.attempts++;
    onDelivery?.({ topic: message.topic, body, attempt: message.attempts });
    let over = false;
    const end = (acked: boolean): void => {
      // Whatever comes after the deadline, or the deadline after an answer, says nothing any more.
      if (over) return;
      over = true;
      stopDeadline();
      if (acked) pending.delete(message);
      else retry(message);
    };
    const stopDeadline = clock.schedule(clock.after(message.subscription.ackDeadlineMs), () => end(false));
    // Wrapped, so that a handler that throws before its first await is a nack too.
    const { id, text, attributes, publishedAt } = message;
    const delivered: Delivered = { id, text, attributes, publishedAt };
    new Promise<void>((resolve) => resolve(message.subscription.handler(body, delivered))).then(
      () => end(true),
      () => end(false),
    );
  }

  function retry(message: InFlight): void {
    const { attempts } = message;
    if (isOver(message)) {
      pending.delete(message);
      bury(message);
      return;
    }
    sendIn(Math.min(maximumBackoffMs, minimumBackoffMs * 2 ** (attempts - 1)), message);
  }

  const isOver = ({ topic, attempts, publishedAt }: InFlight): boolean =>
    topic === deadLetterTopic
      ? clock.elapsed(publishedAt.getTime()) >= RETENTION_MS
      : attempts >= maxDeliveryAttempts;

  /** https://cloud.google.com/pubsub/docs/handling-failures#dead_letter_topic; no fault strikes on this way. */
  function bury({ topic, text, attempts, publishedAt, attributes }: InFlight): void {
    deadLetters.push({ topic, body: JSON.parse(text), attempt: attempts });
    if (deadLetterTopic === undefined || topic === deadLetterTopic) return;
    enqueue(deadLetterTopic, text, {
      attributes: {
        ...attributes,
        CloudPubSubDeadLetterSourceDeliveryCount: String(attempts),
        CloudPubSubDeadLetterSourceSubscription: pushSubscription(topic),
        CloudPubSubDeadLetterSourceSubscriptionProject: 'memory',
        CloudPubSubDeadLetterSourceTopicPublishTime: publishedAt.toISOString(),
      },
    });
  }

  return {
    async publish(topic, body, attributes = {}) {
      if (!topics.has(topic)) throw new AppError('UNAVAILABLE', `there is no topic ${topic}`);
      if (faults.hit('unavailable', topic)) throw new AppError('UNAVAILABLE', 'the bus takes no messages');
      if (faults.hit('lost', topic)) return;
      const copies = faults.hit('duplicate', topic) ? 2 : 1;
      const lateMs = faults.hit('late', topic) ? random.fraction() * LATEST_MS : 0;
      enqueue(topic, JSON.stringify(body), { copies, delayMs: latencyMs + lateMs, attributes });
    },
    subscribe(topic, handler, ownDeadlineMs = ackDeadlineMs) {
      topics.set(topic, [...(topics.get(topic) ?? []), { handler, ackDeadlineMs: ownDeadlineMs }]);
    },
    deadLetters,
    get pending() {
      return pending.size;
    },
    get oldestPendingAt() {
      const [oldest] = pending;
      return oldest?.publishedAt;
    },
  };
}
