/**
 * What Hub keeps of clusters whose life is over it keeps for weeks: a database of a soak would only grow, and hide what grows beside it. So it
 * goes here, as the TTL policies take it away in production, but sooner; and the ledgers, which Hub keeps for good, with it.
 */
import { type Firestore, type QueryDocumentSnapshot, Timestamp } from '@google-cloud/firestore';
import { deployedIndexes } from '../../../local/deployed.ts';

/** @param keptMs how long ago something must have been written last; longer than anybody asks for it again */
export async function sweepKept(firestore: Firestore, keptMs: number): Promise<void> {
  const beforeMs = Date.now() - keptMs;
  const isOld = ({ updateTime }: QueryDocumentSnapshot): boolean => updateTime.toMillis() < beforeMs;
  const found: QueryDocumentSnapshot[] = [];
  for (const { collectionId, path } of deployedIndexes().policies) {
    const { docs } = await firestore.collectionGroup(collectionId).get();
    found.push(...docs.filter((doc) => isOld(doc) && doc.get(path.text) instanceof Timestamp));
  }
  const ledgers = (await firestore.collection('ledgers').get()).docs.filter(isOld);
  const clusters = new Set((await firestore.collection('clusters').select().get()).docs.map(({ id }) => id));
  found.push(...ledgers.filter(({ id }) => !clusters.has(id)));
  const writer = firestore.bulkWriter();
  for (const { ref, updateTime: lastUpdateTime } of found) {
    void writer.delete(ref, { lastUpdateTime }).catch(() => undefined); // Written meanwhile: its turn comes again.
  }
  await writer.close();
}
