/**
 * `clusters/{id}`: the truth about one cluster. Its owner and members read it directly, and security rules cannot hide fields, so
 * nothing here is secret from a member. Only Hub writes it.
 */
import { z } from 'zod';
import { ERRORS, type ErrorCode, FAULTS } from '../errors.ts';
import { STATES } from '../lifecycle/table.ts';
import { instant, label, micros, nested, openEnum, schemaField } from './fields.ts';
import { SHARDS } from './paths.ts';

export { ALL_SHARDS, CLUSTERS, clusterPath, SHARDS } from './paths.ts';
export { shapeOf } from './shape.ts';

export const role = z.enum(['viewer', 'editor', 'owner']);
export type Role = z.infer<typeof role>;

export const availability = z.enum(['zonal', 'regional']);
export const isolation = z.enum(['dedicated', 'namespace']);

/** What was asked for. */
export const clusterSpec = nested({
  product: z.string(),
  version: z.string(),
  size: z.string(),
  region: z.string(),
  /** One zone (cheaper, quicker) or all zones of the region for the control plane and the nodes. */
  availability,
  isolation,
  /** Its lifetime, as it was last asked for: from `ready`, or from when it was extended. */
  ttlHours: z.number().int().positive().optional(),
});
export type ClusterSpec = z.infer<typeof clusterSpec>;

export const clusterError = nested({
  code: openEnum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  remedy: z.string(),
  fault: z.enum(FAULTS),
});
export type ClusterError = z.infer<typeof clusterError>;

const condition = nested({
  type: z.string(),
  status: z.boolean(),
  message: z.string(),
  since: instant,
});

/** What a cluster holds of its account's and its cell's allowance from admission until it is proven gone. */
const liability = nested({
  clusters: z.number().int(),
  hourlyMicros: micros,
  /** Its place among those in the making, while it holds one. */
  making: z.number().int().optional(),
});
export type Liability = z.infer<typeof liability>;

/** The meter of what a cluster costs; see `shared/lifecycle/cost.ts`. At list prices: an estimate, not an invoice. */
const cost = nested({
  /** Spent up to `since`, or in all if there is none. */
  micros: micros.nonnegative(),
  /** For each hour of cloud time from `since` on; without it, the last price there was. */
  hourlyMicros: micros.nonnegative(),
  /** The meter runs from then on. */
  since: instant.optional(),
});
export type Cost = z.infer<typeof cost>;

/** The order of the cluster's certificate, and when the one it has ends. Neither is a secret. */
const certificateState = nested({
  /** Address of the order at the authority; absent between two of them. */
  order: z.string().optional(),
  /** The TXT record that proves the name for it. */
  record: z.object({ name: z.string(), value: z.string() }).optional(),
  notAfter: instant.optional(),
  /** SHA-256 of the one that was issued: another one in its place was not got by Hub. */
  fingerprint: z.string().optional(),
  /** When to get the next one. */
  renewAt: instant.optional(),
});
export type CertificateState = z.infer<typeof certificateState>;

/** The bus has given its message up: Hub could not go on with it, and looks again only when an hour has passed. */
const parked = nested({
  /** When the message was given up. */
  at: instant,
  /** Id in `deadLetters`. */
  deadLetter: z.string(),
  reason: z.string(),
});

