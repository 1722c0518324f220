/** What is listened to for whoever is signed in, once for the whole page; the next one who signs in begins with nothing of it. */
import type { SessionStore } from '../session/session.ts';
import { createStore, type Store } from '../store.ts';
import { type Live, LOADING, type Next } from './live.ts';

export function listenAsUser<T>(
  session: Pick<SessionStore, 'get' | 'subscribe'>,
  listen: (uid: string, next: Next<T>) => () => void,
): Store<Live<T>> {
  const store = createStore<Live<T>>(LOADING);
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
    if (uid !== undefined) stop = listen(uid, store.set);
  };
  session.subscribe(follow);
  follow();
  return store;
}
