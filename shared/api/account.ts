/** One's own account: what it has, may have and asks for, and all that Hub holds of it. */
import { z } from 'zod';
import { AUDIT_ACTIONS } from '../documents/audit.ts';
import { role } from '../documents/cluster.ts';
import { MAX_REQUESTED_CLUSTERS, MAX_REQUESTED_HOURLY_DOLLARS } from '../limits.ts';
import { money, openName, reason, state, timestamp } from './fields.ts';

export const putQuotaRequestBody = z
  .strictObject({
    maxClusters: z
      .int()
      .min(1)
      .max(MAX_REQUESTED_CLUSTERS)
      .optional()
      .describe('In all, not more than now; absent: as many as now.'),
    maxHourlyDollars: z
      .number()
      .min(0.01)
      .max(MAX_REQUESTED_HOURLY_DOLLARS)
      .optional()
      .describe('What they may cost an hour, in all; absent: as much as now.'),
    reason,
  })
  .refine(
    ({ maxClusters, maxHourlyDollars }) => maxClusters !== undefined || maxHourlyDollars !== undefined,
    'Send maxClusters, maxHourlyDollars or both.',
  )
  .meta({
    id: 'PutQuotaRequest',
    description: 'How many clusters you would like to have at once, what they may cost per hour, and why.',
    examples: [{ maxClusters: 10, reason: 'A course with ten people, until the end of May.' }],
  });

export const allowanceFields = {
  clusters: z.int().describe('Clusters in use now: those being made, ready, or not yet proven gone.'),
  maxClusters: z.int().describe('So many may be in use at once.'),
  hourlyPrice: money.describe('What those in use cost an hour.'),
  maxHourlyPrice: money.describe('So much they may cost an hour.'),
};

const requestedFields = {
  maxClusters: z.int().describe('Clusters at once.'),
  maxHourlyDollars: z.number().optional().describe('Dollars an hour; absent: as much as now.'),
};
const quotaRequestReply = z
  .object({
    ...requestedFields,
    reason: z.string().describe('Why, in their words.'),
    at: timestamp.describe('When it was asked for.'),
  })
  .meta({ id: 'QuotaRequest', description: 'What somebody asks an operator for.' });

const declinedRequestReply = z
  .object({ ...requestedFields, at: timestamp.describe('When it was declined.') })
  .meta({
    id: 'DeclinedRequest',
    description: 'What an operator declined, until the next request or limits.',
  });

const standingReply = z
  .object({
    state: openName(
      'A throttled account makes nothing new; a suspended one may only look and delete. What it is',
      ['throttled', 'suspended'],
    ),
    reason: z.string().describe('What made Hub doubt it, or an operator’s words.'),
    since: timestamp.describe('Since when it is so.'),
  })
  .meta({ id: 'Standing', description: 'How an account is restricted, why, and since when.' });

const closingReply = z
  .object({ since: timestamp.describe('When its deletion was asked for.') })
  .meta({ id: 'Closing', description: 'The account is being deleted: it can only view and delete.' });

/** What is said of an account, each where there is something to say. */
export const remarkFields = {
  quotaRequest: quotaRequestReply
    .optional()
    .describe('What is asked of an operator; absent where nothing is, or it was answered.'),
  declinedRequest: declinedRequestReply
    .optional()
    .describe(
      'What an operator declined last; absent where nothing was, or once more was asked for or given.',
    ),
  standing: standingReply.optional().describe('How it is restricted; absent: it is not.'),
  closing: closingReply.optional().describe('Present once its deletion was asked for.'),
};

export const meReply = z
  .object({
    uid: z.string().describe('Of whoever asks.'),
    email: z.string().optional().describe('As their token has it; absent where it has none.'),
    operator: z.boolean().describe('Whether they operate Hub.'),
    allowance: z.object(allowanceFields).describe('How much they have and may have.'),
    ...remarkFields,
  })
  .meta({
    id: 'Me',
    description: 'You, and what your account has and may have.',
    examples: [
      {
        uid: 'uid-of-ada',
        email: 'ada@example.com',
        operator: false,
        allowance: {
          clusters: 1,
          maxClusters: 5,
          hourlyPrice: { amount: 0.61, currency: 'USD', about: true },
          maxHourlyPrice: { amount: 10, currency: 'USD', about: false },
        },
      },
    ],
  });
