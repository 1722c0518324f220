/** One's own account: all that Hub holds of it, and its deletion. What is shown is what would be done. */

import { z } from 'zod';
import { type OwnAccountReply, type OwnClusterReply, ownAccountReply } from '../../shared/api.ts';
import { accountPath } from '../../shared/documents/account.ts';
import { AUDIT, auditDocument } from '../../shared/documents/audit.ts';
import { roleOf } from '../../shared/documents/cluster.ts';
import { INVITATIONS, invitationDocument } from '../../shared/documents/invitation.ts';
import { parseDocument } from '../../shared/documents/parse.ts';
import { SIGNALS, signalDocument } from '../../shared/documents/signal.ts';
import { AppError } from '../../shared/errors.ts';
import { hours } from '../../shared/units.ts';
import { accountLimits, parseAllowance, readAccount } from '../accounts/allowance.ts';
import { HUB } from '../audit.ts';
import { shownClusters } from '../closing/clusters.ts';
import { mayOffer, type Planned, planFates, versionOf } from '../closing/plan.ts';
import { requestClosing } from '../closing/request.ts';
import type { Query, Snapshot } from '../cloud.ts';
import type { Ports } from '../ports.ts';
import { findEmail, type Principal, requireRecentSignIn } from '../tokens.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { toAllowance, toRemarks } from './reply.ts';

/** Entries of the audit log, of each kind the newest; an operator has the others. */
const MAX_ENTRIES = 500;

const get = endpoint({
  name: 'GET /v1/account',
  summary:
    'All that Hub holds of you, and what would become of each of your clusters if you deleted your account. Its ETag changes with the latter.',
  status: 200,
  reply: ownAccountReply,
  async handle({ ports, principal }) {
    const shown = await plan(ports, principal().uid);
    return { body: await collect(ports, principal(), shown), headers: etagOf(shown) };
  },
});

const remove = endpoint({
  name: 'DELETE /v1/account',
  summary:
    'Delete your account: your clusters, your memberships, all that names you, and your user. You must have signed in within 15 minutes. It cannot be taken back; repeating it changes nothing.',
  status: 202,
  reply: ownAccountReply,
  refuses: ['SIGN_IN_TOO_OLD', 'PREVIEW_REQUIRED', 'PREVIEW_CHANGED', 'CONFLICT'],
  headers: z.object({
    'If-Match': z.string().meta({ description: 'The ETag of GET /v1/account: what you have looked at.' }),
  }),
  async handle({ ports, principal, header }) {
    const { uid } = principal();
    const account = (await readAccount(ports, uid))?.data;
    const shown = await plan(ports, uid);
    if (!account?.closing) {
      requireRecentSignIn(principal(), ports.clock.now());
      requireSeen(header('if-match'), etagOf(shown).etag);
      await requestClosing(ports, uid, uid);
    }
    return { body: await collect(ports, principal(), shown) };
  },
});

export const ACCOUNT_ENDPOINTS: readonly Endpoint[] = [get, remove];

interface Preview {
  planned: readonly Planned[];
  deleted: number;
}

async function plan(ports: Ports, uid: string): Promise<Preview> {
  const [{ clusters, deleted }, found] = await Promise.all([
    shownClusters(ports, uid),
    ports.documents.get(accountPath(uid)),
  ]);
  const { handOverMs } = ports.settings.limits;
  const now = ports.clock.now();
  const isOffering = mayOffer(parseAllowance(found), handOverMs, now);
  return { planned: planFates(clusters, uid, isOffering, now), deleted };
}

const etagOf = ({ planned }: Preview): { etag: string } => ({ etag: `"${versionOf(planned)}"` });

/**
 * Who compresses the reply on its way, as Hosting does, makes the ETag a weak one (https://www.rfc-editor.org/rfc/rfc9110#section-8.8.1), and
 * callers send back what they got.
 * @throws AppError PREVIEW_REQUIRED, also for `*`, which says that nobody has looked; PREVIEW_CHANGED
 */
