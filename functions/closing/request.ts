/** Asks for the deletion of an account: a word in its document, from which on it makes and uses nothing; the rest is `close.ts`. */

import { type Allowance, accountPath } from '../../shared/documents/account.ts';
import { TOPICS } from '../../shared/messages.ts';
import { changeAccount } from '../accounts/allowance.ts';
import { audited } from '../audit.ts';
import type { Ports } from '../ports.ts';
import { wake } from '../wake.ts';

/**
 * Repeating it changes nothing.
 * @param by the uid of who asks
 * @param reason of an operator
 * @returns the account as it is then
 * @throws AppError CONFLICT; CommitError `unavailable`
 */
export async function requestClosing(
  ports: Ports,
  uid: string,
  by: string,
  reason?: string,
): Promise<Allowance | undefined> {
  const entry = audited(ports, {
    actor: by,
    action: 'delete-account',
    target: accountPath(uid),
    subject: uid,
    ...(reason !== undefined && { reason }),
  });
  const { after } = await changeAccount(
    ports,
    uid,
    // What they asked an operator for is not wanted any more.
    (now) =>
      now?.closing ? undefined : { closing: { since: new Date(ports.clock.now()), by }, request: undefined },
    entry,
  );
  // It names nobody, for it may end among the dead letters.
  await wake(ports, TOPICS.closing);
  return after;
}