export const clusterDocument = z.object({
  schema: schemaField,
  name: label,
  spec: clusterSpec,
  /** Goes up with each accepted change of the spec; the ETag. */
  specVersion: z.number().int().positive(),

  state: z.enum(STATES),
  /** Goes up with each transition and each accepted command; a message of another epoch is dropped. */
  epoch: z.number().int().nonnegative(),
  /** When the present state was entered. */
  since: instant,
  /** What makes one spare as good as another; see `shapeOf`. */
  shape: z.string(),
  shard: z
    .number()
    .int()
    .min(0)
    .max(SHARDS - 1),
  /** When to look again; absent while nothing needs to happen by itself. */
  dueAt: instant.optional(),
  /**
   * When to look whether those have access who should, and no others: that of somebody was taken away or changed, or the last look could
   * not see it; or whether what keeps people from using it is over. Absent once a look has found it so.
   */
  lookAt: instant.optional(),
  /**
   * Of a spare: when a look last saw it, whatever it found. It is written once in a while, for each write is a commit; of a cluster in use
   * nobody needs to know, so it is not written at all.
   */
  seenAt: instant.optional(),
  /** When a look first could not see it; absent once one could. So nothing is written while all can be seen. */
  missedAt: instant.optional(),
  /** When the present step counts as failed. */
  deadlineAt: instant.optional(),
  /** Failures since the present state was entered. */
  attempts: z.number().int().nonnegative(),
  /** 0 to 1 over the whole way; never goes back within a state. */
  progress: z.number().min(0).max(1),
  /** What is happening, in words: "3 of 7 parts are ready". */
  detail: z.string().optional(),
  etaAt: instant.optional(),
  /** What was promised to whoever asked for it, once there was room: `etaAt` as it was then. Absent in older documents. */
  promisedAt: instant.optional(),
  /** The failure that `undoing`, `failed` and `stuck` speak of, or why it is queued. */
  error: clusterError.optional(),
  /** Until its step next gets as far as a commit. */
  parked: parked.optional(),

  /** Counts the tries at making the cluster; part of every cloud name, so that a retry never meets its predecessor. */
  generation: z.number().int().positive(),
  /** Where the cluster is being made: a zone, or the region. */
  location: z.string().optional(),
  /** Since when that place tells nothing of it, however often it is asked; absent while it does. */
  unansweredSince: instant.optional(),
  /** Places that were left for another: without machines or quota for this generation, silent, or too slow. */
  exhausted: z.array(z.string()),
  /** Until then a resource that is not found may still appear: an earlier handler may have a create under way. */
  holdUntilAt: instant.optional(),
  liability: liability.optional(),
  /**
   * What it has cost its owner, or a spare nobody yet: a claim starts it anew. Documents from before there was a meter have none until their
   * next transition, and what they cost before it is not known.
   */
  cost: cost.optional(),
  /** What it had cost as a spare, before somebody claimed it. */
  idleMicros: micros.nonnegative().optional(),
  /**
   * Cloud time spent in each state on the way to `ready`, in ms, in this generation; several stays are added up. A claimed cluster has
   * those of the spare too. Absent in documents from before it was kept.
   */
  took: z.partialRecord(openEnum(STATES), z.number().nonnegative()).optional(),

  /** Workloads that its installation made: fewer mean that some are missing. */
  parts: z.number().int().nonnegative().optional(),
  certificate: certificateState.optional(),
  endpoints: z.record(z.string(), z.string()),
  conditions: z.array(condition),
  /**
   * Of a cluster in use: since when something keeps people from using it, as `flaws.ts` has it from its conditions. It is here for queries, and
   * absent while all is well. A document from before it was kept gets it at the next look.
   */
  flawedSince: instant.optional(),

  /** For whom it counts, and who stays one of its owners. */
  owner: z.string().optional(),
  /** When that one took it over from another; absent: whoever it was made for, or handed to as a spare, still has it. */
  ownedSince: instant.optional(),
  /** Whom that one asks to have it count for them instead: another of its owners. Nobody is made to pay without a word of theirs. */
  offeredTo: z.string().optional(),
  /** Who pays is deleting their account: any other owner may take it over until then, else it is deleted. */
  handOverUntilAt: instant.optional(),
  /** The pool whose spare this is; gone once claimed. */
  pool: z.string().optional(),
  claimedFrom: z.string().optional(),
  /** When it failed as a spare, or was given up as one that nobody could use: a loss of its pool's. */
  lostAt: instant.optional(),
  /** When it was first ready as a spare, which proves that such spares can be made. It stays when it is claimed. */
  warmAt: instant.optional(),
  members: z.record(z.string(), role),
  /** By uid: the verified address of each member, by which the application knows them. */
  emails: z.record(z.string(), z.string()).default({}),
  /** Owner and members: what security rules, of the timeline too, and list queries look at. */
  readers: z.array(z.string()),

  /** When its owner asked for it: of a claimed spare, the claim. */
  createdAt: instant,
  readyAt: instant.optional(),
  /** End of the lifetime asked for with `ttlHours`: counted from `ready`, and anew from each extension. */
  expiresAt: instant.optional(),
  /** TTL policy: a deleted cluster's document goes then. */
  purgeAt: instant.optional(),
  /** While a long timeline is put away: the epoch of the last event that has its `purgeAt`. */
  purgedEpoch: z.number().int().nonnegative().optional(),
});
export type Cluster = z.infer<typeof clusterDocument> & { id: string };
export type ClusterFields = Omit<Cluster, 'id'>;

/** Changes to a document; `undefined` removes a field. */
export type ClusterPatch = { [K in keyof ClusterFields]?: ClusterFields[K] | undefined };

/** A uid may be any string, so it must not find what every object inherits. */
export const roleOf = ({ members }: Pick<Cluster, 'members'>, uid: string): Role | undefined =>
  Object.hasOwn(members, uid) ? members[uid] : undefined;
