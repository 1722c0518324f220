/** Between google.pubsub.v1 on the wire and what the model stores. */
import { seconds } from '../../shared/units.ts';
import type { Message } from '../grpc.ts';
import { ServiceError, STATUS } from '../service.ts';
import type { Lease } from './backlog.ts';
import {
  DEFAULT_BACKOFF,
  invalid,
  type NewMessage,
  type PushConfig,
  type Subscription,
  type SubscriptionSpec,
  type Topic,
} from './resources.ts';

/** google.protobuf.Duration and Timestamp. */
export const fromDuration = (duration: Message): number =>
  Number(duration.seconds ?? 0) * 1000 + Number(duration.nanos ?? 0) / 1e6;
const toDuration = (ms: number): { seconds: number; nanos: number } => ({
  seconds: Math.floor(ms / 1000),
  nanos: Math.round((ms % 1000) * 1e6),
});

export const toTopic = (topic: Topic): Message => ({
  name: topic.name,
  labels: topic.labels,
  state: 'ACTIVE',
  ...(topic.messageRetentionMs !== undefined && {
    messageRetentionDuration: toDuration(topic.messageRetentionMs),
  }),
});

/** What a request may ask for and nothing here can do: refused, lest it be silently different. */
const UNSUPPORTED = [
  'bigqueryConfig',
  'cloudStorageConfig',
  'bigtableConfig',
  'enableExactlyOnceDelivery',
  'schemaSettings',
  'ingestionDataSourceSettings',
  'messageTransforms',
] as const;

function refuseUnsupported(resource: Message): void {
  for (const field of UNSUPPORTED) {
    const value = resource[field];
    if (value && !(Array.isArray(value) && value.length === 0)) {
      throw new ServiceError(STATUS.UNIMPLEMENTED, `The local Pub/Sub has no ${field}.`);
    }
  }
}

/** @throws ServiceError UNIMPLEMENTED */
export function fromTopic(topic: Message): Topic {
  refuseUnsupported(topic);
  const { name, labels, messageRetentionDuration } = topic;
  return {
    name,
    labels: { ...labels },
    ...(messageRetentionDuration && { messageRetentionMs: fromDuration(messageRetentionDuration) }),
  };
}

/** @throws ServiceError UNIMPLEMENTED */
export function fromSubscription(subscription: Message): SubscriptionSpec {
  refuseUnsupported(subscription);
  const { pushConfig, retryPolicy, deadLetterPolicy, expirationPolicy } = subscription;
  const push = pushConfig && fromPushConfig(pushConfig);
  return {
    name: subscription.name,
    topic: subscription.topic,
    ackDeadlineMs: seconds(subscription.ackDeadlineSeconds),
    retainAckedMessages: subscription.retainAckedMessages,
    labels: { ...subscription.labels },
    enableMessageOrdering: subscription.enableMessageOrdering,
    filter: subscription.filter,
    ...(push && { pushConfig: push }),
    ...(subscription.messageRetentionDuration && {
      messageRetentionMs: fromDuration(subscription.messageRetentionDuration),
    }),
    ...(expirationPolicy && {
      expirationTtlMs: expirationPolicy.ttl ? fromDuration(expirationPolicy.ttl) : null,
    }),
    ...(retryPolicy && {
      retryPolicy: {
        minimumBackoffMs: retryPolicy.minimumBackoff
          ? fromDuration(retryPolicy.minimumBackoff)
          : DEFAULT_BACKOFF.minimumBackoffMs,
        maximumBackoffMs: retryPolicy.maximumBackoff
          ? fromDuration(retryPolicy.maximumBackoff)
          : DEFAULT_BACKOFF.maximumBackoffMs,
      },
    }),
    ...(deadLetterPolicy?.deadLetterTopic && {
      deadLetterPolicy: {
        deadLetterTopic: deadLetterPolicy.deadLetterTopic,
        maxDeliveryAttempts: deadLetterPolicy.maxDeliveryAttempts,
      },
    }),
  };
}

/**
 * Undefined: no endpoint, so the subscriber pulls.
 * @throws ServiceError UNIMPLEMENTED
 */
