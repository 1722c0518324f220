/**
 * `accounts/{uid}` and `cells/{id}`: how much of what is allowed is taken. Counted in the same commit as the state that creates or
 * ends the liability, so that the sum is always the truth.
 */
import { z } from 'zod';
import { instant, micros, nested, openEnum, schemaField } from './fields.ts';

export { ACCOUNTS, accountPath, cellPath } from './paths.ts';

/** What a user asks an operator for. The next one takes its place, and an operator's answer removes it. */
const quotaRequest = nested({
  maxClusters: z.number().int().positive(),
  /** Absent: as much as now. */
  maxHourlyMicros: micros.positive().optional(),
  reason: z.string(),
  /** Verified: the operator should know who asks. */
  email: z.string(),
  at: instant,
});
export type QuotaRequest = z.infer<typeof quotaRequest>;

/** How much somebody asks for, or has asked for. */
export type RequestedLimits = Pick<QuotaRequest, 'maxClusters' | 'maxHourlyMicros'>;

/** What an operator last declined, for whoever asked: until they ask anew, or are given limits. */
const declinedRequest = nested({
  maxClusters: z.number().int().positive(),
  maxHourlyMicros: micros.positive().optional(),
  at: instant,
});
export type DeclinedRequest = z.infer<typeof declinedRequest>;

/** Of an account that Hub or an operator doubts; absent: it is good. */
const standing = nested({
  /** `isSuspended` says what one is that this version does not know. */
  state: openEnum(['throttled', 'suspended']),
  /** The kind of the signal, or an operator's words. */
  reason: z.string(),
  since: instant,
  /** The uid of an operator, or `hub`. */
  by: z.string(),
});
export type Standing = z.infer<typeof standing>;

/**
 * Its deletion was asked for: from then on it makes nothing and uses nothing, and there is no way back. The document goes when nothing else
 * of the account is left.
 */
const closing = nested({
  since: instant,
  /** The uid of who asked: its own, or an operator's. */
  by: z.string(),
  /** Some of its clusters are offered to their other owners until then. */
  waitsUntilAt: instant.optional(),
  /** When its user was deleted in Identity Platform; what was under way then may still write for some minutes. */
  userGoneAt: instant.optional(),
});
export type Closing = z.infer<typeof closing>;

/** Stands where the uid of somebody stood whose account was deleted. */
export const DELETED_ACCOUNT = 'deleted-account';

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
  declined: declinedRequest.optional(),
  standing: standing.optional(),
  /** When an operator last said that it is good. */
  clearedAt: instant.optional(),
  closing: closing.optional(),
  /** When the account first asked for a cluster, which counts it among the new ones of that hour. */
  firstAt: instant.optional(),
  /** Clusters that it asked for since then, until an hour is over and it starts anew. Absent: nobody has let it in yet. */
  hour: nested({ since: instant, made: z.number().int() }).optional(),
});
export type Allowance = z.infer<typeof allowanceDocument>;
