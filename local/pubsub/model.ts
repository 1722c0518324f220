/**
 * Cloud Pub/Sub: topics, subscriptions and what is not acknowledged yet. Delivery is at least once; everything that is not
 * acknowledged survives a kill of the process. `server.ts` is its gRPC face, other stand-ins publish through `publish` here.
 */
import { minutes } from '../../shared/units.ts';
import type { ServiceError, World } from '../service.ts';
import { Backlog, type Consumer, messageKey, type StoredMessage } from './backlog.ts';
import { type Filter, parseFilter } from './filter.ts';
import { createPusher, type SendPush } from './push.ts';
import {
  alreadyExists,
  DELETED_TOPIC,
  type NewMessage,
  notFound,
  type PushConfig,
  requireMessages,
  requireName,
  requireSubscription,
  requireTopic,
  type Subscription,
  type SubscriptionSpec,
  shortName,
  type Topic,
  withDefaults,
} from './resources.ts';

/** Names are full (`projects/p/topics/t`) or short (`t`, in the world's project). Everything throws `ServiceError`. */
export interface PubsubModel {
  createTopic(topic: Pick<Topic, 'name'> & Partial<Topic>): Topic;
  /** Creates the topic unless it is there. */
  ensureTopic(name: string): Topic;
  topic(name: string): Topic;
  topics(): Topic[];
  updateTopic(topic: Topic): Topic;
  /** Its subscriptions stay, of no topic, with what they hold. */
  deleteTopic(name: string): void;

  createSubscription(spec: SubscriptionSpec): Subscription;
  /** Creates the subscription, or gives it these settings and keeps what it holds: for the start, when ports have changed. */
  ensureSubscription(spec: SubscriptionSpec): Subscription;
  subscription(name: string): Subscription;
  subscriptions(): Subscription[];
  updateSubscription(subscription: Subscription): Subscription;
  modifyPushConfig(name: string, config: PushConfig | undefined): void;
  deleteSubscription(name: string): void;
  /** Acknowledges all that was published before that instant. */
  seek(name: string, beforeMs: number): void;

  /** Gives the id of the message, which is journaled by then. @param data text is sent as UTF-8 */
  publish(topic: string, data: Buffer | string, attributes?: Record<string, string>): string;
  publishAll(topic: string, messages: readonly NewMessage[]): string[];
  /** How many messages wait for an ack. */
  unacked(subscription: string): number;
  /** For the wire: who pulls. */
  backlog(subscription: string): Backlog;

  /** For whoever has it rest at its start: also what nobody ensured is where it was, and its deliveries go on. */
  resume(): void;
  /** Stops all timers and deliveries; the state stays in the store. */
  close(): void;
}

interface PubsubModelOptions {
  /** How a push is sent. */
  send: SendPush;
  /** Outstanding pushes per subscription, at most. The default is 100; the service goes to 3,000 and more. */
  maxOutstandingPushes?: number;
  /**
   * What an earlier process left is not pushed before `ensureSubscription` has said where its subscriber is now, or `resume` that all are
   * where they were. Otherwise it is pushed at once.
   */
  restsAtStart?: boolean;
}

/** What is known of a subscription besides its row. */
interface Live {
  backlog: Backlog;
  filter: Filter;
  pusher?: Consumer;
}

/** Ids are reserved in blocks, so that a restart gives none twice and the journal has a line per block. */
const ID_BLOCK = 100_000;

/** The fault `late` holds a message back for up to this much cloud time. */
const LATEST_MS = minutes(10);

