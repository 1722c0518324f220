/**
 * What the lines of the audit log say has become of clusters, accounts and pools since some moment: what a database that was set back to
 * that moment does not know. Pure. The lines are those of `audit.ts`; the words of changed members are those of `membership.ts`.
 */
import { z } from 'zod';
import { type AuditAction, auditDocument } from '../../shared/documents/audit.ts';
import { type Role, role } from '../../shared/documents/cluster.ts';
import { hours } from '../../shared/units.ts';

/**
 * A line as the log keeps it: what an entry of the audit log says, the path of the document that it was done to by another name, and of a change
 * of a cluster its epoch. Lines of a Hub of before lack that.
 */
export const auditLine = z
  .object({ at: z.coerce.date(), resource: z.string(), epoch: z.number().int().optional() })
  .and(auditDocument.pick({ actor: true, action: true, cluster: true, subject: true, reason: true }));
export type AuditLine = z.infer<typeof auditLine>;

export interface Invited {
  by: string;
  role: Role;
  at: Date;
}

/** What became of one cluster, the last word of each kind. */
export interface ClusterSince {
  /** Who asked for it. */
  askedBy?: string;
  /** The spare was handed to somebody. */
  claim?: { by: string; at: Date; ttlHours?: number };
  expiry?: { at: Date; ttlHours: number };
  payer?: { uid: string; at: Date };
  /** Who is something else now, by uid; `undefined`: no member any more. */
  roles: Map<string, Role | undefined>;
  /** Who came by an invitation, which is spent, and when. */
  arrived: Map<string, Date>;
  /** By path: what was said of an invitation last. */
  invitations: Map<string, Invited | 'withdrawn'>;
  deletedBy?: string;
  /** What only people can do again. */
  unclear: string[];
}

interface Said {
  at: Date;
  by: string;
  reason: string;
}

export interface AccountSince {
  standing?: Said & { state: 'good' | 'throttled' | 'suspended' };
  limits?: z.infer<typeof limits>;
  closing?: Said & { isOver: boolean };
  unclear: string[];
}

export interface PoolSince {
  wanted: number;
  shape: string;
}

/** By the id of the cluster, the uid of the account, the path of the pool. */
interface Since {
  clusters: Map<string, ClusterSince>;
  accounts: Map<string, AccountSince>;
  pools: Map<string, PoolSince>;
}

/** @param lines in the order in which they were written */
export function whatHappened(lines: readonly AuditLine[]): Since {
  const since: Since = { clusters: new Map(), accounts: new Map(), pools: new Map() };
  for (const line of inOrder(lines)) {
    const ofCluster = isOneOf(OF_CLUSTERS, line.action) ? OF_CLUSTERS[line.action] : undefined;
    const ofAccount = isOneOf(OF_ACCOUNTS, line.action) ? OF_ACCOUNTS[line.action] : undefined;
    const { cluster, subject, resource } = line;
    if (ofCluster && cluster !== undefined)
      ofCluster(entryIn(since.clusters, cluster, nothingOfCluster), line);
    if (ofAccount && subject !== undefined)
      ofAccount(entryIn(since.accounts, subject, nothingOfAccount), line);
    const pool = line.action === 'set-pool' && POOL.exec(line.reason ?? '');
    if (pool) since.pools.set(resource, { wanted: Number(pool[1]), shape: pool[2] ?? '' });
  }
  return since;
}

/** Those of changes of one cluster trade places, so that they come as the changes did: two instances may have told theirs the other way round. */
function inOrder(lines: readonly AuditLine[]): AuditLine[] {
  const ordered = [...lines];
  const places = new Map<string, number[]>();
  for (const [place, { cluster, epoch }] of lines.entries())
    if (cluster !== undefined && epoch !== undefined) entryIn(places, cluster, () => []).push(place);
  for (const of of places.values()) {
    const sorted = of.flatMap((place) => lines[place] ?? []).sort((a, b) => (a.epoch ?? 0) - (b.epoch ?? 0));
    for (const [index, line] of sorted.entries()) ordered[of[index] ?? 0] = line;
  }
  return ordered;
}

const nothingOfCluster = (): ClusterSince => ({
  roles: new Map(),
  arrived: new Map(),
  invitations: new Map(),
  unclear: [],
});
const nothingOfAccount = (): AccountSince => ({ unclear: [] });

function entryIn<T>(map: Map<string, T>, key: string, fresh: () => T): T {
  const known = map.get(key) ?? fresh();
  map.set(key, known);
  return known;
}

const isOneOf = <T extends object>(table: T, action: string): action is Extract<keyof T, string> =>
  Object.hasOwn(table, action);