function requireSeen(ifMatch: string | undefined, etag: string): void {
  const seen = ifMatch?.trim().replace(/^W\//, '');
  if (seen === undefined || seen === '*') throw new AppError('PREVIEW_REQUIRED');
  if (seen !== etag) throw new AppError('PREVIEW_CHANGED');
}

async function collect(
  ports: Ports,
  principal: Principal,
  { planned, deleted }: Preview,
): Promise<OwnAccountReply> {
  const { documents } = ports;
  const { uid, operator } = principal;
  const email = findEmail(principal);
  const [found, profile, received, sent, signals, deeds, others] = await Promise.all([
    documents.get(accountPath(uid)),
    ports.people.find(uid),
    email === undefined ? [] : documents.query({ collection: INVITATIONS, where: [['email', '==', email]] }),
    documents.query({ collection: INVITATIONS, where: [['invitedBy', '==', uid]] }),
    documents.query({ collection: SIGNALS, where: [['account', '==', uid]] }),
    documents.query(newestEntries('actor', uid)),
    documents.query(newestEntries('subject', uid)),
  ]);
  const account = parseAllowance(found);
  return {
    uid,
    operator,
    profile: toProfile(profile),
    allowance: toAllowance(account, accountLimits(ports)),
    handOverHours: ports.settings.limits.handOverMs / hours(1),
    ...toRemarks(account),
    clusters: planned.map((one) => toOwnCluster(one, uid)),
    deletedClusters: deleted,
    invitations: [
      ...received.map((one) => toInvitation(one, 'received')),
      ...sent.map((one) => toInvitation(one, 'sent')),
    ],
    signals: signals.map(toSignal),
    log: toLog([...deeds, ...others], uid),
  };
}

/** Entries of the audit log of what somebody did, or of what was done to them. */
export const newestEntries = (field: 'actor' | 'subject', uid: string, limit = MAX_ENTRIES): Query => ({
  collection: AUDIT,
  where: [[field, '==', uid]],
  orderBy: [['at', 'desc']],
  limit,
});

const toProfile = (profile: Awaited<ReturnType<Ports['people']['find']>>): OwnAccountReply['profile'] => {
  if (!profile) return { emailVerified: false, providers: [] };
  const { createdAt, lastSignInAt, providers, ...more } = profile;
  return {
    ...more,
    providers: [...providers],
    ...(createdAt && { createTime: createdAt.toISOString() }),
    ...(lastSignInAt && { lastSignInTime: lastSignInAt.toISOString() }),
  };
};

function toOwnCluster({ cluster, fate }: Planned, uid: string): OwnClusterReply {
  const { id, name, state, createdAt } = cluster;
  const { product, size, region } = cluster.spec;
  const role = roleOf(cluster, uid);
  return {
    id,
    name,
    product,
    size,
    region,
    state,
    ...(role && { role }),
    others: Object.keys(cluster.members).filter((other) => other !== uid).length,
    createTime: createdAt.toISOString(),
    whenDeleted: fate,
  };
}

function toInvitation(
  snapshot: Snapshot,
  direction: 'received' | 'sent',
): OwnAccountReply['invitations'][number] {
  const { cluster, role, email, expiresAt } = parseDocument(invitationDocument, snapshot);
  return { direction, cluster, role, email, expireTime: expiresAt.toISOString() };
}

function toSignal(snapshot: Snapshot): OwnAccountReply['signals'][number] {
  const { kind, cluster, at } = parseDocument(signalDocument, snapshot);
  return { kind, ...(cluster !== undefined && { cluster }), at: at.toISOString() };
}

/** The last one first, each once. */
function toLog(found: readonly Snapshot[], uid: string): OwnAccountReply['log'] {
  const entries = [...new Map(found.map((one) => [one.path, parseDocument(auditDocument, one)])).values()];
  return entries
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .map(({ at, actor, action, target, cluster, reason }) => ({
      at: at.toISOString(),
      by: actor === uid ? 'you' : actor === HUB ? 'hub' : 'somebody else',
      action,
      target,
      ...(cluster !== undefined && { cluster }),
      ...(reason !== undefined && { reason }),
    }));
}
