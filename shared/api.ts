/**
 * What the HTTP API takes and gives, shared with the console and the command `hub`. What a caller may send is a closed list: any
 * other field is refused. What Hub gives may gain fields, so readers ignore those they do not know.
 */
import { z } from 'zod';
import { cleanUpJwk, cleanUpListing, cleanUpResource, cleanUpStatement, flattenedJws } from './clean-up.ts';
import { AUDIT_ACTIONS } from './documents/audit.ts';
import { availability, isolation, role } from './documents/cluster.ts';
import { clusterId } from './documents/fields.ts';
import { COMPONENTS, type Component, health } from './documents/status.ts';
import { emailAddress } from './email.ts';
import { ERRORS, type ErrorCode, FAULTS } from './errors.ts';
import { STATES } from './lifecycle/table.ts';
import {
  MAX_ACCOUNT_CLUSTERS,
  MAX_ACCOUNT_HOURLY_DOLLARS,
  MAX_LABEL,
  MAX_REASON,
  MAX_REQUESTED_CLUSTERS,
  MAX_REQUESTED_HOURLY_DOLLARS,
  MAX_TTL_HOURS,
  MAX_WANTED,
  RFC1035_LABEL,
} from './limits.ts';

/** ISO 8601 in UTC. */
const timestamp = z.iso.datetime();
const errorCode = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]);
const state = z.enum(STATES);

/**
 * What is shown as its document has it, which another version of Hub may have written: see `openEnum`. So the documentation lists what there is
 * today, and promises no closed list.
 */
const openName = (what: string, today: readonly string[] = []) =>
  z.string().meta({
    description: `${what}, or one that only another version of Hub has, which wrote it.`,
    ...(today.length > 0 && { examples: [...today] }),
  });
const errorReplyCode = openName('A code as in Problem');
const pastState = openName('A state as in Cluster');
const auditAction = openName('What was done', AUDIT_ACTIONS);

const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 100;

/** A word of the catalog. Whether the catalog has it is answered by a code of its own. */
const choice = z.string().min(1).max(MAX_LABEL);
const name = z
  .string()
  .regex(
    RFC1035_LABEL,
    '1 to 63 lower-case letters, digits and hyphens; starts with a letter, does not end with a hyphen',
  );
const shapeFields = {
  product: choice.optional(),
  version: choice.optional(),
  size: choice.optional(),
  region: choice.optional(),
  availability: availability.optional(),
};

// Requests.

export const createClusterBody = z
  .strictObject({
    name,
    ...shapeFields,
    isolation: isolation.optional(),
    ttlHours: z.int().min(1).max(MAX_TTL_HOURS).optional(),
  })
  .meta({
    id: 'CreateCluster',
    description: 'What is left out is filled in with the defaults of the catalog.',
  });

export const extendBody = z.strictObject({ ttlHours: z.int().min(1).max(MAX_TTL_HOURS) }).meta({
  id: 'Extend',
  description: 'It ends so many hours from now, however long it would have lived.',
});
export type ExtendBody = z.infer<typeof extendBody>;

export const putPoolBody = z
  .strictObject({
    ...shapeFields,
    wanted: z.int().min(0).max(MAX_WANTED),
    /** Spares that may fail within an hour before the pool pauses. */
    maxLossesPerHour: z.int().min(1).max(MAX_WANTED).optional(),
    /** What failed spares may cost within a day. */
    maxLossDollarsPerDay: z.number().min(0.01).max(MAX_ACCOUNT_HOURLY_DOLLARS).optional(),
  })
  .meta({
    id: 'PutPool',
    description:
      'What is left out stays as it is; in a new pool it is filled in with the defaults of the catalog.',
  });

export const putMemberBody = z.strictObject({ role }).meta({
  id: 'PutMember',
  description:
    'A viewer can look, an editor can work, and an owner can also share it, hand it over and delete it.',
});

const transferAction = z.enum(['offer', 'accept', 'withdraw', 'decline']);
export type TransferAction = z.infer<typeof transferAction>;

