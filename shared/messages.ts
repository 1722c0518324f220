/** What travels on the bus. A body is a pointer, never a fact: handlers re-read the document and drop what does not match. */
import { z } from 'zod';

export const MESSAGE_SCHEMA = 1;

/** "Look at this cluster again." Dropped if the document's epoch or step differs. */
export const stepMessage = z.strictObject({
  schema: z.literal(MESSAGE_SCHEMA),
  id: z.string().regex(/^[a-z2-7]{16}$/),
  epoch: z.int().nonnegative(),
});
export type StepMessage = z.infer<typeof stepMessage>;

/** A leaf cluster calls home: something in it ended. */
export const callHomeMessage = z.strictObject({
  schema: z.literal(MESSAGE_SCHEMA),
  cluster: z.string().regex(/^[a-z2-7]{16}$/),
});
export type CallHomeMessage = z.infer<typeof callHomeMessage>;

/** Looks for drift: at one cluster, or at every one that stands. */
export const driftMessage = z.object({
  schema: z.literal(MESSAGE_SCHEMA),
  id: z
    .string()
    .regex(/^[a-z2-7]{16}$/)
    .optional(),
});
export type DriftMessage = z.infer<typeof driftMessage>;

/** Topics that are not a step's. */
export const TOPICS = {
  hint: 'hint',
  sweep: 'sweep',
  topUp: 'top-up',
  drift: 'drift',
  durations: 'durations',
  orphans: 'orphans',
  status: 'status',
  deadLetter: 'dead-letter',
} as const;

/** The topic of a step: `step-provision`. */
export const stepTopic = (step: string): string => `step-${step}`;
