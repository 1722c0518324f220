/** Messages that were given up, as they come. */
import { collection, limit, orderBy, query, where } from 'firebase/firestore';
import { useMemo } from 'react';
import type { DeadLetter } from '../../../shared/documents/dead-letter.ts';
import { DEAD_LETTERS } from '../../../shared/documents/paths.ts';
import { useHub } from '../hub.ts';
import { type Live, listenToQuery, type Next, useLive } from '../live/live.ts';

export const MAX_LETTERS = 100;

/** The last one first. */
export function useLetters(state: DeadLetter['state']): Live<readonly DeadLetter[]> {
  const { firebase } = useHub();
  const listen = useMemo(() => {
    const newest = query(
      collection(firebase.db, DEAD_LETTERS),
      where('state', '==', state),
      orderBy('diedAt', 'desc'),
      limit(MAX_LETTERS),
    );
    return (next: Next<readonly DeadLetter[]>) => listenToQuery<DeadLetter>(newest, next);
  }, [firebase, state]);
  return useLive(listen);
}
