/** The clusters that name somebody: theirs, and those of others that they may use. */
import { CLUSTERS, type Cluster } from '../../shared/documents/cluster.ts';
import { INVITATIONS } from '../../shared/documents/invitation.ts';
import { FINAL, NOT_FINAL } from '../../shared/lifecycle/derive.ts';
import type { Query, Snapshot } from '../cloud.ts';
import { type Read, readableClusters } from '../clusters/read.ts';
import { queryPages } from '../documents.ts';
import type { Ports } from '../ports.ts';

type Where = NonNullable<Query['where']>[number];

/** Clusters in memory at a time: a document is of some 5 KB, and an account may have made thousands in a month. */
const PAGE = 100;

/** Those that say that they are theirs first, then others that they may use. */
const namedIn = (uid: string): readonly Where[] => [
  ['owner', '==', uid],
  ['readers', 'array-contains', uid],
];

/**
 * Every cluster that names them, deleted ones too, by id. A page is read when the one before it is dealt with; it may hold fewer than there are
 * documents, for nobody knows what an unreadable one says: see `readableClusters`.
 * @throws CommitError `unavailable`
 */
export async function* clustersOf(ports: Ports, uid: string): AsyncGenerator<readonly Read[]> {
  for (const where of namedIn(uid)) {
    const isNew = ({ data }: Snapshot): boolean => where[0] === 'owner' || data.owner !== uid;
    for await (const page of queryPages(ports.documents, {
      collection: CLUSTERS,
      where: [where],
      limit: PAGE,
    })) {
      const fresh = page.filter(isNew);
      if (fresh.length > 0) yield readableClusters(ports, fresh);
    }
  }
}

/** Whether any cluster names them, also one that nobody can read. @throws CommitError `unavailable` */
export async function isNamed({ documents }: Ports, uid: string): Promise<boolean> {
  const found = await Promise.all(
    namedIn(uid).map((where) => documents.query({ collection: CLUSTERS, where: [where], limit: 1 })),
  );
  return found.some((one) => one.length > 0);
}

/** Deleted ones that are shown. */
const MAX_DELETED = 200;

interface Shown {
  /** All that are not deleted, and of those that are the newest; by id. */
  clusters: readonly Cluster[];
  /** How many of those they may read are deleted. */
  deleted: number;
}

/** What is said of their clusters to somebody who waits for it. @throws CommitError `unavailable` */
export async function shownClusters(ports: Ports, uid: string): Promise<Shown> {
  const { documents } = ports;
  const deleted: readonly Where[] = [
    ['readers', 'array-contains', uid],
    ['state', 'in', [...FINAL]],
  ];
  const [owned, read, gone, count] = await Promise.all([
    notDeleted(ports, ['owner', '==', uid], 'asc'),
    notDeleted(ports, ['readers', 'array-contains', uid], 'desc'),
    documents.query({
      collection: CLUSTERS,
      where: deleted,
      orderBy: [['createdAt', 'desc']],
      limit: MAX_DELETED,
    }),
    documents.count({ collection: CLUSTERS, where: deleted }),
  ]);
  const all = [...owned, ...read, ...readableClusters(ports, gone).map(({ cluster }) => cluster)];
  const clusters = [...new Map(all.map((cluster) => [cluster.id, cluster])).values()];
  return { clusters: clusters.sort((a, b) => (a.id < b.id ? -1 : 1)), deleted: count };
}

/** There are no more of them than the cell may have. @param direction that an index has */
async function notDeleted(ports: Ports, where: Where, direction: 'asc' | 'desc'): Promise<Cluster[]> {
  const all: Cluster[] = [];
  for await (const page of queryPages(ports.documents, {
    collection: CLUSTERS,
    where: [where, ['state', 'in', [...NOT_FINAL]]],
    orderBy: [['createdAt', direction]],
    limit: PAGE,
  }))
    all.push(...readableClusters(ports, page).map(({ cluster }) => cluster));
  return all;
}

/** Whom they invited to it. @throws CommitError `unavailable` */
export async function invitationsBy(
  { documents }: Ports,
  uid: string,
  clusterId: string,
): Promise<Snapshot[]> {
  const sent = await documents.query({ collection: INVITATIONS, where: [['invitedBy', '==', uid]] });
  // What says of no cluster that it is for it lets nobody in: it goes with the account.
  return sent.filter(({ data }) => data.cluster === clusterId);
}
