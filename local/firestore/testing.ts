/** For tests: the stand-in with an official client that speaks to it. */
import { Firestore, type Settings } from '@google-cloud/firestore';
import { aWorld } from '../a-world.ts';
import { type LocalClock, realClock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import type { World } from '../service.ts';
import { memoryStore, type Store } from '../store.ts';
import { createFirestore, type FirestoreModel, type ModelOptions } from './model.ts';
import { serveFirestore } from './server.ts';

export interface Opened {
  db: Firestore;
  model: FirestoreModel;
  faults: Faults;
  port: number;
  /** WebChannel sessions that are open. */
  readonly webSessions: number;
  /** Another client of the same server. */
  client(settings?: Settings): Firestore;
  close(): Promise<void>;
}

interface OpenOptions extends ModelOptions {
  clock?: LocalClock;
  store?: Store;
  port?: number;
}

export async function openFirestore(options: OpenOptions = {}): Promise<Opened> {
  const { clock = realClock(), store = memoryStore(), port = 0, ...modelOptions } = options;
  const world: World = aWorld({ projectId: 'demo', clock, store });
  const model = createFirestore(world, modelOptions);
  const policies = modelOptions.indexes?.policies ?? [];
  const face = await serveFirestore(world, port, { model, policies });
  // Otherwise the client looks for Google's metadata server before its first call.
  process.env.METADATA_SERVER_DETECTION = 'none';
  const clients: Firestore[] = [];
  const client = (settings: Settings = {}): Firestore => {
    const made = new Firestore({
      projectId: 'demo',
      host: `127.0.0.1:${face.port}`,
      ssl: false,
      ...settings,
    });
    clients.push(made);
    return made;
  };
  return {
    db: client(),
    model,
    faults: world.faults,
    port: face.port,
    get webSessions() {
      return face.webSessions;
    },
    client,
    async close() {
      await Promise.all(clients.map((made) => made.terminate()));
      await face.close();
      store.close();
    },
  };
}
