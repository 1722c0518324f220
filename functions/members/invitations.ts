/**
 * Invitations: the one way to become a member, whether one has an account or not, so that nobody learns from it who has. Whoever has the
 * address becomes a member when they next come with it, verified, to whatever door of Hub's; what they did not want they leave.
 */

import { createHash } from 'node:crypto';
import { DELETED_ACCOUNT } from '../../shared/documents/account.ts';
import { type Cluster, clusterPath, roleOf } from '../../shared/documents/cluster.ts';
import { DOCUMENT_SCHEMA } from '../../shared/documents/fields.ts';
import {
  INVITATION_LIFETIME_MS,
  INVITATIONS,
  type Invitation,
  invitationDocument,
  invitationPath,
} from '../../shared/documents/invitation.ts';
import { parseDocument } from '../../shared/documents/parse.ts';
import { AppError } from '../../shared/errors.ts';
import { ENDING } from '../../shared/lifecycle/derive.ts';
import { MAX_MEMBERS } from '../../shared/limits.ts';
import { refusalOf } from '../../shared/standing.ts';
import { days } from '../../shared/units.ts';
import { readAccount } from '../accounts/allowance.ts';
import { type Audited, audited, commitAudited } from '../audit.ts';
import { isLostRace, type Snapshot, type Write } from '../cloud.ts';
import { command } from '../dispatch/commands.ts';
import { commitUnlessLost, readableDocuments, readDocument } from '../documents.ts';
import { tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { findEmail, type Principal } from '../tokens.ts';
import { withMember } from './membership.ts';

/** Whoever says the same once more within this time has said nothing new; later it begins anew. */
const FRESH_MS = days(1);

/** Accepted in one request; the rest comes with the next. */
const AT_ONCE = 20;

/** Beside other owners, and whoever accepts. */
const TRIES = 5;

/** As it was read: what is said of it is written onto that version and no other. */
interface PendingInvitation extends Invitation {
  version: string;
}

export const pathOfInvitation = (clusterId: string, email: string): string =>
  invitationPath(createHash('sha256').update(`${clusterId} ${email}`, 'utf8').digest('hex'));

/** Those of a cluster that are good for something, in the order in which they were written. @throws CommitError `unavailable` */
export async function pendingInvitations(
  ports: Ports,
  cluster: Pick<Cluster, 'id' | 'members'>,
): Promise<PendingInvitation[]> {
  const found = await ports.documents.query({
    collection: INVITATIONS,
    where: [['cluster', '==', cluster.id]],
  });
  return readableDocuments(ports, found, invitationDocument)
    .sort((a, b) => a.createTime.getTime() - b.createTime.getTime())
    .map(({ data, version }) => ({ ...data, version }))
    .filter((invitation) => isGood(invitation, cluster, ports));
}

/** Whether it can be accepted: in time, and if who made it may share yet, or might until their account was deleted. */
const isGood = (
  invitation: Invitation,
  cluster: Pick<Cluster, 'members'>,
  ports: Pick<Ports, 'clock'>,
): boolean =>
  !isOver(invitation, ports) &&
  (invitation.invitedBy === DELETED_ACCOUNT || roleOf(cluster, invitation.invitedBy) === 'owner');

/** Real time: people read their mail by their own clock. */
const isOver = ({ expiresAt }: Invitation, { clock }: Pick<Ports, 'clock'>): boolean =>
  expiresAt.getTime() <= clock.now();

/**
 * Invites somebody, or anew: as something else, by somebody else, or for another 30 days.
 * @param pending those of the cluster that are there
 * @throws AppError NOT_ACCEPTED_IN_STATE, TOO_MANY_MEMBERS, CONFLICT; CommitError `unavailable`
 */
export async function invite(
  ports: Ports,
  cluster: Cluster,
  wish: Pick<Invitation, 'email' | 'role' | 'invitedBy'>,
  pending: readonly PendingInvitation[],
): Promise<void> {
  if (ENDING.has(cluster.state))
    throw new AppError('NOT_ACCEPTED_IN_STATE', `It is "${cluster.state}" and takes nobody new.`);
  const path = pathOfInvitation(cluster.id, wish.email);
  const entry = audited(ports, {
    actor: wish.invitedBy,
    action: 'invite',
    target: clusterPath(cluster.id),
    cluster: cluster.id,
    subject: path,
    reason: wish.role,
  });
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const now = attempt === 0 ? pending : await pendingInvitations(ports, cluster);
    try {
      await inviteBeside(ports, cluster, wish, now, { path, entry });
      return;
    } catch (error) {
      if (!isLostRace(error)) throw error;
    }
  }
  throw new AppError('CONFLICT');
}

