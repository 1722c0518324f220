/** One database under a list of operations: what it answers, said so that two of them can be compared. */
import {
  CommitError,
  type Documents,
  type Query,
  type Snapshot,
  type Write,
} from '../../../functions/cloud.ts';
import { type Client, COLLECTIONS, PATHS, type PlannedWrite } from './operations.ts';

/** What came of a call: its result, or why there is none. */
export type Outcome =
  | { ok: unknown }
  | { fault: string }
  /** It can never succeed as it is; `missing index` is the one reason that an operator can mend. */
  | { refused: 'missing index' | 'invalid' };

/** A document without what two databases need not have in common. */
interface Seen {
  path: string;
  data: unknown;
  /** How many versions this document had before this one, of those that were looked at. */
  version: number;
}

/** What a listener is told of a document that is there. */
type Told = Pick<Snapshot, 'version' | 'updateTime'> | undefined;

/** The port, and what a browser listens to beside it. */
export interface Watched extends Documents {
  watch(path: string, onChange: (told: Told) => void): () => void;
}

export class Database {
  readonly #clients: readonly [Watched, Watched];
  readonly #versions = new Map<string, string[]>();
  readonly #updatedMs = new Map<string, number>();
  readonly #watches: { path: string; told: Told[]; stop: () => void }[] = [];

  constructor(clients: readonly [Watched, Watched]) {
    this.#clients = clients;
  }

  commit(client: Client, writes: readonly PlannedWrite[]): Promise<Outcome> {
    return outcomeOf(async () => this.#clients[client].commit(this.plan(writes)));
  }

  /** With the versions that were seen of this database. */
  plan(writes: readonly PlannedWrite[]): Write[] {
    return writes.map((write): Write => {
      if (!('asked' in write)) return write;
      const known = this.#versions.get(write.path) ?? [];
      const version =
        write.asked === 'newest' ? known.at(-1) : write.asked === 'older' ? known.at(-2) : undefined;
      const ifVersion = version === undefined ? {} : { ifVersion: version };
      const { op, path } = write;
      return op === 'delete' ? { op, path, ...ifVersion } : { op, path, data: write.data, ...ifVersion };
    });
  }

  get(client: Client, path: string): Promise<Outcome> {
    return outcomeOf(async () => this.#seen(await this.#clients[client].get(path)));
  }

  query(client: Client, query: Query): Promise<Outcome> {
    return outcomeOf(async () => (await this.#clients[client].query(query)).map((one) => this.#seen(one)));
  }

  count(client: Client, query: Query): Promise<Outcome> {
    return outcomeOf(() => this.#clients[client].count(query));
  }

  watch(client: Client, path: string): void {
    const told: Told[] = [];
    const stop = this.#clients[client].watch(path, (snapshot) => told.push(snapshot));
    this.#watches.push({ path, told, stop });
  }

  /** Every document there may be. */
  async all(): Promise<unknown[]> {
    const found = await Promise.all(PATHS.map((path) => this.#clients[0].get(path)));
    return found.map((snapshot) => this.#seen(snapshot));
  }

  /** Whether every watcher was told the newest state, and never anything older after something newer. */
  async watched(): Promise<'told' | 'not yet' | 'went back'> {
    for (const { path, told } of this.#watches) {
      const times = told.flatMap((snapshot) => (snapshot ? [snapshot.updateTime.getTime()] : []));
      if (times.some((ms, at) => ms < (times[at - 1] ?? ms))) return 'went back';
      const now = await this.#clients[0].get(path);
      if (told.length === 0 || told.at(-1)?.version !== now?.version) return 'not yet';
    }
    return 'told';
  }

  /** Forgets all documents and watchers. */
  async clear(): Promise<void> {
    for (const { stop } of this.#watches) stop();
    const found = await Promise.all(COLLECTIONS.map((collection) => this.#clients[0].query({ collection })));
    await this.#clients[0].commit(found.flat().map(({ path }) => ({ op: 'delete', path })));
  }

  /** @throws Error if a version came back or time went backwards */
  #seen(snapshot: Snapshot | undefined): Seen | undefined {
    if (!snapshot) return undefined;
    const { path, data, version, createTime, updateTime } = snapshot;
    const known = this.#versions.get(path) ?? [];
    this.#versions.set(path, known);
    if (known.at(-1) !== version) {
      if (known.includes(version)) throw new Error(`${path} has its version ${version} again`);
      known.push(version);
    }
    const updatedMs = updateTime.getTime();
    if (updatedMs < (this.#updatedMs.get(path) ?? updatedMs) || createTime > updateTime) {
      throw new Error(`the time of ${path} went back`);
    }
    this.#updatedMs.set(path, updatedMs);
    return { path, data, version: known.length - 1 };
  }
}

/** FAILED_PRECONDITION of a read: no index serves it. https://grpc.io/docs/guides/status-codes/ */
const FAILED_PRECONDITION = 9;

export async function outcomeOf(call: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { ok: await call() };
  } catch (error) {
    if (error instanceof CommitError) return { fault: error.fault };
    const { code } = error as { code?: unknown };
    return { refused: code === FAILED_PRECONDITION ? 'missing index' : 'invalid' };
  }
}
