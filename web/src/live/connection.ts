/** Whether what is on the page is what is so. */
import { disableNetwork, enableNetwork, type Firestore } from 'firebase/firestore';
import type { SessionStore } from '../session/session.ts';
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

export function watchConnection(
  db: Firestore,
  session: SessionStore,
  clusters: MyClusters,
): Store<Connection> {
  const store = createStore<Connection>({ kind: 'connecting' });
  let late: number | undefined;
  let of: string | undefined;
  const connecting = (): void => {
    const now = session.get();
    // Nothing is listened to before somebody has signed in, however long they take.
    const uid = now.kind === 'in' ? now.uid : undefined;
    // What is late stays so, whatever else is heard of the line meanwhile.
    if (uid === of && store.get().kind !== 'live' && store.get().kind !== 'lost') return;
    of = uid;
    store.set({ kind: 'connecting' });
    clearTimeout(late);
    if (uid === undefined) return;
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
  session.subscribe(look);
  watchChannel(db);
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

/** https://github.com/firebase/firebase-js-sdk/blob/main/packages/firestore/src/platform/browser/webchannel_connection.ts */
const CHANNEL = '/google.firestore.v1.Firestore/Listen/channel';
/** From the first request that failed until the page dials anew, unless another one has succeeded. */
const FAILED_MS = 1_500;
/** Dialling anew cuts what is there, which is no news. */
const QUIET_MS = 10_000;

/**
 * A line that is cut while the browser thinks itself online: the SDK tries for half a minute before it says so. The browser tells at once
 * how each request of the channel has ended; whoever dials anew then learns at once whether anybody is there.
 */
function watchChannel(db: Firestore): void {
  /** Not every browser tells the status of another origin's answer. */
  let tells = false;
  let timer: number | undefined;
  let dialledAtMs = Number.NEGATIVE_INFINITY;
  const dial = (): void => {
    timer = undefined;
    dialledAtMs = performance.now();
    void redial(db);
  };
  const look = ({ name, responseStatus }: PerformanceResourceTiming): void => {
    if (!name.includes(CHANNEL)) return;
    if (responseStatus > 0) {
      tells = true;
      clearTimeout(timer);
      timer = undefined;
    } else if (tells && responseStatus === 0 && performance.now() - dialledAtMs > QUIET_MS)
      timer ??= window.setTimeout(dial, FAILED_MS);
  };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) look(entry as PerformanceResourceTiming);
  }).observe({ type: 'resource' });
}

/** The SDK waits longer and longer between its own tries, and for a minute on a connection that says nothing. */
async function redial(db: Firestore): Promise<void> {
  await disableNetwork(db);
  await enableNetwork(db);
}
