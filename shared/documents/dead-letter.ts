/**
 * `deadLetters/{id}`: a message that the bus gave up, as it was, until an operator has sent it once more or dismissed it; a TTL policy then takes it away.
 * The id is that of the bus. Operators read it.
 */
import { z } from 'zod';
import { days } from '../units.ts';
import { clusterId, instant, nested, schemaField } from './fields.ts';

export { DEAD_LETTERS, deadLetterPath } from './paths.ts';

/** After it was last replayed, or dismissed; of a text, after it was given up. */
export const KEEP_REPLAYED_MS = days(30);

const said = nested({
  /** The uid of an operator; or `scheduler`, which has sent the same again meanwhile. */
  by: z.string(),
  reason: z.string(),
  at: instant,
});

export const deadLetterDocument = z.object({
  schema: schemaField,
  /** Where it was published; empty if the bus does not say. */
  topic: z.string(),
  body: z.string(),
  /**
   * `message`: the body is what was published, and the function of its topic takes such. `text`: it is something else, or too long; what
   * looks like a secret is masked and the end may be missing, so it cannot be replayed.
   */
  format: z.enum(['message', 'text']),
  deliveries: z.number().int().nonnegative(),
  publishedAt: instant.optional(),
  /** When the bus gave it up. */
  diedAt: instant,
  /** The one that it names. */
  cluster: clusterId.optional(),
  /** What is known of why, in words. */
  reason: z.string(),
  state: z.enum(['open', 'replayed', 'dismissed']),
  /** Oldest first. */
  replays: z.array(said),
  /** Nobody is to send it again: it could not be, or what it was for is done. */
  dismissed: said.optional(),
  purgeAt: instant.optional(),
});
export type DeadLetterFields = z.infer<typeof deadLetterDocument>;
export type DeadLetter = DeadLetterFields & { id: string };
