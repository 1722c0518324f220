/** Whether what is on the page is what is so. */
import { disableNetwork, enableNetwork, type Firestore } from 'firebase/firestore';
import { createStore, type Store } from '../store.ts';
import type { MyClusters } from './my-clusters.ts';

export type Connection =
  | { kind: 'connecting' }
  /** It has taken so long that something is to be said. */
  | { kind: 'unreachable' }
  | { kind: 'live' }
  /** Since when what is shown may be old. */
  | { kind: 'lost'; since: Date };

/** Then a first connection is late. */
const LATE_MS = 8_000;
/** A page that was asleep for longer may hold a connection that is dead without anybody having noticed. */
const ASLEEP_MS = 60_000;

export function watchConnection(db: Firestore, clusters: MyClusters): Store<Connection> {
  const store = createStore<Connection>({ kind: 'connecting' });
  let late: number | undefined;
  const connecting = (): void => {
    store.set({ kind: 'connecting' });
    clearTimeout(late);
    late = window.setTimeout(() => {
      if (store.get().kind === 'connecting') store.set({ kind: 'unreachable' });
    }, LATE_MS);
  };
  const look = (): void => {
    const live = clusters.get();
    const before = store.get();
    if (live.kind === 'loading') connecting();
    else if (navigator.onLine && live.kind === 'there' && live.fresh) store.set({ kind: 'live' });
    else if (before.kind === 'live') store.set({ kind: 'lost', since: new Date() });
  };
  look();
  clusters.subscribe(look);
  addEventListener('offline', look);
  addEventListener('online', () => {
    look();
    void redial(db);
  });
  let hiddenSince = 0;
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) hiddenSince = Date.now();
    else if (hiddenSince !== 0 && Date.now() - hiddenSince > ASLEEP_MS) void redial(db);
  });
  return store;
}

/** The SDK waits longer and longer between its own tries, and for a minute on a connection that says nothing. */
async function redial(db: Firestore): Promise<void> {
  await disableNetwork(db);
  await enableNetwork(db);
}
