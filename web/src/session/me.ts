/**
 * Who the caller is to the API, asked once after signing in and again after what changes it: that is also the moment in which invitations
 * become memberships.
 */
import { useEffect } from 'react';
import { must, type Schemas } from '../api/client.ts';
import { useHub } from '../hub.ts';
import { createStore, type Store, useStore } from '../store.ts';

export type Me = Schemas['Me'];

const me: Store<Me | undefined> = createStore<Me | undefined>(undefined);

export function useMe(): Me | undefined {
  const { api, session } = useHub();
  const now = session.get();
  const uid = now.kind === 'in' ? `${now.uid} ${now.emailVerified}` : '';
  // biome-ignore lint/correctness/useExhaustiveDependencies: anew for whoever is signed in
  useEffect(() => {
    me.set(undefined);
    // Without it the page shows no allowance, and goes on.
    must(api.get('/v1/me')).then(me.set, () => undefined);
  }, [api, uid]);
  return useStore(me);
}

export const useKnownMe = (): Me | undefined => useStore(me);
export const setMe = (now: Me): void => me.set(now);
