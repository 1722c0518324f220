/** What Hub offers, and what a cluster of it would cost. */
import { z } from 'zod';
import { errorCode, errorFields, isolationWish, money, shapeFields, specFields } from './fields.ts';

export const catalogReply = z
  .object({
    products: z
      .array(
        z.object({
          id: z.string().describe('By which it is asked for.'),
          label: z.string().describe('Its name.'),
          description: z.string().describe('What it is, in one sentence.'),
          versions: z
            .array(
              z.object({
                version: z.string().describe('By which it is asked for.'),
                default: z.boolean().describe('Whether it is the one where none is asked for.'),
                needsLicense: z
                  .boolean()
                  .describe('It is offered because the operator has a licence for it.'),
              }),
            )
            .describe('Those that are offered.'),
        }),
      )
      .describe('What can run in a cluster.'),
    sizes: z
      .array(
        z.object({
          id: z.string().describe('By which it is asked for.'),
          label: z.string().describe('Its name.'),
          machineType: z.string().describe('Of each node, as the cloud calls it.'),
          nodes: z.int().describe('Per zone: a regional cluster has three zones.'),
          diskGiB: z.int().describe('Of each node, in GiB.'),
          hourlyPrice: z
            .object({
              zonal: money.describe('Of a cluster in one zone.'),
              regional: money.describe('Of a cluster in all zones of its region.'),
            })
            .describe('What a cluster of this size costs an hour.'),
        }),
      )
      .describe('How large a cluster can be.'),
    regions: z
      .array(
        z.object({
          id: z.string().describe('By which it is asked for.'),
          label: z.string().describe('Where that is.'),
        }),
      )
      .describe('Where a cluster can be.'),
    defaults: z.object(specFields).describe('What is filled in where nothing is asked for.'),
  })
  .meta({ id: 'Catalog', description: 'What can be asked for, and what it costs.' });
export type CatalogReply = z.infer<typeof catalogReply>;

/** As of a cluster that is asked for. */
export const quoteQuery = z.strictObject({ ...shapeFields, isolation: isolationWish });

export const quoteReply = z
  .object({
    ...specFields,
    hourlyPrice: money.describe('What it would cost an hour.'),
    wait: z
      .object({
        basis: z
          .enum(['spare', 'observed', 'typical'])
          .describe(
            'A spare waits; what was observed in this region; or what is typical, where too little was observed.',
          ),
        expectedMs: z
          .number()
          .nullable()
          .describe(
            'Milliseconds from asking to `ready`; null while there is no room: nobody knows when there will be.',
          ),
        samples: z
          .int()
          .optional()
          .describe(
            'Observations behind each state that was observed: the fewest of them; absent where there are none.',
          ),
      })
      .describe('How long it would take.'),
    room: z
      .object({ code: errorCode.describe('A code as in Problem.'), ...errorFields })
      .nullable()
      .describe(
        'What stands in the way of a cluster that is asked for now: what it would wait for, or (EMAIL_NOT_VERIFIED and the codes of an account that is held) as what it would be refused; null: nothing.',
      ),
  })
  .meta({
    id: 'Quote',
    description: 'What a cluster would cost and how long it would take.',
    examples: [
      {
        product: 'pachyderm',
        version: '2.12.0',
        size: 'small',
        region: 'europe-west1',
        availability: 'zonal',
        isolation: 'dedicated',
        hourlyPrice: { amount: 0.61, currency: 'USD', about: true },
        wait: { basis: 'observed', expectedMs: 420_000, samples: 12 },
        room: null,
      },
    ],
  });
export type QuoteReply = z.infer<typeof quoteReply>;
