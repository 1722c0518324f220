/** Says to an owner that they were asked to pay for the cluster: else they find it only among its members. */
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { useMyAccount } from '../session/me.ts';
import type { SignedIn } from '../session/session.ts';
import { mayAsk } from './lifecycle.ts';
import { Transfer } from './transfer.tsx';

export function Offered({ cluster, session }: { cluster: Cluster; session: SignedIn }) {
  const { owner, offeredTo, handOverUntilAt, emails } = cluster;
  const account = useMyAccount();
  const payer = owner === undefined ? undefined : emails?.[owner];
  const isAsked =
    offeredTo === session.uid &&
    // Else that is said of it, with the time until when.
    handOverUntilAt === undefined &&
    mayAsk(cluster, 'transfer', cluster.members[session.uid], account);
  const transfer = { cluster, member: { email: session.email }, self: session.email };
  return (
    <section className={isAsked ? 'notice ending' : undefined} aria-label={isAsked ? 'An offer' : undefined}>
      {/* There before there is something to say, so that it is read out. */}
      <p role="status" className={isAsked ? undefined : 'unseen'}>
        {isAsked && (
          <>
            <strong>
              {payer ?? 'The person who pays for it'} asks you to pay for this cluster from now on.
            </strong>{' '}
            Until you accept, nothing changes.
          </>
        )}
      </p>
      {isAsked && <Transfer {...transfer} deed="accept" look="primary" />}
      {isAsked && <Transfer {...transfer} deed="decline" />}
    </section>
  );
}
