/** What users and the cell may have, for operators. */
import { z } from 'zod';
import { MAX_ACCOUNT_CLUSTERS, MAX_ACCOUNT_HOURLY_DOLLARS } from '../limits.ts';
import { allowanceFields, remarkFields } from './account.ts';
import { errorReplyCode, nextPageToken, reason, timestamp } from './fields.ts';

export const putAccountBody = z
  .strictObject({
    maxClusters: z
      .int()
      .min(0)
      .max(MAX_ACCOUNT_CLUSTERS)
      .optional()
      .describe('So many it may have at once; absent: as before.'),
    maxHourlyDollars: z
      .number()
      .min(0)
      .max(MAX_ACCOUNT_HOURLY_DOLLARS)
      .optional()
      .describe('So much they may cost an hour; absent: as before.'),
    decline: z.literal(true).optional().describe('Declines what they have asked for; absent: it does not.'),
    requestAt: timestamp
      .optional()
      .describe('The `at` of the request that is answered: nothing is done if it is another by now.'),
    standing: z
      .strictObject({
        state: z
          .enum(['good', 'throttled', 'suspended'])
          .describe('A throttled account makes nothing new; a suspended one may only look and delete.'),
        reason,
      })
      .optional()
      .describe('How it is restricted from now on; absent: as before.'),
  })
  .refine(
    ({ maxClusters, maxHourlyDollars, decline, standing }) =>
      [
        decline === true,
        maxClusters !== undefined || maxHourlyDollars !== undefined,
        standing !== undefined,
      ].filter(Boolean).length === 1,
    'Send maxClusters, maxHourlyDollars or both; or only decline; or only standing.',
  )
  .meta({
    id: 'PutAccount',
    description:
      'A new limit answers what the user asked for, and so does decline; with requestAt only if they have not asked for something else since. A throttled account makes nothing new; a suspended one may only look and delete.',
    examples: [{ maxClusters: 10, requestAt: '2026-03-01T12:00:00.000Z' }],
  });
export type PutAccountBody = z.infer<typeof putAccountBody>;

export const deleteAccountBody = z.strictObject({ reason }).meta({
  id: 'DeleteAccount',
  description: 'Why, for the audit log. Name nobody in it.',
  examples: [{ reason: 'Asked for by letter.' }],
});

export const accountReply = z
  .object({
    uid: z.string().describe('Of the user.'),
    email: z.string().optional().describe('Of who asks for more, or was just answered; else absent.'),
    ...allowanceFields,
    ...remarkFields,
  })
  .meta({ id: 'Account', description: 'What a user has and may have.' });
export type AccountReply = z.infer<typeof accountReply>;

export const accountPage = z
  .object({ accounts: z.array(accountReply).describe('Those of this page.'), nextPageToken })
  .meta({
    id: 'AccountPage',
    description: 'By uid. Only people who have had a cluster, or asked for one, have an account.',
  });
export type AccountPage = z.infer<typeof accountPage>;

const openPlaceReply = z.object({
  location: z.string().describe('A zone, or the region for clusters that span it.'),
  size: z.string().describe('Id of the size that fails there.'),
  code: errorReplyCode
    .optional()
    .describe('What they fail with, a code as in Problem; absent where that is not known.'),
  nextTryAt: timestamp.describe('Until then none is made there.'),
  probing: z.boolean().describe('A cluster is being made there now, to see whether it works again.'),
});

const cellReply = z
  .object({
    id: z.string().describe('Of the cell.'),
    ...allowanceFields,
    making: z.int().describe('Of the clusters, those that the cloud is making at the moment.'),
    maxMaking: z.int().describe('So many may be in the making at once.'),
    openPlaces: z
      .array(openPlaceReply)
      .describe('Where creations fail again and again, so that new clusters are made elsewhere.'),
  })
  .meta({ id: 'Cell', description: 'What all users together have and may have.' });
export type CellReply = z.infer<typeof cellReply>;

export const cellList = z
  .object({ cells: z.array(cellReply).describe('All of them.') })
  .meta({ id: 'CellList', description: 'The cells of this Hub.' });
export type CellList = z.infer<typeof cellList>;
