/** The members of a cluster. A change is written, and told to the application by the lifecycle: nobody waits here for that. */
import { clusterReply } from '../../shared/api/clusters.ts';
import { type MemberReply, memberList, putMemberBody } from '../../shared/api/members.ts';
import type { Cluster, Role } from '../../shared/documents/cluster.ts';
import { AppError } from '../../shared/errors.ts';
import { requireCalm } from '../accounts/creations.ts';
import { requireGoodAccount } from '../accounts/standing.ts';
import { type Change, command } from '../dispatch/commands.ts';
import { tellAddress } from '../members/address.ts';
import { invite, pathOfInvitation, pendingInvitations, withdrawInvitation } from '../members/invitations.ts';
import { emailOf, uidsOf, withMember, withoutMember } from '../members/membership.ts';
import { findEmail } from '../tokens.ts';
import { type Call, type Endpoint, endpoint, type Reply } from './endpoint.ts';
import { toOffer, toReply } from './reply.ts';
import { accepted, requireCluster, SENT_WHEN_ACCEPTED } from './require-cluster.ts';

const list = endpoint({
  name: 'GET /v1/clusters/{id}/members',
  summary: 'Who may use a cluster, and who is invited.',
  status: 200,
  reply: memberList,
  async handle(call) {
    const { cluster } = await requireCluster(call);
    const there = Object.entries(cluster.members).map(
      ([uid, role]): MemberReply => ({
        email: emailOf(cluster, uid),
        role,
        uid,
        pending: false,
        ...payingOf(cluster, uid),
      }),
    );
    const invited = (await pendingInvitations(call.ports, cluster)).map(
      ({ email, role, expiresAt }): MemberReply => ({
        email,
        role,
        pending: true,
        expiresAt: expiresAt.toISOString(),
      }),
    );
    return { body: { members: [...there, ...invited].sort(byEmail) } };
  },
});

function payingOf(cluster: Cluster, uid: string): Pick<MemberReply, 'paying'> {
  if (cluster.owner === uid) return { paying: 'pays' };
  return toOffer(cluster).offeredTo === uid ? { paying: 'asked' } : {};
}

const byEmail = (a: MemberReply, b: MemberReply): number =>
  a.email < b.email ? -1 : Number(a.email > b.email);

const put = endpoint({
  name: 'PUT /v1/clusters/{id}/members/{email}',
  summary:
    'Invite somebody to a cluster, or change what a member may do. Whoever is invited becomes a member when they next come to Hub with that address, verified, within 30 days. The reply is the same whether or not they have an account.',
  status: 202,
  reply: clusterReply,
  sends: SENT_WHEN_ACCEPTED,
  refuses: [
    'OWNER_ONLY',
    'ACCOUNT_CLOSING',
    'ACCOUNT_SUSPENDED',
    'OWNER_PAYS',
    'LAST_OWNER',
    'TOO_MANY_MEMBERS',
    'NOT_ACCEPTED_IN_STATE',
    'CONFLICT',
  ],
  body: putMemberBody,
  async handle(call) {
    const { ports, email, principal, body } = call;
    const { cluster } = await requireCluster(call);
    await requireGoodAccount(ports, principal().uid, 'use');
    const pending = await pendingInvitations(ports, cluster);
    await requireCalm(ports, cluster.id);
    const member = await memberOf(call, cluster);
    if (member === undefined) {
      await invite(ports, cluster, { email, role: body.role, invitedBy: principal().uid }, pending);
      // A member's address may have been corrected.
      const now = await requireCluster(call);
      return accepted(toReply(now.cluster, ports.clock, now.updateTime));
    }
    // What was said of them earlier must not come after this.
    const others = pending.filter((invitation) => invitation.email !== email);
    if (others.length < pending.length) await withdrawInvitation(ports, cluster.id, email, principal().uid);
    return share(call, call.authorize, (read) => {
      // Who was removed, or has left, since they were found to be a member comes back as everybody comes: by invitation.
      if (!uidsOf(read, email).includes(member)) throw new AppError('CONFLICT');
      return withMember(read, { uid: member, email, role: body.role }, others.length);
    });
  },
});

/**
 * Whose role is changed. Of an address that nobody has here, Identity Platform is not asked: neither the reply nor its time may tell whether
 * there is an account. A member who was known by it may have another one by now, and somebody else this one: whoever has it is invited, and
 * nothing is changed of the member but the address. If theirs is not known, whoever is invited takes their place when they come.
 * @throws AppError OWNER_PAYS, LAST_OWNER if they could not; those of `command`
 */
async function memberOf(
  { ports, email, body, principal }: Call<{ role: Role }>,
  cluster: Cluster,
): Promise<string | undefined> {
  const [member] = uidsOf(cluster, email);
  if (member === undefined) return undefined;
  const known = await ports.people.findByEmail(email);
  if (known?.uid === member) return member;
  const profile = await ports.people.find(member);
  const theirs = profile && findEmail(profile);
  if (theirs !== undefined && theirs !== email) {
    await tellAddress(ports, cluster.id, { uid: member, email: theirs }, principal().uid);
    return undefined;
  }
  if (known === undefined) return member;
  withMember(cluster, { uid: known.uid, email, role: body.role });
  return undefined;
}

const remove = endpoint({
  name: 'DELETE /v1/clusters/{id}/members/{email}',
  summary:
    'Remove somebody from a cluster, withdraw an invitation, or leave. The owner who pays cannot be removed. Repeating it changes nothing.',
  status: 202,
  reply: clusterReply,
  sends: SENT_WHEN_ACCEPTED,
  refuses: ['OWNER_ONLY', 'OWNER_PAYS', 'LAST_OWNER', 'CONFLICT'],
  async handle(call) {
    const { ports, id, email } = call;
    const authorize = (cluster: Cluster): void => {
      if (!isOneself(call, cluster)) call.authorize(cluster);
    };
    await requireCluster({ ports, id, authorize });
    // First, so that who accepts it at this moment is found among the members below.
    await withdrawInvitation(ports, id, email, call.principal().uid);
    return share(call, authorize, (cluster) => withoutMember(cluster, email));
  },
});

export const MEMBER_ENDPOINTS: readonly Endpoint[] = [list, put, remove];

const isOneself = ({ principal, email }: Call, cluster: Cluster): boolean =>
  uidsOf(cluster, email).includes(principal().uid);

/** @throws AppError those of `command` */
async function share(
  { ports, id, email, principal }: Call,
  authorize: (cluster: Cluster) => void,
  change: (cluster: Cluster) => Change | undefined,
): Promise<Reply> {
  const cluster = await command(ports, id, 'share', principal().uid, {
    guard: authorize,
    change(read) {
      const changed = change(read);
      return changed && { ...changed, also: [{ op: 'delete', path: pathOfInvitation(id, email) }] };
    },
  });
  return accepted(toReply(cluster, ports.clock));
}
