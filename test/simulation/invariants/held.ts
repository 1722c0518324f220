/** Who is held is refused what they may not do (S19), and so is whoever would use, or put off the end of, what is a held owner's. */
import { ENDPOINTS } from '../../../functions/api/app.ts';
import type { EndpointName } from '../../../functions/api/policy.ts';
import { HUB } from '../../../functions/audit.ts';
import { type Allowance, accountPath, type Standing } from '../../../shared/documents/account.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import type { ErrorCode } from '../../../shared/errors.ts';
import type { World } from '../world.ts';

/** Why something must be refused, and since when that has been so. */
type Refusals = ReadonlyMap<ErrorCode, number>;

export function watchHeld({ hub, violate }: World) {
  const standingOf = (uid: string | undefined): Standing | undefined =>
    uid === undefined ? undefined : hub.documents.peek<Allowance>(accountPath(uid))?.data.standing;

  /** @param cluster that they ask for */
  function refusalsOf(uid: string, name: EndpointName, cluster: Cluster | undefined): Refusals {
    const own = standingOf(uid);
    const owners = cluster?.owner === uid ? undefined : standingOf(cluster?.owner);
    // What its other owners were told as its payer left holds whatever comes to be thought of them, unless an operator withholds it.
    const isPromised = name === TRANSFER && cluster?.handOverUntilAt !== undefined;
    const holds = owners && !(isPromised && (owners.state === 'throttled' || owners.by === HUB));
    const found = new Map<ErrorCode, number>();
    if (own) found.set(own.state === 'suspended' ? 'ACCOUNT_SUSPENDED' : 'ACCOUNT_THROTTLED', +own.since);
    if (holds) found.set(owners.state === 'suspended' ? 'OWNER_SUSPENDED' : 'OWNER_HELD', +owners.since);
    for (const code of found.keys()) if (!REFUSES.get(name)?.includes(code)) found.delete(code);
    return found;
  }

  /** @param before as it was when it was asked, and @param after as it is now that it was carried out */
  function checkRefused(what: string, before: Refusals, after: Refusals): void {
    for (const [code, since] of before)
      if (after.get(code) === since) violate('S19', `${what} is carried out, against ${code}`);
  }

  return { refusalsOf, checkRefused };
}

const TRANSFER: EndpointName = 'POST /v1/clusters/{id}:transfer';

/** What each endpoint says that it refuses. */
const REFUSES: ReadonlyMap<string, readonly ErrorCode[]> = new Map(
  ENDPOINTS.map(({ name, refuses = [] }) => [name, refuses]),
);