export const transferBody = z
  .strictObject({
    email: emailAddress,
    /** What the caller means. If that is not what would be done, it is refused, and nothing is done. */
    action: transferAction.optional(),
  })
  .meta({
    id: 'Transfer',
    description:
      'The e-mail of the owner you offer it to. Your own address accepts an offer made to you; while whoever pays is deleting their account, it takes the cluster over without one. If you pay for the cluster, it withdraws your offer. Say with action which of these you mean: if it would be another, nothing is done. Only with the action decline does your own address refuse an offer made to you.',
  });

/** As of a cluster that is asked for. */
export const quoteQuery = z.strictObject({ ...shapeFields, isolation: isolation.optional() });

/** An operator reads it as one line: nothing that breaks it, turns it round or cannot be written as UTF-8. */
const oneLine = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]*$/u;
const reason = z.string().trim().min(1).max(MAX_REASON).regex(oneLine, 'It contains control characters.');

export const putQuotaRequestBody = z
  .strictObject({
    /** In all, not more than now. What is left out is to stay as it is. */
    maxClusters: z.int().min(1).max(MAX_REQUESTED_CLUSTERS).optional(),
    maxHourlyDollars: z.number().min(0.01).max(MAX_REQUESTED_HOURLY_DOLLARS).optional(),
    reason,
  })
  .refine(
    ({ maxClusters, maxHourlyDollars }) => maxClusters !== undefined || maxHourlyDollars !== undefined,
    'Send maxClusters, maxHourlyDollars or both.',
  )
  .meta({
    id: 'PutQuotaRequest',
    description: 'How many clusters you would like to have at once, what they may cost per hour, and why.',
  });

export const replayBody = z
  .strictObject({
    reason,
  })
  .meta({ id: 'Replay', description: 'Why it should work this time.' });

export const dismissBody = z
  .strictObject({
    reason,
  })
  .meta({ id: 'Dismiss', description: 'Why nobody needs it any more.' });

export const putAccountBody = z
  .strictObject({
    maxClusters: z.int().min(0).max(MAX_ACCOUNT_CLUSTERS).optional(),
    maxHourlyDollars: z.number().min(0).max(MAX_ACCOUNT_HOURLY_DOLLARS).optional(),
    decline: z.literal(true).optional(),
    /** Of the request that is answered. */
    requestAt: timestamp.optional(),
    standing: z
      .strictObject({
        state: z.enum(['good', 'throttled', 'suspended']),
        reason,
      })
      .optional(),
  })
  .refine(
    ({ maxClusters, maxHourlyDollars, decline, standing }) =>
      [
        decline === true,
        maxClusters !== undefined || maxHourlyDollars !== undefined,
        standing !== undefined,
      ].filter(Boolean).length === 1,
    'Send maxClusters, maxHourlyDollars or both; or only decline; or only standing.',
  )
  .meta({
    id: 'PutAccount',
    description:
      'A new limit answers what the user asked for, and so does decline; with requestAt only if they have not asked for something else since. A throttled account makes nothing new; a suspended one may only look and delete.',
  });
export type PutAccountBody = z.infer<typeof putAccountBody>;

export const deleteAccountBody = z
  .strictObject({
    reason,
  })
  .meta({ id: 'DeleteAccount', description: 'Why, for the audit log. Name nobody in it.' });

export const deleteOrphanBody = z
  .strictObject({
    reason,
  })
  .meta({ id: 'DeleteOrphan', description: 'Why it should go now.' });

const CREDENTIAL_KINDS = ['kubeconfig', 'pachctl'] as const;
export const credentialsQuery = z.strictObject({ kind: z.enum(CREDENTIAL_KINDS) });
export type CredentialsQuery = z.infer<typeof credentialsQuery>;

const pageFields = {
  pageSize: z.coerce.number().int().min(1).max(MAX_PAGE_SIZE).default(DEFAULT_PAGE_SIZE),
  pageToken: z.string().optional(),
};
export const pageQuery = z.strictObject(pageFields);
export const listClustersQuery = z.strictObject({ ...pageFields, state: state.optional() });
export const listAllClustersQuery = z.strictObject({
  ...pageFields,
  state: state.optional(),
  /** The uid of whom they are charged to. */
  account: z.string().min(1).max(128).optional(),
});
export const listAuditQuery = z.strictObject({
  ...pageFields,
  cluster: clusterId.optional(),
  /** A uid. */
  actor: z.string().min(1).max(128).optional(),
});
const deadLetterState = z.enum(['open', 'replayed', 'dismissed']);
export const listDeadLettersQuery = z.strictObject({ ...pageFields, state: deadLetterState.optional() });

