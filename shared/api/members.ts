/** Who may use a cluster, and who pays for it. */
import { z } from 'zod';
import { emailAddress } from '../email.ts';
import { givenRole, timestamp } from './fields.ts';

export const putMemberBody = z.strictObject({ role: givenRole }).meta({
  id: 'PutMember',
  description: 'What a member may do.',
  examples: [{ role: 'editor' }],
});

const transferAction = z.enum(['offer', 'accept', 'withdraw', 'decline']);
export type TransferAction = z.infer<typeof transferAction>;

export const transferBody = z
  .strictObject({
    email: emailAddress.describe('Of the owner you offer it to, or your own.'),
    action: transferAction
      .optional()
      .describe('What you mean. If that is not what would be done, it is refused, and nothing is done.'),
  })
  .meta({
    id: 'Transfer',
    description:
      'The e-mail of the owner you offer it to. Your own address accepts an offer made to you; while whoever pays is deleting their account, it takes the cluster over without one. If you pay for the cluster, it withdraws your offer. Say with action which of these you mean: if it would be another, nothing is done. Only with the action decline does your own address refuse an offer made to you.',
    examples: [{ email: 'grace@example.com', action: 'offer' }],
  });

const memberReply = z
  .object({
    email: z.string().describe('By which they are known to the application.'),
    role: givenRole,
    uid: z.string().optional().describe('Absent for one who is invited.'),
    pending: z
      .boolean()
      .describe('Invited, and not there yet: whoever has the address has to sign in with it.'),
    expiresAt: timestamp
      .optional()
      .describe('When the invitation of one who is invited ends; absent for members.'),
    paying: z
      .enum(['pays', 'asked'])
      .optional()
      .describe(
        '`pays`: the cluster counts for them. `asked`: they were asked to pay for it instead. Absent of all others.',
      ),
  })
  .meta({ id: 'Member', description: 'Somebody who may use a cluster, or is invited.' });
export type MemberReply = z.infer<typeof memberReply>;

export const memberList = z
  .object({ members: z.array(memberReply).describe('All of them, at most 50.') })
  .meta({ id: 'MemberList', description: 'By address.' });
export type MemberList = z.infer<typeof memberList>;
