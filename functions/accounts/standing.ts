/**
 * Accounts that Hub doubts, or that are being deleted. A throttled one makes nothing new; a suspended one may besides nothing but look and delete, and so may
 * one that is being deleted. Who operates Hub may do either of the first two, and lifts both; Hub's own rules are in `signal.ts`.
 */
import { AppError, type ErrorCode } from '../../shared/errors.ts';
import { type Doubted, refusalOf, type Use } from '../../shared/standing.ts';
import type { Ports } from '../ports.ts';
import { readAccount } from './allowance.ts';

/** What whoever would make something, or make something cost longer, may be refused with for their account. */
export const REFUSED_TO_MAKE: readonly ErrorCode[] = [
  'ACCOUNT_CLOSING',
  'ACCOUNT_THROTTLED',
  'ACCOUNT_SUSPENDED',
];

/** @throws AppError ACCOUNT_CLOSING, ACCOUNT_THROTTLED, ACCOUNT_SUSPENDED */
export function requireStanding(account: Doubted, use: Use): void {
  const refusal = refusalOf(account, use);
  if (refusal) throw new AppError(refusal);
}

/** @throws AppError ACCOUNT_CLOSING, ACCOUNT_THROTTLED, ACCOUNT_SUSPENDED; CommitError `unavailable`: in doubt it is refused */
export async function requireGoodAccount(
  ports: Pick<Ports, 'documents'>,
  uid: string,
  use: Use,
): Promise<void> {
  const account = await readAccount(ports, uid);
  if (account) requireStanding(account.data, use);
}

/**
 * That this member may do so with a cluster of that owner, who may be the same. An owner who is being deleted keeps nobody away: the cluster goes,
 * or is handed over to another one.
 * @throws AppError ACCOUNT_CLOSING, ACCOUNT_THROTTLED, ACCOUNT_SUSPENDED, OWNER_HELD, OWNER_SUSPENDED; CommitError `unavailable`: in doubt it is
 * refused
 */
export async function requireGoodAccounts(
  ports: Pick<Ports, 'documents'>,
  uid: string,
  owner: string | undefined,
  use: Use,
): Promise<void> {
  const isOfOther = owner !== undefined && owner !== uid;
  const [ofOwner] = await Promise.all([
    isOfOther ? readAccount(ports, owner) : undefined,
    requireGoodAccount(ports, uid, use),
  ]);
  const refusal = refusalOf({ standing: ofOwner?.data.standing }, use);
  if (refusal) throw new AppError(refusal === 'ACCOUNT_SUSPENDED' ? 'OWNER_SUSPENDED' : 'OWNER_HELD');
}
