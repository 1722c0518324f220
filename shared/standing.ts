/** What an account that is doubted, or is being deleted, is refused. Pure: the API refuses by it, and the console says so before. */
import type { Closing, Standing } from './documents/account.ts';
import type { ErrorCode } from './errors.ts';

/** What somebody is about to do: to make more, or to use and share what they have. */
export type Use = 'make' | 'use';

/** What of an account is looked at. */
export interface Doubted {
  standing?: Standing | undefined;
  closing?: Closing | undefined;
}

/** Whether an account may only look and delete: also with what another version thinks of it, for in doubt it is the worse of what this one knows. */
export const isSuspended = (standing: Pick<Standing, 'state'> | undefined): boolean =>
  standing !== undefined && standing.state !== 'throttled';

/** @returns as what this account is refused that; undefined: it is not */
export function refusalOf({ standing, closing }: Doubted, use: Use): ErrorCode | undefined {
  if (closing !== undefined) return 'ACCOUNT_CLOSING';
  if (isSuspended(standing)) return 'ACCOUNT_SUSPENDED';
  return standing && use === 'make' ? 'ACCOUNT_THROTTLED' : undefined;
}
