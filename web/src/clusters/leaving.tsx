/** Says to everybody who uses a cluster that who pays for it is deleting their account: unless another owner takes it over, it goes with that. */
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
      aria-label={until ? 'Its payer leaves' : undefined}
    >
      {/* There before there is something to say, so that it is read out. */}
      <p role="status" className={until ? undefined : 'unseen'}>
        {until && (
          <>
            <ClockIcon />{' '}
            <strong>
              Who pays for it is deleting their account. It is deleted at {dayAndTime(until)}, with everything
              in it, unless another owner takes it over.
            </strong>
            {isPayer
              ? ' You need not wait for that: you can delete it.'
              : role === 'owner'
                ? ' To keep it, choose “Pay for it” beside your name below.'
                : ' If you need it, tell one of its owners.'}
          </>
        )}
      </p>
    </section>
  );
}
