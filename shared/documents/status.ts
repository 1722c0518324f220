/**
 * `status/{cell}`: how Hub is, for everybody, signed in or not. Found out from documents, never said by hand. There is no id in it, no
 * name, and no number that says how many clusters there are or whose.
 */
import { z } from 'zod';
import { SIGN_IN_WAYS } from '../sign-in-ways.ts';
import { instant, nested, openEnum, schemaField } from './fields.ts';

export { statusPath } from './paths.ts';

/** From best to worst. */
export const HEALTH = ['operational', 'degraded', 'down'] as const;
export const health = z.enum(HEALTH);
export type Health = z.infer<typeof health>;

/** What people use of Hub. */
export const COMPONENTS = ['creating', 'deleting', 'access', 'pools', 'sweeps'] as const;
export type Component = (typeof COMPONENTS)[number];

const componentStatus = z.object({
  health,
  /** Since when it is so. */
  since: instant,
  /** For people: what it means to them. */
  message: z.string(),
});

const count = z.number().int().nonnegative();

const signIn = nested({
  ways: z.array(openEnum(SIGN_IN_WAYS)),
  /** Whether anybody may make an account. Otherwise operators make them. */
  open: z.boolean(),
});
export type SignIn = z.infer<typeof signIn>;

export const statusDocument = z.object({
  schema: schemaField,
  health,
  components: z.record(z.enum(COMPONENTS), componentStatus),
  /** From being asked for to ready, of the last hours, in cloud time and rounded; absent if none became ready. */
  readySeconds: z.object({ p50: count, p95: count }).optional(),
  /** How long the oldest cluster that is due has been so, in whole minutes. */
  overdueSeconds: count,
  /** Messages that were given up. */
  deadLetters: count,
  /** Objects in the cloud that belong to no cluster and are not gone yet. */
  orphans: count,
  /** Clusters that need an operator. */
  stuck: count,
  /** How people get in, as it was set up, for whoever is not in yet; absent where that is not known. */
  signIn: signIn.optional(),
  /** When the last of it changed: while all stays as it is, nothing is written. */
  updatedAt: instant,
});
export type Status = z.infer<typeof statusDocument>;
