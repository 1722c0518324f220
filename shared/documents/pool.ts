/** `pools/{id}`: the wanted shape and number of spares, and what the last plan decided and why. Operators read it. */
import { z } from 'zod';
import { MAX_WANTED } from '../limits.ts';
import { microsOf } from '../money.ts';
import { clusterSpec } from './cluster.ts';
import { instant, micros, nested, openEnum, schemaField } from './fields.ts';

export { POOLS, poolPath } from './paths.ts';

/** What a pool may lose before it pauses. */
const losses = nested({
  /** Spares that fail within an hour, without one that succeeds after them. */
  perHour: z.number().int().positive(),
  /** What failed spares cost within a day. */
  microsPerDay: micros.positive(),
});
export const DEFAULT_LOSSES: z.infer<typeof losses> = { perHour: 3, microsPerDay: microsOf(20) };

/** Until when nothing is made, because too much was lost; from then on one spare at a time, until one is ready. */
const pause = nested({
  /** What was lost; another shape is not paused. */
  shape: z.string(),
  reason: openEnum(['failures', 'money']),
  /** In a row: each is longer than the one before. */
  times: z.number().int().positive(),
  sinceAt: instant,
  untilAt: instant,
});
export type Pause = z.infer<typeof pause>;

export const poolDocument = z.object({
  schema: schemaField,
  spec: clusterSpec,
  /** Spares that should be ready or in the making. */
  wanted: z.number().int().min(0).max(MAX_WANTED),
  /** Absent: `DEFAULT_LOSSES`. */
  losses: losses.optional(),
  pause: pause.optional(),
  lastPlan: nested({
    at: instant,
    warm: z.number().int(),
    inTheMaking: z.number().int(),
    /** Why fewer are made than are missing. */
    held: z.string().optional(),
    actions: z.array(
      nested({ action: openEnum(['create', 'delete']), reason: z.string(), cluster: z.string() }),
    ),
  }).optional(),
});
export type PoolFields = z.infer<typeof poolDocument>;
export type Pool = PoolFields & { id: string };
