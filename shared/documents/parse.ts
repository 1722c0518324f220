/**
 * What a collection holds is parsed before it is believed: a database takes anything, and beside this code its other versions, restored
 * backups and operators have written to it.
 */
import type { z } from 'zod';

/** More say nothing new: where one field is wrong by accident, many are. */
const MAX_FAULTS = 5;

/** A document is none that this code can read: of another version, or damaged. */
export class UnreadableError extends Error {}

/**
 * @param path of the document
 * @throws UnreadableError which document is not what the schema says, and which of its fields; of their values nothing, for an error goes to logs
 */
export function parseDocument<S extends z.ZodType>(
  schema: S,
  { path, data }: { path: string; data: unknown },
): z.output<S> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, MAX_FAULTS).map(faultOf).join(', ');
  throw new UnreadableError(`${path} is not readable: ${faults}`);
}

/** As in `closing.since (invalid_type)`. */
const faultOf = ({ path, code }: z.core.$ZodIssue): string => `${path.join('.') || 'all of it'} (${code})`;
