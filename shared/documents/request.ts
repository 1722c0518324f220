/**
 * `requests/{hash}`: what an Idempotency-Key was used for, written in the same commit as its effect. The hash hides user and key.
 * A TTL policy cleans up late, so readers check `expiresAt` themselves.
 */
import { z } from 'zod';
import { hours } from '../units.ts';
import { clusterId, instant, schemaField } from './fields.ts';

export const requestPath = (hash: string): string => `requests/${hash}`;
export const REQUEST_LIFETIME_MS = hours(24);

export const requestDocument = z.object({
  schema: schemaField,
  bodyHash: z.string(),
  cluster: clusterId,
  expiresAt: instant,
});
export type IdempotentRequest = z.infer<typeof requestDocument>;
