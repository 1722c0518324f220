/**
 * The port `Documents` on Firestore, through the official client.
 *
 * What that client (9.x) does by itself on a commit, and what follows for callers:
 * - `WriteBatch.commit()` is sent again after UNAVAILABLE, RESOURCE_EXHAUSTED and ABORTED, at first after up to 100 ms, then ever
 *   longer, for up to ten minutes; not after DEADLINE_EXCEEDED. An attempt whose answer was lost may have been applied. So
 *   `exists` or `stale` may speak of the caller's own write, and an `Increment` without a precondition beside it may count twice:
 *   put it in one commit with a `create` or an `ifVersion`, which lets only one attempt through.
 * - Nobody here waits ten minutes: after its deadline, repetitions included, the outcome is reported as unknown. The client goes on all the
 *   same, and nothing of its interface stops it; an attempt of its may still be applied.
 */
import {
  type Query as ClientQuery,
  type DocumentSnapshot,
  FieldPath,
  FieldValue,
  type Firestore,
  Timestamp,
  type WriteBatch,
} from '@google-cloud/firestore';
import { isIndexUnbuilt } from '../../shared/index-building.ts';
import { seconds } from '../../shared/units.ts';
import {
  CommitError,
  type CommitFault,
  type DocumentData,
  type Documents,
  Increment,
  type Query,
  type Snapshot,
  type Value,
  type Write,
} from '../cloud.ts';

/**
 * How long one call may take, by what starts the function. Who answers HTTP must answer itself before the platform does, with a page instead
 * of a problem (`timeoutSeconds` in the manifest); a step has time, and loses what it has done if it gives up.
 */
export const DEADLINES_MS = { http: seconds(8), topic: seconds(30) };

/** @param deadlineMs for each call, in real time: see `DEADLINES_MS` */
export function createDocuments(firestore: Firestore, deadlineMs = DEADLINES_MS.topic): Documents {
  const bounded = <T>(work: Promise<T>): Promise<T> => within(deadlineMs, work);
  return {
    async get(path) {
      const snapshot = await bounded(firestore.doc(path).get()).catch(readFailed);
      return snapshotOf(snapshot);
    },
    async query(query) {
      const found = await bounded(clientQuery(firestore, query).get()).catch(readFailed);
      return found.docs.flatMap((document) => snapshotOf(document) ?? []);
    },
    async count(query) {
      const counted = await bounded(clientQuery(firestore, query).count().get()).catch(readFailed);
      return counted.data().count;
    },
    async commit(writes) {
      if (writes.length === 0) return;
      const batch = firestore.batch();
      for (const write of writes) addWrite(firestore, batch, write);
      await bounded(batch.commit()).catch(commitFailed);
    },
  };
}

function snapshotOf(snapshot: DocumentSnapshot): Snapshot | undefined {
  const data = snapshot.data();
  const { createTime, updateTime } = snapshot;
  if (!data || !createTime || !updateTime) return undefined;
  return {
    path: snapshot.ref.path,
    data: datesIn(data) as DocumentData,
    version: versionOf(updateTime),
    createTime: createTime.toDate(),
    updateTime: updateTime.toDate(),
    readTime: snapshot.readTime.toDate(),
  };
}

/** The whole update time: a `Date` would lose its microseconds, and with them the difference of two writes. */
const versionOf = (time: Timestamp): string => `${time.seconds}.${String(time.nanoseconds).padStart(9, '0')}`;

function timeOf(version: string): Timestamp {
  const [whole, nanos] = version.split('.');
  return new Timestamp(Number(whole), Number(nanos));
}

/** Replaces timestamps by dates, in place: what the client gives is made for this call. */
function datesIn(value: unknown): unknown {
  if (value instanceof Timestamp) return value.toDate();
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    const inner = holder[key];
    if (typeof inner === 'object' && inner !== null) holder[key] = datesIn(inner);
  }
  return holder;
}

/** A copy without fields that are undefined, at any depth; the client refuses them. */
function defined<T extends Value | undefined>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map((element) => defined(element)) as T;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, defined(inner)])) as T;
}

