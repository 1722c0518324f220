/** The pools: how many spares wait for somebody, what that costs, and how often somebody came. */
import { collection, query, where } from 'firebase/firestore';
import { useMemo, useState } from 'react';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { CLUSTERS, POOLS } from '../../../shared/documents/paths.ts';
import type { Pool } from '../../../shared/documents/pool.ts';
import { FINAL } from '../../../shared/lifecycle/derive.ts';
import { useHub } from '../hub.ts';
import { listenToQuery, type Next, useLive } from '../live/live.ts';
import { Button } from '../parts/button.tsx';
import { PlusIcon } from '../parts/icons.tsx';
import { lazyDialog } from '../parts/lazy.tsx';
import { useTitle } from '../time.ts';
import { LivePart } from './live-part.tsx';
import { PoolCard } from './pool-card.tsx';
import { type Recent, valuesOf } from './recent.ts';

const NewPool = lazyDialog(() => import('./new-pool.tsx'));

export function PoolsPage({ recent }: { recent: Recent }) {
  useTitle('Pools');
  const pools = usePools();
  const [adding, setAdding] = useState(false);
  const add = (): void => setAdding(true);
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Pools</h1>
          <p className="muted">
            Spares are created before anybody asks. Anybody who asks for a cluster of the same shape gets one
            at once.
          </p>
        </div>
        <Button look="primary" icon={<PlusIcon />} onClick={add}>
          New pool
        </Button>
      </div>
      <LivePart live={pools} what="the pools">
        {(all) =>
          all.length === 0 ? (
            <section className="empty">
              <h2>There are no pools yet</h2>
              <p>Without a pool, everybody waits until their cluster is created.</p>
              <Button look="primary" icon={<PlusIcon />} onClick={add}>
                Create the first pool
              </Button>
            </section>
          ) : (
            <div className="stack">
              {all.map((pool) => (
                <OnePool key={pool.id} pool={pool} recent={valuesOf(recent)} />
              ))}
            </div>
          )
        }
      </LivePart>
      {adding && <NewPool taken={valuesOf(pools).map(({ id }) => id)} onClose={() => setAdding(false)} />}
    </>
  );
}

function usePools() {
  const { firebase } = useHub();
  const listen = useMemo(() => {
    const all = collection(firebase.db, POOLS);
    return (next: Next<readonly Pool[]>) => listenToQuery<Pool>(all, next);
  }, [firebase]);
  return useLive(listen);
}

function OnePool({ pool, recent }: { pool: Pool; recent: readonly Cluster[] }) {
  const { firebase } = useHub();
  const listen = useMemo(() => {
    const spares = query(
      collection(firebase.db, CLUSTERS),
      where('pool', '==', pool.id),
      // Not those of a list: one that comes to be in a state that an older page does not know stays one of them.
      where('state', 'not-in', FINAL),
    );
    return (next: Next<readonly Cluster[]>) => listenToQuery<Cluster>(spares, next);
  }, [firebase, pool.id]);
  const spares = useLive(listen);
  return (
    <LivePart live={spares} what={`the spares of ${pool.id}`}>
      {(there) => <PoolCard pool={pool} spares={there} recent={recent} />}
    </LivePart>
  );
}
