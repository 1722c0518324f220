/**
 * Accounts that Hub doubts, or that are being deleted. A throttled one makes nothing new; a suspended one may besides nothing but look and delete, and so may
 * one that is being deleted. Who operates Hub may do either of the first two, and lifts both; Hub's own rules are in `signal.ts`.
 */
import { type Allowance, accountPath, type Closing, type Standing } from '../../shared/documents/account.ts';
import { AppError } from '../../shared/errors.ts';
import type { Ports } from '../ports.ts';

/** What somebody is about to do: to make more, or to use and share what they have. */
export type Use = 'make' | 'use';

/** @throws AppError ACCOUNT_CLOSING, ACCOUNT_THROTTLED, ACCOUNT_SUSPENDED */
export function requireStanding(
  { standing, closing }: { standing?: Standing | undefined; closing?: Closing | undefined },
  use: Use,
): void {
  if (closing !== undefined) throw new AppError('ACCOUNT_CLOSING');
  if (standing === undefined) return;
  if (standing.state === 'suspended') throw new AppError('ACCOUNT_SUSPENDED');
  if (use === 'make') throw new AppError('ACCOUNT_THROTTLED');
}

/** @throws AppError ACCOUNT_CLOSING, ACCOUNT_THROTTLED, ACCOUNT_SUSPENDED; CommitError `unavailable`: in doubt it is refused */
export async function requireGoodAccount(
  { documents }: Pick<Ports, 'documents'>,
  uid: string,
  use: Use,
): Promise<void> {
  const account = await documents.get<Allowance>(accountPath(uid));
  if (account) requireStanding(account.data, use);
}
