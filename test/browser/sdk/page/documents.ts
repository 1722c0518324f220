/** What a page does with documents, as an application would write it. Data go over to the test as plain values. */
import {
  addDoc,
  arrayRemove,
  arrayUnion,
  average,
  Bytes,
  collection,
  count,
  type DocumentData,
  DocumentReference,
  deleteDoc,
  deleteField,
  disableNetwork,
  doc,
  enableNetwork,
  GeoPoint,
  getAggregateFromServer,
  getCountFromServer,
  getDoc,
  getDocFromServer,
  getDocsFromServer,
  increment,
  runTransaction,
  serverTimestamp,
  setDoc,
  sum,
  Timestamp,
  updateDoc,
  waitForPendingWrites,
  writeBatch,
} from 'firebase/firestore';
import { db, type QuerySpec, queryOf } from './client.ts';

/** The code of the error that `work` ends with; undefined if with none. */
async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** @returns the error's code, if any */
export const set = (path: string, data: DocumentData): Promise<string | undefined> =>
  codeOf(setDoc(doc(db(), path), data));
/** @returns the error's code, if any */
export const update = (path: string, data: DocumentData): Promise<string | undefined> =>
  codeOf(updateDoc(doc(db(), path), data));
/** @returns the error's code, if any */
export const remove = (path: string): Promise<string | undefined> => codeOf(deleteDoc(doc(db(), path)));
export const read = async (path: string): Promise<DocumentData | undefined> =>
  (await getDocFromServer(doc(db(), path))).data();
export const readCode = (path: string): Promise<string | undefined> =>
  codeOf(getDocFromServer(doc(db(), path)));
export const queryCode = (spec: QuerySpec): Promise<string | undefined> =>
  codeOf(getDocsFromServer(queryOf(spec)));
export const countCode = (spec: QuerySpec): Promise<string | undefined> =>
  codeOf(getCountFromServer(queryOf(spec)));
/** As a transaction that reads nothing. */
export const incrementCode = (path: string): Promise<string | undefined> =>
  codeOf(
    runTransaction(db(), async (transaction) => {
      transaction.update(doc(db(), path), { n: increment(1) });
    }),
  );

export const goOffline = (): Promise<void> => disableNetwork(db());
export const goOnline = (): Promise<void> => enableNetwork(db());
export const settled = (): Promise<void> => waitForPendingWrites(db());
/** Queues a write and does not wait for it. */
export function queue(path: string, data: DocumentData): void {
  void setDoc(doc(db(), path), data);
}

/** One of every kind of value. The same description is made of what the server answers. */
export async function writeValues(path: string): Promise<Record<string, string>> {
  await setDoc(doc(db(), path), {
    null: null,
    yes: true,
    no: false,
    zero: 0,
    minusZero: -0,
    whole: Number.MAX_SAFE_INTEGER,
    fraction: 0.1,
    notANumber: Number.NaN,
    infinity: Number.POSITIVE_INFINITY,
    minusInfinity: Number.NEGATIVE_INFINITY,
    text: 'plain',
    emptyText: '',
    emoji: '👩‍👩‍👧‍👦 🇪🇺 \u{1d11e}',
    bytes: Bytes.fromUint8Array(new Uint8Array([0, 1, 127, 128, 255])),
    noBytes: Bytes.fromUint8Array(new Uint8Array()),
    place: new GeoPoint(-90, 180),
    reference: doc(db(), 'other/document'),
    time: new Timestamp(1_700_000_000, 123_456_000),
    earlyTime: new Timestamp(-62_135_596_800, 0),
    list: [1, 'two', null, { three: [3] }],
    emptyList: [],
    map: { 'a.b': 1, 'with space': { deep: true }, __proto: 'x' },
    emptyMap: {},
  });
  return describeDocument(path);
}

/** Every field of the document as the server has it, in words. */
export async function describeDocument(path: string): Promise<Record<string, string>> {
  const data = (await getDocFromServer(doc(db(), path))).data() ?? {};
  return Object.fromEntries(Object.entries(data).map(([field, value]) => [field, inWords(value)]));
}

function inWords(value: unknown): string {
  if (value instanceof Bytes) return `bytes ${[...value.toUint8Array()].join(' ')}`;
  if (value instanceof GeoPoint) return `place ${value.latitude} ${value.longitude}`;
  if (value instanceof DocumentReference) return `reference ${value.path}`;
  if (value instanceof Timestamp) return `time ${value.seconds} ${value.nanoseconds}`;
  if (Array.isArray(value)) return `list [${value.map(inWords).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([key, field]) => `${key}: ${inWords(field)}`);
    return `map {${fields.sort().join(', ')}}`;
  }
  return `${typeof value} ${Object.is(value, -0) ? '-0' : String(value)}`;
}

/** Set, update, delete and all transforms on one document; what the server has after each. */
export async function transform(path: string) {
  const at = doc(db(), path);
  await setDoc(at, { n: 1, tags: ['a', 'b'], when: serverTimestamp(), gone: true, deep: { x: 1 } });
  const first = await getDocFromServer(at);
  await updateDoc(at, {
    n: increment(41),
    tags: arrayUnion('b', 'c'),
    gone: deleteField(),
    'deep.y': serverTimestamp(),
  });
  await updateDoc(at, { tags: arrayRemove('a') });
  await setDoc(at, { n: increment(0.5), deep: { z: 3 } }, { merge: true });
  const last = (await getDocFromServer(at)).data() ?? {};
  await deleteDoc(at);
  return {
    firstTime: (first.get('when') as Timestamp).toMillis(),
    n: last.n as number,
    tags: last.tags as string[],
    fields: Object.keys(last).sort(),
    deep: Object.keys(last.deep as object).sort(),
    deepTime: last.deep.y instanceof Timestamp,
    existsAtLast: (await getDocFromServer(at)).exists(),
  };
}

/** Writes to one document without waiting for any; each adds its number. */
export async function queueWrites(path: string, writes: number): Promise<void> {
  const at = doc(db(), path);
  const queued = [setDoc(at, { last: -1, order: [] })];
  for (let n = 0; n < writes; n++) queued.push(updateDoc(at, { last: n, order: arrayUnion(n) }));
  await Promise.all(queued);
}

export async function incrementInTransactions(path: string, transactions: number): Promise<void> {
  const at = doc(db(), path);
  const one = () =>
    runTransaction(
      db(),
      async (transaction) => {
        const before = (await transaction.get(at)).get('n') as number;
        transaction.update(at, { n: before + 1 });
      },
      { maxAttempts: 50 },
    );
  await Promise.all(Array.from({ length: transactions }, one));
}

export async function readInAllWays(path: string, spec: QuerySpec, field: string) {
  const found = await getDocsFromServer(queryOf(spec));
  const aggregated = await getAggregateFromServer(queryOf(spec), {
    n: count(),
    total: sum(field),
    mean: average(field),
  });
  return {
    one: (await getDoc(doc(db(), path))).data(),
    missing: (await getDoc(doc(db(), `${path}-missing`))).exists(),
    ids: found.docs.map(({ id }) => id),
    count: (await getCountFromServer(queryOf(spec))).data().count,
    aggregated: aggregated.data(),
  };
}

/** A batch of three writes and an added document. @returns id of the latter */
export async function batchAndAdd(path: string): Promise<string> {
  const batch = writeBatch(db());
  const into = collection(db(), path);
  batch.set(doc(into, 'a'), { n: 1 });
  batch.set(doc(into, 'b'), { n: 2 });
  batch.update(doc(into, 'a'), { n: increment(10) });
  await batch.commit();
  return (await addDoc(into, { n: 3 })).id;
}
