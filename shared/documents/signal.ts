/**
 * `signals/{id}`: something that made Hub doubt an account. The first one throttles it. Another one later suspends it if it is young, and else
 * tells an operator, who decides. Nobody reads it but operators.
 */
import { z } from 'zod';
import { days } from '../units.ts';
import { clusterId, instant, openEnum, schemaField } from './fields.ts';

export { SIGNALS, signalPath } from './paths.ts';

/** After that it says nothing about an account any more. */
export const KEEP_SIGNALS_MS = days(90);

/**
 * What Cloud Monitoring tells of a cluster. `busy`: its processors are busy to the brim for long, as those of miners. `traffic`: it sends so
 * much for so long that this costs more than its machines. Honest work does either.
 */
export const CLUSTER_SIGNALS = ['busy', 'traffic'] as const;
/** `sign-ups`: it is one of very many new accounts. */
const SIGNAL_KINDS = ['sign-ups', ...CLUSTER_SIGNALS] as const;

export const signalDocument = z.object({
  schema: schemaField,
  kind: openEnum(SIGNAL_KINDS),
  /** A uid. */
  account: z.string(),
  cluster: clusterId.optional(),
  at: instant,
  purgeAt: instant,
});
export type Signal = z.infer<typeof signalDocument>;
