/** One's clusters, and what becomes of each when the account is deleted. */
import { Link } from 'wouter';
import type { Schemas } from '../api/client.ts';
import { Scroll } from '../parts/scroll.tsx';
import { StateBadge } from '../parts/state-badge.tsx';

type OwnCluster = Schemas['OwnCluster'];

const FATES: Readonly<Record<OwnCluster['whenDeleted'], string>> = {
  deleted: 'is deleted',
  'handed-over': 'goes to another owner',
  left: 'stays, without you',
  forgotten: 'is already deleted',
};

/** What becomes of it, and for whom else. */
export function fateInWords({ whenDeleted, others }: Pick<OwnCluster, 'whenDeleted' | 'others'>): string {
  if (whenDeleted !== 'deleted' || others === 0) return FATES[whenDeleted];
  return `is deleted, also for the ${others === 1 ? 'other member' : `${others} other members`}`;
}

export function OwnClusters({ clusters }: { clusters: readonly OwnCluster[] }) {
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
                    <StateBadge state={state} />
                  </td>
                  <td>{role ?? 'no longer a member'}</td>
                  <td>{fateInWords(fate)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}