// Replies.

export const problem = z
  .object({
    type: z.string(),
    /** The sentence of the error table. */
    title: z.string(),
    status: z.int(),
    /** More about this occurrence. */
    detail: z.string().optional(),
    /** The request id, by which an operator finds it in the log. */
    instance: z.string(),
    code: errorCode,
    remedy: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'https://www.rfc-editor.org/rfc/rfc9457' });
export type Problem = z.infer<typeof problem>;

/** What a cluster is, all of it filled in. */
const specFields = {
  product: z.string(),
  version: z.string(),
  size: z.string(),
  region: z.string(),
  availability,
  isolation,
};

const errorFields = { message: z.string(), remedy: z.string(), fault: z.enum(FAULTS) };
const errorReply = z
  .object({ code: errorReplyCode, ...errorFields })
  .meta({ id: 'ClusterError', description: 'Why a cluster failed, or waits.' });

const money = z
  .object({
    amount: z.number(),
    currency: z.literal('USD'),
    /** An estimate: say "about". */
    about: z.boolean(),
  })
  .meta({ id: 'Money' });
export type Money = z.infer<typeof money>;

const conditionReply = z
  .object({ type: z.string(), status: z.boolean(), message: z.string(), since: timestamp })
  .meta({
    id: 'Condition',
    description: 'A condition of a cluster: whether it is met, and since when.',
  });

const parkedReply = z
  .object({
    at: timestamp,
    reason: z.string(),
    /** Of the message that was given up. */
    deadLetter: z.string(),
  })
  .meta({ id: 'Parked' });

export const clusterReply = z
  .object({
    id: z.string(),
    name: z.string(),
    ...specFields,
    /** Its lifetime, as it was last asked for: from `ready`, or from when it was extended. */
    ttlHours: z.int().optional(),
    state,
    /** The state in words. */
    label: z.string(),
    /** What is happening, in words. */
    detail: z.string().optional(),
    /** 0 to 1. */
    progress: z.number().min(0).max(1),
    etaAt: timestamp.nullable(),
    /** By name: `pachd`, `console`. Empty until there are any. */
    endpoints: z.record(z.string(), z.string()),
    conditions: z.array(conditionReply),
    error: errorReply.nullable(),
    /** Hub could not go on with it, has told its operators, and tries again by itself within the hour. Absent of any other. */
    parked: parkedReply.optional(),
    /** By uid. */
    members: z.record(z.string(), role),
    /** Uid of whoever pays for it: it counts towards their limits. Absent of what is nobody's. */
    owner: z.string().optional(),
    /** Uid of the owner who was asked to pay for it instead, and has not answered. */
    offeredTo: z.string().optional(),
    /** Whoever pays for it is deleting their account: it is deleted then unless another owner takes it over. */
    handOverUntilAt: timestamp.optional(),
    cost: z.object({
      /** Since its owner has it; what it had cost before there was a meter is not in it. */
      soFar: money,
      /** Null while nothing is being paid. */
      hourly: money.nullable(),
    }),
    createTime: timestamp,
    updateTime: timestamp,
    /** End of the lifetime, once it counts. */
    expiresAt: timestamp.optional(),
    /** Version of the spec, as `ETag` carries it; commands with another one as `If-Match` are refused. */
    etag: z.string(),
  })
  .meta({ id: 'Cluster' });
export type ClusterReply = z.infer<typeof clusterReply>;

export const clusterPage = z
  .object({
    clusters: z.array(clusterReply),
    /** Absent on the last page. */
    nextPageToken: z.string().optional(),
  })
  .meta({ id: 'ClusterPage', description: 'Newest first.' });
export type ClusterPage = z.infer<typeof clusterPage>;

