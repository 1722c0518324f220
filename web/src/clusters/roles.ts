/** What members may: in words, and about each other. */
import type { Cluster, Role } from '../../../shared/documents/cluster.ts';

export const ROLES: readonly (readonly [role: Role, label: string])[] = [
  ['viewer', 'Viewer: can look'],
  ['editor', 'Editor: can work'],
  ['owner', 'Owner: can also share and delete'],
];

export const A: Readonly<Record<Role, string>> = {
  viewer: 'a viewer',
  editor: 'an editor',
  owner: 'an owner',
};

/** What comes of it that somebody is an owner no more, who could make keys for anybody. */
export const AFTER_AN_OWNER =
  'Pachyderm restarts, and everybody is signed out of it: members sign in again, robots need new tokens.';

/** What is asked before somebody has that role; undefined: it takes nothing from anybody, and can be taken back. */
export function questionOf(
  email: string,
  from: Role,
  to: Role,
  isSelf: boolean,
): { title: string; action: string; meaning: string } | undefined {
  if (from === to) return undefined;
  if (to === 'owner')
    return {
      title: isSelf ? 'Become an owner?' : `Make ${email} an owner?`,
      action: isSelf ? 'Become an owner' : 'Make an owner',
      meaning:
        'An owner decides who may use the cluster, can delete it, and can change the role of every owner except the one who pays.',
    };
  if (isSelf)
    return {
      title: from === 'owner' ? 'Stop being an owner?' : `Become ${A[to]}?`,
      action: `Become ${A[to]}`,
      meaning: `You can no longer share or delete the cluster. Only an owner can change that back.${from === 'owner' ? ` ${AFTER_AN_OWNER}` : ''}`,
    };
  if (from === 'owner')
    return {
      title: `Make ${email} ${A[to]}?`,
      action: `Make ${A[to]}`,
      meaning: `They will no longer be an owner: they can no longer share or delete the cluster. ${AFTER_AN_OWNER}`,
    };
  return undefined;
}

/** What an owner may do about for whom a cluster counts. */
export type Deed = 'offer' | 'withdraw' | 'accept';

/**
 * @param uid of the owner who looks
 * @returns what they may do about this member; undefined: nothing
 */
export function deedOf(
  { owner, offeredTo, handOverUntilAt }: Pick<Cluster, 'owner' | 'offeredTo' | 'handOverUntilAt'>,
  {
    uid: of,
    role,
    email,
    pending,
  }: { uid?: string | undefined; role: Role; email: string; pending: boolean },
  uid: string,
): Deed | undefined {
  // It counts for owners alone, who are named by their address; and it counts for that one already.
  if (pending || of === undefined || role !== 'owner' || of === owner || email === '') return undefined;
  const isOffered = of === offeredTo;
  if (uid === owner) return isOffered ? 'withdraw' : 'offer';
  // Who pays for it is leaving: any of them may.
  return (isOffered || handOverUntilAt !== undefined) && of === uid ? 'accept' : undefined;
}
