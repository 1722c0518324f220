/** One's own account: all that Hub holds of it, and its deletion. What is shown is what would be done. */

import { z } from 'zod';
import { type OwnAccountReply, type OwnClusterReply, ownAccountReply } from '../../shared/api/account.ts';
import type { Allowance } from '../../shared/documents/account.ts';
import { AUDIT, type AuditFields, auditDocument } from '../../shared/documents/audit.ts';
import { roleOf } from '../../shared/documents/cluster.ts';
import { INVITATIONS, type Invitation, invitationDocument } from '../../shared/documents/invitation.ts';
import { SIGNALS, type Signal, signalDocument } from '../../shared/documents/signal.ts';
import { AppError } from '../../shared/errors.ts';
import { hours } from '../../shared/units.ts';
import { accountLimits, readAccount } from '../accounts/allowance.ts';
import { HUB } from '../audit.ts';
import { shownClusters } from '../closing/clusters.ts';
import { mayOffer, type Planned, planFates, versionOf } from '../closing/plan.ts';
import { requestClosing } from '../closing/request.ts';
import type { Query, Snapshot } from '../cloud.ts';
import { readableDocuments } from '../documents.ts';
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
  sends: ['ETag'],
  async handle({ ports, principal }) {
    const shown = await plan(ports, principal().uid);
    const held = await collect(ports, principal(), shown);
    return { body: toOwnAccount(ports, held, shown.account), headers: etagOf(shown) };
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
    const shown = await plan(ports, uid);
    const isAskedFor = shown.account?.closing !== undefined;
    if (!isAskedFor) {
      requireRecentSignIn(principal(), ports.clock.now());
      requireSeen(header('if-match'), etagOf(shown).etag);
    }
    // Before it is asked for: from then on it is done, and nothing that could not be read may say otherwise.
    const held = await collect(ports, principal(), shown);
    const account = isAskedFor ? shown.account : await requestClosing(ports, uid, uid);
    return { body: toOwnAccount(ports, held, account) };
  },
});

export const ACCOUNT_ENDPOINTS: readonly Endpoint[] = [get, remove];

interface Preview {
  account: Allowance | undefined;
  planned: readonly Planned[];
  deleted: number;
}

async function plan(ports: Ports, uid: string): Promise<Preview> {
  const [{ clusters, deleted }, found] = await Promise.all([
    shownClusters(ports, uid),
    readAccount(ports, uid),
  ]);
  const account = found?.data;
  const { handOverMs } = ports.settings.limits;
  const now = ports.clock.now();
  const isOffering = mayOffer(account, handOverMs, now);
  return { account, planned: planFates(clusters, uid, isOffering, now), deleted };
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

/** What is told of the account itself comes on top: to ask for its deletion changes it. */
type Held = Omit<OwnAccountReply, 'allowance' | 'handOverHours' | keyof ReturnType<typeof toRemarks>>;

const toOwnAccount = (ports: Ports, held: Held, account: Allowance | undefined): OwnAccountReply => ({
  ...held,
  allowance: toAllowance(account, accountLimits(ports)),
  handOverHours: ports.settings.limits.handOverMs / hours(1),
  ...toRemarks(account),
});

/** What is not readable is left out, and is deleted with the account all the same: see `erase`, which finds what names them and parses none of it. */
async function collect(ports: Ports, principal: Principal, { planned, deleted }: Preview): Promise<Held> {
  const { documents } = ports;
  const { uid, operator } = principal;
  const email = findEmail(principal);
  const [profile, received, sent, signals, deeds, others] = await Promise.all([
    ports.people.find(uid),
    email === undefined ? [] : documents.query({ collection: INVITATIONS, where: [['email', '==', email]] }),
    documents.query({ collection: INVITATIONS, where: [['invitedBy', '==', uid]] }),
    documents.query({ collection: SIGNALS, where: [['account', '==', uid]] }),
    documents.query(newestEntries('actor', uid)),
    documents.query(newestEntries('subject', uid)),
  ]);
  const readable = (found: readonly Snapshot[]) => readableDocuments(ports, found, invitationDocument);
  return {
    uid,
    operator,
    profile: toProfile(profile),
    clusters: planned.map((one) => toOwnCluster(one, uid)),
    deletedClusters: deleted,
    invitations: [
      ...readable(received).map(({ data }) => toInvitation(data, 'received')),
      ...readable(sent).map(({ data }) => toInvitation(data, 'sent')),
    ],
    signals: readableDocuments(ports, signals, signalDocument).map(({ data }) => toSignal(data)),
    log: toLog(readableDocuments(ports, once([...deeds, ...others]), auditDocument), uid),
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

const toInvitation = (
  { cluster, role, email, expiresAt }: Invitation,
  direction: 'received' | 'sent',
): OwnAccountReply['invitations'][number] => ({
  direction,
  cluster,
  role,
  email,
  expireTime: expiresAt.toISOString(),
});

const toSignal = ({ kind, cluster, at }: Signal): OwnAccountReply['signals'][number] => ({
  kind,
  ...(cluster !== undefined && { cluster }),
  at: at.toISOString(),
});

/** What somebody did to themselves is found twice. */
const once = (found: readonly Snapshot[]): Snapshot[] => [
  ...new Map(found.map((one) => [one.path, one])).values(),
];

/** The last one first. */
const toLog = (entries: readonly Snapshot<AuditFields>[], uid: string): OwnAccountReply['log'] =>
  entries
    .map(({ data }) => data)
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .map(({ at, actor, action, target, cluster, reason }) => ({
      at: at.toISOString(),
      by: actor === uid ? 'you' : actor === HUB ? 'hub' : 'somebody else',
      action,
      target,
      ...(cluster !== undefined && { cluster }),
      ...(reason !== undefined && { reason }),
    }));