export type MeReply = z.infer<typeof meReply>;

const ownClusterReply = z
  .object({
    id: z.string().describe('Of the cluster.'),
    name: z.string().describe('Of the cluster.'),
    product: z.string().describe('Id of the product in the catalog.'),
    size: z.string().describe('Id of the size in the catalog.'),
    region: z.string().describe('Id of the region in the catalog.'),
    state: state.describe('Where it is in its life.'),
    role: role
      .optional()
      .describe('What you may do; absent: not a member any more, but it still counts as yours.'),
    others: z.int().describe('How many others may use it.'),
    createTime: timestamp.describe('When its owner asked for it.'),
    whenDeleted: z
      .enum(['deleted', 'offered', 'left', 'forgotten'])
      .describe(
        'What becomes of it if the account is deleted. `deleted`: nobody else owns it. `offered`: its other owners may take it over for `handOverHours`, else it is deleted then. `left`: it is somebody else’s. `forgotten`: it is already deleted, and no longer says whose it was.',
      ),
  })
  .meta({ id: 'OwnCluster', description: 'A cluster of yours, and what becomes of it with your account.' });
export type OwnClusterReply = z.infer<typeof ownClusterReply>;

const profileReply = z.object({
  email: z.string().optional().describe('Absent where there is none.'),
  emailVerified: z.boolean().describe('Whether the address was proven to be theirs.'),
  displayName: z.string().optional().describe('Absent where there is none.'),
  phoneNumber: z.string().optional().describe('Absent where there is none.'),
  photoUrl: z.string().optional().describe('Absent where there is none.'),
  providers: z.array(z.string()).describe('Ways to sign in: `password`, `google.com`.'),
  createTime: timestamp.optional().describe('When the user was made; absent where nobody says.'),
  lastSignInTime: timestamp.optional().describe('Absent where nobody says.'),
});

const invitationReply = z.object({
  direction: z.enum(['received', 'sent']).describe('Whether you are invited, or have invited somebody.'),
  cluster: z.string().describe('Id of the cluster.'),
  role: role.describe('What whoever is invited may do.'),
  email: z.string().describe('Of who is invited.'),
  expireTime: timestamp.describe('Until then it can be accepted.'),
});

const signalReply = z.object({
  kind: z.string().describe('What was noticed: `sign-ups`, `busy`, `traffic`.'),
  cluster: z
    .string()
    .optional()
    .describe('Id of the cluster it was noticed of; absent where it was of none.'),
  at: timestamp.describe('When it was noticed.'),
});

const logReply = z.object({
  at: timestamp.describe('When it was done.'),
  by: z.enum(['you', 'hub', 'somebody else']).describe('Who did it.'),
  action: openName('What was done', AUDIT_ACTIONS),
  target: z.string().describe('Path of the document that it was done to.'),
  cluster: z.string().optional().describe('Id of the cluster it concerns; absent where it concerns none.'),
  reason: z
    .string()
    .optional()
    .describe('In the words of who did it, or what changed, in Hub’s; absent where nothing was said.'),
});

export const ownAccountReply = z
  .object({
    uid: z.string().describe('Of whoever asks.'),
    operator: z.boolean().describe('Whether they operate Hub.'),
    profile: profileReply.describe('As whoever signs you in has it; Hub keeps no copy.'),
    allowance: z.object(allowanceFields).describe('How much you have and may have.'),
    handOverHours: z
      .number()
      .describe(
        'For so many hours other owners may take over what counts for you, once you delete your account; until then it stays.',
      ),
    ...remarkFields,
    clusters: z
      .array(ownClusterReply)
      .describe('All that are not deleted, and of those that are the newest 200.'),
    deletedClusters: z
      .int()
      .describe(
        'How many that you may read are deleted. Each of them is forgotten, whether it is listed or not.',
      ),
    invitations: z.array(invitationReply).describe('To you, and by you.'),
    signals: z.array(signalReply).describe('What made Hub doubt the account.'),
    log: z
      .array(logReply)
      .describe('What you did, and what was done to you, newest first; of each the newest 500.'),
  })
  .meta({ id: 'OwnAccount', description: 'All that Hub holds of you.' });
export type OwnAccountReply = z.infer<typeof ownAccountReply>;
