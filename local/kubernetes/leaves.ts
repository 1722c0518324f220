/** All leaf clusters as the GKE stand-in starts and stops them: each in the model, and behind a port of its own. */
import type { Face, World } from '../service.ts';
import { createServerIdentity, type ServerIdentity } from '../tls.ts';
import { type LeafCluster, type LeafEdges, type LeafNode, type LeafTarget, leafKey } from './leaf-cluster.ts';
import { createKubernetes, type Kubernetes } from './model.ts';
import { type DoorKeeper, serveLeaf } from './server.ts';

export interface LeavesOptions extends LeafEdges, DoorKeeper {
  /** False: nothing listens, and addresses only name the clusters; for the simulation. */
  https?: boolean;
}

export interface LeafEntry {
  name: string;
  location: string;
  /** Hub's id of the cluster, if whoever started it said so. */
  clusterId?: string;
  /** `https://127.0.0.1:port` */
  server: string;
  /** PEM of its CA. */
  ca: string;
}

export interface Leaves {
  readonly model: Kubernetes;
  /** Makes it unless it is there, and answers when its API does. A cluster of an earlier process keeps its objects and identity. */
  start(target: LeafTarget): Promise<LeafEntry>;
  /** Brings its nodes to those wanted; to be called again until it says true. */
  resize(name: string, location: string, nodes: readonly LeafNode[]): boolean;
  /** Its API, whose address stays, answers nobody for a while, or everybody again. */
  setAway(name: string, location: string, away: boolean): void;
  /** Its API stops answering. What it made in the cloud stays. */
  stop(name: string, location: string): Promise<void>;
  find(name: string, location: string): LeafEntry | undefined;
  /** The one that answers at this address. */
  findByServer(server: string): LeafCluster | undefined;
  index(): LeafEntry[];
  /** Ends every face; the state stays in the store. */
  close(): Promise<void>;
}

/** What is kept of a face, so that a restart is not noticed by who holds its address and CA. */
interface FaceRecord extends ServerIdentity {
  port: number;
}

/** How clusters get their addresses. */
interface Faces {
  /** The CA of a cluster, kept or new. */
  authority(key: string, name: string): Promise<string>;
  /** Its address from now on. */
  serve(leaf: LeafCluster): Promise<string>;
  forget(key: string): Promise<void>;
  close(): Promise<void>;
}

export function createLeaves(world: World, options: LeavesOptions): Leaves {
  const model = createKubernetes(world, options);
  const faces = options.https === false ? nameFaces : httpsFaces(world, options);
  const servers = new Map<string, string>();
  const byServer = new Map<string, LeafCluster>();
  const inTurn = createTurns();

  const entryOf = (leaf: LeafCluster | undefined): LeafEntry | undefined => {
    const server = leaf && servers.get(leaf.key);
    if (!leaf || server === undefined) return undefined;
    const { name, location, clusterId, ca } = leaf.record;
    return { name, location, ...(clusterId !== undefined && { clusterId }), server, ca };
  };
  const end = async (name: string, location: string): Promise<void> => {
    const key = leafKey(name, location);
    byServer.delete(servers.get(key) ?? '');
    servers.delete(key);
    model.remove(name, location);
    await faces.forget(key);
  };
  return {
    model,
    start: (target) => {
      const { name, location, id } = target;
      const key = leafKey(name, location);
      return inTurn(key, async () => {
        const there = model.find(name, location);
        // A new cluster of the same name, if nobody said that the old one went.
        if (there && id !== undefined && there.record.id !== id) await end(name, location);
        const known = entryOf(model.find(name, location));
        if (known) return known;
        const leaf = model.add({ ...target, ca: await faces.authority(key, name) });
        const server = await faces.serve(leaf);
        servers.set(key, server);
        byServer.set(server, leaf);
        return entryOf(leaf) as LeafEntry;
      });
    },
    resize: model.resize,
    setAway(name, location, away) {
      const leaf = model.find(name, location);
      if (leaf) leaf.isAway = away;
    },
    stop: (name, location) => inTurn(leafKey(name, location), () => end(name, location)),
    find: (name, location) => entryOf(model.find(name, location)),
    findByServer: (server) => byServer.get(server),
    index: () => [...model.all()].flatMap((leaf) => entryOf(leaf) ?? []),
    async close() {
      model.close();
      await faces.close();
    },
  };
}

/** Starts and stops of one cluster, one after the other. */
function createTurns(): <T>(key: string, run: () => Promise<T>) => Promise<T> {
  const turns = new Map<string, Promise<unknown>>();
  return (key, run) => {
    const before = turns.get(key) ?? Promise.resolve();
    const turn = before.then(run, run);
    turns.set(key, turn);
    const over = (): void => {
      if (turns.get(key) === turn) turns.delete(key);
    };
    turn.then(over, over);
    return turn;
  };
}

/** Addresses that are names only. */
const nameFaces: Faces = {
  authority: async () => '',
  serve: async (leaf) => `https://${leaf.record.name}.${leaf.record.location}.leaf.invalid`,
  forget: async () => undefined,
  close: async () => undefined,
};

function httpsFaces(world: World, keeper: DoorKeeper): Faces {
  const records = world.store.table<FaceRecord>('faces');
  const open = new Map<string, Face>();
  return {
    async authority(key, name) {
      const known = records.get(key) ?? {
        ...(await createServerIdentity(name, ['127.0.0.1', 'localhost'])),
        port: 0,
      };
      records.set(key, known);
      return known.ca;
    },
    async serve(leaf) {
      const record = records.get(leaf.key);
      if (!record) throw new Error(`${leaf.key} has no identity`);
      // Somebody else may have its port by now.
      const face = await serveLeaf(leaf, keeper, record, record.port).catch(() =>
        serveLeaf(leaf, keeper, record, 0),
      );
      open.set(leaf.key, face);
      records.set(leaf.key, { ...record, port: face.port });
      return `https://127.0.0.1:${face.port}`;
    },
    async forget(key) {
      const face = open.get(key);
      open.delete(key);
      records.delete(key);
      await face?.close();
    },
    async close() {
      const faces = [...open.values()];
      open.clear();
      await Promise.all(faces.map((face) => face.close()));
    },
  };
}
