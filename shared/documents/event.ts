/** `clusters/{id}/events/{epoch}`: the timeline, written by the engine in the commit it tells of. Whoever may read the cluster may read it. */
import { z } from 'zod';
import { STATES } from '../lifecycle/table.ts';
import { clusterError } from './cluster.ts';
import { instant, openEnum, schemaField } from './fields.ts';

/** As it was then: the table of today may not have it any more. */
const state = openEnum(STATES);

export { eventPath, eventsOf } from './paths.ts';

export const eventDocument = z.object({
  schema: schemaField,
  epoch: z.number().int().nonnegative(),
  at: instant,
  /** Absent for the first event. */
  from: state.optional(),
  to: state,
  /** What happened: a step's outcome or a command. */
  cause: openEnum([
    'created',
    'done',
    'failed',
    'requeued',
    'timeout',
    'due',
    'delete',
    'retry',
    'claim',
    'share',
    'extend',
    'repair',
  ]),
  /** In words. */
  message: z.string(),
  /** Cloud time spent in `from`. */
  durationMs: z.number().nonnegative(),
  error: clusterError.optional(),
  /** Who asked, if somebody did: a uid, or absent for Hub itself; of a deleted account `DELETED_ACCOUNT`. */
  actor: z.string().optional(),
  /** Whom the message speaks of, if of somebody: a uid, by which their address is found in it when their account is deleted. */
  subject: z.string().optional(),
  /** Names the attempt that wrote it, so that a handler whose commit had no answer can tell its own from another's. */
  nonce: z.string(),
  /** With its cluster, once that is deleted: it names people. A TTL policy takes it away. */
  purgeAt: instant.optional(),
});
export type ClusterEvent = z.infer<typeof eventDocument>;
