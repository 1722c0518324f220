/**
 * A cluster counts for another of its owners from now on. It takes the word of both: who paid so far offers it, and could else fill the
 * accounts of others; who is to pay takes it, and could else shut out who pays. Who deletes their account has offered it to all of them.
 */
import { clusterReply } from '../../shared/api/clusters.ts';
import { type TransferAction, transferBody } from '../../shared/api/members.ts';
import type { Allowance } from '../../shared/documents/account.ts';
import { type Cluster, roleOf } from '../../shared/documents/cluster.ts';
import { AppError } from '../../shared/errors.ts';
import { ENDING } from '../../shared/lifecycle/derive.ts';
import { isSuspended } from '../../shared/standing.ts';
import { accountLimits, readAccount } from '../accounts/allowance.ts';
import { chargeTo, mayHave } from '../accounts/charge.ts';
import { countWaiting, maxWaiting, requireAccount, requireCalm } from '../accounts/creations.ts';
import { REFUSED_TO_MAKE, requireGoodAccount } from '../accounts/standing.ts';
import { isPromised, isWithheld } from '../closing/plan.ts';
import type { Snapshot } from '../cloud.ts';
import { wakeQueue } from '../clusters/queue.ts';
import { type Change, command } from '../dispatch/commands.ts';
import { tellFailure } from '../failure.ts';
import { emailOf, uidsOf } from '../members/membership.ts';
import type { Ports } from '../ports.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { toReply } from './reply.ts';
import { accepted, requireCluster, SENT_WHEN_ACCEPTED } from './require-cluster.ts';

const transfer = endpoint({
  name: 'POST /v1/clusters/{id}:transfer',
  summary:
    'Offer a cluster that you pay for to another of its owners or withdraw that, or take over or decline one that was offered to you; or take over one whose paying owner is deleting their account. Repeating it changes nothing.',
  status: 202,
  reply: clusterReply,
  sends: SENT_WHEN_ACCEPTED,
  refuses: [
    'OWNER_ONLY',
    ...REFUSED_TO_MAKE,
    'NOT_AN_OWNER',
    'NOT_OFFERED',
    'TRANSFER_OTHERWISE',
    'OWNER_HELD',
    'OWNER_SUSPENDED',
    'TRANSFER_NO_ROOM',
    'NOT_ACCEPTED_IN_STATE',
    'CONFLICT',
  ],
  body: transferBody,
  async handle(call) {
    const { ports, id, principal, authorize, body } = call;
    const { uid } = principal();
    await requireCluster(call);
    // Neither does a doubtful account come by more, nor does it hand over what it may have made for that.
    await requireGoodAccount(ports, uid, 'make');
    let from: string | undefined;
    const cluster = await command(ports, id, 'share', uid, {
      guard: authorize,
      async change(read) {
        from = read.owner;
        const to = uidsOf(read, body.email).find((one) => roleOf(read, one) === 'owner');
        if (to === undefined) throw new AppError('NOT_AN_OWNER');
        if (ENDING.has(read.state)) throw new AppError('NOT_ACCEPTED_IN_STATE', `It is "${read.state}".`);
        if (isAccepted(read, uid, to, body.action)) return undefined;
        requireMeant(read, uid, to, body.action);
        if (read.owner === uid) return to === uid ? withdrawn(read) : offered(ports, read, to);
        if (body.action === 'decline') return declined(read, uid);
        if (to !== uid || !isOffered(read, uid, ports.clock.now())) throw new AppError('NOT_OFFERED');
        return taken(ports, read, uid);
      },
    });
    if (cluster.owner !== from) await tellQueue(ports, from);
    return accepted(toReply(cluster, ports.clock));
  },
});

export const TRANSFER_ENDPOINTS: readonly Endpoint[] = [transfer];

const isOffered = (read: Cluster, uid: string, now: number): boolean =>
  read.offeredTo === uid || isPromised(read, now);

/** It was taken with the same words before: an answer that is lost is asked for again. Since then they have not offered it themselves. */
const isAccepted = (read: Cluster, uid: string, to: string, action: TransferAction | undefined): boolean =>
  action === 'accept' && read.owner === uid && to === uid && read.offeredTo === undefined;

/**
 * What is done hangs on who asks. Whoever says what they mean does not come to pay by a word that was to withdraw an offer, nor the other way round.
 * @throws AppError TRANSFER_OTHERWISE
 */
