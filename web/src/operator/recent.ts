/** The newest clusters of all users, deleted ones among them: what the pages of operators count and compare. */
import { collection, limit, orderBy, query } from 'firebase/firestore';
import { useMemo } from 'react';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { CLUSTERS } from '../../../shared/documents/paths.ts';
import { useHub } from '../hub.ts';
import { type Live, listenToQuery, type Next, useLive } from '../live/live.ts';

/** Enough for a median that means something, and still one small page of reads. */
export const MAX_RECENT = 500;

export type Recent = Live<readonly Cluster[]>;

/** Newest first. Of a claimed cluster that is when it was claimed. */
export function useRecent(): Recent {
  const { firebase } = useHub();
  const listen = useMemo(() => {
    const newest = query(collection(firebase.db, CLUSTERS), orderBy('createdAt', 'desc'), limit(MAX_RECENT));
    return (next: Next<readonly Cluster[]>) => listenToQuery<Cluster>(newest, next);
  }, [firebase]);
  return useLive(listen);
}

/** Of a list that may not be there yet. */
export const valuesOf = <T>(live: Live<readonly T[]>): readonly T[] =>
  live.kind === 'there' ? live.value : [];
