/** What becomes of each cluster when somebody's account is deleted: what is shown before is what is done. Pure. */
import { createHash } from 'node:crypto';
import type { OwnClusterReply } from '../../shared/api.ts';
import { type Allowance, accountPath, DELETED_ACCOUNT } from '../../shared/documents/account.ts';
import { type Cluster, type ClusterPatch, type Liability, roleOf } from '../../shared/documents/cluster.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { ENDING, isFinal } from '../../shared/lifecycle/derive.ts';
import { type Limits, planAdmission } from '../accounts/admission.ts';
import { type DocumentData, Increment, type Snapshot, type Write } from '../cloud.ts';
import type { Change } from '../dispatch/commands.ts';

type Fate = OwnClusterReply['whenDeleted'];

export type Whose = Pick<Cluster, 'state' | 'owner' | 'members' | 'liability'>;

/** What their fate depends on besides the clusters. */
export interface Around {
  /** By uid: the account that is deleted, and those of `candidatesOf`. Of whom nothing was ever counted there is none. */
  accounts: ReadonlyMap<string, Snapshot<Allowance>>;
  /** Of accounts of which no operator said otherwise. */
  limits: Limits;
}

export interface Planned {
  cluster: Cluster;
  fate: Fate;
  /** Who has it afterwards, if it is handed over. */
  heir?: string;
}

/** One after the other in this order: what is handed over takes of its heir's room, so that together they have no more than they may. */
export function planFates(
  clusters: readonly Cluster[],
  uid: string,
  { accounts, limits }: Around,
): Planned[] {
  const counted = new Map([...accounts].map(([one, { data }]) => [one, data]));
  const isDoubted = counted.get(uid)?.standing !== undefined;
  return clusters.map((cluster) => {
    const heir = isDoubted ? undefined : heirOf(cluster, uid, counted, limits);
    if (heir === undefined) return { cluster, fate: fateWithoutHeir(cluster, uid) };
    if (cluster.liability) counted.set(heir, withMore(counted.get(heir), cluster.liability));
    return { cluster, fate: 'handed-over', heir };
  });
}

function fateWithoutHeir(cluster: Whose, uid: string): Fate {
  if (isFinal(cluster.state)) return 'forgotten';
  const isLast = roleOf(cluster, uid) === 'owner' && otherOwners(cluster, uid).length === 0;
  return isLast || cluster.owner === uid ? 'deleted' : 'left';
}

/** Of several the first by uid, so that everybody says the same one. */
const heirOf = (
  cluster: Whose,
  uid: string,
  counted: ReadonlyMap<string, Allowance>,
  limits: Limits,
): string | undefined =>
  candidatesOf(cluster, uid).find((other) => mayHave(cluster, counted.get(other), limits));

/** Who might have it afterwards, as far as the cluster itself tells. */
export const candidatesOf = (cluster: Whose, uid: string): string[] =>
  cluster.owner === uid && !ENDING.has(cluster.state) ? otherOwners(cluster, uid) : [];

const otherOwners = ({ members }: Whose, uid: string): string[] =>
  Object.keys(members)
    .filter((other) => other !== uid && members[other] === 'owner')
    .sort();

/** Nobody is made to pay for what they have no room for, and no doubtful account comes by more. What waits in the queue holds nothing yet. */
export function mayHave({ liability }: Whose, account: Allowance | undefined, limits: Limits): boolean {
  if (account?.standing || account?.closing) return false;
  return !liability || planAdmission(account, limits, liability.hourlyMicros, 'account') === undefined;
}

const withMore = (account: Allowance | undefined, { clusters, hourlyMicros }: Liability): Allowance => ({
  schema: DOCUMENT_SCHEMA,
  ...account,
  clusters: (account?.clusters ?? 0) + clusters,
  hourlyMicros: (account?.hourlyMicros ?? 0) + hourlyMicros,
});

/** Changes with what would become of their clusters, and with nothing else. */
export function versionOf(planned: readonly Planned[]): string {
  const lines = planned.map(({ cluster, fate }) => `${cluster.id} ${fate}`).sort();
  return createHash('sha256').update(lines.join('\n')).digest('base64url').slice(0, 22);
}

/** Whether the cluster says anything of them. */
const names = ({ owner, offeredTo, members, emails, readers }: Cluster, uid: string): boolean =>
  owner === uid ||
  offeredTo === uid ||
  Object.hasOwn(members, uid) ||
  Object.hasOwn(emails, uid) ||
  readers.some((reader) => reader === uid);

/**
 * The cluster without them: with no owner if it is deleted, else with another one.
 * @param planned as the cluster and the accounts are now
 * @param sent invitations to it that are theirs: whoever may share until the end is taken at their word, without their name
 * @returns undefined if there is nothing to change, or it has to be deleted first
 */
export function withoutAccount(
  { cluster, fate, heir }: Planned,
  uid: string,
  accounts: Around['accounts'],
  sent: readonly Snapshot[],
): Change | undefined {
  if (fate === 'deleted' || !names(cluster, uid)) return undefined;
  const left = {
    members: without(cluster.members, uid),
    emails: without(cluster.emails, uid),
    readers: cluster.readers.filter((reader) => reader !== uid),
    // An offer of theirs, or to them.
    ...([cluster.owner, cluster.offeredTo].includes(uid) && { offeredTo: undefined }),
  };
  const invited = fate !== 'forgotten' && roleOf(cluster, uid) === 'owner' ? sent.map(withoutHost) : [];
  if (heir === undefined) {
    // Its name was theirs to choose, and may be one of theirs.
    const nobodys: ClusterPatch = cluster.owner === uid ? { owner: undefined, name: 'deleted' } : {};
    const note = 'A member deleted their account and can no longer use it.';
    return { patch: { ...left, ...nobodys }, note, subject: uid, reason: 'account deleted', also: invited };
  }
  return {
    patch: { ...left, owner: heir },
    note: 'Its owner deleted their account; another owner has taken it over.',
    subject: uid,
    // For whom it counts from here on is evidence of who pays.
    reason: `account deleted; charged to ${heir} now`,
    also: [...invited, ...handOver(cluster, uid, heir, accounts.get(heir))],
  };
}

const withoutHost = ({ path, version }: Snapshot): Write => ({
  op: 'update',
  path,
  data: { invitedBy: DELETED_ACCOUNT },
  ifVersion: version,
});

/** What the cluster holds counts for its new owner, on the condition that their account is as it was when room was found in it. */
export function handOver(
  { liability }: Cluster,
  from: string,
  to: string,
  account: Snapshot<Allowance> | undefined,
): Write[] {
  if (!liability) return [];
  const { clusters, hourlyMicros } = liability;
  const more = { clusters: new Increment(clusters), hourlyMicros: new Increment(hourlyMicros) };
  const less = { clusters: new Increment(-clusters), hourlyMicros: new Increment(-hourlyMicros) };
  const fresh: Allowance = { schema: DOCUMENT_SCHEMA, clusters, hourlyMicros };
  return [
    { op: 'update', path: accountPath(from), data: less },
    account
      ? { op: 'update', path: accountPath(to), data: more, ifVersion: account.version }
      : { op: 'create', path: accountPath(to), data: fresh as DocumentData },
  ];
}

const without = <T>(map: Record<string, T>, key: string): Record<string, T> =>
  Object.fromEntries(Object.entries(map).filter(([other]) => other !== key));