/** @throws CommitError if one of them is not as it was any more */
async function inviteBeside(
  ports: Ports,
  cluster: Cluster,
  wish: Pick<Invitation, 'email' | 'role' | 'invitedBy'>,
  pending: readonly PendingInvitation[],
  { path, entry }: { path: string; entry: Audited },
): Promise<void> {
  const now = ports.clock.now();
  const known = pending.find(({ email }) => email === wish.email);
  if (known && isRepetition(known, wish, ports)) {
    // Nothing new; but a withdrawal that had no answer and is still on its way was said before this, and must not take it.
    const data = { createdAt: new Date(now) };
    await ports.documents.commit([{ op: 'update', path, data, ifVersion: known.version }]);
    return;
  }
  const limit = MAX_MEMBERS - Object.keys(cluster.members).length;
  if (!known && pending.length >= limit) throw new AppError('TOO_MANY_MEMBERS');
  // One that is good for nothing would keep its old place in their order.
  if (!known) await withdrawInvitation(ports, cluster.id, wish.email);
  const data: Invitation = {
    schema: DOCUMENT_SCHEMA,
    cluster: cluster.id,
    ...wish,
    createdAt: new Date(now),
    expiresAt: new Date(now + INVITATION_LIFETIME_MS),
  };
  // On what was read: a try that had no answer may be applied minutes later, and must not undo what was said since.
  const write: Write = known
    ? { op: 'update', path, data: { ...data }, ifVersion: known.version }
    : { op: 'create', path, data: { ...data } };
  await commitAudited(ports, [write], entry);
  if (known) return;
  // Of many at once each looks again once it is written: the first ones stay.
  const written = await pendingInvitations(ports, cluster);
  const place = written.findIndex(({ email }) => email === wish.email);
  const own = written[place];
  if (!own || place < limit) return;
  await forget(ports, path, own.version);
  throw new AppError('TOO_MANY_MEMBERS');
}

const isRepetition = (
  { role, invitedBy, expiresAt }: Invitation,
  wish: Pick<Invitation, 'role' | 'invitedBy'>,
  { clock }: Ports,
): boolean =>
  role === wish.role &&
  invitedBy === wish.invitedBy &&
  expiresAt.getTime() - clock.now() > INVITATION_LIFETIME_MS - FRESH_MS;

/**
 * Whoever has that address cannot accept from now on. Safe to repeat.
 * @param actor who withdraws it; absent: it is only cleared away for the next one
 * @throws AppError CONFLICT; CommitError `unavailable`
 */
export async function withdrawInvitation(
  ports: Ports,
  clusterId: string,
  email: string,
  actor?: string,
): Promise<void> {
  const path = pathOfInvitation(clusterId, email);
  const deed = { action: 'withdraw-invitation', target: clusterPath(clusterId), cluster: clusterId } as const;
  const entry = actor === undefined ? undefined : audited(ports, { ...deed, actor, subject: path });
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const found = await ports.documents.get(path);
    if (!found) return;
    // Only what was read: a try that had no answer may be applied minutes later, and must not take what was written since.
    const writes = [{ op: 'delete', path, ifVersion: found.version }] as const;
    try {
      await (entry ? commitAudited(ports, writes, entry) : ports.documents.commit(writes));
      return;
    } catch (error) {
      if (!isLostRace(error)) throw error;
    }
  }
  throw new AppError('CONFLICT');
}

/**
 * Makes somebody a member of what they are invited to: one query, and nothing more if there is nothing. Safe to repeat.
 * @throws CommitError `unavailable` if it could not even be looked; what could not be accepted then is accepted next time
 */
export async function acceptInvitations(ports: Ports, principal: Principal): Promise<void> {
  const email = findEmail(principal);
  if (email === undefined) return;
  const found = await ports.documents.query({
    collection: INVITATIONS,
    where: [['email', '==', email]],
    limit: AT_ONCE,
  });
  if (found.length > 0 && (await isBarred(ports, principal.uid))) return;
  for (const snapshot of found) {
    try {
      await accept(ports, snapshot, { uid: principal.uid, email });
    } catch (error) {
      tellFailure(ports.log, 'invitation not accepted', error);
    }
  }
}

/** Whoever is leaving Hub comes into no cluster any more; nor does, as long as they are suspended, whoever may only look and delete. */
async function isBarred(ports: Ports, uid: string): Promise<boolean> {
  const account = await readAccount(ports, uid);
  return account !== undefined && refusalOf(account.data, 'use') !== undefined;
}

/**
 * The invitation is spent in the commit that makes the member. So it works once, and not at all if it is withdrawn meanwhile. One that is
 * there for a member is an owner's later word about them.
 */
async function accept(
  ports: Ports,
  snapshot: Snapshot,
  person: { uid: string; email: string },
): Promise<void> {
  const { path, version } = snapshot;
  const { cluster: id } = parseDocument(invitationDocument, snapshot);
  let isUseless = false;
  try {
    await command(ports, id, 'share', person.uid, {
      async change(read) {
        const there = await readDocument(ports.documents, path, invitationDocument);
        const invitation = there?.data;
        const mayCome = invitation && isGood(invitation, read, ports) && !ENDING.has(read.state);
        const change = mayCome && withMember(read, { ...person, role: invitation.role });
        isUseless = !change;
        return change
          ? {
              ...change,
              reason: `${change.reason}, invited by ${invitation.invitedBy}`,
              also: [{ op: 'delete', path, ifVersion: there.version }],
            }
          : undefined;
      },
    });
    if (!isUseless) ports.log.info('invitation accepted', { cluster: id });
  } catch (error) {
    isUseless = error instanceof AppError && FINAL.has(error.code);
    if (!isUseless) throw error;
  }
  if (isUseless) await forget(ports, path, version);
}

/**
 * The cluster is not there any more, an owner of it would become less who may not, or the place that was kept for them is gone. What can
 * never be accepted must not stay: so many are looked at in one request, and those that come after would not be.
 */
const FINAL: ReadonlySet<string> = new Set(['NOT_FOUND', 'OWNER_PAYS', 'LAST_OWNER', 'TOO_MANY_MEMBERS']);

/** Unless somebody has invited them anew meanwhile. */
async function forget({ documents }: Ports, path: string, ifVersion: string): Promise<void> {
  await commitUnlessLost(documents, [{ op: 'delete', path, ifVersion }]);
}
