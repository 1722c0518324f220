/** How Hub is, as everybody may know it. */
import { z } from 'zod';
import { type Component, health } from '../documents/status.ts';
import { timestamp } from './fields.ts';

export const healthReply = z
  .object({ status: z.literal('ok').describe('The API runs.') })
  .meta({ id: 'Health', description: 'Whether the API runs.' });

const componentReply = z.object({
  status: health.describe('How it is.'),
  since: timestamp.describe('Since when it is so.'),
  message: z.string().describe('What it means to people.'),
});

const components = {
  creating: componentReply.describe('Making clusters.'),
  deleting: componentReply.describe('Deleting clusters, and proving them gone.'),
  access: componentReply.describe('Getting into clusters.'),
  pools: componentReply.describe('Keeping spares ready.'),
  sweeps: componentReply.describe('Finding what is overdue.'),
} satisfies Record<Component, typeof componentReply>;

export const statusReply = z
  .object({
    status: health.describe('How the worst component is.'),
    components: z.object(components).describe('What people use of Hub.'),
    readySeconds: z
      .object({
        p50: z.number().describe('Half of them were not slower.'),
        p95: z.number().describe('95 of 100 were not slower.'),
      })
      .nullable()
      .describe('Seconds from the request until ready, over the last hours; null if none became ready.'),
    overdueSeconds: z
      .number()
      .describe('How long the oldest cluster that is due has been so, in whole minutes.'),
    deadLetters: z.number().describe('Messages that were given up.'),
    orphans: z.number().describe('Objects in the cloud that belong to no cluster and are not gone yet.'),
    stuck: z.number().describe('Clusters that need an operator.'),
    signIn: z
      .object({
        ways: z.array(z.string()).describe('How people sign in, by the ids of Identity Platform.'),
        open: z.boolean().describe('Whether anybody may make an account.'),
      })
      .optional()
      .describe('How people get in; absent if this Hub does not say.'),
    updateTime: timestamp.describe('When any of it last changed.'),
  })
  .meta({ id: 'Status', description: 'How Hub is.' });
export type StatusReply = z.infer<typeof statusReply>;
