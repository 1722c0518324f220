/**
 * `invitations/{hash}`: somebody who has no account yet may become a member of a cluster once they sign in with that address, verified.
 * The hash is of cluster and address, so one address is invited to one cluster once. Expired ones and those of deleted clusters are good
 * for nothing; a TTL policy cleans up late, so readers check `expiresAt` themselves. Nobody but Hub reads it.
 */
import { z } from 'zod';
import { days } from '../units.ts';
import { role } from './cluster.ts';
import { clusterId, instant, schemaField } from './fields.ts';

export const INVITATIONS = 'invitations';
/** @param hash SHA-256 in hexadecimal of `<cluster> <address>` */
export const invitationPath = (hash: string): string => `${INVITATIONS}/${hash}`;

export const INVITATION_LIFETIME_MS = days(30);

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
