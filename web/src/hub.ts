/** What every part of the page shares: made once at the start, before anything is drawn. */
import { createContext, useContext } from 'react';
import type { Api } from './api/client.ts';
import type { ConsoleConfig } from './config.ts';
import type { Firebase } from './firebase.ts';
import type { MyAccount } from './live/my-account.ts';
import type { MyClusters } from './live/my-clusters.ts';
import type { HubStatus } from './live/status.ts';
import type { SessionStore } from './session/session.ts';

export interface Hub {
  config: ConsoleConfig;
  firebase: Firebase;
  session: SessionStore;
  api: Api;
  myClusters: MyClusters;
  myAccount: MyAccount;
  status: HubStatus;
}

export const HubContext = createContext<Hub | undefined>(undefined);

export function useHub(): Hub {
  const hub = useContext(HubContext);
  if (!hub) throw new Error('outside of the page');
  return hub;
}
