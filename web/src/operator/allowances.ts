/** Who may have how much, and has: counted by Hub in `accounts` and `cells`, limited by operators. */

import { collection, limit, orderBy, query } from 'firebase/firestore';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Allowance } from '../../../shared/documents/account.ts';
import type { Cluster } from '../../../shared/documents/cluster.ts';
import { ACCOUNTS, CELLS } from '../../../shared/documents/paths.ts';
import { microsOf } from '../../../shared/money.ts';
import { type ApiError, must, type Schemas } from '../api/client.ts';
import { persist } from '../api/persist.ts';
import { useAskedAgain } from '../api/use-asked.ts';
import { useHub } from '../hub.ts';
import { type Live, listenToQuery, type Next, useLive } from '../live/live.ts';
import type { Limits } from '../session/me.ts';
import { valuesOf } from './recent.ts';

export type Account = Allowance & { id: string };

export const MAX_ACCOUNTS = 200;

/** Who asks for more, the one who has waited longest first; and who has most, of all. */
export function useAccounts() {
  const { firebase } = useHub();
  const [asking, most] = useMemo(() => {
    const accounts = collection(firebase.db, ACCOUNTS);
    const listen = (order: Parameters<typeof orderBy>) => (next: Next<readonly Account[]>) =>
      listenToQuery<Account>(query(accounts, orderBy(...order), limit(MAX_ACCOUNTS)), next);
    return [listen(['request.at', 'asc']), listen(['clusters', 'desc'])];
  }, [firebase]);
  return { asking: useLive(asking), accounts: useLive(most) };
}

export function useCells(): {
  cells: Live<readonly Account[]>;
  replies: readonly Schemas['Cell'][];
  error: ApiError | undefined;
} {
  const { firebase, api } = useHub();
  const ask = useCallback(() => must(api.get('/v1/admin/cells')), [api]);
  const { answer, error } = useAskedAgain(ask);
  const listen = useMemo(() => {
    const cells = collection(firebase.db, CELLS);
    return (next: Next<readonly Account[]>) => listenToQuery<Account>(cells, next);
  }, [firebase]);
  return { cells: useLive(listen), replies: answer?.cells ?? [], error };
}

/**
 * What an account has that no operator has set limits for. Nobody tells it outright; the API's list of accounts gives each account the
 * limits that hold for it, so that those of an account without own limits are the defaults. Undefined until one was found.
 */
export function useDefaults(live: Live<readonly Account[]>): Partial<Limits> {
  const { api } = useHub();
  const [defaults, setDefaults] = useState<Partial<Limits>>({});
  const accounts = valuesOf(live);
  const without = accounts.filter(
    (one) => one.maxClusters === undefined || one.maxHourlyMicros === undefined,
  );
  const key = without.map(({ id }) => id).join(' ');
  const isKnown = defaults.maxClusters !== undefined && defaults.maxHourlyMicros !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: anew when there are other accounts, not when they count
  useEffect(() => {
    if (isKnown || key === '') return;
    // Without them the page shows what is taken, and goes on.
    return persist(() => findDefaults(api, accounts), { answered: setDefaults, failed: () => undefined })
      .stop;
  }, [api, key, isKnown]);
  return defaults;
}

async function findDefaults(
  api: ReturnType<typeof useHub>['api'],
  accounts: readonly Account[],
): Promise<Partial<Limits>> {
  const found: Partial<Limits> = {};
  let pageToken: string | undefined;
  do {
    const params = { query: { pageSize: 100, ...(pageToken !== undefined && { pageToken }) } };
    const page = await must(api.get('/v1/admin/accounts', { params }));
    for (const reply of page.accounts) {
      const account = accounts.find(({ id }) => id === reply.uid);
      if (account && account.maxClusters === undefined) found.maxClusters ??= reply.maxClusters;
      if (account && account.maxHourlyMicros === undefined)
        found.maxHourlyMicros ??= microsOf(reply.maxHourlyPrice.amount);
    }
    pageToken = page.nextPageToken;
  } while (
    pageToken !== undefined &&
    (found.maxClusters === undefined || found.maxHourlyMicros === undefined)
  );
  return found;
}

/** Addresses by uid, of those who have had a cluster lately: an account has none. */
export function emailsOf(recent: readonly Cluster[]): ReadonlyMap<string, string> {
  const emails = new Map<string, string>();
  for (const cluster of recent)
    for (const [uid, email] of Object.entries(cluster.emails ?? {}))
      if (!emails.has(uid)) emails.set(uid, email);
  return emails;
}
