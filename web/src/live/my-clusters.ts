/**
 * The clusters of who is signed in: one listener for the whole page, so that a cluster that is looked at is not read twice. The page of a
 * cluster listens to its document alone only if it is not among these.
 */
import { collection, type Firestore, limit, orderBy, query, where } from 'firebase/firestore';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { CLUSTERS } from '../../../shared/documents/paths.ts';
import { FINAL, NOT_FINAL } from '../../../shared/lifecycle/derive.ts';
import type { SessionStore } from '../session/session.ts';
import type { Store } from '../store.ts';
import { type Live, listenToQuery } from './live.ts';
import { listenAsUser } from './of-user.ts';

/** Beyond that a person needs the search of the API; the list says so. */
export const MAX_CLUSTERS = 500;

export type MyClusters = Store<Live<readonly Cluster[]>>;

export const listenToMyClusters = (db: Firestore, session: SessionStore): MyClusters =>
  listenAsUser<readonly Cluster[]>(session, (uid, next) => listenToQuery<Cluster>(mine(db, uid), next));

const mine = (db: Firestore, uid: string) =>
  query(
    collection(db, CLUSTERS),
    where('readers', 'array-contains', uid),
    where('state', 'in', NOT_FINAL),
    orderBy('createdAt', 'desc'),
    limit(MAX_CLUSTERS),
  );

/** The same of those that are gone. */
export const MAX_DELETED = 100;

/** Those that are gone, for who wants to see them: they stay for thirty days. */
export const myDeleted = (db: Firestore, uid: string, most = MAX_DELETED) =>
  query(
    collection(db, CLUSTERS),
    where('readers', 'array-contains', uid),
    where('state', 'in', FINAL),
    orderBy('createdAt', 'desc'),
    limit(most),
  );
