/** What a dead letter says, read from what the bus delivers of it. */

import { type DeadLetter, KEEP_REPLAYED_MS } from '../../shared/documents/dead-letter.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import type { StepName } from '../../shared/lifecycle/table.ts';
import {
  bodyOf,
  clusterIn,
  pointerMessage,
  type StepMessage,
  stepMessage,
  TOPICS,
  topicOfSubscription,
} from '../../shared/messages.ts';
import { KIB } from '../../shared/units.ts';
import { incidentOf } from '../accounts/signal.ts';
import type { Delivered } from '../cloud.ts';
import { clusterOfHint } from '../dispatch/hint.ts';
import { scrub } from '../log.ts';
import { ALL_TOPICS, isGivenUp, MANIFEST, stepOfFunction } from '../manifest.ts';

/** The longest is an entry of the audit log, and those are a few KiB. */
const MAX_BODY = 32 * KIB;

/** https://cloud.google.com/pubsub/docs/handling-failures#dead_letter_topic */
const ATTRIBUTES = {
  deliveries: 'CloudPubSubDeadLetterSourceDeliveryCount',
  subscription: 'CloudPubSubDeadLetterSourceSubscription',
  publishedAt: 'CloudPubSubDeadLetterSourceTopicPublishTime',
} as const;

/** Never fails: what cannot be read is itself worth telling. */
export function letterOf({ id, text, attributes, publishedAt }: Delivered): DeadLetter {
  const topic = topicOfSubscription(attributes[ATTRIBUTES.subscription] ?? '') ?? '';
  const body = bodyOf(text);
  const published = new Date(attributes[ATTRIBUTES.publishedAt] ?? Number.NaN);
  const cluster = clusterIn(body) ?? clusterOfHint(body);
  const deliveries = Math.trunc(Number(attributes[ATTRIBUTES.deliveries] ?? 0)) || 0;
  const isMessage = text.length <= MAX_BODY && isTaken(topic, body);
  const purgeAt = new Date(publishedAt.getTime() + KEEP_REPLAYED_MS);
  return {
    id,
    schema: DOCUMENT_SCHEMA,
    topic,
    body: isMessage ? text : scrub(text),
    format: isMessage ? 'message' : 'text',
    deliveries,
    ...(Number.isNaN(published.getTime()) ? {} : { publishedAt: published }),
    diedAt: publishedAt,
    ...(cluster === undefined ? {} : { cluster }),
    reason: isMessage
      ? `It was delivered ${deliveries} times, and its function never handled it.`
      : 'It is not a message of its topic.',
    ...(isMessage && isTick(topic)
      ? {
          state: 'replayed',
          replays: [{ by: 'scheduler', reason: 'It fires again automatically.', at: publishedAt }],
          purgeAt,
        }
      : // Nobody can replay a text, so nothing else would end it.
        { state: 'open', replays: [], ...(isMessage ? {} : { purgeAt }) }),
  };
}

/**
 * Whether the Scheduler has the same done again and again: an outage kills one a minute, and one for each cluster and each pool, and what it
 * was for is long done by the next tick, which comes to all of them. Nobody has to look at it.
 */
const isTick = (topic: string): boolean =>
  MANIFEST.some(({ trigger }) => trigger.kind === 'topic' && trigger.topic === topic && trigger.schedule);

/** Whether the function of that topic takes such a body: one of ours, which holds ids and nothing else that is worth hiding. */
export function isTaken(topic: string, body: unknown): boolean {
  if (!ALL_TOPICS.includes(topic) || !isGivenUp(topic)) return false;
  if (stepOfFunction(topic)) return stepMessage.safeParse(body).success;
  if (topic === TOPICS.hint) return clusterOfHint(body) !== undefined;
  if (topic === TOPICS.signal) return incidentOf(body) !== undefined;
  return pointerMessage.safeParse(body).success;
}

/** The look at a cluster that a dead letter asked for, if it was one. */
export function lookOf({
  topic,
  body,
}: Pick<DeadLetter, 'topic' | 'body'>): { step: StepName; message: StepMessage } | undefined {
  const step = stepOfFunction(topic);
  const message = stepMessage.safeParse(bodyOf(body));
  return step && message.success ? { step, message: message.data } : undefined;
}
