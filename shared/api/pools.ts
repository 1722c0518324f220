/** Pools of spares, for operators. */
import { z } from 'zod';
import { MAX_ACCOUNT_HOURLY_DOLLARS, MAX_WANTED } from '../limits.ts';
import { money, openName, shapeFields, specFields, timestamp } from './fields.ts';

export const putPoolBody = z
  .strictObject({
    ...shapeFields,
    wanted: z.int().min(0).max(MAX_WANTED).describe('Spares that should be ready or in the making.'),
    maxLossesPerHour: z
      .int()
      .min(1)
      .max(MAX_WANTED)
      .optional()
      .describe('Spares that may fail within an hour before the pool pauses.'),
    maxLossDollarsPerDay: z
      .number()
      .min(0.01)
      .max(MAX_ACCOUNT_HOURLY_DOLLARS)
      .optional()
      .describe('What failed spares may cost within a day, in dollars, before the pool pauses.'),
  })
  .meta({
    id: 'PutPool',
    description:
      'What is left out stays as it is; in a new pool it is filled in with the defaults of the catalog.',
    examples: [{ size: 'small', wanted: 2 }],
  });

const pauseReply = z.object({
  reason: openName('What there was too much of', ['failures', 'money']),
  untilAt: timestamp.describe('Until then nothing is made.'),
});

const planReply = z.object({
  at: timestamp.describe('When it was made.'),
  warm: z.int().describe('Spares that were ready.'),
  inTheMaking: z.int().describe('Spares that were being made.'),
  held: z.string().optional().describe('Why fewer are made than are missing; absent where that is not so.'),
  actions: z
    .array(
      z.object({
        action: openName('What was decided', ['create', 'delete']),
        reason: z.string().describe('Why, in words.'),
        cluster: z.string().describe('Id of the spare.'),
      }),
    )
    .describe('What was decided.'),
});

export const poolReply = z
  .object({
    id: z.string().describe('Of the pool.'),
    ...specFields,
    wanted: z.int().describe('Spares that should be ready or in the making.'),
    maxLossesPerHour: z.int().describe('Spares that may fail within an hour before the pool pauses.'),
    maxLossPerDay: money.describe('What failed spares may cost within a day before the pool pauses.'),
    pause: pauseReply
      .optional()
      .describe(
        'Too much was lost: until then nothing is made, and then one spare at a time, until one is ready; else absent.',
      ),
    lastPlan: planReply
      .optional()
      .describe('What was found and decided last, and why; absent until something was.'),
  })
  .meta({ id: 'Pool', description: 'The shape and number of spares that are kept ready.' });
export type PoolReply = z.infer<typeof poolReply>;

export const poolList = z
  .object({ pools: z.array(poolReply).describe('All of them.') })
  .meta({ id: 'PoolList', description: 'All pools.' });
