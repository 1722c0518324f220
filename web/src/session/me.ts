/**
 * Who is signed in, to Hub. The API is asked once after signing in, until it answers: that is the moment in which invitations become
 * memberships. It is asked again when one comes to whoever is there already. What else changes later comes with the document of the account.
 */

import { useEffect } from 'react';
import type { Allowance } from '../../../shared/documents/account.ts';
import type { ErrorCode } from '../../../shared/errors.ts';
import { microsOf } from '../../../shared/money.ts';
import { refusalOf } from '../../../shared/standing.ts';
import { must, type Schemas } from '../api/client.ts';
import { persistAgain } from '../api/persist.ts';
import { useHub } from '../hub.ts';
import { createStore, type Store, useStore } from '../store.ts';

type Me = Schemas['Me'];

const me: Store<Me | undefined> = createStore<Me | undefined>(undefined);

/** Of the page that is open. */
let asking: ReturnType<typeof persistAgain> | undefined;

/** For an invitation that has come meanwhile. */
export const askMeAgain = (): void => asking?.again();

export function useMe(): void {
  const { api, session } = useHub();
  const now = session.get();
  const uid = now.kind === 'in' ? `${now.uid} ${now.emailVerified}` : '';
  // biome-ignore lint/correctness/useExhaustiveDependencies: anew for whoever is signed in
  useEffect(() => {
    me.set(undefined);
    // Without it the page shows no allowance, and goes on.
    const mine = persistAgain(() => must(api.get('/v1/me')), { answered: me.set, failed: () => undefined });
    asking = mine;
    return mine.stop;
  }, [api, uid]);
}

/** Undefined while it is not known, and of an account that Hub has nothing of. */
export function useMyAccount(): Allowance | undefined {
  const live = useStore(useHub().myAccount);
  return live.kind === 'there' ? live.value : undefined;
}

export interface Limits {
  maxClusters: number;
  maxHourlyMicros: number;
}

/** What they may have, by an operator's word or else by default; a limit that is not known yet is absent. */
export function useLimits(): Partial<Limits> {
  const asked = useStore(me)?.allowance;
  const account = useMyAccount();
  const maxClusters = account?.maxClusters ?? asked?.maxClusters;
  const maxHourlyMicros = account?.maxHourlyMicros ?? (asked && microsOf(asked.maxHourlyPrice.amount));
  return {
    ...(maxClusters !== undefined && { maxClusters }),
    ...(maxHourlyMicros !== undefined && { maxHourlyMicros }),
  };
}

/** As what they would be refused a cluster, whatever they choose; undefined: they would not. */
export function useRefusal(): ErrorCode | undefined {
  const account = useMyAccount();
  const session = useStore(useHub().session);
  if (session.kind === 'in' && !session.emailVerified) return 'EMAIL_NOT_VERIFIED';
  return account && refusalOf(account, 'make');
}
