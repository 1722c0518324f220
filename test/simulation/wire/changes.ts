/** The states of all clusters as they change, heard from Firestore like a console does. Moments of a seed are counted in changes, not in time. */
import type { Firestore } from '@google-cloud/firestore';
import { CLUSTERS, type Cluster } from '../../../shared/documents/cluster.ts';
import { LIFECYCLE, type State } from '../../../shared/lifecycle/table.ts';
import { firestoreAt } from '../../journeys/hub.ts';

/** Nothing happens to it by itself; but for the end of its lifetime, which these clusters have none of. */
const rests = ({ state }: Cluster): boolean => !('step' in LIFECYCLE[state]);

export type Changes = ReturnType<typeof listenToChanges>;

export function listenToChanges() {
  const clusters = new Map<string, Cluster>();
  const trace: string[] = [];
  const waiting = new Set<() => void>();
  let count = 0;
  let firestore: Firestore | undefined;
  let stop = (): void => undefined;

  const hear = (cluster: Cluster): void => {
    const before = clusters.get(cluster.id);
    clusters.set(cluster.id, cluster);
    if (before?.state !== cluster.state) {
      count++;
      trace.push(`${count}: ${cluster.id} ${before?.state ?? 'nothing'} → ${cluster.state}`);
    }
    for (const look of [...waiting]) look();
  };
  return {
    clusters: (): Cluster[] => [...clusters.values()],
    /** What was heard so far, and what `note` put between. */
    trace,
    note: (text: string): void => void trace.push(text),
    get count() {
      return count;
    },
    /** Listens to that Hub from now on. */
    async listen(address: string): Promise<void> {
      await this.close();
      const opened = firestoreAt(address);
      firestore = opened;
      await new Promise<void>((resolve, reject) => {
        stop = opened.collection(CLUSTERS).onSnapshot((snapshot) => {
          for (const { doc } of snapshot.docChanges()) hear({ ...(doc.data() as Cluster), id: doc.id });
          resolve();
        }, reject);
      });
    },
    async close(): Promise<void> {
      stop();
      stop = () => undefined;
      await firestore?.terminate();
      firestore = undefined;
    },
    /**
     * Resolves when the condition holds, asked with each change.
     * @throws Error if nothing at all has changed for `quietMs`
     */
    until(holds: (clusters: Cluster[]) => boolean, what: string, quietMs: number): Promise<void> {
      return new Promise((resolve, reject) => {
        const end = (): void => {
          clearTimeout(timer);
          waiting.delete(look);
        };
        const late = (): void => {
          end();
          const states = [...clusters.values()].filter((cluster) => !rests(cluster));
          const texts = states.map(({ id, state, detail = '' }) => `${id} is ${state} ${detail}`);
          reject(new Error(`nothing changed for ${quietMs} ms while waiting ${what}: ${texts.join('; ')}`));
        };
        let timer = setTimeout(late, quietMs);
        const look = (): void => {
          clearTimeout(timer);
          timer = setTimeout(late, quietMs);
          if (!holds([...clusters.values()])) return;
          end();
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
    rests,
  };
}

export const isFinal = (state: State): boolean => 'final' in LIFECYCLE[state];
