/** What leaks: things in the cloud that no cluster claims. */
import { collection, limit, orderBy, query, where } from 'firebase/firestore';
import { useMemo } from 'react';
import type { Orphan } from '../../../shared/documents/orphan.ts';
import { ORPHANS } from '../../../shared/documents/paths.ts';
import { days, minutes } from '../../../shared/units.ts';
import { useHub } from '../hub.ts';
import { type Live, listenToQuery, mapLive, type Next, useLive } from '../live/live.ts';
import { useNow } from '../time.ts';

type OrphanState = Orphan['state'];
/** As it is listened to: the key is its document's. */
export type LiveOrphan = Omit<Orphan, 'key'> & { id: string };

const OPEN: readonly OrphanState[] = ['found', 'deleting', 'unproven'];
const WEEK_DAYS = 7;
export const MAX_RECENT = 200;

/** What is still there. There should never be one, so none is left out. */
export function useOrphans(): Live<readonly LiveOrphan[]> {
  const { firebase } = useHub();
  const listen = useMemo(() => {
    const open = query(collection(firebase.db, ORPHANS), where('state', 'in', OPEN));
    return (next: Next<readonly LiveOrphan[]>) => listenToQuery<Omit<Orphan, 'key'>>(open, next);
  }, [firebase]);
  return useLive(listen);
}

/** What was found in the last seven days, gone or not, the newest first: what is listened to leaves as it becomes older than that. */
export function useFoundThisWeek(): Live<readonly LiveOrphan[]> {
  const { firebase } = useHub();
  const from = useNow(minutes(1)) - days(WEEK_DAYS);
  const listen = useMemo(() => {
    const recent = query(
      collection(firebase.db, ORPHANS),
      where('foundAt', '>', new Date(Date.now() - days(WEEK_DAYS))),
      orderBy('foundAt', 'desc'),
      limit(MAX_RECENT),
    );
    return (next: Next<readonly LiveOrphan[]>) => listenToQuery<Omit<Orphan, 'key'>>(recent, next);
  }, [firebase]);
  const live = useLive(listen);
  return useMemo(
    () => mapLive(live, (found) => found.filter(({ foundAt }) => foundAt.getTime() > from)),
    [live, from],
  );
}

export const KINDS: Readonly<Record<Orphan['kind'], string>> = {
  cluster: 'Cluster',
  bucket: 'Bucket',
  disk: 'Disk',
  address: 'Address',
  'forwarding-rule': 'Load balancer',
  'target-pool': 'Load balancer’s nodes',
  'health-check': 'Load balancer’s check',
  'backend-service': 'Load balancer’s backend',
  'network-endpoint-group': 'Load balancer’s nodes',
  'region-health-check': 'Load balancer’s check',
  firewall: 'Firewall rule',
  subnetwork: 'Subnetwork',
  'dns-record': 'Name',
};

/** What is paid for by what is in it, and not by the hour. */
export const costsByContent = ({ kind }: Pick<Orphan, 'kind'>): boolean => kind === 'bucket';
