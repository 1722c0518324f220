/** What leaks in the cloud, for operators. */
import { z } from 'zod';
import { errorReply, money, nextPageToken, reason, said, timestamp } from './fields.ts';

export const deleteOrphanBody = z.strictObject({ reason }).meta({
  id: 'DeleteOrphan',
  description: 'Why it should go now.',
  examples: [{ reason: 'It costs ten dollars an hour.' }],
});

export const orphanReply = z
  .object({
    key: z.string().describe('By which it is asked for.'),
    kind: z.string().describe('What it is, as a ledger of clusters calls it.'),
    name: z.string().describe('As the cloud has it.'),
    location: z.string().describe('Zone, region, or `global`.'),
    clusterId: z
      .string()
      .optional()
      .describe('Id of the cluster it was made for, or is called after; absent where there is none.'),
    owner: z
      .string()
      .optional()
      .describe('Uid of who had that cluster last; absent where that is not known.'),
    createdAt: timestamp.optional().describe('When the cloud made it; absent where the cloud does not say.'),
    foundAt: timestamp.describe('When Hub found it.'),
    hourlyPrice: money.describe('What it costs an hour while it is there.'),
    cost: money.describe('Since it was found.'),
    state: z
      .enum(['found', 'deleting', 'gone', 'unproven'])
      .describe('`unproven`: nothing proves that it is Hub’s, so Hub leaves it alone.'),
    goneAt: timestamp.optional().describe('When it was seen gone; absent while it is there.'),
    error: errorReply
      .optional()
      .describe('Why the last try to delete it did not work; absent where none failed.'),
    asked: said.optional().describe('An operator wants it gone at once; absent where none does.'),
  })
  .meta({ id: 'Orphan', description: 'Something in the cloud that no cluster of Hub’s claims.' });
export type OrphanReply = z.infer<typeof orphanReply>;

export const orphanPage = z
  .object({
    orphans: z.array(orphanReply).describe('Those of this page.'),
    foundThisWeek: z.int().describe('Found in the last seven days, gone or not. Each is a bug report.'),
    nextPageToken,
  })
  .meta({ id: 'OrphanPage', description: 'Newest first.' });
export type OrphanPage = z.infer<typeof orphanPage>;
