/** What users may have and what the cell has, for operators. */

import {
  type AccountReply,
  accountPage,
  accountReply,
  type CellReply,
  cellList,
  deleteAccountBody,
  type PutAccountBody,
  putAccountBody,
} from '../../shared/api/admin.ts';
import { pageQuery } from '../../shared/api/fields.ts';
import {
  ACCOUNTS,
  type Allowance,
  accountPath,
  allowanceDocument,
  cellPath,
  type DeclinedRequest,
  type QuotaRequest,
  type RequestedLimits,
} from '../../shared/documents/account.ts';
import { AppError } from '../../shared/errors.ts';
import { microsOf } from '../../shared/money.ts';
import { accountLimits, cellLimits, changeAccount, parseAllowance } from '../accounts/allowance.ts';
import { audited, type Deed } from '../audit.ts';
import { openPlaces } from '../breaker/breaker.ts';
import { isNamed } from '../closing/clusters.ts';
import { requestClosing } from '../closing/request.ts';
import { wakeQueue } from '../clusters/queue.ts';
import { readableDocuments } from '../documents.ts';
import { tellFailure } from '../failure.ts';
import type { Ports } from '../ports.ts';
import { newestEntries } from './account.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { listPage } from './paging.ts';
import { toAllowance, toRemarks } from './reply.ts';

const listAccounts = endpoint({
  name: 'GET /v1/admin/accounts',
  summary: 'What each user has and may have, and who asks for more.',
  status: 200,
  reply: accountPage,
  refuses: ['INVALID_PAGE_TOKEN'],
  query: pageQuery,
  async handle(call) {
    const { ports } = call;
    // Without an order of ours they come by their names, which are the uids.
    const { page, ...next } = await listPage(call, { collection: ACCOUNTS });
    const accounts = readableDocuments(ports, page, allowanceDocument).map(({ path, data }) =>
      toAccount(ports, path.slice(ACCOUNTS.length + 1), data),
    );
    return { body: { accounts, ...next } };
  },
});

const putAccount = endpoint({
  name: 'PUT /v1/admin/accounts/{id}',
  summary:
    'Set how much a user may have, or decline their request. Clusters that wait for it then start automatically.',
  status: 200,
  reply: accountReply,
  refuses: ['ACCOUNT_CLOSING', 'CONFLICT'],
  body: putAccountBody,
  async handle({ ports, id, principal, body }) {
    if (!couldBeUid(id)) throw new AppError('NOT_FOUND');
    if (body.standing) {
      await requireKnown(ports, id);
      return setStanding(ports, id, principal().uid, body.standing);
    }
    const { maxClusters, maxHourlyDollars, decline, requestAt } = body;
    const limits = {
      ...(maxClusters === undefined ? {} : { maxClusters }),
      ...(maxHourlyDollars === undefined ? {} : { maxHourlyMicros: microsOf(maxHourlyDollars) }),
    };
    const entry = audited(ports, {
      actor: principal().uid,
      action: decline ? 'decline-request' : 'set-limits',
      target: accountPath(id),
      subject: id,
      ...(decline ? {} : { reason: JSON.stringify(limits) }),
    });
    const declinedOf = (request: QuotaRequest | undefined): DeclinedRequest | undefined =>
      decline && request && { ...requestedIn(request), at: new Date(ports.clock.now()) };
    const { before, after } = await changeAccount(
      ports,
      id,
      (now) => {
        const { request } = now ?? {};
        // Nobody has read what would be answered with it.
        if (requestAt !== undefined && request?.at.getTime() !== Date.parse(requestAt))
          throw new AppError(
            'CONFLICT',
            request ? 'They have asked for something else since.' : 'It was answered or withdrawn since.',
          );
        return decline && request === undefined
          ? undefined
          : { ...limits, request: undefined, declined: declinedOf(request) };
      },
      entry,
    );
    if (!decline) await wake(ports, id, after);
    return { body: toAccount(ports, id, after, before?.request?.email) };
  },
});

const ACTIONS = { good: 'restore', throttled: 'throttle', suspended: 'suspend' } as const satisfies Record<
  string,
  Deed['action']
>;

const requestedIn = ({ maxClusters, maxHourlyMicros }: QuotaRequest): RequestedLimits => ({
  maxClusters,
  ...(maxHourlyMicros !== undefined && { maxHourlyMicros }),
});

