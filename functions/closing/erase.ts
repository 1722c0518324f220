/**
 * Takes somebody out of every document that names them but the audit log, which keeps their uid: see docs/decisions. Their clusters are
 * dealt with before, by their own lifecycle.
 */
import { DELETED_ACCOUNT } from '../../shared/documents/account.ts';
import { INVITATIONS } from '../../shared/documents/invitation.ts';
import { OIDC_CODES } from '../../shared/documents/oidc.ts';
import { EVENTS, ORPHANS, SIGNALS } from '../../shared/documents/paths.ts';
import type { Query, Snapshot, Write } from '../cloud.ts';
import type { Ports } from '../ports.ts';

/** Documents changed at a time; a commit may be of 10 MiB: https://firebase.google.com/docs/firestore/quotas#writes_and_transactions */
const PAGE = 200;

type Where = NonNullable<Query['where']>[number];

/**
 * Safe to repeat: what it has done it does not find any more.
 * @param email the address that they have proven to be theirs
 * @throws CommitError if something of it changed meanwhile, or the database is away: what is left is done by the next one
 */
export async function erase(ports: Ports, uid: string, email: string | undefined): Promise<void> {
  const is = (field: string): Where => [field, '==', uid];
  const gone = ({ path }: Snapshot): Write => ({ op: 'delete', path });
  await each(ports, eventsWith(is('actor')), ({ path }) => ({
    op: 'update',
    path,
    data: { actor: DELETED_ACCOUNT },
  }));
  // What it says quotes their address.
  await each(ports, eventsWith(is('subject')), ({ path }) => ({
    op: 'update',
    path,
    data: { message: 'Who may use it was changed.', subject: undefined },
  }));
  if (email !== undefined)
    await each(ports, { collection: INVITATIONS, where: [['email', '==', email]] }, gone);
  // Those that go on without their name have lost it by now: see `withoutAccount`.
  await each(ports, { collection: INVITATIONS, where: [is('invitedBy')] }, gone);
  await each(ports, { collection: OIDC_CODES, where: [is('uid')] }, gone);
  await each(ports, { collection: SIGNALS, where: [is('account')] }, gone);
  await each(ports, { collection: ORPHANS, where: [is('owner')] }, ({ path }) => ({
    op: 'update',
    path,
    data: { owner: undefined },
  }));
}

/** On the timelines of all clusters, also of those that they left long ago. */
const eventsWith = (where: Where): Query => ({
  collection: EVENTS,
  group: true,
  where: [where],
  orderBy: [['at', 'asc']],
});

/** Each write must keep its document from being found again. */
async function each({ documents }: Ports, query: Query, write: (found: Snapshot) => Write): Promise<void> {
  for (;;) {
    const found = await documents.query({ ...query, limit: PAGE });
    if (found.length > 0) await documents.commit(found.map(write));
    if (found.length < PAGE) return;
  }
}