const memberReply = z
  .object({
    email: z.string(),
    role,
    /** Absent for one who is invited. */
    uid: z.string().optional(),
    /** Invited, and not there yet: whoever has the address has to sign in with it. */
    pending: z.boolean(),
    /** When the invitation of one who is invited ends. */
    expiresAt: timestamp.optional(),
    /** `pays`: the cluster counts for them. `asked`: they were asked to pay for it instead. Absent of all others. */
    paying: z.enum(['pays', 'asked']).optional(),
  })
  .meta({ id: 'Member' });
export type MemberReply = z.infer<typeof memberReply>;

export const memberList = z
  .object({ members: z.array(memberReply) })
  .meta({ id: 'MemberList', description: 'By address.' });
export type MemberList = z.infer<typeof memberList>;

/** https://github.com/pachyderm/pachyderm/blob/master/src/internal/config/config.proto */
export const pachctlConfigReply = z
  .object({
    v2: z.object({
      active_context: z.string(),
      contexts: z.record(z.string(), z.record(z.string(), z.string())),
      metrics: z.boolean(),
    }),
  })
  .meta({ id: 'PachctlConfig', description: 'What pachctl reads.' });

export const kubeconfigReply = z.string().meta({ id: 'Kubeconfig', description: 'What kubectl reads.' });

const eventReply = z
  .object({
    epoch: z.int(),
    at: timestamp,
    from: pastState.optional(),
    to: pastState,
    cause: z.string(),
    message: z.string(),
    /** Spent in `from`. */
    durationMs: z.number(),
    error: errorReply.optional(),
    /** The uid of who asked for it; absent where Hub did it by itself. */
    actor: z.string().optional(),
  })
  .meta({ id: 'Event' });
export type EventReply = z.infer<typeof eventReply>;

export const eventPage = z
  .object({ events: z.array(eventReply), nextPageToken: z.string().optional() })
  .meta({ id: 'EventPage', description: 'Newest last.' });
export type EventPage = z.infer<typeof eventPage>;

const { version, issuer, cluster, deletedAt, counts } = cleanUpStatement.shape;
export const cleanUpReply = z
  .object({
    version,
    issuer,
    cluster,
    deletedAt,
    resources: z.array(cleanUpResource),
    /** Absent, as the certificate is, where the cluster was deleted before Hub signed. */
    listing: cleanUpListing.optional(),
    counts,
    /** All of the above, signed: a JWS whose payload is the same in JSON. Check it with the keys of `/v1/keys`. */
    certificate: flattenedJws.optional(),
  })
  .meta({
    id: 'CleanUp',
    description:
      'All that there ever was of a deleted cluster in the cloud, and the proof that nothing is left.',
  });
export type CleanUpReply = z.infer<typeof cleanUpReply>;

export const keysReply = z
  .object({ keys: z.array(cleanUpJwk) })
  .meta({ id: 'Keys', description: 'https://www.rfc-editor.org/rfc/rfc7517#section-5' });

export const catalogReply = z
  .object({
    products: z.array(
      z.object({
        id: z.string(),
        label: z.string(),
        description: z.string(),
        versions: z.array(
          z.object({
            version: z.string(),
            default: z.boolean(),
            /** It is offered because the operator has a licence for it. */
            needsLicense: z.boolean(),
          }),
        ),
      }),
    ),
    sizes: z.array(
      z.object({
        id: z.string(),
        label: z.string(),
        machineType: z.string(),
        /** Per zone: a regional cluster has three zones. */
        nodes: z.int(),
        diskGiB: z.int(),
        /** What a cluster of this size costs an hour. */
        hourlyPrice: z.object({ zonal: money, regional: money }),
      }),
    ),
    regions: z.array(z.object({ id: z.string(), label: z.string() })),
    defaults: z.object(specFields),
  })
  .meta({ id: 'Catalog' });
export type CatalogReply = z.infer<typeof catalogReply>;

