/** Says to everybody who uses a cluster that the person who pays for it is deleting their account: it goes with that unless another owner takes it over. */
import type { Cluster, Role } from '../../../shared/documents/cluster.ts';
import { ClockIcon } from '../parts/icons.tsx';
import { dayAndTime } from '../time.ts';
import { isEnding } from './lifecycle.ts';

interface Props {
  cluster: Cluster;
  role: Role | 'operator' | undefined;
  isPayer: boolean;
}

export function Leaving({ cluster: { state, handOverUntilAt }, role, isPayer }: Props) {
  const until = isEnding(state) ? undefined : handOverUntilAt;
  return (
    <section
      className={until ? 'notice waiting ending' : undefined}
      aria-label={until ? 'Will be deleted' : undefined}
    >
      {/* There before there is something to say, so that it is read out. */}
      <p role="status" className={until ? undefined : 'unseen'}>
        {until && (
          <>
            <ClockIcon />{' '}
            <strong>
              {isPayer ? 'You are' : 'The person who pays for this cluster is'} deleting{' '}
              {isPayer ? 'your' : 'their'} account. The cluster and everything in it will be deleted on{' '}
              {dayAndTime(until)} unless another owner takes it over.
            </strong>
            {isPayer
              ? ' You do not have to wait for that: you can delete it now.'
              : role === 'owner'
                ? ' To keep it, choose “Pay for it” next to your name below. If that is refused, ask an operator before then.'
                : ' If you still need it, ask one of its owners to take it over.'}
          </>
        )}
      </p>
    </section>
  );
}
