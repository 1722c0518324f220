/** Clusters that do not go on by themselves: which they are, and whose fault it is. */
import { collection, limit, orderBy, query, where } from 'firebase/firestore';
import { useMemo } from 'react';
import type { Cluster, ClusterError } from '../../../shared/documents/cluster.ts';
import { CLUSTERS, SHARDS } from '../../../shared/documents/paths.ts';
import { rowOf, STATES, type State } from '../../../shared/lifecycle/table.ts';
import { minutes, seconds } from '../../../shared/units.ts';
import { useHub } from '../hub.ts';
import { type Live, listenToQuery, type Next, useLive } from '../live/live.ts';
import { useNow } from '../time.ts';

/** They rest, and what can be asked of them is to try again: something went wrong before. */
export const TROUBLED: readonly State[] = STATES.filter((state) => {
  const row = rowOf(state);
  return row.step === undefined && row.accepts.retry !== undefined;
});

export const MOST_TROUBLED = 200;

/** Oldest first. */
export function useTroubled(): Live<readonly Cluster[]> {
  const { firebase } = useHub();
  const listen = useMemo(() => {
    const troubled = query(
      collection(firebase.db, CLUSTERS),
      where('state', 'in', TROUBLED),
      orderBy('createdAt'),
      limit(MOST_TROUBLED),
    );
    return (next: Next<readonly Cluster[]>) => listenToQuery<Cluster>(troubled, next);
  }, [firebase]);
  return useLive(listen);
}

/** The sweep comes each minute; what it has not sent on by then, it does not see or cannot send. */
const PATIENCE_MS = minutes(5);
/** However fast the cloud is, a laptop is not. */
const LEAST_PATIENCE_MS = seconds(30);
const ANEW_MS = minutes(1);

/** What should have been looked at long ago: nobody sends its messages, or nobody answers them. Of a given minute. */
export function useOverdue(): Live<readonly Cluster[]> {
  const { firebase, config } = useHub();
  const speed = config.hub?.cloudSpeed ?? 1;
  const minute = useNow(ANEW_MS);
  const listen = useMemo(() => {
    const before = new Date(minute - Math.max(LEAST_PATIENCE_MS, PATIENCE_MS / speed));
    const overdue = query(
      collection(firebase.db, CLUSTERS),
      where('shard', 'in', [...Array(SHARDS).keys()]),
      where('dueAt', '<=', before),
      limit(MOST_TROUBLED),
    );
    return (next: Next<readonly Cluster[]>) => listenToQuery<Cluster>(overdue, next);
  }, [firebase, minute, speed]);
  return useLive(listen);
}

export type Fault = ClusterError['fault'];

export const FAULTS: Readonly<Record<Fault, string>> = {
  user: 'The user’s',
  operator: 'The operator’s',
  cloud: 'The cloud’s',
  hub: 'Hub’s',
};

/** Who has it, as people know them; of a spare, which pool. */
export function ownerOf({ owner, emails, pool }: Pick<Cluster, 'owner' | 'emails' | 'pool'>): string {
  if (owner === undefined) return pool === undefined ? 'Nobody' : `Spare of ${pool}`;
  return (Object.hasOwn(emails ?? {}, owner) && emails[owner]) || owner;
}
