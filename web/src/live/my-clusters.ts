/**
 * The clusters of who is signed in: one listener for the whole page, so that a cluster that is looked at is not read twice. The page of a
 * cluster listens to its document alone only if it is not among these.
 */
import { collection, type Firestore, limit, orderBy, query, where } from 'firebase/firestore';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { CLUSTERS } from '../../../shared/documents/paths.ts';
import { FINAL } from '../../../shared/lifecycle/derive.ts';
import type { SessionStore } from '../session/session.ts';
import type { Store } from '../store.ts';
import { type Live, listenToQuery, mapLive } from './live.ts';
import { listenAsUser } from './of-user.ts';

/** Beyond that a person needs the search of the API; the list says so. */
export const MAX_CLUSTERS = 500;
/** The same of those that are gone. */
export const MAX_DELETED = 100;

export type MyClusters = Store<Live<readonly Cluster[]>>;

export const listenToMyClusters = (db: Firestore, session: SessionStore): MyClusters =>
  listenAsUser<readonly Cluster[]>(session, (uid, next) =>
    listenToQuery<Cluster>(mine(db, uid), (live) => next(mapLive(live, newestFirst))),
  );

/**
 * All that are not gone, and not those whose state is one of a list: a page that stays open while Hub is renewed would lose what comes to be in
 * a state that it does not know. What is left out by a query orders what it finds: https://firebase.google.com/docs/firestore/query-data/queries
 */
const mine = (db: Firestore, uid: string) =>
  query(
    collection(db, CLUSTERS),
    where('readers', 'array-contains', uid),
    where('state', 'not-in', FINAL),
    orderBy('state'),
    orderBy('createdAt', 'desc'),
    limit(MAX_CLUSTERS),
  );

const newestFirst = (clusters: readonly Cluster[]): readonly Cluster[] =>
  clusters.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());

/** Those that are gone, for who wants to see them: they stay for thirty days. */
export const myDeleted = (db: Firestore, uid: string, most = MAX_DELETED) =>
  query(
    collection(db, CLUSTERS),
    where('readers', 'array-contains', uid),
    where('state', 'in', FINAL),
    orderBy('createdAt', 'desc'),
    limit(most),
  );
