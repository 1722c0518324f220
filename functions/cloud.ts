/**
 * The port: everything the control plane asks of the outside world besides clusters themselves.
 * The real side is `google/`; the one in memory (`local/memory`) serves tests and the simulation on a virtual clock.
 * `test/contract` runs one suite on both.
 */

/** What a document may hold. A `Date` is a Firestore timestamp; milliseconds are kept. */
export type Value = null | boolean | number | string | Date | Value[] | { [key: string]: Value | undefined };
export type DocumentData = { [field: string]: Value | undefined };

export interface Snapshot<T = DocumentData> {
  /** Path relative to the database, e.g. `clusters/abc`. */
  path: string;
  data: T;
  /** Opaque; changes with every write that changes the document. For `ifVersion`. */
  version: string;
  createTime: Date;
  updateTime: Date;
  /** When it was read, by the database's own clock. */
  readTime: Date;
}

/** Adds to a number on the server; a missing field counts as 0. */
export class Increment {
  readonly by: number;
  constructor(by: number) {
    this.by = by;
  }
}

export type Write =
  /** Fails with `exists` if the document is there. */
  | { op: 'create'; path: string; data: DocumentData }
  /** Creates or replaces the whole document, whatever was there. */
  | { op: 'set'; path: string; data: DocumentData }
  /**
   * Replaces the named fields, leaving the others; `undefined` removes one. A name may be a dotted path into maps
   * (`entries.bucket-g1`; parts of letters, digits, `_` and `-`). Fails with `missing` if there is no document, with `stale` if
   * `ifVersion` is not its version any more.
   */
  | {
      op: 'update';
      path: string;
      data: { [field: string]: Value | Increment | undefined };
      ifVersion?: string;
    }
  /** Deleting what is not there succeeds, unless `ifVersion` is given. */
  | { op: 'delete'; path: string; ifVersion?: string };

type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'array-contains';

export interface Query {
  /** Collection path (`clusters`, `clusters/abc/events`). */
  collection: string;
  /** All collections of that name, wherever they are; `collection` is the name alone, and there is no `startAfter`. */
  group?: true;
  where?: ReadonlyArray<readonly [field: string, op: Comparison, value: Value]>;
  orderBy?: ReadonlyArray<readonly [field: string, direction: 'asc' | 'desc']>;
  /** Values of the `orderBy` fields (then, optionally, the document's path) after which results start. */
  startAfter?: readonly Value[];
  limit?: number;
}

/**
 * Why a commit wrote nothing. `exists`, `missing` and `stale` are preconditions that failed; `unavailable` means that the
 * outcome is unknown: it may have been applied.
 */
export type CommitFault = 'exists' | 'missing' | 'stale' | 'unavailable';

export class CommitError extends Error {
  readonly fault: CommitFault;
  constructor(fault: CommitFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommitError';
    this.fault = fault;
  }
}

/** Somebody else's commit came first: nothing was written, and what was read is not as it was. */
export const isLostRace = (error: unknown): error is CommitError =>
  error instanceof CommitError && error.fault !== 'unavailable';

/** What it gives is as it was found: `documents.ts` says how it is parsed. */
export interface Documents {
  /** @throws CommitError `unavailable` */
  get(path: string): Promise<Snapshot | undefined>;
  /** Strongly consistent. @throws CommitError `unavailable` */
  query(query: Query): Promise<Snapshot[]>;
  /** How many documents match, without reading them. @throws CommitError `unavailable` */
  count(query: Query): Promise<number>;
  /** All or nothing. @throws CommitError */
  commit(writes: readonly Write[]): Promise<void>;
}

/** A message is a hint that may be lost, doubled, late or reordered; see `shared/messages.ts`. */
export interface Messages {
  /**
   * Resolves when the bus has taken the message.
   * @param attributes what travels with the body and is no part of it: which trace it belongs to
   */
  publish(topic: string, body: object, attributes?: Readonly<Record<string, string>>): Promise<void>;
}

/** A message as its function gets it. */
export interface Delivered {
  /** The bus's own; a message that is delivered twice has the same. */
  id: string;
  text: string;
  attributes: Readonly<Record<string, string>>;
  publishedAt: Date;
}

/**
 * Instants are real, in ms since the epoch; durations are cloud time. In production the two are the same; the embedded cloud runs
 * its durations faster (`HUB_CLOUD_SPEED`) so that a cloud minute can take a second.
 */
export interface Clock {
  now(): number;
  /** Milliseconds since some instant, which nobody sets right: for how long something takes that is done in one process. */
  monotonic(): number;
  /** The instant that lies `durationMs` of cloud time ahead. */
  after(durationMs: number): number;
  /**
   * The instant by which computing of ours that may take `durationMs` has surely ended. The embedded cloud runs its own durations
   * faster, but not our processor.
   */
  afterWork(durationMs: number): number;
  /** How much cloud time lies between that instant and now; negative if it is ahead. */
  elapsed(sinceMs: number): number;
  /** Resolves at that instant, or at once if it is past. */
  sleepUntil(atMs: number): Promise<void>;
}

/** Lower-case base32: of these are ids and secrets. */
export const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

export interface Random {
  /** In [0, 1). */
  fraction(): number;
  /** `length` characters of `BASE32`: 5 bits each. */
  base32(length: number): string;
}

/** The outside world as every handler gets it. */
export interface Cloud {
  documents: Documents;
  messages: Messages;
  clock: Clock;
  random: Random;
}
