/** The console of Hub: reads Firestore as it changes, asks the API for whatever it wants changed, and keeps nothing itself. */
import './styles.css';
import { createRoot } from 'react-dom/client';
import { createApi } from './api/client.ts';
import { App } from './app.tsx';
import { type ConsoleConfig, loadConfig } from './config.ts';
import { startFirebase } from './firebase.ts';
import { HubContext } from './hub.ts';
import { watchConnection } from './live/connection.ts';
import { listenToMyAccount } from './live/my-account.ts';
import { listenToMyClusters } from './live/my-clusters.ts';
import { listenToStatus } from './live/status.ts';
import { LoadAnew } from './parts/load-anew.tsx';
import { Logo } from './parts/logo.tsx';
import { followReader } from './parts/toast.tsx';
import { startSession } from './session/session.ts';
import { startTheme } from './theme.ts';

startTheme();
const element = document.getElementById('root');
if (!element) throw new Error('index.html has no root');
const root = createRoot(element);

/** Instead of all pages. */
const showDoor = (error: { message: string; remedy: string }): void =>
  root.render(
    <main className="door">
      <Logo />
      <LoadAnew {...error} />
    </main>,
  );

function start(config: ConsoleConfig): void {
  const firebase = startFirebase(config);
  const session = startSession(firebase.auth);
  followReader(session);
  const api = createApi(session);
  const myClusters = listenToMyClusters(firebase.db, session);
  const myAccount = listenToMyAccount(firebase.db, session);
  const connection = watchConnection(firebase.db, session, myClusters);
  const status = listenToStatus(firebase.db);
  const hub = { config, firebase, session, api, myClusters, myAccount, status };
  root.render(
    <HubContext.Provider value={hub}>
      <App connection={connection} />
    </HubContext.Provider>,
  );
}

const config = await loadConfig().catch(() => undefined);
if (config === undefined)
  showDoor({
    message: 'Hub cannot be reached at the moment.',
    remedy: 'Check your connection, and reload the page.',
  });
else
  try {
    start(config);
  } catch (error) {
    reportError(error);
    showDoor({
      message: 'This page cannot be shown.',
      remedy: 'Reload it. If that does not help, tell the operator.',
    });
  }
