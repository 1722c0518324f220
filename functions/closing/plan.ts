/** What becomes of each cluster when somebody's account is deleted: what is shown before is what is done. Pure. */
import { createHash } from 'node:crypto';
import type { OwnClusterReply } from '../../shared/api/account.ts';
import { type Allowance, DELETED_ACCOUNT } from '../../shared/documents/account.ts';
import { type Cluster, type ClusterPatch, roleOf } from '../../shared/documents/cluster.ts';
import { ENDING, isFinal } from '../../shared/lifecycle/derive.ts';
import { isSuspended } from '../../shared/standing.ts';
import { HUB } from '../audit.ts';
import type { Snapshot, Write } from '../cloud.ts';
import type { Change } from '../dispatch/commands.ts';

export type Fate = OwnClusterReply['whenDeleted'];

type Whose = Pick<Cluster, 'state' | 'owner' | 'members' | 'handOverUntilAt'>;

export interface Planned {
  cluster: Cluster;
  fate: Fate;
}

/**
 * Until when the other owners of what somebody pays for may take it over.
 * @param handOverMs of the configuration
 * @param now ms since the epoch, for whoever has not asked yet
 */
export const handOverUntil = (account: Allowance | undefined, handOverMs: number, now: number): Date =>
  account?.closing?.waitsUntilAt ?? new Date((account?.closing?.since.getTime() ?? now) + handOverMs);

/**
 * Whether more is offered to other owners. An account that Hub doubts offers nothing: what it is doubted for would go on.
 * @param now ms since the epoch
 */
export const mayOffer = (account: Allowance | undefined, handOverMs: number, now: number): boolean =>
  account?.standing === undefined && now < handOverUntil(account, handOverMs, now).getTime();

/** What its other owners were told holds, whatever comes to be thought of who told them. @param now ms since the epoch */
export const isPromised = ({ handOverUntilAt }: Pick<Cluster, 'handOverUntilAt'>, now: number): boolean =>
  handOverUntilAt !== undefined && now < handOverUntilAt.getTime();

/** An operator's word, which no rule has and which they may take back, is that nobody may have what this account made: it stays until its time. */
export const isWithheld = (account: Allowance | undefined): boolean =>
  isSuspended(account?.standing) && account?.standing?.by !== HUB;

/** @param isOffering whether what nobody was told of yet may be offered */
export const planFates = (
  clusters: readonly Cluster[],
  uid: string,
  isOffering: boolean,
  now: number,
): Planned[] => clusters.map((cluster) => ({ cluster, fate: fateOf(cluster, uid, isOffering, now) }));

export function fateOf(cluster: Whose, uid: string, isOffering: boolean, now: number): Fate {
  if (isFinal(cluster.state)) return 'forgotten';
  const isLast = roleOf(cluster, uid) === 'owner' && !hasOtherOwner(cluster, uid);
  if (cluster.owner !== uid) return isLast ? 'deleted' : 'left';
  // Nobody comes to pay for it who has not said so.
  const isOffered = isOffering || isPromised(cluster, now);
  return isOffered && hasOtherOwner(cluster, uid) && !ENDING.has(cluster.state) ? 'offered' : 'deleted';
}

const hasOtherOwner = ({ members }: Whose, uid: string): boolean =>
  Object.keys(members).some((other) => other !== uid && members[other] === 'owner');

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
 * All its members are told, and any other owner may take it over until then.
 * @returns undefined if they are told already
 */
export function offerToOwners({ handOverUntilAt }: Cluster, until: Date): Change | undefined {
  if (handOverUntilAt !== undefined) return undefined;
  return {
    patch: { handOverUntilAt: until, offeredTo: undefined },
    note: `The person who pays for it is deleting their account. It will be deleted at ${minuteOf(until)} UTC unless another owner takes it over.`,
    action: 'transfer',
    reason: 'account deleted; offered to its other owners',
  };
}

const minuteOf = (at: Date): string => at.toISOString().slice(0, 16).replace('T', ' ');

/**
 * The cluster without them: with no owner if it is deleted.
 * @param planned as the cluster is now
 * @param sent invitations to it that are theirs: whoever may share until the end is taken at their word, without their name
 * @returns undefined if there is nothing to change, or it has to be deleted or taken over first
 */
export function withoutAccount(
  { cluster, fate }: Planned,
  uid: string,
  sent: readonly Snapshot[],
): Change | undefined {
  if (fate === 'deleted' || fate === 'offered' || !names(cluster, uid)) return undefined;
  const left = {
    members: without(cluster.members, uid),
    emails: without(cluster.emails, uid),
    readers: cluster.readers.filter((reader) => reader !== uid),
    // An offer of theirs, or to them.
    ...([cluster.owner, cluster.offeredTo].includes(uid) && { offeredTo: undefined }),
  };
  const invited = fate !== 'forgotten' && roleOf(cluster, uid) === 'owner' ? sent.map(withoutHost) : [];
  // Its name was theirs to choose, and may be one of theirs.
  const nobodys: ClusterPatch =
    cluster.owner === uid ? { owner: undefined, name: 'deleted', handOverUntilAt: undefined } : {};
  const note = 'A member deleted their account and can no longer use it.';
  return { patch: { ...left, ...nobodys }, note, subject: uid, reason: 'account deleted', also: invited };
}

const withoutHost = ({ path, version }: Snapshot): Write => ({
  op: 'update',
  path,
  data: { invitedBy: DELETED_ACCOUNT },
  ifVersion: version,
});

const without = <T>(map: Record<string, T>, key: string): Record<string, T> =>
  Object.fromEntries(Object.entries(map).filter(([other]) => other !== key));
