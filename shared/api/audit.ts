/** Who did what, for operators. */
import { z } from 'zod';
import { AUDIT_ACTIONS } from '../documents/audit.ts';
import { clusterId } from '../documents/fields.ts';
import { nextPageToken, openName, pageFields, timestamp, uidFilter } from './fields.ts';

export const listAuditQuery = z.strictObject({
  ...pageFields,
  cluster: clusterId.optional().describe('Only what concerns the cluster with this id.'),
  actor: uidFilter.describe('Only what the user with this uid did; not together with cluster.'),
});

const auditReply = z
  .object({
    id: z.string().describe('Of the entry.'),
    at: timestamp.describe('When it was done.'),
    actor: z.string().describe('Uid of who did it; `hub` where Hub acted by a rule of its own.'),
    action: openName('What was done', AUDIT_ACTIONS),
    target: z.string().describe('Path of the document that it was done to.'),
    cluster: z.string().optional().describe('Id of the cluster it concerns; absent where it concerns none.'),
    subject: z
      .string()
      .optional()
      .describe('To whom: a uid, or the id of an invitation; absent where it was to nobody else.'),
    reason: z
      .string()
      .optional()
      .describe('In the words of who did it, or what changed, in Hub’s; absent where nothing was said.'),
  })
  .meta({ id: 'AuditEntry', description: 'Something that somebody did.' });
export type AuditReply = z.infer<typeof auditReply>;

export const auditPage = z
  .object({ entries: z.array(auditReply).describe('Those of this page.'), nextPageToken })
  .meta({ id: 'AuditPage', description: 'Newest first.' });
