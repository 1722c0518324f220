/**
 * `durations/<provider>-<region>`: how long each state took of the clusters that became ready there, for estimates. One document, not one
 * per state: who estimates needs them together, and what was counted and up to where move in one commit, so that nothing counts twice.
 * Nothing in it is about anybody; who is signed in reads it.
 */
import { z } from 'zod';
import { STATES } from '../lifecycle/table.ts';
import { clusterId, instant, nested, openEnum, schemaField } from './fields.ts';

export { DURATIONS, durationsPath } from './paths.ts';

/** Enough for some hours of a busy Hub. */
export const MAX_READY = 200;

/** The newest ones: what a cloud took last month says little of today. */
export const MAX_SAMPLES = 50;

const cloudMs = z.number().nonnegative();
const stateDurations = nested({
  /** Cloud time, oldest first. */
  samples: z.array(cloudMs).min(1).max(MAX_SAMPLES),
  medianMs: cloudMs,
  p90Ms: cloudMs,
});
export type StateDurations = z.infer<typeof stateDurations>;

export const durationsDocument = z.object({
  schema: schemaField,
  /** The newest cluster that was counted. Several may have become ready in the same millisecond: of those, up to this id. */
  through: z.object({ readyAt: instant, id: clusterId }),
  steps: z.partialRecord(openEnum(STATES), stateDurations),
  /** When clusters became ready and how much cloud time they took, oldest first. Absent in documents from before it was kept. */
  ready: z
    .array(z.object({ at: instant, tookMs: cloudMs }))
    .max(MAX_READY)
    .optional(),
  updatedAt: instant,
});
export type Durations = z.infer<typeof durationsDocument>;