function addWrite(firestore: Firestore, batch: WriteBatch, write: Write): void {
  const document = firestore.doc(write.path);
  switch (write.op) {
    case 'create':
      batch.create(document, defined(write.data));
      return;
    case 'set':
      batch.set(document, defined(write.data));
      return;
    case 'update': {
      const changes = changesOf(write.data);
      // Only without a precondition, not with an empty one, does the client itself ask that the document exist.
      if (write.ifVersion === undefined) batch.update(document, changes);
      else batch.update(document, changes, { lastUpdateTime: timeOf(write.ifVersion) });
      return;
    }
    case 'delete':
      if (write.ifVersion === undefined) batch.delete(document);
      else batch.delete(document, { lastUpdateTime: timeOf(write.ifVersion) });
  }
}

/** As `update()` takes them; it reads dots in names as a path. */
function changesOf(data: Extract<Write, { op: 'update' }>['data']): Record<string, unknown> {
  const changes = Object.entries(data).map(([field, value]) => {
    if (value === undefined) return [field, FieldValue.delete()];
    return [field, value instanceof Increment ? FieldValue.increment(value.by) : defined(value)];
  });
  return Object.fromEntries(changes) as Record<string, unknown>;
}

function clientQuery(firestore: Firestore, query: Query): ClientQuery {
  const { collection, group, where = [], orderBy = [], startAfter, limit } = query;
  let out: ClientQuery = group ? firestore.collectionGroup(collection) : firestore.collection(collection);
  for (const [field, op, value] of where) out = out.where(field, op, defined(value));
  for (const [field, direction] of orderBy) out = out.orderBy(field, direction);
  if (startAfter) {
    const values: unknown[] = startAfter.map((value) => defined(value));
    const path = startAfter[orderBy.length];
    if (typeof path === 'string') {
      out = out.orderBy(FieldPath.documentId(), orderBy.at(-1)?.[1] ?? 'asc');
      values[orderBy.length] = firestore.doc(path);
    }
    out = out.startAfter(...values);
  }
  return limit === undefined ? out : out.limit(limit);
}

async function within<T>(deadlineMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new CommitError('unavailable', `no answer from Firestore within ${deadlineMs} ms`)),
      deadlineMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Canonical gRPC codes: https://grpc.io/docs/guides/status-codes/ */
const FAILED_PRECONDITION = 9;
const FAULT_OF: Readonly<Record<number, CommitFault>> = {
  5: 'missing',
  6: 'exists',
  [FAILED_PRECONDITION]: 'stale',
};
/**
 * The request can never succeed as it is (INVALID_ARGUMENT, PERMISSION_DENIED, OUT_OF_RANGE, UNIMPLEMENTED, UNAUTHENTICATED):
 * thrown as they are, for they are faults of ours. ABORTED is none of these: it means that the last attempt was not applied, but
 * the client makes several, and one before it may have been; so it is `unavailable`.
 */
const HOPELESS: ReadonlySet<number> = new Set([3, 7, 11, 12, 16]);

const codeOf = (error: unknown): number | undefined => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'number' ? code : undefined;
};

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What the client refuses before it sends anything has no code. */
const unsent = (error: unknown): boolean => codeOf(error) === undefined && !isNetworkFault(error);

const isNetworkFault = (error: unknown): boolean =>
  typeof (error as { code?: unknown } | null)?.code === 'string';

function commitFailed(error: unknown): never {
  const code = codeOf(error);
  if (error instanceof CommitError || unsent(error) || (code !== undefined && HOPELESS.has(code)))
    throw error;
  const fault = code === undefined ? undefined : FAULT_OF[code];
  throw new CommitError(fault ?? 'unavailable', textOf(error), { cause: error });
}

/**
 * A read has no preconditions: FAILED_PRECONDITION means that an index is missing, and is ours. One that is still being built is not: it is
 * waited for, as the database itself is.
 */
function readFailed(error: unknown): never {
  const code = codeOf(error);
  if (error instanceof CommitError || unsent(error)) throw error;
  if (code === FAILED_PRECONDITION && isIndexUnbuilt(textOf(error)))
    throw new CommitError('unavailable', 'an index is still being built', { cause: error });
  if (code !== undefined && (HOPELESS.has(code) || FAULT_OF[code] !== undefined)) throw error;
  throw new CommitError('unavailable', textOf(error), { cause: error });
}
