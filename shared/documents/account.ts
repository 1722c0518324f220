/**
 * `accounts/{uid}` and `cells/{id}`: how much of what is allowed is taken. Counted in the same commit as the state that creates or
 * ends the liability, so that the sum is always the truth.
 */
import { z } from 'zod';
import { instant, micros, schemaField } from './fields.ts';

export const ACCOUNTS = 'accounts';
export const accountPath = (uid: string): string => `${ACCOUNTS}/${uid}`;
export const cellPath = (cell: string): string => `cells/${cell}`;

/** What a user asks an operator for. The next one takes its place, and an operator's answer removes it. */
export const quotaRequest = z.object({
  maxClusters: z.number().int().positive(),
  reason: z.string(),
  /** Verified: the operator should know who asks. */
  email: z.string(),
  at: instant,
});
export type QuotaRequest = z.infer<typeof quotaRequest>;

export const allowanceDocument = z.object({
  schema: schemaField,
  /** Taken now. */
  clusters: z.number().int(),
  hourlyMicros: micros,
  /** Of cells only: of these clusters, those that the cloud is making at the moment. */
  making: z.number().int().optional(),
  /** Set by an operator; absent: the defaults of Config. */
  maxClusters: z.number().int().nonnegative().optional(),
  maxHourlyMicros: micros.nonnegative().optional(),
  /** Of accounts only. */
  request: quotaRequest.optional(),
});
export type Allowance = z.infer<typeof allowanceDocument>;
