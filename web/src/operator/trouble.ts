/** Clusters that do not go on by themselves: which they are, and whose fault it is. */
import { collection, limit, orderBy, query, where } from 'firebase/firestore';
import { useMemo } from 'react';
import type { Cluster, ClusterError } from '../../../shared/documents/cluster.ts';
import { CLUSTERS, SHARDS } from '../../../shared/documents/paths.ts';
import { STATES, type State } from '../../../shared/lifecycle/table.ts';
import { minutes, seconds } from '../../../shared/units.ts';
import { isMoving, toneOf } from '../clusters/lifecycle.ts';
import { useHub } from '../hub.ts';
import { type Live, listenToQuery, mapLive, type Next, useLive } from '../live/live.ts';
import { useNow } from '../time.ts';

/** They rest, and what can be asked of them is to try again: something went wrong before. */
const TROUBLED: readonly State[] = STATES.filter((state) => !isMoving(state) && toneOf(state) === 'bad');

export const MAX_TROUBLED = 200;

/** Oldest first. */
export function useTroubled(): Live<readonly Cluster[]> {
  const { firebase } = useHub();
  const listen = useMemo(() => {
    const troubled = query(
      collection(firebase.db, CLUSTERS),
      where('state', 'in', TROUBLED),
      orderBy('createdAt'),
      limit(MAX_TROUBLED),
    );
    return (next: Next<readonly Cluster[]>) => listenToQuery<Cluster>(troubled, next);
  }, [firebase]);
  return useLive(listen);
}

/** Those that have this field, the last one first. @param field an instant, of those alone that are in that trouble */
function useLatestBy(field: string): Live<readonly Cluster[]> {
  const { firebase } = useHub();
  const listen = useMemo(() => {
    const found = query(collection(firebase.db, CLUSTERS), orderBy(field, 'desc'), limit(MAX_TROUBLED));
    return (next: Next<readonly Cluster[]>) => listenToQuery<Cluster>(found, next);
  }, [firebase, field]);
  return useLive(listen);
}

/** People would use them, and something keeps them from it. The last one that was found first. */
export const useFlawed = (): Live<readonly Cluster[]> => useLatestBy('flawedSince');

/** Whose message was given up: Hub goes on with them when their hour is over. The last one first. */
export const useParked = (): Live<readonly Cluster[]> => useLatestBy('parked.at');

/** The sweep comes each minute; what it has not sent on by then, it does not see or cannot send. */
const PATIENCE_MS = minutes(5);
/** However fast the cloud is, a laptop is not. */
const MIN_PATIENCE_MS = seconds(30);
const CHECK_MS = seconds(10);
/** Those that are due first: whoever is overdue is among them. */
const MAX_OVERDUE = 50;

/**
 * What should have been looked at long ago: nobody sends its messages, or nobody answers them. It becomes overdue by time alone, so the
 * page holds what is due next and looks at its clock.
 */
export function useOverdue(): Live<readonly Cluster[]> {
  const { firebase, config } = useHub();
  const speed = config.hub?.cloudSpeed ?? 1;
  const before = useNow(CHECK_MS) - Math.max(MIN_PATIENCE_MS, PATIENCE_MS / speed);
  const listen = useMemo(() => {
    const nextDue = query(
      collection(firebase.db, CLUSTERS),
      where('shard', 'in', [...Array(SHARDS).keys()]),
      orderBy('dueAt'),
      limit(MAX_OVERDUE),
    );
    return (next: Next<readonly Cluster[]>) => listenToQuery<Cluster>(nextDue, next);
  }, [firebase]);
  const live = useLive(listen);
  return useMemo(
    () => mapLive(live, (due) => due.filter(({ dueAt }) => dueAt !== undefined && dueAt.getTime() <= before)),
    [live, before],
  );
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