export const quoteReply = z
  .object({
    ...specFields,
    hourlyPrice: money,
    wait: z.object({
      /** A spare waits; what was observed in this region; or what is typical, where too little was observed. */
      basis: z.enum(['spare', 'observed', 'typical']),
      /** From asking to `ready`, in cloud time. Null while there is no room: nobody knows when there will be. */
      expectedMs: z.number().nullable(),
      /** Observations behind each state that was observed: the fewest of them. */
      samples: z.int().optional(),
    }),
    /**
     * What stands in the way of a cluster that is asked for now: what it would wait for, or (EMAIL_NOT_VERIFIED and the codes of an account
     * that is held) as what it would be refused. Null: nothing.
     */
    room: z.object({ code: errorCode, ...errorFields }).nullable(),
  })
  .meta({ id: 'Quote', description: 'What a cluster would cost and how long it would take.' });
export type QuoteReply = z.infer<typeof quoteReply>;

const allowanceFields = {
  /** Clusters in use now: those being made, ready, or not yet proven gone. */
  clusters: z.int(),
  maxClusters: z.int(),
  hourlyPrice: money,
  maxHourlyPrice: money,
};

const requestedFields = {
  maxClusters: z.int(),
  /** Absent: as much as now. */
  maxHourlyDollars: z.number().optional(),
};
const quotaRequestReply = z
  .object({ ...requestedFields, reason: z.string(), at: timestamp })
  .meta({ id: 'QuotaRequest', description: 'What somebody asks an operator for.' });

const declinedRequestReply = z.object({ ...requestedFields, at: timestamp }).meta({
  id: 'DeclinedRequest',
  description: 'What an operator declined, until the next request or limits.',
});

const standingReply = z
  .object({
    state: openName('What it is', ['throttled', 'suspended']),
    reason: z.string(),
    since: timestamp,
  })
  .meta({ id: 'Standing', description: 'How an account is restricted, why, and since when.' });

const closingReply = z
  .object({ since: timestamp })
  .meta({ id: 'Closing', description: 'The account is being deleted: it can only view and delete.' });

export const meReply = z
  .object({
    uid: z.string(),
    email: z.string().optional(),
    operator: z.boolean(),
    allowance: z.object(allowanceFields),
    /** Until an operator has answered it. */
    quotaRequest: quotaRequestReply.optional(),
    declinedRequest: declinedRequestReply.optional(),
    /** Absent: it is good. */
    standing: standingReply.optional(),
    /** Present once its deletion was asked for. */
    closing: closingReply.optional(),
  })
  .meta({ id: 'Me' });
export type MeReply = z.infer<typeof meReply>;

const ownClusterReply = z
  .object({
    id: z.string(),
    name: z.string(),
    product: z.string(),
    size: z.string(),
    region: z.string(),
    state,
    /** Absent: not a member any more, but it still counts as theirs. */
    role: role.optional(),
    /** How many others may use it. */
    others: z.int(),
    createTime: timestamp,
    /**
     * What becomes of it if the account is deleted. `deleted`: nobody else owns it. `offered`: its other owners may take it over for
     * `handOverHours`, else it is deleted then. `left`: it is somebody else's. `forgotten`: it is already deleted, and no longer says whose it
     * was.
     */
    whenDeleted: z.enum(['deleted', 'offered', 'left', 'forgotten']),
  })
  .meta({ id: 'OwnCluster' });
export type OwnClusterReply = z.infer<typeof ownClusterReply>;

