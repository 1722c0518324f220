/**
 * Topics and subscriptions as they are stored, and what the service refuses about them.
 * Limits: https://cloud.google.com/pubsub/quotas#resource_limits and the comments of google/pubsub/v1/pubsub.proto.
 */
import { days, hours, minutes, seconds } from '../../shared/units.ts';
import { ServiceError, STATUS } from '../service.ts';
import { parseFilter } from './filter.ts';

export interface Topic {
  /** `projects/<project>/topics/<id>` */
  name: string;
  labels: Record<string, string>;
  messageRetentionMs?: number;
}

export interface PushConfig {
  pushEndpoint: string;
  attributes?: Record<string, string>;
  /** An empty audience means the endpoint itself. */
  oidcToken?: { serviceAccountEmail: string; audience: string };
}

export interface Subscription {
  /** `projects/<project>/subscriptions/<id>` */
  name: string;
  /** Full name, or `_deleted-topic_`. */
  topic: string;
  /** Absent: the subscriber pulls. */
  pushConfig?: PushConfig;
  ackDeadlineMs: number;
  /** Kept and shown; nothing is retained after its ack here. */
  retainAckedMessages: boolean;
  messageRetentionMs: number;
  labels: Record<string, string>;
  enableMessageOrdering: boolean;
  /** Kept and shown; no subscription expires here. Null: never. */
  expirationTtlMs: number | null;
  filter: string;
  deadLetterPolicy?: { deadLetterTopic: string; maxDeliveryAttempts: number };
  retryPolicy?: { minimumBackoffMs: number; maximumBackoffMs: number };
}

/** What creates a subscription: `name` and `topic`, the rest as the service defaults it. */
export type SubscriptionSpec = Pick<Subscription, 'name' | 'topic'> & Partial<Subscription>;

/** What a subscription of a deleted topic shows in its place. */
export const DELETED_TOPIC = '_deleted-topic_';

const DEFAULT_ACK_DEADLINE_MS = seconds(10);
const DEFAULT_RETENTION_MS = days(7);
const DEFAULT_EXPIRATION_MS = days(31);
const DEFAULT_MAX_ATTEMPTS = 5;
/** Where a retry policy names only one of the two. */
export const DEFAULT_BACKOFF = { minimumBackoffMs: seconds(10), maximumBackoffMs: seconds(600) } as const;

export const invalid = (message: string): ServiceError => new ServiceError(STATUS.INVALID_ARGUMENT, message);
export const notFound = (name: string): ServiceError =>
  new ServiceError(STATUS.NOT_FOUND, `Resource not found (resource=${shortName(name)}).`);
export const alreadyExists = (name: string): ServiceError =>
  new ServiceError(
    STATUS.ALREADY_EXISTS,
    `Resource already exists in the project (resource=${shortName(name)}).`,
  );

/** The last part of a full name. */
export const shortName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** 3 to 255 characters, a letter first, and never `goog…`: https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names */
const RESOURCE_ID = /^(?!goog)[A-Za-z][\w.~+%-]{2,254}$/;

/** @throws ServiceError INVALID_ARGUMENT */
export function requireName(kind: 'topics' | 'subscriptions', name: string, field = 'name'): void {
  const [projects, project, collection, id, ...rest] = name.split('/');
  const wellFormed =
    projects === 'projects' && project && collection === kind && id && RESOURCE_ID.test(id) && !rest.length;
  if (!wellFormed) {
    throw invalid(
      `Invalid resource name given (${field}=${name}). Refer to https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names for more information.`,
    );
  }
}

const within = (value: number, low: number, high: number): boolean => value >= low && value <= high;
const secondsOf = (ms: number): string => `${ms / 1000}s`;

function requireRetention(ms: number): void {
  if (within(ms, minutes(10), days(31))) return;
  throw invalid(
    `The value for message retention duration is out of bounds. You passed ${secondsOf(ms)} in the request, but the value must be between 10m and 744h.`,
  );
}

/** @throws ServiceError INVALID_ARGUMENT */
export function requireTopic(topic: Topic): void {
  requireName('topics', topic.name);
  if (topic.messageRetentionMs !== undefined) requireRetention(topic.messageRetentionMs);
}

/** Fills in the service's defaults. */
export function withDefaults(spec: SubscriptionSpec): Subscription {
  const { deadLetterPolicy, pushConfig, ...rest } = spec;
  const subscription: Subscription = {
    retainAckedMessages: false,
    messageRetentionMs: DEFAULT_RETENTION_MS,
    labels: {},
    enableMessageOrdering: false,
    expirationTtlMs: DEFAULT_EXPIRATION_MS,
    filter: '',
    ...rest,
    ackDeadlineMs: spec.ackDeadlineMs || DEFAULT_ACK_DEADLINE_MS,
  };
  if (pushConfig?.pushEndpoint) subscription.pushConfig = pushConfig;
  if (deadLetterPolicy) {
    subscription.deadLetterPolicy = {
      ...deadLetterPolicy,
      maxDeliveryAttempts: deadLetterPolicy.maxDeliveryAttempts || DEFAULT_MAX_ATTEMPTS,
    };
  }
  return subscription;
}