function requireMeant({ owner }: Cluster, uid: string, to: string, action: TransferAction | undefined): void {
  const isPayer = owner === uid;
  const isForOneself = to === uid;
  const possible: readonly TransferAction[] = isPayer
    ? [isForOneself ? 'withdraw' : 'offer']
    : isForOneself
      ? ['accept', 'decline']
      : [];
  if (action === undefined || possible.includes(action)) return;
  throw new AppError(
    'TRANSFER_OTHERWISE',
    `You ${isPayer ? 'pay' : 'do not pay'} for it, and ${isForOneself ? 'the address is your own' : 'the address is of another owner'}.`,
  );
}

const withdrawn = ({ offeredTo }: Cluster): Change | undefined =>
  offeredTo === undefined
    ? undefined
    : {
        patch: { offeredTo: undefined },
        note: 'The offer to pay for it was withdrawn.',
        action: 'transfer',
        subject: offeredTo,
        reason: 'offer withdrawn',
      };

/** @returns undefined if nothing is offered to them, or not any more */
const declined = (read: Cluster, uid: string): Change | undefined =>
  read.offeredTo !== uid
    ? undefined
    : {
        patch: { offeredTo: undefined },
        note: `${emailOf(read, uid)} declined to pay for it.`,
        action: 'transfer',
        subject: uid,
        reason: 'offer declined',
      };

/** @throws AppError TRANSFER_NO_ROOM as it is now; it is looked at again when it is taken */
async function offered(ports: Ports, read: Cluster, to: string): Promise<Change | undefined> {
  if (read.offeredTo === to) return undefined;
  await requireCalm(ports, read.id);
  await accountWithRoom(ports, read, to);
  return {
    patch: { offeredTo: to },
    note: `${emailOf(read, to)} was asked to pay for it.`,
    action: 'transfer',
    subject: to,
    reason: 'offered',
  };
}

/**
 * @throws AppError TRANSFER_NO_ROOM, those of `requireAccount`, and OWNER_HELD or OWNER_SUSPENDED by an account that has come to be doubted
 * since; of what is deleted with its account, only if that is an operator's word
 */
async function taken(ports: Ports, read: Cluster, to: string): Promise<Change | undefined> {
  const { owner: from } = read;
  if (from === undefined) throw new AppError('NOT_OFFERED');
  const [account, payer] = await Promise.all([accountWithRoom(ports, read, to), readAccount(ports, from)]);
  const standing = payer?.data.standing;
  if (standing && (isWithheld(payer?.data) || !isPromised(read, ports.clock.now())))
    throw new AppError(isSuspended(standing) ? 'OWNER_SUSPENDED' : 'OWNER_HELD');
  // As for one that they create: accounts could else be filled that never met the limit of new ones.
  const taker = await requireAccount(ports, to, account);
  // It may be another one than was looked at.
  requireRoom(ports, read, taker.data);
  if (read.state === 'queued' && (await countWaiting(ports, to)) >= maxWaiting(ports, taker.data))
    throw new AppError('TRANSFER_NO_ROOM');
  return {
    patch: {
      owner: to,
      ownedSince: new Date(ports.clock.now()),
      offeredTo: undefined,
      handOverUntilAt: undefined,
    },
    note: `${emailOf(read, to)} now pays for it.`,
    action: 'transfer',
    subject: to,
    reason: `charged to ${to} now, not to ${from}`,
    also: chargeTo(read, from, to, taker, new Date(ports.clock.now())),
  };
}

/** @throws AppError TRANSFER_NO_ROOM, also if it may have nothing more: what is said of an account is its own business */
async function accountWithRoom(
  ports: Ports,
  read: Cluster,
  uid: string,
): Promise<Snapshot<Allowance> | undefined> {
  const account = await readAccount(ports, uid);
  requireRoom(ports, read, account?.data);
  return account;
}

function requireRoom(ports: Ports, read: Cluster, account: Allowance | undefined): void {
  if (!mayHave(read, account, accountLimits(ports))) throw new AppError('TRANSFER_NO_ROOM');
}

/** Who paid so far has room by it. What waits for that looks again by itself, too. */
async function tellQueue(ports: Ports, owner: string | undefined): Promise<void> {
  try {
    await wakeQueue(ports, owner);
  } catch (error) {
    tellFailure(ports.log, 'message not sent', error);
  }
}
