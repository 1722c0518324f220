/**
 * `accounts/{uid}` and `cells/{id}`: how much of what is allowed is taken. Counted in the same commit as the state that creates or
 * ends the liability, so that the sum is always the truth.
 */
import { z } from 'zod';
import { micros, schemaField } from './fields.ts';

export const accountPath = (uid: string): string => `accounts/${uid}`;
export const cellPath = (cell: string): string => `cells/${cell}`;

export const allowanceDocument = z.object({
  schema: schemaField,
  /** Taken now. */
  clusters: z.number().int(),
  hourlyMicros: micros,
  /** Set by an operator; absent: the defaults of Config. */
  maxClusters: z.number().int().nonnegative().optional(),
  maxHourlyMicros: micros.nonnegative().optional(),
});
export type Allowance = z.infer<typeof allowanceDocument>;