/** @throws ServiceError INVALID_ARGUMENT */
export function requireSubscription(subscription: Subscription): void {
  requireName('subscriptions', subscription.name);
  requireAckDeadline(subscription.ackDeadlineMs, seconds(10));
  requireRetention(subscription.messageRetentionMs);
  const { expirationTtlMs, pushConfig, deadLetterPolicy, retryPolicy } = subscription;
  if (expirationTtlMs !== null && expirationTtlMs < days(1)) {
    throw invalid(
      `The value for expiration duration is too small. You passed ${expirationTtlMs / hours(1)}h in the request, but the minimum value is 24h.`,
    );
  }
  if (pushConfig) requirePushConfig(pushConfig);
  if (deadLetterPolicy) {
    requireName('topics', deadLetterPolicy.deadLetterTopic, 'dead_letter_topic');
    const attempts = deadLetterPolicy.maxDeliveryAttempts;
    if (!within(attempts, 5, 100)) {
      throw invalid(
        `Invalid max_delivery_attempts given (max_delivery_attempts=${attempts}). The value must be between 5 and 100.`,
      );
    }
  }
  if (retryPolicy) requireRetryPolicy(retryPolicy);
  if (Buffer.byteLength(subscription.filter) > 256) {
    throw invalid('The filter is longer than 256 bytes.');
  }
  parseFilter(subscription.filter);
}

/** @throws ServiceError INVALID_ARGUMENT */
export function requireAckDeadline(ms: number, leastMs: number): void {
  if (within(ms, leastMs, seconds(600))) return;
  throw invalid(
    `Invalid ack deadline given (ack_deadline=${ms / 1000}). The ack deadline must be between ${leastMs / 1000} and 600 seconds.`,
  );
}

/** @throws ServiceError INVALID_ARGUMENT */
function requirePushConfig(config: PushConfig): void {
  // The service takes https only; this one also takes http, for its subscribers are on this machine.
  if (!/^https?:\/\/[^/]/.test(config.pushEndpoint) || !URL.canParse(config.pushEndpoint)) {
    throw invalid(`Invalid push endpoint given (endpoint=${config.pushEndpoint}).`);
  }
  if (config.oidcToken && !config.oidcToken.serviceAccountEmail) {
    throw invalid('Invalid push config: oidc_token needs a service_account_email.');
  }
}

function requireRetryPolicy(policy: { minimumBackoffMs: number; maximumBackoffMs: number }): void {
  for (const [field, ms] of [
    ['minimum_backoff', policy.minimumBackoffMs],
    ['maximum_backoff', policy.maximumBackoffMs],
  ] as const) {
    if (!within(ms, 0, seconds(600))) {
      throw invalid(
        `Invalid retry policy given (${field}=${secondsOf(ms)}). The value must be between 0 and 600 seconds.`,
      );
    }
  }
  if (policy.minimumBackoffMs > policy.maximumBackoffMs) {
    throw invalid('Invalid retry policy given: minimum_backoff is greater than maximum_backoff.');
  }
}

/** What one publish request may hold: https://cloud.google.com/pubsub/quotas#resource_limits */
const MAX_REQUEST_MESSAGES = 1000;
const MAX_MESSAGE_BYTES = 10_000_000;

/** A message as a publisher hands it in. */
export interface NewMessage {
  /** Base64. */
  data: string;
  attributes: Record<string, string>;
  orderingKey?: string;
}

/** @throws ServiceError INVALID_ARGUMENT */
export function requireMessages(messages: readonly NewMessage[]): void {
  if (messages.length === 0) throw invalid('The publish request has no messages.');
  if (messages.length > MAX_REQUEST_MESSAGES) {
    throw invalid(
      `The value for message_count is too large. You passed ${messages.length} in the request, but the maximum value is ${MAX_REQUEST_MESSAGES}.`,
    );
  }
  let bytes = 0;
  for (const message of messages) {
    const attributes = Object.entries(message.attributes);
    if (!message.data && attributes.length === 0) {
      throw invalid(
        'One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.',
      );
    }
    if (attributes.length > 100) throw invalid('A message can have at most 100 attributes.');
    bytes += Math.floor(message.data.length * 0.75);
    for (const [key, value] of attributes) {
      if (key === '' || key.startsWith('goog') || Buffer.byteLength(key) > 256) {
        throw invalid(
          `Invalid attribute key (key=${key}): 1 to 256 bytes that do not start with "goog" are allowed.`,
        );
      }
      if (Buffer.byteLength(value) > 1024)
        throw invalid(`The value of attribute ${key} is longer than 1024 bytes.`);
      bytes += key.length + value.length;
    }
    if (Buffer.byteLength(message.orderingKey ?? '') > 1024) {
      throw invalid('The ordering key is longer than 1024 bytes.');
    }
  }
  if (bytes > MAX_MESSAGE_BYTES) throw invalid('Request payload size exceeds the limit: 10000000 bytes.');
}
