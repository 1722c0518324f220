/** What becomes of each cluster when somebody's account is deleted: what is shown before is what is done. Pure. */
import { createHash } from 'node:crypto';
import type { OwnClusterReply } from '../../shared/api.ts';
import { type Allowance, accountPath } from '../../shared/documents/account.ts';
import type { Cluster, ClusterPatch } from '../../shared/documents/cluster.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import { isFinal } from '../../shared/lifecycle/derive.ts';
import { type DocumentData, Increment, type Snapshot, type Write } from '../cloud.ts';
import type { Change } from '../dispatch/commands.ts';

type Fate = OwnClusterReply['whenDeleted'];

type Whose = Pick<Cluster, 'state' | 'owner' | 'members'>;

export function fateOf(cluster: Whose, uid: string): Fate {
  if (isFinal(cluster.state)) return 'forgotten';
  const isOwner = cluster.owner === uid || roleOf(cluster, uid) === 'owner';
  if (isOwner && heirOf(cluster, uid) === undefined) return 'deleted';
  return cluster.owner === uid ? 'handed-over' : 'left';
}

/** A uid may be any string, so it must not find what every object inherits. */
export const roleOf = ({ members }: Pick<Cluster, 'members'>, uid: string) =>
  Object.hasOwn(members, uid) ? members[uid] : undefined;

/** The other owner who has it afterwards: of several the first by uid, so that everybody says the same one. */
const heirOf = ({ members }: Whose, uid: string): string | undefined =>
  Object.keys(members)
    .filter((other) => other !== uid && members[other] === 'owner')
    .sort()[0];

/** Changes with what would become of their clusters, and with nothing else. */
export function versionOf(clusters: readonly Cluster[], uid: string): string {
  const lines = clusters.map((cluster) => `${cluster.id} ${fateOf(cluster, uid)}`).sort();
  return createHash('sha256').update(lines.join('\n')).digest('base64url').slice(0, 22);
}

/** Whether the cluster says anything of them. */
const names = ({ owner, members, emails, readers }: Cluster, uid: string): boolean =>
  owner === uid ||
  Object.hasOwn(members, uid) ||
  Object.hasOwn(emails, uid) ||
  readers.some((reader) => reader === uid);

/**
 * The cluster without them: with no owner if it is deleted, else with another one.
 * @param accountOf reads an account
 * @returns undefined if there is nothing to change, or it has to be deleted first
 */
export async function withoutAccount(
  cluster: Cluster,
  uid: string,
  accountOf: (uid: string) => Promise<Snapshot<Allowance> | undefined>,
): Promise<Change | undefined> {
  const fate = fateOf(cluster, uid);
  if (fate === 'deleted' || !names(cluster, uid)) return undefined;
  const left = {
    members: without(cluster.members, uid),
    emails: without(cluster.emails, uid),
    readers: cluster.readers.filter((reader) => reader !== uid),
  };
  const heir = heirOf(cluster, uid);
  if (fate !== 'handed-over' || heir === undefined) {
    // Its name was theirs to choose, and may be one of theirs.
    const nobodys: ClusterPatch = cluster.owner === uid ? { owner: undefined, name: 'deleted' } : {};
    const note = 'Somebody who deleted their account may not use it any more.';
    return { patch: { ...left, ...nobodys }, note, subject: uid };
  }
  return {
    patch: { ...left, owner: heir },
    note: 'Whose it was has deleted their account; another of its owners has it now.',
    subject: uid,
    also: handOver(cluster, uid, heir, await accountOf(heir)),
  };
}

/** What the cluster holds counts for its new owner, even if that is more than they may have: it takes nothing away from anybody. */
function handOver(
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
      ? { op: 'update', path: accountPath(to), data: more }
      : { op: 'create', path: accountPath(to), data: fresh as DocumentData },
  ];
}

const without = <T>(map: Record<string, T>, key: string): Record<string, T> =>
  Object.fromEntries(Object.entries(map).filter(([other]) => other !== key));
