/**
 * `audit/{id}`: who did what. An entry is written in the commit that it tells of, and nothing changes it; a TTL policy takes it away when
 * the law's and the auditor's interest is over. Operators read it, nobody writes it but Hub.
 */
import { z } from 'zod';
import { days } from '../units.ts';
import { clusterId, instant, openEnum, schemaField } from './fields.ts';

export { AUDIT, auditPath } from './paths.ts';

/** As long as Google keeps its own audit log of who administered what: https://cloud.google.com/logging/quotas#logs_retention_periods */
export const KEEP_AUDIT_MS = days(400);

export const AUDIT_ACTIONS = [
  'create',
  'claim',
  'delete',
  'retry',
  'share',
  'extend',
  'transfer',
  'invite',
  'withdraw-invitation',
  'issue-credentials',
  'sign-in',
  'set-limits',
  'decline-request',
  'throttle',
  'suspend',
  'restore',
  'set-pool',
  'replay',
  'dismiss',
  'delete-orphan',
  'delete-account',
  'close-account',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export const auditDocument = z.object({
  schema: schemaField,
  at: instant,
  /** A uid; `hub` where Hub acted by a rule of its own. */
  actor: z.string(),
  action: openEnum(AUDIT_ACTIONS),
  /** Path of the document that it was done to. */
  target: z.string(),
  /** The one that it concerns, if it concerns one. */
  cluster: clusterId.optional(),
  /** To whom, where that is somebody else: a uid; or the id of an invitation, for an address would be personal. */
  subject: z.string().optional(),
  /** In the actor's words, where they must give some; or what changed, in Hub's. */
  reason: z.string().optional(),
  purgeAt: instant,
});
export type AuditFields = z.infer<typeof auditDocument>;
export type AuditEntry = AuditFields & { id: string };
