/** What travels on the bus. A body is a pointer, never a fact: handlers re-read the document and drop what does not match. */
import { z } from 'zod';
import { CLUSTER_ID, clusterId } from './documents/fields.ts';

export const MESSAGE_SCHEMA = 1;

/** What a message says, which travels as JSON. @returns undefined if it is none */
export function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whom a message is about, if it says so. Looked at before anything else has checked it. */
export function clusterIn(body: unknown): string | undefined {
  const { id, cluster } = (body ?? {}) as { id?: unknown; cluster?: unknown };
  return [id, cluster].find((one): one is string => typeof one === 'string' && CLUSTER_ID.test(one));
}

/** "Look at this cluster again." Dropped if the document's epoch or step differs. */
export const stepMessage = z.strictObject({
  schema: z.literal(MESSAGE_SCHEMA),
  id: clusterId,
  epoch: z.int().nonnegative(),
});
export type StepMessage = z.infer<typeof stepMessage>;

/** A leaf cluster calls home: something in it ended. */
export const callHomeMessage = z.strictObject({
  schema: z.literal(MESSAGE_SCHEMA),
  cluster: clusterId,
});
export type CallHomeMessage = z.infer<typeof callHomeMessage>;

/** Looks for drift: at one cluster, or at every one that stands. */
export const driftMessage = z.object({
  schema: z.literal(MESSAGE_SCHEMA),
  id: clusterId.optional(),
});

/** Tops up: one pool, or all. */
export const topUpMessage = z.object({
  schema: z.literal(MESSAGE_SCHEMA),
  pool: z.string().optional(),
});

/** What every other body is: what it is for, in a few words and ids. */
export const pointerMessage = z
  .object({ schema: z.literal(MESSAGE_SCHEMA) })
  .catchall(z.union([z.string().max(128), z.number()]));

/** Topics that are not a step's. */
export const TOPICS = {
  hint: 'hint',
  signal: 'signal',
  sweep: 'sweep',
  topUp: 'top-up',
  drift: 'drift',
  durations: 'durations',
  orphans: 'orphans',
  status: 'status',
  closing: 'closing',
  deadLetter: 'dead-letter',
} as const;

/** The topic of a step: `step-provision`. */
export const stepTopic = (step: string): string => `step-${step}`;

/** What pushes a topic's messages to its function. A dead letter tells it, not the topic. */
export const pushSubscription = (topic: string): string => `${topic}-push`;
export const topicOfSubscription = (subscription: string): string | undefined =>
  /^(.+)-push$/.exec(subscription)?.[1];
