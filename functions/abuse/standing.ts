/**
 * Accounts that Hub doubts. A throttled one makes nothing new; a suspended one may besides nothing but look and delete. Who operates Hub
 * may do either, and lifts both; Hub's own rules are in `signal.ts`.
 */
import { type Allowance, accountPath, type Standing } from '../../shared/documents/account.ts';
import { AppError } from '../../shared/errors.ts';
import type { Ports } from '../ports.ts';

/** What somebody is about to do: to make more, or to use and share what they have. */
export type Use = 'make' | 'use';

/** @throws AppError ACCOUNT_THROTTLED, ACCOUNT_SUSPENDED */
export function requireStanding({ standing }: { standing?: Standing | undefined }, use: Use): void {
  if (standing === undefined) return;
  if (standing.state === 'suspended') throw new AppError('ACCOUNT_SUSPENDED');
  if (use === 'make') throw new AppError('ACCOUNT_THROTTLED');
}

/** @throws AppError ACCOUNT_THROTTLED, ACCOUNT_SUSPENDED; CommitError `unavailable`: in doubt it is refused */
export async function requireGoodAccount(
  { documents }: Pick<Ports, 'documents'>,
  uid: string,
  use: Use,
): Promise<void> {
  const account = await documents.get<Allowance>(accountPath(uid));
  if (account) requireStanding(account.data, use);
}