/** What an operator says of an account holds until one says otherwise. */
async function setStanding(
  ports: Ports,
  id: string,
  by: string,
  { state, reason }: NonNullable<PutAccountBody['standing']>,
): Promise<{ body: AccountReply }> {
  const entry = audited(ports, {
    actor: by,
    action: ACTIONS[state],
    target: accountPath(id),
    subject: id,
    reason,
  });
  const standing = state === 'good' ? undefined : { state, reason, by, since: new Date(ports.clock.now()) };
  // Whom an operator calls good is let in, however many new ones there are.
  const welcome = { since: new Date(ports.clock.now()), made: 0 };
  const { after } = await changeAccount(
    ports,
    id,
    (now) => ({
      standing,
      clearedAt: state === 'good' ? new Date(ports.clock.now()) : undefined,
      ...(state === 'good' && !now?.hour && !now?.closing && { hour: welcome }),
    }),
    entry,
  );
  if (state === 'good') await wake(ports, id, after);
  return { body: toAccount(ports, id, after) };
}

const deleteAccount = endpoint({
  name: 'POST /v1/admin/accounts/{id}:delete',
  summary:
    'Delete somebody’s account: their clusters, their memberships, all that names them, and their user. It cannot be taken back; repeating it changes nothing.',
  status: 202,
  reply: accountReply,
  refuses: ['CONFLICT'],
  body: deleteAccountBody,
  async handle({ ports, id, principal, body: { reason } }) {
    if (!couldBeUid(id)) throw new AppError('NOT_FOUND');
    await requireKnown(ports, id);
    return { body: toAccount(ports, id, await requestClosing(ports, id, principal().uid, reason)) };
  },
});

const listCells = endpoint({
  name: 'GET /v1/admin/cells',
  summary: 'What all clusters together use and may use.',
  status: 200,
  reply: cellList,
  async handle({ ports }) {
    const { cell: id, limits } = ports.settings;
    const [found, places] = await Promise.all([ports.documents.get(cellPath(id)), openPlaces(ports)]);
    const now = parseAllowance(found);
    const cell: CellReply = {
      id,
      ...toAllowance(now, cellLimits(ports)),
      making: now?.making ?? 0,
      maxMaking: limits.cellMaking,
      openPlaces: places.map(({ location, size, code, openUntilAt, probing }) => ({
        location,
        size,
        ...(code && { code }),
        nextTryAt: openUntilAt.toISOString(),
        probing,
      })),
    };
    return { body: { cells: [cell] } };
  },
});

export const ADMIN_ENDPOINTS: readonly Endpoint[] = [listAccounts, putAccount, deleteAccount, listCells];

/**
 * Any string of up to 128 characters that can name a document: a user whom Hub does not know yet may be given limits too.
 * https://firebase.google.com/docs/auth/admin/manage-users#create_a_user
 * https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields
 */
const couldBeUid = (id: string): boolean =>
  id.length >= 1 && id.length <= 128 && id.isWellFormed() && !/[/\p{Cc}]|^\.\.?$|^__.*__$/u.test(id);

/**
 * What is done to nobody would be answered as if it had been done: a uid that was mistyped is told. After a restore somebody may be known by
 * what they did alone, and is to be deleted once more.
 * @throws AppError NOT_FOUND where nothing speaks of them, UNAVAILABLE; CommitError `unavailable`
 */
async function requireKnown(ports: Ports, uid: string): Promise<void> {
  const { documents, people } = ports;
  const wasIn = async (field: 'actor' | 'subject'): Promise<boolean> =>
    (await documents.query(newestEntries(field, uid, 1))).length > 0;
  const isKnown =
    (await documents.get(accountPath(uid))) !== undefined ||
    (await people.find(uid)) !== undefined ||
    (await isNamed(ports, uid)) ||
    (await wasIn('actor')) ||
    (await wasIn('subject'));
  if (!isKnown) throw new AppError('NOT_FOUND');
}

/** @param email of somebody whose request is answered */
const toAccount = (
  ports: Ports,
  uid: string,
  account: Allowance | undefined,
  email = account?.request?.email,
): AccountReply => ({
  uid,
  ...(email === undefined ? {} : { email }),
  ...toAllowance(account, accountLimits(ports)),
  ...toRemarks(account),
});

/** One answer may make room for many; the rest of more than that looks by itself. */
const MAX_WOKEN = 100;

/** What was said of the account is written; if this is lost, what waits looks by itself a few minutes later. */
async function wake(ports: Ports, uid: string, account: Allowance | undefined): Promise<void> {
  const { clusters, maxClusters } = toAllowance(account, accountLimits(ports));
  try {
    await wakeQueue(ports, uid, Math.min(MAX_WOKEN, Math.max(1, maxClusters - clusters)));
  } catch (error) {
    tellFailure(ports.log, 'queue not woken', error);
  }
}
