/** How Hub is, as it is said to everybody: one listener for the whole page, whoever looks at it. */
import { collection, type Firestore, limit, query } from 'firebase/firestore';
import { STATUS } from '../../../shared/documents/paths.ts';
import type { Status } from '../../../shared/documents/status.ts';
import { createStore, type Store } from '../store.ts';
import { type Live, LOADING, listenToQuery } from './live.ts';

export type HubStatus = Store<Live<readonly Status[]>>;

/** One document for each cell; a page does not know which one somebody's clusters are in. */
const MAX_CELLS = 20;

export function listenToStatus(db: Firestore): HubStatus {
  const store = createStore<Live<readonly Status[]>>(LOADING);
  listenToQuery<Status>(query(collection(db, STATUS), limit(MAX_CELLS)), store.set);
  return store;
}
