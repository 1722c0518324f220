/** One cluster as it is now, its timeline, and how long such things take. */
import { collection, doc, limitToLast, orderBy, query } from 'firebase/firestore';
import { useCallback, useMemo, useRef } from 'react';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import type { Durations } from '../../../shared/documents/durations.ts';
import type { ClusterEvent } from '../../../shared/documents/event.ts';
import { clusterPath, durationsPath, eventsOf } from '../../../shared/documents/paths.ts';
import { useHub } from '../hub.ts';
import { type Live, LOADING, listenToDocument, listenToQuery, type Next, useLive } from '../live/live.ts';
import { useStore } from '../store.ts';
import { useIsExpected } from './orders.ts';

type LiveCluster = Live<Cluster | undefined>;

/**
 * Taken from the list that the page holds anyway, so that no document is read twice; one that is not in it (deleted, or an operator looks
 * at it) is listened to alone.
 */
export function useCluster(id: string): LiveCluster {
  const { firebase, myClusters } = useHub();
  const list = useStore(myClusters);
  const listed = list.kind === 'there' ? list.value.find((cluster) => cluster.id === id) : undefined;
  // What was asked for a moment ago is about to be in the list.
  const isExpected = useIsExpected(id);
  const isAlone = list.kind !== 'loading' && listed === undefined && !isExpected;
  const listen = useCallback(
    (next: Next<Cluster | undefined>) => listenToDocument<Cluster>(doc(firebase.db, clusterPath(id)), next),
    [firebase, id],
  );
  const alone = useLive(isAlone ? listen : undefined);
  return useMemo(() => {
    if (listed && list.kind === 'there') return { kind: 'there', value: listed, fresh: list.fresh };
    return isAlone ? alone : LOADING;
  }, [listed, list, isAlone, alone]);
}

/** A page of them says what is going on; all that ever happened is told by the API. */
export const MAX_EVENTS = 200;

/**
 * The newest ones, newest last. What has been seen stays while the listener is opened anew. What happened to a spare before it was claimed
 * is none of its owner's doing, and is told to operators only.
 */
export function useEvents(id: string, isMember: boolean): readonly ClusterEvent[] {
  const { firebase } = useHub();
  const listen = useCallback(
    (next: Next<readonly ClusterEvent[]>) => {
      const events = collection(firebase.db, eventsOf(id));
      return listenToQuery<ClusterEvent>(query(events, orderBy('epoch'), limitToLast(MAX_EVENTS)), next);
    },
    [firebase, id],
  );
  const live = useLive(listen);
  const seen = useRef<readonly ClusterEvent[]>([]);
  return useMemo(() => {
    if (live.kind === 'there') {
      const events = live.value.toSorted((a, b) => a.epoch - b.epoch);
      const claimed = isMember ? events.findIndex(({ cause }) => cause === 'claim') : -1;
      seen.current = events.slice(Math.max(0, claimed));
    }
    return seen.current;
  }, [live, isMember]);
}

/** What each state took lately in this region; undefined while that is not known. */
export function useDurations(region: string | undefined): Durations['steps'] | undefined {
  const { firebase } = useHub();
  const listen = useCallback(
    (next: Next<Durations | undefined>) =>
      listenToDocument<Durations>(doc(firebase.db, durationsPath(region ?? '')), next),
    [firebase, region],
  );
  const live = useLive(region === undefined ? undefined : listen);
  return live.kind === 'there' ? live.value?.steps : undefined;
}
