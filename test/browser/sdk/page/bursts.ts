/** Many listeners, many changes: only conclusions go over to the test, for the changes themselves are too many. */
import { collection, doc, onSnapshot } from 'firebase/firestore';
import { db } from './client.ts';

interface Burst {
  /** By document id: the number it was last seen with. */
  last: Record<string, number>;
  snapshots: number;
  /** Words for each document whose number went down. */
  backwards: string[];
  errors: string[];
}

const bursts = new Map<string, Burst>();

function note(burst: Burst, id: string, n: number): void {
  const before = burst.last[id] ?? -1;
  if (n < before) burst.backwards.push(`${id}: ${before}, then ${n}`);
  burst.last[id] = n;
}

/** Follows the field `n` of all documents of a collection. */
export function followCollection(path: string): void {
  const burst: Burst = { last: {}, snapshots: 0, backwards: [], errors: [] };
  bursts.set(path, burst);
  onSnapshot(
    collection(db(), path),
    (snapshot) => {
      burst.snapshots++;
      for (const { doc: changed } of snapshot.docChanges())
        note(burst, changed.id, changed.get('n') as number);
    },
    ({ code }) => burst.errors.push(code),
  );
}

/** Follows the field `n` of each document by a listener of its own. */
export function followDocuments(path: string, ids: readonly string[]): void {
  const burst: Burst = { last: {}, snapshots: 0, backwards: [], errors: [] };
  bursts.set(path, burst);
  for (const id of ids) {
    onSnapshot(
      doc(db(), path, id),
      (snapshot) => {
        burst.snapshots++;
        note(burst, id, snapshot.get('n') as number);
      },
      ({ code }) => burst.errors.push(code),
    );
  }
}

export function followed(path: string): Burst {
  const burst = bursts.get(path);
  if (!burst) throw new Error(`nobody follows ${path}`);
  return burst;
}
