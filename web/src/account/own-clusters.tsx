/** One's clusters, and what becomes of each when the account is deleted. */
import { Link } from 'wouter';
import type { Schemas } from '../api/client.ts';
import { Scroll } from '../parts/scroll.tsx';
import { StateBadge } from '../parts/state-badge.tsx';

type OwnCluster = Schemas['OwnCluster'];

export const FATES: Readonly<Record<OwnCluster['whenDeleted'], string>> = {
  deleted: 'is deleted',
  'handed-over': 'goes to another of its owners',
  left: 'stays, without you',
  forgotten: 'is deleted already',
};

export function OwnClusters({ clusters }: { clusters: readonly OwnCluster[] }) {
  return (
    <section className="card" aria-labelledby="own-clusters">
      <h2 id="own-clusters">Your clusters</h2>
      {clusters.length === 0 ? (
        <p className="muted">You have none, and are a member of none.</p>
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
              {clusters.map(({ id, name, state, role, whenDeleted }) => (
                <tr key={id}>
                  <th scope="row">
                    <Link href={`/clusters/${id}`}>{name}</Link>
                  </th>
                  <td>
                    <StateBadge state={state} />
                  </td>
                  <td>{role ?? 'no member any more'}</td>
                  <td>{FATES[whenDeleted]}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}