export function fromPushConfig(config: Message): PushConfig | undefined {
  if (config.noWrapper) {
    throw new ServiceError(STATUS.UNIMPLEMENTED, 'The local Pub/Sub has no payload unwrapping.');
  }
  if (!config.pushEndpoint) return undefined;
  const { oidcToken } = config;
  return {
    pushEndpoint: config.pushEndpoint,
    attributes: { ...config.attributes },
    ...(oidcToken && {
      oidcToken: { serviceAccountEmail: oidcToken.serviceAccountEmail, audience: oidcToken.audience },
    }),
  };
}

export function toSubscription(subscription: Subscription): Message {
  const { retryPolicy, expirationTtlMs, pushConfig } = subscription;
  return {
    name: subscription.name,
    topic: subscription.topic,
    ackDeadlineSeconds: subscription.ackDeadlineMs / 1000,
    retainAckedMessages: subscription.retainAckedMessages,
    messageRetentionDuration: toDuration(subscription.messageRetentionMs),
    labels: subscription.labels,
    enableMessageOrdering: subscription.enableMessageOrdering,
    expirationPolicy: expirationTtlMs === null ? {} : { ttl: toDuration(expirationTtlMs) },
    filter: subscription.filter,
    pushConfig: pushConfig ?? {},
    state: 'ACTIVE',
    ...(subscription.deadLetterPolicy && { deadLetterPolicy: subscription.deadLetterPolicy }),
    ...(retryPolicy && {
      retryPolicy: {
        minimumBackoff: toDuration(retryPolicy.minimumBackoffMs),
        maximumBackoff: toDuration(retryPolicy.maximumBackoffMs),
      },
    }),
  };
}

/** What UpdateSubscription may change, by the name in its mask. */
const MUTABLE: Record<string, readonly (keyof Subscription)[]> = {
  ack_deadline_seconds: ['ackDeadlineMs'],
  dead_letter_policy: ['deadLetterPolicy'],
  expiration_policy: ['expirationTtlMs'],
  labels: ['labels'],
  message_retention_duration: ['messageRetentionMs'],
  push_config: ['pushConfig'],
  retain_acked_messages: ['retainAckedMessages'],
  retry_policy: ['retryPolicy'],
};
const MUTABLE_OF_TOPIC: Record<string, readonly (keyof Topic)[]> = {
  labels: ['labels'],
  message_retention_duration: ['messageRetentionMs'],
};

/**
 * The resource with the fields of the mask taken from the request.
 * @throws ServiceError INVALID_ARGUMENT for an empty mask or a field that cannot be changed
 */
function masked<T extends object>(
  was: T,
  wanted: T,
  mask: Message,
  kind: 'Topic' | 'Subscription',
  mutable: Record<string, readonly (keyof T)[]>,
): T {
  const paths: string[] = mask?.paths ?? [];
  if (paths.length === 0) {
    throw invalid(
      `The update_mask in the Update${kind}Request must be set, and must contain a non-empty paths list.`,
    );
  }
  const merged = { ...was };
  for (const path of paths) {
    const name = path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const fields = mutable[name.split('.')[0] ?? ''];
    if (!fields) {
      throw invalid(
        `Invalid update_mask provided in the Update${kind}Request: the '${name}' field in the ${kind} is not mutable.`,
      );
    }
    for (const field of fields) {
      if (wanted[field] === undefined) delete merged[field];
      else merged[field] = wanted[field];
    }
  }
  return merged;
}

export const maskedSubscription = (was: Subscription, wanted: Subscription, mask: Message): Subscription =>
  masked(was, wanted, mask, 'Subscription', MUTABLE);
export const maskedTopic = (was: Topic, wanted: Topic, mask: Message): Topic =>
  masked(was, wanted, mask, 'Topic', MUTABLE_OF_TOPIC);

export const fromMessage = (message: Message): NewMessage => ({
  data: Buffer.from(message.data).toString('base64'),
  attributes: { ...message.attributes },
  ...(message.orderingKey && { orderingKey: message.orderingKey }),
});

export const toReceived = ({ ackId, message, attempt }: Lease, counted: boolean): Message => ({
  ackId,
  message: {
    data: Buffer.from(message.data, 'base64'),
    attributes: message.attributes,
    messageId: message.messageId,
    publishTime: toDuration(message.publishedAt),
    orderingKey: message.orderingKey ?? '',
  },
  deliveryAttempt: counted ? attempt : 0,
});
