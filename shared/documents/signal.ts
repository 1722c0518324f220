/**
 * `signals/{id}`: something that made Hub doubt an account. The first one throttles it, another one later suspends it; an operator looks
 * and lifts that. Nobody reads it but operators.
 */
import { z } from 'zod';
import { days } from '../units.ts';
import { clusterId, instant, schemaField } from './fields.ts';

export { SIGNALS, signalPath } from './paths.ts';

/** After that it says nothing about an account any more. */
export const KEEP_SIGNALS_MS = days(90);

/** `sign-ups`: it is one of very many new accounts. `busy`: the processors of its cluster are busy to the brim for long, as those of miners. */
export const SIGNAL_KINDS = ['sign-ups', 'busy'] as const;

export const signalDocument = z.object({
  schema: schemaField,
  kind: z.enum(SIGNAL_KINDS),
  /** A uid. */
  account: z.string(),
  cluster: clusterId.optional(),
  at: instant,
  purgeAt: instant,
});
export type Signal = z.infer<typeof signalDocument>;