type OfCluster = (since: ClusterSince, line: AuditLine) => void;

const OF_CLUSTERS: Partial<Record<AuditAction, OfCluster>> = {
  create(since, { actor }) {
    since.askedBy = actor;
  },
  claim(since, { actor, at, reason = '' }) {
    const ttlHours = LIFETIME.exec(reason)?.[1];
    since.claim = { by: actor, at, ...(ttlHours !== undefined && { ttlHours: Number(ttlHours) }) };
  },
  extend(since, line) {
    const end = new Date(END.exec(line.reason ?? '')?.[1] ?? Number.NaN);
    const ttlHours = Math.max(1, Math.round((end.getTime() - line.at.getTime()) / hours(1)));
    if (Number.isNaN(end.getTime())) since.unclear.push(wordsOf(line));
    else since.expiry = { at: end, ttlHours };
  },
  transfer(since, { at, reason = '' }) {
    const uid = PAYER.exec(reason)?.[1];
    // An offer can be made again, and costs nobody anything.
    if (uid !== undefined) since.payer = { uid, at };
  },
  share(since, line) {
    const { subject, actor } = line;
    const reason = line.reason ?? '';
    if (subject !== undefined && reason === LEFT_HUB) return void since.roles.set(subject, undefined);
    const changes = reason.replace(INVITED_BY, '').split('; ').map(changeIn);
    const isClear = changes.every((change) => {
      const uid = change?.uid ?? subject;
      // Two instances may have told their lines the other way round.
      return uid !== undefined && change && (!since.roles.has(uid) || since.roles.get(uid) === change.was);
    });
    if (!isClear) return void since.unclear.push(wordsOf(line));
    for (const change of changes) {
      const uid = change?.uid ?? subject;
      if (uid !== undefined) since.roles.set(uid, change?.is);
    }
    if (INVITED_BY.test(reason)) since.arrived.set(actor, line.at);
  },
  invite(since, line) {
    const wanted = role.safeParse(line.reason);
    if (line.subject === undefined || !wanted.success) since.unclear.push(wordsOf(line));
    else since.invitations.set(line.subject, { by: line.actor, role: wanted.data, at: line.at });
  },
  'withdraw-invitation'(since, { subject }) {
    if (subject !== undefined) since.invitations.set(subject, 'withdrawn');
  },
  retry: (since, line) => void since.unclear.push(wordsOf(line)),
  delete(since, { actor }) {
    since.deletedBy = actor;
  },
};

const closes =
  (isOver: boolean) =>
  (since: AccountSince, { at, actor, reason = '' }: AuditLine): void => {
    since.closing = { at, by: actor, reason, ...since.closing, isOver };
  };
const stands =
  (state: 'good' | 'throttled' | 'suspended') =>
  (since: AccountSince, { at, actor, reason = '' }: AuditLine): void => {
    since.standing = { at, by: actor, reason, state };
  };

const OF_ACCOUNTS: Partial<Record<AuditAction, (since: AccountSince, line: AuditLine) => void>> = {
  throttle: stands('throttled'),
  suspend: stands('suspended'),
  restore: stands('good'),
  'set-limits'(since, line) {
    const given = limits.safeParse(jsonIn(line.reason));
    if (given.success) since.limits = { ...since.limits, ...given.data };
    else since.unclear.push(wordsOf(line));
  },
  'delete-account': closes(false),
  'close-account': closes(true),
};

const POOL = /^wants (\d+) of (\S+)$/;
const LIFETIME = /^for (\d+) h$/;
const END = /^until (\S+)$/;
const PAYER = /^charged to (.+) now, not to /;
const LEFT_HUB = 'account deleted';
const INVITED_BY = /, invited by .+$/;
const CHANGE =
  /^(?:(.+): )?(?:(viewer|editor|owner) with another address|(viewer|editor|owner|no member) → (viewer|editor|owner|no member))$/;

const limits = z.object({
  maxClusters: z.number().int().nonnegative().optional(),
  maxHourlyMicros: z.number().int().nonnegative().optional(),
});

interface RoleChange {
  uid: string | undefined;
  was: Role | undefined;
  is: Role | undefined;
}

function changeIn(words: string): RoleChange | undefined {
  const found = CHANGE.exec(words);
  if (!found) return undefined;
  const [, uid, stays, was, becomes] = found;
  return { uid, was: role.safeParse(stays ?? was).data, is: role.safeParse(stays ?? becomes).data };
}

function jsonIn(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

const wordsOf = ({ at, actor, action, reason }: AuditLine): string =>
  `${at.toISOString()} ${actor}: ${action}${reason === undefined ? '' : ` (${reason})`}`;
