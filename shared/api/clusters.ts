/** Clusters: what one is asked for with, what it is, and what happened to it. */
import { z } from 'zod';
import { role } from '../documents/cluster.ts';
import {
  clusterName,
  errorReply,
  isolationWish,
  lifetimeHours,
  money,
  nextPageToken,
  openName,
  pageFields,
  shapeFields,
  specFields,
  state,
  timestamp,
  uidFilter,
} from './fields.ts';

export const createClusterBody = z
  .strictObject({
    name: clusterName.describe(
      '1 to 63 lower-case letters, digits and hyphens; starts with a letter, does not end with a hyphen. Need not be unique.',
    ),
    ...shapeFields,
    isolation: isolationWish,
    ttlHours: lifetimeHours
      .optional()
      .describe('It is deleted so many hours after it is ready; absent: it stays until it is deleted.'),
  })
  .meta({
    id: 'CreateCluster',
    description: 'What is left out is filled in with the defaults of the catalog.',
    examples: [{ name: 'my-first', size: 'small', ttlHours: 8 }],
  });

export const extendBody = z
  .strictObject({ ttlHours: lifetimeHours.describe('Hours from now, not hours more.') })
  .meta({
    id: 'Extend',
    description: 'It ends so many hours from now, however long it would have lived.',
    examples: [{ ttlHours: 24 }],
  });
export type ExtendBody = z.infer<typeof extendBody>;

const stateFilter = {
  state: state.optional().describe('Only those in this state; absent: all that are not deleted.'),
};
export const listClustersQuery = z.strictObject({ ...pageFields, ...stateFilter });
export const listAllClustersQuery = z.strictObject({
  ...pageFields,
  ...stateFilter,
  account: uidFilter.describe('Only those that are charged to the user with this uid.'),
});

const conditionReply = z
  .object({
    type: z.string().describe('What it is about, as one word: `Exists`.'),
    status: z.boolean().describe('Whether it is met.'),
    message: z.string().describe('The same in words.'),
    since: timestamp.describe('Since when it is so.'),
  })
  .meta({
    id: 'Condition',
    description: 'A condition of a cluster: whether it is met, and since when.',
  });

const parkedReply = z
  .object({
    at: timestamp.describe('When its message was given up.'),
    reason: z.string().describe('What is known of why, in words.'),
    deadLetter: z.string().describe('Id of the message that was given up, among the dead letters.'),
  })
  .meta({ id: 'Parked', description: 'Why Hub has stopped for the moment, and since when.' });

export const clusterReply = z
  .object({
    id: z.string().describe('Unique and for ever: 16 lower-case letters and digits.'),
    name: z.string().describe('As it was asked for; others may have the same.'),
    ...specFields,
    ttlHours: z
      .int()
      .optional()
      .describe(
        'Its lifetime in hours, as it was last asked for: from `ready`, or from when it was extended; absent: it has no end.',
      ),
    state: state.describe('Where it is in its life.'),
    label: z.string().describe('The state in words.'),
    detail: z.string().optional().describe('What is happening, in words; absent where nothing is.'),
    progress: z.number().min(0).max(1).describe('How much of the way is done, from 0 to 1.'),
    etaAt: timestamp
      .nullable()
      .describe('When it is expected to be ready, or gone; null where nothing goes on by itself.'),
    endpoints: z
      .record(z.string(), z.string())
      .describe('Addresses by name: `pachd`, `console`; empty until there are any.'),
    conditions: z.array(conditionReply).describe('What was last seen of it, one entry for each type.'),
    error: errorReply.nullable().describe('Why it failed or waits; null where it does neither.'),
    parked: parkedReply
      .optional()
      .describe(
        'Hub could not go on with it, has told its operators, and tries again by itself within the hour; absent of any other.',
      ),
    members: z.record(z.string(), role).describe('The role of each member, by uid.'),
    owner: z
      .string()
      .optional()
      .describe('Uid of whoever pays for it, towards whose limits it counts; absent of what is nobody’s.'),
    offeredTo: z
      .string()
      .optional()
      .describe('Uid of the owner who was asked to pay for it instead, and has not answered; else absent.'),
    handOverUntilAt: timestamp
      .optional()
      .describe(
        'Whoever pays is deleting their account: it is deleted then unless another owner takes it over; else absent.',
      ),
    cost: z
      .object({
        soFar: money.describe(
          'Since its owner has it; what it had cost before there was a meter is not in it.',
        ),
        hourly: money.nullable().describe('What it costs an hour; null while nothing is being paid.'),
      })
      .describe('What it costs its owner, at list prices.'),
    createTime: timestamp.describe('When its owner asked for it.'),
    updateTime: timestamp.describe('When any of it last changed.'),
    expiresAt: timestamp.optional().describe('End of its lifetime; absent without one, and until it counts.'),
    etag: z
      .string()
      .describe(
        'Version of what was asked for, as `ETag` carries it; commands with another one as `If-Match` are refused.',
      ),
  })
  .meta({
    id: 'Cluster',
    description: 'A cluster, as its members and operators see it.',
    examples: [
      {
        id: 'k5xw4zdpmnqha2ce',
        name: 'my-first',
        product: 'pachyderm',
        version: '2.12.0',
        size: 'small',
        region: 'europe-west1',
        availability: 'zonal',
        isolation: 'dedicated',
        ttlHours: 8,
        state: 'installing',
        label: 'Installing the application',
        detail: '3 of 7 parts are ready',
        progress: 0.6,
        etaAt: '2026-03-01T12:05:00.000Z',
        endpoints: {},
        conditions: [],
        error: null,
        members: { 'uid-of-ada': 'owner' },
        owner: 'uid-of-ada',
        cost: {
          soFar: { amount: 0.04, currency: 'USD', about: true },
          hourly: { amount: 0.61, currency: 'USD', about: true },
        },
        createTime: '2026-03-01T12:00:00.000Z',
        updateTime: '2026-03-01T12:03:20.000Z',
        etag: '"1"',
      },
    ],
  });
export type ClusterReply = z.infer<typeof clusterReply>;

export const clusterPage = z
  .object({ clusters: z.array(clusterReply).describe('Those of this page.'), nextPageToken })
  .meta({
    id: 'ClusterPage',
    description: 'Clusters, newest first; those of everybody in no order of time.',
  });
export type ClusterPage = z.infer<typeof clusterPage>;

const eventReply = z
  .object({
    epoch: z.int().describe('Number of the transition or command; it goes up.'),
    at: timestamp.describe('When it happened.'),
    from: openName('The state it left (absent for the first event), as in Cluster').optional(),
    to: openName('The state it entered, as in Cluster'),
    cause: z.string().describe('What led to it: the outcome of a step, or a command.'),
    message: z.string().describe('What happened, in words.'),
    durationMs: z.number().describe('Milliseconds spent in `from`; 0 for the first event.'),
    error: errorReply.optional().describe('What went wrong; absent where nothing did.'),
    actor: z.string().optional().describe('Uid of who asked for it; absent where Hub did it by itself.'),
  })
  .meta({ id: 'Event', description: 'Something that happened to a cluster.' });
export type EventReply = z.infer<typeof eventReply>;

export const eventPage = z
  .object({ events: z.array(eventReply).describe('Those of this page.'), nextPageToken })
  .meta({ id: 'EventPage', description: 'Events of a cluster, newest last.' });
export type EventPage = z.infer<typeof eventPage>;
