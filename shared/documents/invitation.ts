/**
 * `invitations/{hash}`: somebody may become a member of a cluster once they come to Hub with that address, verified; whether they have an
 * account nobody asks. The hash is of cluster and address, so one address is invited to one cluster once. Expired ones and those of deleted
 * clusters are good for nothing; a TTL policy cleans up late, so readers check `expiresAt` themselves. Hub reads it, and whose address it is.
 */
import { z } from 'zod';
import { INVITATION_DAYS } from '../limits.ts';
import { days } from '../units.ts';
import { role } from './cluster.ts';
import { clusterId, instant, schemaField } from './fields.ts';

export { INVITATIONS, invitationPath } from './paths.ts';

export const INVITATION_LIFETIME_MS = days(INVITATION_DAYS);

export const invitationDocument = z.object({
  schema: schemaField,
  cluster: clusterId,
  /** In the one spelling in which Hub compares addresses. */
  email: z.string(),
  role,
  /** The uid of an owner: once they are none any more it is good for nothing. `DELETED_ACCOUNT` if they were one until their account went. */
  invitedBy: z.string(),
  createdAt: instant,
  expiresAt: instant,
});
export type Invitation = z.infer<typeof invitationDocument>;
