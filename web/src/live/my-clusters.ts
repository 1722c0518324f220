/**
 * The clusters of who is signed in: one listener for the whole page, so that a cluster that is looked at is not read twice. The page of a
 * cluster listens to its document alone only if it is not among these.
 */
import { collection, type Firestore, limit, orderBy, query, where } from 'firebase/firestore';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { isFinal } from '../../../shared/lifecycle/derive.ts';
import { STATES } from '../../../shared/lifecycle/table.ts';
import type { SessionStore } from '../session/session.ts';
import { createStore, type Store } from '../store.ts';
import { type Live, LOADING, listenToQuery } from './live.ts';

/** Beyond that a person needs the search of the API; the list says so. */
export const MOST_CLUSTERS = 500;

const NOT_FINAL = STATES.filter((state) => !isFinal(state));

export type MyClusters = Store<Live<readonly Cluster[]>>;

export function listenToMyClusters(db: Firestore, session: SessionStore): MyClusters {
  const store = createStore<Live<readonly Cluster[]>>(LOADING);
  let stop: (() => void) | undefined;
  let of: string | undefined;
  const follow = (): void => {
    const now = session.get();
    const uid = now.kind === 'in' ? now.uid : undefined;
    if (uid === of) return;
    of = uid;
    stop?.();
    stop = undefined;
    store.set(LOADING);
    if (uid !== undefined) stop = listenToQuery<Cluster>(mine(db, uid), store.set);
  };
  session.subscribe(follow);
  follow();
  return store;
}

const mine = (db: Firestore, uid: string) =>
  query(
    collection(db, 'clusters'),
    where('readers', 'array-contains', uid),
    where('state', 'in', NOT_FINAL),
    orderBy('createdAt', 'desc'),
    limit(MOST_CLUSTERS),
  );

/** Those that are gone, for who wants to see them: they stay for thirty days. */
export const myDeleted = (db: Firestore, uid: string) =>
  query(
    collection(db, 'clusters'),
    where('readers', 'array-contains', uid),
    where('state', 'in', STATES.filter(isFinal)),
    orderBy('createdAt', 'desc'),
    limit(100),
  );
