/** Says, towards the end of a lifetime, that it ends: whoever works in the cluster loses what is in it. */
import type { Cluster, Role } from '../../../shared/documents/cluster.ts';
import { hours } from '../../../shared/units.ts';
import { leftInWords } from '../duration.ts';
import { ClockIcon } from '../parts/icons.tsx';
import { useMyAccount } from '../session/me.ts';
import { dayAndTime, timeOfDay } from '../time.ts';
import { Extend } from './extend.tsx';
import { mayAsk } from './lifecycle.ts';
import { useNearEnd } from './reading.ts';

interface Props {
  cluster: Cluster;
  role: Role | 'operator' | undefined;
}

export function Ending({ cluster, role }: Props) {
  const leftMs = useNearEnd(cluster);
  const isNear = leftMs !== undefined && cluster.expiresAt !== undefined;
  const mayExtend = mayAsk(cluster, 'extend', role, useMyAccount());
  return (
    <section
      className={isNear ? 'notice waiting ending' : undefined}
      aria-label={isNear ? 'Its end' : undefined}
    >
      {/* There before there is something to say, so that it is read out; and without the time that is left, which would be each minute. */}
      <p role="status" className={isNear ? undefined : 'unseen'}>
        {isNear && (
          <>
            <ClockIcon />{' '}
            <strong>It is deleted automatically {whenInWords(cluster.expiresAt as Date, leftMs)}</strong>,
            with everything in it.{role !== 'owner' && ' Its owners can extend it.'}
          </>
        )}
      </p>
      {isNear && <span className="muted">{leftInWords(leftMs)} left</span>}
      {isNear && mayExtend && <Extend cluster={cluster} look="primary" />}
    </section>
  );
}

/** A time of day alone is one of the next hours. */
const whenInWords = (endsAt: Date, leftMs: number): string =>
  leftMs < hours(6) ? `at ${timeOfDay(endsAt)}` : `on ${dayAndTime(endsAt)}`;
