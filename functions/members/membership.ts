/** What a cluster's document says of its members after a change of one. Pure. */

import { type Cluster, type Role, roleOf } from '../../shared/documents/cluster.ts';
import { AppError } from '../../shared/errors.ts';
import { isFinal } from '../../shared/lifecycle/derive.ts';
import { MAX_MEMBERS } from '../../shared/limits.ts';
import type { Change } from '../dispatch/commands.ts';

interface NewMember {
  uid: string;
  /** Verified; see `emailAddress`. */
  email: string;
  role: Role;
}

/**
 * A member more, or one with another role. An address is one person's: whoever had it here before is replaced by who has it now.
 * @param invited how many others are invited
 * @returns undefined if nothing is to change
 * @throws AppError OWNER_PAYS, LAST_OWNER, TOO_MANY_MEMBERS
 */
export function withMember(
  cluster: Cluster,
  { uid, email, role }: NewMember,
  invited = 0,
): Change | undefined {
  const others = uidsOf(cluster, email).filter((other) => other !== uid);
  const isSame = roleOf(cluster, uid) === role && emailOf(cluster, uid) === email;
  if (isSame && others.length === 0) return undefined;
  const members = { ...without(cluster.members, others), [uid]: role };
  const emails = { ...without(cluster.emails, others), [uid]: email };
  const count = Object.keys(members).length;
  if (count > Object.keys(cluster.members).length && count + invited > MAX_MEMBERS)
    throw new AppError('TOO_MANY_MEMBERS');
  return changeTo(cluster, members, emails, `${email} ${MAY[role]}.`, uid);
}

const MAY: Record<Role, string> = {
  viewer: 'may now view it',
  editor: 'may now edit it',
  owner: 'owns it too',
};

/**
 * @returns undefined if nobody has this address here
 * @throws AppError OWNER_PAYS, LAST_OWNER
 */
export function withoutMember(cluster: Cluster, email: string): Change | undefined {
  const uids = uidsOf(cluster, email);
  if (uids.length === 0) return undefined;
  const members = without(cluster.members, uids);
  const emails = without(cluster.emails, uids);
  return changeTo(cluster, members, emails, `${email} can no longer use it.`, uids[0]);
}

/** Empty for one who was a member before addresses were kept. */
export const emailOf = ({ emails }: Pick<Cluster, 'emails'>, uid: string): string =>
  (Object.hasOwn(emails, uid) && emails[uid]) || '';

/** One at most, but for what was written by hand. */
export const uidsOf = ({ members, emails }: Pick<Cluster, 'members' | 'emails'>, email: string): string[] =>
  Object.keys(members).filter((uid) => emailOf({ emails }, uid) === email);

function changeTo(
  cluster: Cluster,
  members: Cluster['members'],
  emails: Cluster['emails'],
  note: string,
  subject: string | undefined,
): Change {
  const reason = whatChanged(cluster.members, members, subject);
  if (mayDelete(cluster, cluster.members) && !mayDelete(cluster, members)) throw new AppError('OWNER_PAYS');
  if (!Object.values(members).includes('owner')) throw new AppError('LAST_OWNER');
  return {
    patch: {
      members,
      emails,
      readers: Object.keys(members),
      ...(cluster.offeredTo !== undefined &&
        roleOf({ members }, cluster.offeredTo) !== 'owner' && { offeredTo: undefined }),
    },
    note,
    ...(subject !== undefined && { subject }),
    reason,
  };
}

/** Of everybody who is more, less or otherwise now, by uid; of whom it is about without, for the entry names them. */
function whatChanged(
  before: Cluster['members'],
  after: Cluster['members'],
  subject: string | undefined,
): string {
  const uids = Object.keys({ ...before, ...after }).filter(
    (uid) => uid === subject || wordFor(before, uid) !== wordFor(after, uid),
  );
  return uids
    .sort((a, b) => Number(b === subject) - Number(a === subject))
    .map((uid) => {
      const [was, is] = [wordFor(before, uid), wordFor(after, uid)];
      const step = was === is ? `${is} with another address` : `${was} → ${is}`;
      return uid === subject ? step : `${uid}: ${step}`;
    })
    .join('; ');
}

const wordFor = (members: Cluster['members'], uid: string): Role | 'no member' =>
  roleOf({ members }, uid) ?? 'no member';

/** Whether whoever it counts for can make an end of that. Nobody is to pay for what they can neither see nor delete. */
const mayDelete = ({ state, owner }: Cluster, members: Cluster['members']): boolean =>
  owner !== undefined && !isFinal(state) && roleOf({ members }, owner) === 'owner';

const without = <T>(map: Record<string, T>, keys: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
