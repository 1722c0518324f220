/** The console of Hub: reads Firestore as it changes, asks the API for whatever it wants changed, and keeps nothing itself. */
import './styles.css';
import { createRoot } from 'react-dom/client';
import { createApi } from './api/client.ts';
import { App } from './app.tsx';
import { loadConfig } from './config.ts';
import { startFirebase } from './firebase.ts';
import { HubContext } from './hub.ts';
import { watchConnection } from './live/connection.ts';
import { listenToMyAccount } from './live/my-account.ts';
import { listenToMyClusters } from './live/my-clusters.ts';
import { listenToStatus } from './live/status.ts';
import { startSession } from './session/session.ts';
import { startTheme } from './theme.ts';

startTheme();
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no root');

try {
  const config = await loadConfig();
  const firebase = startFirebase(config);
  const session = startSession(firebase.auth);
  const api = createApi(session);
  const myClusters = listenToMyClusters(firebase.db, session);
  const myAccount = listenToMyAccount(firebase.db, session);
  const connection = watchConnection(firebase.db, session, myClusters);
  const hub = { config, firebase, session, api, myClusters, myAccount };
  createRoot(root).render(
    <HubContext.Provider value={hub}>
      <App connection={connection} status={listenToStatus(firebase.db)} />
    </HubContext.Provider>,
  );
} catch (error) {
  // Nothing is there yet to draw it with.
  root.textContent = `Hub cannot be reached at the moment. Load the page anew. (${(error as Error).message})`;
  root.className = 'door';
}
