/** How people may get in here. Hub says so in its status, to everybody: whoever reads it on this page is not in yet. */
import type { Status } from '../../../shared/documents/status.ts';
import { SIGN_IN_WAYS, type SignInWay } from '../../../shared/sign-in-ways.ts';

export interface Offered {
  ways: ReadonlySet<SignInWay>;
  /** Whether anybody may make an account. */
  open: boolean;
}

/** Whatever is not offered is refused, in words: better that than a door without a handle. */
export const ALL_WAYS: Offered = { ways: new Set(SIGN_IN_WAYS), open: true };

/** What any of the cells offers: they share their accounts. All there is, where one says nothing of it or only of what this page does not know. */
export function offeredBy(cells: readonly Pick<Status, 'signIn'>[]): Offered {
  const said = cells.flatMap(({ signIn }) => signIn ?? []);
  const ways = SIGN_IN_WAYS.filter((way) => said.some((signIn) => signIn.ways.includes(way)));
  if (said.length < cells.length || ways.length === 0) return ALL_WAYS;
  return { ways: new Set(ways), open: said.some(({ open }) => open) };
}
