/** The one Firebase app of the page. */
import { initializeApp } from 'firebase/app';
import {
  type Auth,
  browserLocalPersistence,
  connectAuthEmulator,
  indexedDBLocalPersistence,
  initializeAuth,
} from 'firebase/auth';
import {
  connectFirestoreEmulator,
  type Firestore,
  initializeFirestore,
  memoryLocalCache,
} from 'firebase/firestore';
import type { ConsoleConfig } from './config.ts';

export interface Firebase {
  auth: Auth;
  db: Firestore;
}

export function startFirebase({ hub, ...options }: ConsoleConfig): Firebase {
  const app = initializeApp(options);
  // What pop-ups need is loaded by the button that opens one.
  const auth = initializeAuth(app, { persistence: [indexedDBLocalPersistence, browserLocalPersistence] });
  // Nothing of a cluster stays on a machine that was lent.
  const db = initializeFirestore(app, { localCache: memoryLocalCache() });
  if (hub) {
    const [host = '', port = ''] = hub.firestore.split(':');
    connectAuthEmulator(auth, hub.auth, { disableWarnings: true });
    connectFirestoreEmulator(db, host, Number(port));
  }
  return { auth, db };
}
