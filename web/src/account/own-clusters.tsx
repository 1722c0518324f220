/** One's clusters, and what becomes of each when the account is deleted. */
import { Link } from 'wouter';
import type { Schemas } from '../api/client.ts';
import { StateBadge } from '../clusters/state-badge.tsx';
import { useHub } from '../hub.ts';
import { Scroll } from '../parts/scroll.tsx';
import { useStore } from '../store.ts';

type OwnCluster = Schemas['OwnCluster'];

const FATES: Readonly<Record<OwnCluster['whenDeleted'], string>> = {
  deleted: 'is deleted',
  offered: 'is offered to its other owners',
  left: 'stays, without you',
  forgotten: 'is already deleted',
};

/** What becomes of it, and for whom else. @param handOverHours how long other owners have */
export function fateInWords(
  { whenDeleted, others }: Pick<OwnCluster, 'whenDeleted' | 'others'>,
  handOverHours: number,
): string {
  if (whenDeleted === 'offered')
    return `${FATES.offered}, and deleted after ${handOverHours} hours if none of them takes it over`;
  if (whenDeleted !== 'deleted' || others === 0) return FATES[whenDeleted];
  return `is deleted, also for the ${others === 1 ? 'other member' : `${others} other members`}`;
}

interface Props {
  clusters: readonly OwnCluster[];
  handOverHours: number;
}

export function OwnClusters({ clusters, handOverHours }: Props) {
  const live = useStore(useHub().myClusters);
  const states = new Map(live.kind === 'there' ? live.value.map(({ id, state }) => [id, state]) : []);
  return (
    <section className="card" aria-labelledby="own-clusters">
      <h2 id="own-clusters">Your clusters</h2>
      {clusters.length === 0 ? (
        <p className="muted">You have no clusters, and are not a member of any.</p>
      ) : (
        <Scroll label="Table of your clusters">
          <table>
            <thead>
              <tr>
                <th scope="col">Cluster</th>
                <th scope="col">State</th>
                <th scope="col">You are</th>
                <th scope="col">If you delete your account, it</th>
              </tr>
            </thead>
            <tbody>
              {clusters.map(({ id, name, state, role, ...fate }) => (
                <tr key={id}>
                  <th scope="row">
                    <Link href={`/clusters/${id}`}>{name}</Link>
                  </th>
                  <td>
                    <StateBadge state={states.get(id) ?? state} />
                  </td>
                  <td>{role ?? 'no longer a member'}</td>
                  <td>{fateInWords(fate, handOverHours)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}