export function createPubsub(world: World, options: PubsubModelOptions): PubsubModel {
  const { clock, faults, random, store, log, projectId } = world;
  const topics = store.table<Topic>('topics');
  const subscriptions = store.table<Subscription>('subscriptions');
  const messages = store.table<StoredMessage>('messages');
  const counters = store.table<number>('counters');
  const live = new Map<string, Live>();
  const topicName = (name: string): string => fullName(projectId, 'topics', name);
  const subscriptionName = (name: string): string => fullName(projectId, 'subscriptions', name);

  let nextId = counters.get('message') ?? 1_000_000_000;
  let reserved = nextId;
  const newMessageId = (): string => {
    if (nextId >= reserved) {
      reserved = nextId + ID_BLOCK;
      counters.set('message', reserved);
    }
    return String(nextId++);
  };

  const topic = (name: string): Topic => topics.get(topicName(name)) ?? raise(notFound(name));
  const subscription = (name: string): Subscription =>
    subscriptions.get(subscriptionName(name)) ?? raise(notFound(name));
  const liveOf = (name: string): Live => live.get(subscription(name).name) ?? raise(notFound(name));

  /** Puts a message into every subscription of its topic that wants it. */
  function deliver(
    to: Topic,
    message: NewMessage,
    dueAt: number,
    copies: number,
    touched: Set<Backlog>,
  ): string {
    const messageId = newMessageId();
    const publishedAt = clock.now();
    for (const { name, topic: of } of subscriptions.values()) {
      const held = of === to.name ? live.get(name) : undefined;
      if (!held?.filter(message.attributes)) continue;
      for (let copy = 0; copy < copies; copy++) {
        const row: StoredMessage = {
          ...message,
          subscription: name,
          messageId,
          copy,
          publishedAt,
          attempts: 0,
          dueAt,
        };
        messages.set(messageKey(row), row);
        held.backlog.add(row);
        touched.add(held.backlog);
      }
    }
    return messageId;
  }

  function publishAll(name: string, batch: readonly NewMessage[]): string[] {
    const to = topic(name);
    requireMessages(batch);
    const subject = shortName(to.name);
    const touched = new Set<Backlog>();
    const ids = batch.map((message) => {
      if (faults.hit('lost', subject)) return newMessageId();
      const copies = faults.hit('duplicate', subject) ? 2 : 1;
      const late = faults.hit('late', subject);
      const dueAt = late ? clock.after(random.fraction() * LATEST_MS) : clock.now();
      return deliver(to, message, dueAt, copies, touched);
    });
    for (const backlog of touched) backlog.pump();
    return ids;
  }

  /** https://cloud.google.com/pubsub/docs/handling-failures#track-delivery-attempts; no fault strikes on this way. */
  function deadLetter(from: Subscription, message: StoredMessage, attempts: number): boolean {
    const to = topics.get(from.deadLetterPolicy?.deadLetterTopic ?? '');
    if (!to) return false;
    const touched = new Set<Backlog>();
    const attributes = {
      ...message.attributes,
      CloudPubSubDeadLetterSourceDeliveryCount: String(attempts),
      CloudPubSubDeadLetterSourceSubscription: shortName(from.name),
      CloudPubSubDeadLetterSourceSubscriptionProject: from.name.split('/')[1] ?? '',
      CloudPubSubDeadLetterSourceTopicPublishTime: new Date(message.publishedAt).toISOString(),
    };
    const { data, orderingKey } = message;
    deliver(to, { data, attributes, ...(orderingKey && { orderingKey }) }, clock.now(), 1, touched);
    log.warn('pubsub.dead-letter', { resource: shortName(from.name), attempt: attempts });
    for (const backlog of touched) backlog.pump();
    return true;
  }

  function enliven(name: string): Live {
    const row = (): Subscription => subscriptions.get(name) ?? raise(notFound(name));
    const backlog = new Backlog({
      clock,
      table: messages,
      subscription: row,
      deadLetter: (message, attempts) => deadLetter(row(), message, attempts),
    });
    const made: Live = { backlog, filter: parseFilter(row().filter) };
    live.set(name, made);
    return made;
  }

  /** Pushes if it has an endpoint, else waits to be pulled from. */
  function connect(name: string): void {
    const { backlog, pusher } = liveOf(name);
    if (!subscription(name).pushConfig) {
      if (pusher) backlog.detach(pusher);
      delete liveOf(name).pusher;
    } else if (!pusher) {
      const made = createPusher({
        clock,
        backlog,
        subscription: () => subscription(name),
        send: options.send,
        log,
        maxOutstanding: options.maxOutstandingPushes ?? 100,
      });
      liveOf(name).pusher = made;
      backlog.attach(made);
    }
  }

  /** As it is stored: full names, the service's defaults filled in. @throws ServiceError INVALID_ARGUMENT */
  function complete(spec: SubscriptionSpec): Subscription {
    const made = withDefaults({ ...spec, name: subscriptionName(spec.name), topic: topicName(spec.topic) });
    if (made.deadLetterPolicy) {
      made.deadLetterPolicy.deadLetterTopic = topicName(made.deadLetterPolicy.deadLetterTopic);
    }
    requireSubscription(made);
    return made;
  }

  function createTopic(spec: Pick<Topic, 'name'> & Partial<Topic>): Topic {
    const made: Topic = { labels: {}, ...spec, name: topicName(spec.name) };
    requireTopic(made);
    if (topics.has(made.name)) throw alreadyExists(made.name);
    topics.set(made.name, made);
    return made;
  }

  function createSubscription(spec: SubscriptionSpec): Subscription {
    const made = complete(spec);
    if (subscriptions.has(made.name)) throw alreadyExists(made.name);
    topic(made.topic);
    subscriptions.set(made.name, made);
    enliven(made.name);
    connect(made.name);
    return made;
  }

  function updateSubscription(changed: Subscription): Subscription {
    const { name } = subscription(changed.name);
    requireSubscription(changed);
    subscriptions.set(name, changed);
    connect(name);
    return changed;
  }

  function deleteSubscription(name: string): void {
    const gone = subscription(name).name;
    liveOf(gone).backlog.delete();
    live.delete(gone);
    subscriptions.delete(gone);
  }

  function ensureSubscription(spec: SubscriptionSpec): Subscription {
    const wanted = complete(spec);
    const was = subscriptions.get(wanted.name);
    if (!was) return createSubscription(spec);
    const immutable = ['topic', 'filter', 'enableMessageOrdering'] as const;
    if (immutable.every((field) => was[field] === wanted[field])) return updateSubscription(wanted);
    // What cannot be changed makes it another subscription, as it does for Terraform.
    deleteSubscription(was.name);
    return createSubscription(spec);
  }

  // Resume: what was not acknowledged is delivered again, what waited for its back-off waits on.
  for (const name of subscriptions.keys()) enliven(name);
  for (const row of [...messages.values()]) live.get(row.subscription)?.backlog.add(row);
  const resume = (): void => {
    for (const name of subscriptions.keys()) connect(name);
  };
  // A turn later, so that the caller can first say where the subscribers are now.
  const stopResuming = options.restsAtStart ? () => undefined : clock.schedule(clock.now(), resume);

  return {
    createTopic,
    ensureTopic: (name) => topics.get(topicName(name)) ?? createTopic({ name }),
    topic,
    topics: () => [...topics.values()],
    updateTopic(changed) {
      topic(changed.name);
      requireTopic(changed);
      topics.set(changed.name, changed);
      return changed;
    },
    deleteTopic(name) {
      const gone = topic(name);
      topics.delete(gone.name);
      for (const row of subscriptions.values()) {
        if (row.topic === gone.name) subscriptions.set(row.name, { ...row, topic: DELETED_TOPIC });
      }
    },
    createSubscription,
    ensureSubscription,
    subscription,
    subscriptions: () => [...subscriptions.values()],
    updateSubscription,
    modifyPushConfig(name, config) {
      const { pushConfig: _, ...rest } = subscription(name);
      updateSubscription(config?.pushEndpoint ? { ...rest, pushConfig: config } : rest);
    },
    deleteSubscription,
    seek: (name, beforeMs) => liveOf(name).backlog.seek(beforeMs),
    publish(name, data, attributes = {}) {
      const [id = ''] = publishAll(name, [{ data: Buffer.from(data).toString('base64'), attributes }]);
      return id;
    },
    publishAll,
    unacked: (name) => liveOf(name).backlog.size,
    backlog: (name) => liveOf(name).backlog,
    resume,
    close() {
      stopResuming();
      for (const { backlog } of live.values()) backlog.close();
    },
  };

  function raise(error: ServiceError): never {
    throw error;
  }
}

/** @throws ServiceError INVALID_ARGUMENT for anything but a full or a short name */
function fullName(project: string, kind: 'topics' | 'subscriptions', name: string): string {
  const full = name.includes('/') ? name : `projects/${project}/${kind}/${name}`;
  requireName(kind, full);
  return full;
}