export const ownAccountReply = z
  .object({
    uid: z.string(),
    operator: z.boolean(),
    /** As whoever signs you in has it; Hub keeps no copy. */
    profile: z.object({
      email: z.string().optional(),
      emailVerified: z.boolean(),
      displayName: z.string().optional(),
      phoneNumber: z.string().optional(),
      photoUrl: z.string().optional(),
      /** Ways to sign in: `password`, `google.com`. */
      providers: z.array(z.string()),
      createTime: timestamp.optional(),
      lastSignInTime: timestamp.optional(),
    }),
    allowance: z.object(allowanceFields),
    /** How long other owners may take over what counts for you, once you delete your account. Until then it stays. */
    handOverHours: z.number(),
    quotaRequest: quotaRequestReply.optional(),
    declinedRequest: declinedRequestReply.optional(),
    standing: standingReply.optional(),
    closing: closingReply.optional(),
    /** All that are not deleted, and of those that are the newest 200. */
    clusters: z.array(ownClusterReply),
    /** How many that you may read are deleted. Each of them is forgotten, whether it is listed or not. */
    deletedClusters: z.int(),
    invitations: z.array(
      z.object({
        direction: z.enum(['received', 'sent']),
        cluster: z.string(),
        role,
        /** Of who is invited. */
        email: z.string(),
        expireTime: timestamp,
      }),
    ),
    /** What made Hub doubt the account. */
    signals: z.array(z.object({ kind: z.string(), cluster: z.string().optional(), at: timestamp })),
    /** What you did, and what was done to you; of each the newest. */
    log: z.array(
      z.object({
        at: timestamp,
        by: z.enum(['you', 'hub', 'somebody else']),
        action: auditAction,
        target: z.string(),
        cluster: z.string().optional(),
        reason: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'OwnAccount', description: 'All that Hub holds of you.' });
export type OwnAccountReply = z.infer<typeof ownAccountReply>;

export const accountReply = z
  .object({
    uid: z.string(),
    /** Of who asks for more; else absent. */
    email: z.string().optional(),
    ...allowanceFields,
    quotaRequest: quotaRequestReply.optional(),
    declinedRequest: declinedRequestReply.optional(),
    /** Absent: it is good. */
    standing: standingReply.optional(),
    /** Present while it is being deleted. */
    closing: closingReply.optional(),
  })
  .meta({ id: 'Account', description: 'What a user has and may have.' });
export type AccountReply = z.infer<typeof accountReply>;

export const accountPage = z
  .object({ accounts: z.array(accountReply), nextPageToken: z.string().optional() })
  .meta({
    id: 'AccountPage',
    description: 'By uid. Only people who have had a cluster, or asked for one, have an account.',
  });
export type AccountPage = z.infer<typeof accountPage>;

const cellReply = z
  .object({
    id: z.string(),
    ...allowanceFields,
    /** Of the clusters, those that the cloud is making at the moment. */
    making: z.int(),
    maxMaking: z.int(),
    /** Where creations fail again and again, so that new clusters are made elsewhere. */
    openPlaces: z.array(
      z.object({
        /** A zone, or the region for clusters that span it. */
        location: z.string(),
        size: z.string(),
        /** What they fail with. */
        code: errorReplyCode.optional(),
        nextTryAt: timestamp,
        /** A cluster is being made there now, to see whether it works again. */
        probing: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Cell', description: 'What all users together have and may have.' });
export type CellReply = z.infer<typeof cellReply>;

export const cellList = z.object({ cells: z.array(cellReply) }).meta({ id: 'CellList' });
export type CellList = z.infer<typeof cellList>;

export const deadLetterReply = z
  .object({
    id: z.string(),
    /** Where it was published. */
    topic: z.string(),
    body: z.string(),
    /** A message can be replayed; a text is none of ours, and what looks like a secret in it is masked. */
    format: z.enum(['message', 'text']),
    deliveries: z.int(),
    publishedAt: timestamp.optional(),
    /** When it was given up. */
    diedAt: timestamp,
    /** The one that it names. */
    cluster: z.string().optional(),
    reason: z.string(),
    state: deadLetterState,
    /** Oldest first. */
    replays: z.array(z.object({ by: z.string(), reason: z.string(), at: timestamp })),
    dismissed: z.object({ by: z.string(), reason: z.string(), at: timestamp }).optional(),
  })
  .meta({
    id: 'DeadLetter',
    description: 'A message that was delivered several times without success, and then given up.',
  });
export type DeadLetterReply = z.infer<typeof deadLetterReply>;

export const deadLetterPage = z
  .object({ deadLetters: z.array(deadLetterReply), nextPageToken: z.string().optional() })
  .meta({ id: 'DeadLetterPage', description: 'Newest first.' });
export type DeadLetterPage = z.infer<typeof deadLetterPage>;

const auditReply = z
  .object({
    id: z.string(),
    at: timestamp,
    /** A uid; `hub` where Hub acted by a rule of its own. */
    actor: z.string(),
    action: auditAction,
    /** Path of the document that it was done to. */
    target: z.string(),
    cluster: z.string().optional(),
    subject: z.string().optional(),
    reason: z.string().optional(),
  })
  .meta({ id: 'AuditEntry', description: 'Something that somebody did.' });
export type AuditReply = z.infer<typeof auditReply>;

export const auditPage = z
  .object({ entries: z.array(auditReply), nextPageToken: z.string().optional() })
  .meta({ id: 'AuditPage' });

export const orphanReply = z
  .object({
    key: z.string(),
    kind: z.string(),
    name: z.string(),
    /** Zone, region, or `global`. */
    location: z.string(),
    /** The cluster it was made for, or is called after. */
    clusterId: z.string().optional(),
    /** Uid of who had that cluster last. */
    owner: z.string().optional(),
    /** When the cloud made it, where the cloud says. */
    createdAt: timestamp.optional(),
    foundAt: timestamp,
    hourlyPrice: money,
    /** Since it was found. */
    cost: money,
    /** `unproven`: nothing proves that it is Hub's, so Hub leaves it alone. */
    state: z.enum(['found', 'deleting', 'gone', 'unproven']),
    goneAt: timestamp.optional(),
    /** Why the last try to delete it did not work. */
    error: errorReply.optional(),
    /** An operator wants it gone at once. */
    asked: z.object({ by: z.string(), reason: z.string(), at: timestamp }).optional(),
  })
  .meta({ id: 'Orphan', description: 'Something in the cloud that no cluster of Hub’s claims.' });
export type OrphanReply = z.infer<typeof orphanReply>;

export const orphanPage = z
  .object({
    orphans: z.array(orphanReply),
    /** Found in the last seven days, gone or not. Each is a bug report. */
    foundThisWeek: z.int(),
    nextPageToken: z.string().optional(),
  })
  .meta({ id: 'OrphanPage', description: 'Newest first.' });
export type OrphanPage = z.infer<typeof orphanPage>;

export const poolReply = z
  .object({
    id: z.string(),
    ...specFields,
    wanted: z.int(),
    maxLossesPerHour: z.int(),
    maxLossPerDay: money,
    /** Too much was lost: until then nothing is made, and then one spare at a time, until one is ready. */
    pause: z
      .object({ reason: openName('What was lost', ['failures', 'money']), untilAt: timestamp })
      .optional(),
    /** What was found and decided last, and why. */
    lastPlan: z
      .object({
        at: timestamp,
        warm: z.int(),
        inTheMaking: z.int(),
        /** Why fewer are made than are missing. */
        held: z.string().optional(),
        actions: z.array(
          z.object({
            action: openName('What was decided', ['create', 'delete']),
            reason: z.string(),
            cluster: z.string(),
          }),
        ),
      })
      .optional(),
  })
  .meta({ id: 'Pool' });
export type PoolReply = z.infer<typeof poolReply>;

export const poolList = z.object({ pools: z.array(poolReply) }).meta({ id: 'PoolList' });

export const healthReply = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });

const componentReply = z.object({
  status: health,
  since: timestamp,
  message: z.string().meta({ description: 'What it means to people.' }),
});

/** How Hub is, as everybody may know it. */
export const statusReply = z
  .object({
    status: health,
    components: z.object(
      Object.fromEntries(COMPONENTS.map((component) => [component, componentReply])) as Record<
        Component,
        typeof componentReply
      >,
    ),
    readySeconds: z
      .object({ p50: z.number(), p95: z.number() })
      .nullable()
      .meta({ description: 'From the request until ready, over the last hours; null if none became ready.' }),
    overdueSeconds: z.number(),
    deadLetters: z.number(),
    orphans: z.number(),
    stuck: z.number(),
    signIn: z
      .object({ ways: z.array(z.string()), open: z.boolean() })
      .optional()
      .meta({ description: 'How people get in, and whether anybody may make an account.' }),
    updateTime: timestamp.meta({ description: 'When any of it last changed.' }),
  })
  .meta({ id: 'Status' });
export type StatusReply = z.infer<typeof statusReply>;
