/** The clusters that name somebody: theirs, and those of others that they may use; and what their fate depends on. */
import { type Allowance, accountPath } from '../../shared/documents/account.ts';
import { CLUSTERS, type Cluster } from '../../shared/documents/cluster.ts';
import { INVITATIONS, type Invitation } from '../../shared/documents/invitation.ts';
import { accountLimits } from '../accounts/allowance.ts';
import type { Snapshot } from '../cloud.ts';
import { readableClusters } from '../clusters/read.ts';
import type { Ports } from '../ports.ts';
import { type Around, candidatesOf } from './plan.ts';

export interface Found {
  /** Deleted ones too, by id. */
  clusters: readonly Cluster[];
  /** Whether there are more, of which nobody knows what they say: see `readableClusters`. */
  more: boolean;
}

/** @throws CommitError `unavailable` */
export async function clustersOf(ports: Ports, uid: string): Promise<Found> {
  const { documents } = ports;
  const [owned, read] = await Promise.all([
    documents.query({ collection: CLUSTERS, where: [['owner', '==', uid]] }),
    documents.query({ collection: CLUSTERS, where: [['readers', 'array-contains', uid]] }),
  ]);
  const found = [...new Map([...owned, ...read].map((snapshot) => [snapshot.path, snapshot])).values()];
  const clusters = readableClusters(ports, found).map(({ cluster }) => cluster);
  return {
    clusters: clusters.sort((a, b) => (a.id < b.id ? -1 : 1)),
    more: clusters.length < found.length,
  };
}

/** @throws CommitError `unavailable` */
export async function aroundOf(ports: Ports, clusters: readonly Cluster[], uid: string): Promise<Around> {
  const others = new Set(clusters.flatMap((cluster) => candidatesOf(cluster, uid)));
  const uids = others.size === 0 ? [] : [uid, ...others];
  const found = await Promise.all(uids.map((one) => ports.documents.get<Allowance>(accountPath(one))));
  const accounts = new Map(uids.flatMap((one, at) => (found[at] ? [[one, found[at]] as const] : [])));
  return { accounts, limits: accountLimits(ports) };
}

/** Whom they invited to it. @throws CommitError `unavailable` */
export async function invitationsBy(
  { documents }: Ports,
  uid: string,
  clusterId: string,
): Promise<Snapshot<Invitation>[]> {
  const sent = await documents.query<Invitation>({
    collection: INVITATIONS,
    where: [['invitedBy', '==', uid]],
  });
  return sent.filter(({ data }) => data.cluster === clusterId);
}
