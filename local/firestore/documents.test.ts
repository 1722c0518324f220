/** Documents, writes and lists as the official client sees them. */
import { FieldPath, FieldValue, type Firestore, GeoPoint, Timestamp } from '@google-cloud/firestore';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Opened, openFirestore } from './testing.ts';

let opened: Opened;
let db: Firestore;
let run = 0;
let things: FirebaseFirestore.CollectionReference;
beforeAll(async () => {
  opened = await openFirestore();
  db = opened.db;
});
afterAll(() => opened.close());
beforeEach(() => {
  things = db.collection(`things${++run}`);
});

const read = async (id: string) => (await things.doc(id).get()).data();
const codeOf = (work: Promise<unknown>): Promise<number | undefined> =>
  work.then(
    () => undefined,
    (error: { code?: number }) => error.code,
  );

describe('values', () => {
  test('every kind comes back as it was written', async () => {
    const data = {
      nothing: null,
      bool: false,
      int: -7,
      double: 1.25,
      nan: Number.NaN,
      infinity: Number.NEGATIVE_INFINITY,
      zero: -0,
      time: new Timestamp(1, 123456000),
      text: 'tschüß 🌍\u0000',
      bytes: Buffer.from([0, 255, 7]),
      ref: db.doc('other/doc'),
      geo: new GeoPoint(1.5, -2),
      list: [1, 'two', { deep: [true] }],
      map: { a: {}, b: [] },
      vector: FieldValue.vector([1, 2, 3.5]),
      'odd `name\\': 1,
      constructor: 'own',
    };
    await things.doc('a').set(data);
    expect(await read('a')).toEqual(data);
  });

  test('integers keep 64 bits', async () => {
    const big = opened.client({ useBigInt: true });
    const ref = big.doc(`${things.id}/a`);
    await ref.set({ max: 9223372036854775807n, min: -9223372036854775808n, odd: 9007199254740993n });
    expect((await ref.get()).data()).toEqual({
      max: 9223372036854775807n,
      min: -9223372036854775808n,
      odd: 9007199254740993n,
    });
    const found = await big.collection(things.id).where('odd', '>', 9007199254740992n).get();
    expect(found.size).toBe(1);
  });

  test('timestamps are cut to microseconds', async () => {
    await things.doc('a').set({ at: new Timestamp(5, 123456789) });
    expect((await read('a'))?.at).toEqual(new Timestamp(5, 123456000));
  });

  test('maps may be 20 deep', async () => {
    const nested = (depth: number): object => (depth === 0 ? {} : { in: nested(depth - 1) });
    await things.doc('a').set(nested(20));
    expect(await read('a')).toEqual(nested(20));
  });

  test('a document of 900 KB is taken, one of more than 1 MiB is not', async () => {
    await things.doc('a').set({ text: 'x'.repeat(900_000) });
    const large = things.doc('b').set({ one: 'x'.repeat(600_000), two: 'x'.repeat(600_000) });
    await expect(large).rejects.toMatchObject({
      code: 3,
      message:
        /cannot be written because its size \(1,200,\d+ bytes\) exceeds the maximum allowed size of 1,048,576 bytes/,
    });
    const value = things.doc('b').set({ one: 'x'.repeat(1_048_488) });
    await expect(value).rejects.toMatchObject({
      code: 3,
      message: /The value of property "one" is longer than/,
    });
  });
});

describe('writes', () => {
  test('create, and refuse to create again', async () => {
    await things.doc('a').create({ n: 1 });
    await expect(things.doc('a').create({ n: 2 })).rejects.toMatchObject({
      code: 6,
      message: expect.stringContaining(
        `Document already exists: projects/demo/databases/(default)/documents/${things.path}/a`,
      ),
    });
    expect(await read('a')).toEqual({ n: 1 });
  });

  test('set replaces, merges, and merges named fields', async () => {
    await things.doc('a').set({ x: 1, map: { k: 1, l: 2 } });
    await things.doc('a').set({ y: 2, map: { k: 3 } }, { merge: true });
    expect(await read('a')).toEqual({ x: 1, y: 2, map: { k: 3, l: 2 } });
    await things.doc('a').set({ x: 9, y: 9, map: { k: 9, l: 9 } }, { mergeFields: ['x', 'map.l'] });
    expect(await read('a')).toEqual({ x: 9, y: 2, map: { k: 3, l: 9 } });
    await things.doc('a').set({ z: 1 });
    expect(await read('a')).toEqual({ z: 1 });
    await things.doc('b').set({ fresh: true }, { merge: true });
    expect(await read('b')).toEqual({ fresh: true });
  });

  test('an empty document exists', async () => {
    await things.doc('a').set({});
    expect((await things.doc('a').get()).exists).toBe(true);
  });

  test('update reaches nested and quoted fields and deletes', async () => {
    await things.doc('a').set({ map: { k: 1, l: 2 }, 'a.b': 1, gone: 1 });
    await things.doc('a').update({ 'map.k': 5, 'new.deep.field': 6, gone: FieldValue.delete() });
    await things.doc('a').update(new FieldPath('a.b'), 7, new FieldPath('map', '`x\\'), 8);
    expect(await read('a')).toEqual({
      map: { k: 5, l: 2, '`x\\': 8 },
      'a.b': 7,
      new: { deep: { field: 6 } },
    });
  });

  test('update of nothing is NOT_FOUND', async () => {
    await expect(things.doc('a').update({ n: 1 })).rejects.toMatchObject({
      code: 5,
      message: expect.stringContaining('No document to update: projects/demo/'),
    });
  });

  test('delete, with and without preconditions', async () => {
    await things.doc('a').set({ n: 1 });
    await things.doc('a').delete();
    expect((await things.doc('a').get()).exists).toBe(false);
    await things.doc('a').delete();
    expect(await codeOf(things.doc('a').delete({ exists: true }))).toBe(5);
  });

  test('lastUpdateTime must be that of the stored document', async () => {
    const { writeTime: first } = await things.doc('a').set({ n: 1 });
    const { writeTime: second } = await things.doc('a').update({ n: 2 }, { lastUpdateTime: first });
    expect(second.valueOf() > first.valueOf()).toBe(true);
    await expect(things.doc('a').update({ n: 3 }, { lastUpdateTime: first })).rejects.toMatchObject({
      code: 9,
      message: /the stored version \(\d+\) does not match the required base version \(\d+\)/,
    });
    expect(await codeOf(things.doc('a').delete({ lastUpdateTime: first }))).toBe(9);
    await things.doc('a').delete({ lastUpdateTime: second });
    expect(await codeOf(things.doc('a').update({ n: 3 }, { lastUpdateTime: second }))).toBe(9);
  });

  test('update times rise strictly; a write that changes nothing keeps its', async () => {
    const times: string[] = [];
    for (let n = 0; n < 5; n++) times.push((await things.doc('a').set({ n })).writeTime.valueOf());
    expect([...new Set(times)].sort()).toEqual(times);
    expect((await things.doc('a').set({ n: 4 })).writeTime.valueOf()).toBe(times.at(-1));
    expect((await things.doc('a').get()).updateTime?.valueOf()).toBe(times.at(-1));
    // 4 and 4.0 are equal to a query, but not the same to store.
    await things.doc('a').set({ n: 4.5 });
    expect((await things.doc('a').get()).updateTime?.valueOf()).not.toBe(times.at(-1));
  });

  test('a batch is all or nothing', async () => {
    await things.doc('a').set({ n: 1 });
    const batch = db.batch();
    batch.set(things.doc('b'), { n: 1 });
    batch.update(things.doc('a'), { n: 2 });
    batch.delete(things.doc('a'));
    batch.create(things.doc('a'), { n: 3 });
    batch.update(things.doc('missing'), { n: 1 });
    expect(await codeOf(batch.commit())).toBe(5);
    expect(await read('a')).toEqual({ n: 1 });
    expect(await read('b')).toBeUndefined();
  });

  test('writes of a batch see the ones before; update after delete is refused', async () => {
    const batch = db.batch();
    batch.create(things.doc('a'), { n: 1 });
    batch.update(things.doc('a'), { m: 2 });
    await batch.commit();
    expect(await read('a')).toEqual({ n: 1, m: 2 });
    const other = db.batch();
    other.delete(things.doc('a'));
    other.update(things.doc('a'), { m: 3 });
    expect(await codeOf(other.commit())).toBe(3);
  });

  test('update after a delete that found nothing is refused for the delete, not as missing', async () => {
    const batch = db.batch();
    batch.delete(things.doc('none'));
    batch.update(things.doc('none'), { n: 1 });
    expect(await codeOf(batch.commit())).toBe(3);
    const alone = db.batch();
    alone.update(things.doc('none'), { n: 1 });
    expect(await codeOf(alone.commit())).toBe(5);
  });

  test('600 writes in one batch', async () => {
    const batch = db.batch();
    for (let n = 0; n < 600; n++) batch.set(things.doc(`d${n}`), { n });
    expect(await batch.commit()).toHaveLength(600);
    expect((await things.count().get()).data().count).toBe(600);
  });

  test('BulkWriter writes each by itself', async () => {
    const writer = db.bulkWriter();
    const failed: string[] = [];
    writer.onWriteError((error) => {
      failed.push(`${error.documentRef.id}: ${error.code}`);
      return false;
    });
    await things.doc('d3').set({});
    const all = Array.from({ length: 200 }, (_, n) =>
      writer.create(things.doc(`d${n}`), { n }).catch(() => undefined),
    );
    await writer.close();
    await Promise.all(all);
    expect(failed).toEqual(['d3: 6']);
    expect((await things.count().get()).data().count).toBe(200);
  });

  test('recursiveDelete takes everything below, and nothing else', async () => {
    await db.doc(`${things.path}/a/sub/b/sub/c`).set({ n: 1 });
    await things.doc('d').set({ n: 1 });
    await db.doc(`${things.path}x/kept`).set({ n: 1 });
    await db.recursiveDelete(things);
    expect(
      (await db.collectionGroup('sub').get()).docs.filter((d) => d.ref.path.startsWith(`${things.path}/`)),
    ).toEqual([]);
    expect((await things.get()).size).toBe(0);
    expect((await db.doc(`${things.path}x/kept`).get()).exists).toBe(true);
  });
});

describe('transforms', () => {
  test('the time of the server, in milliseconds, the same everywhere in a commit', async () => {
    const batch = db.batch();
    batch.set(things.doc('a'), {
      at: FieldValue.serverTimestamp(),
      map: { at: FieldValue.serverTimestamp() },
    });
    batch.set(things.doc('b'), { at: FieldValue.serverTimestamp() });
    await batch.commit();
    const [a, b] = [await read('a'), await read('b')];
    expect(a?.at).toBeInstanceOf(Timestamp);
    expect(a?.at.nanoseconds % 1_000_000).toBe(0);
    expect([a?.map.at, b?.at]).toEqual([a?.at, a?.at]);
  });

  const MAX = 9007199254740991;
  test.each([
    ['increments', 1, FieldValue.increment(2), 3],
    ['increments by a double', 1, FieldValue.increment(0.5), 1.5],
    ['begins at the operand', undefined, FieldValue.increment(5), 5],
    ['replaces what is no number', 'text', FieldValue.increment(5), 5],
    ['adds beyond 2^53', MAX, FieldValue.increment(MAX), 2 * MAX],
    [
      'adds what is missing',
      [1, 'a'],
      FieldValue.arrayUnion('a', 'b', 'b', { m: 1 }),
      [1, 'a', 'b', { m: 1 }],
    ],
    ['adds to nothing', undefined, FieldValue.arrayUnion(1), [1]],
    ['adds to what is no array', 7, FieldValue.arrayUnion(1), [1]],
    ['removes all equal', [1, 2, 1, { m: 1 }], FieldValue.arrayRemove(1, { m: 1 }), [2]],
    ['removes from nothing', undefined, FieldValue.arrayRemove(1), []],
  ])('%s', async (_name, before, change, after) => {
    await things.doc('a').set(before === undefined ? {} : { f: before, map: { f: before } });
    await things.doc('a').update({ f: change, 'map.f': change });
    expect(await read('a')).toEqual({ f: after, map: { f: after } });
  });
});

describe('reads', () => {
  test('getAll keeps the order and takes a field mask', async () => {
    await things.doc('a').set({ x: 1, y: 2, map: { k: 1, l: 2 } });
    const got = await db.getAll(things.doc('none'), things.doc('a'), { fieldMask: ['x', 'map.l'] });
    expect(got.map((s) => s.data())).toEqual([undefined, { x: 1, map: { l: 2 } }]);
  });

  test('documents that are missing but have something below are listed', async () => {
    await things.doc('b').set({ n: 1 });
    await db.doc(`${things.path}/a/sub/x`).set({});
    await db.doc(`${things.path}/c/other/y/deep/z`).set({});
    expect((await things.listDocuments()).map((d) => d.id)).toEqual(['a', 'b', 'c']);
  });

  test('collections are listed, below the root and below a document', async () => {
    await db.doc(`${things.path}/a/sub-x/1`).set({});
    await db.doc(`${things.path}/a/sub/1/deeper/2`).set({});
    expect((await things.doc('a').listCollections()).map((c) => c.id)).toEqual(['sub', 'sub-x']);
    expect((await db.listCollections()).map((c) => c.id)).toContain(things.id);
  });

  test('a collection group can be cut into partitions that together are the whole', async () => {
    const group = `parts${run}`;
    const batch = db.batch();
    for (let n = 0; n < 30; n++) batch.set(db.doc(`${things.path}/p${n % 3}/${group}/d${n}`), { n });
    await batch.commit();
    const found: string[] = [];
    let partitions = 0;
    for await (const partition of db.collectionGroup(group).getPartitions(4)) {
      partitions++;
      found.push(...(await partition.toQuery().get()).docs.map((d) => d.id));
    }
    expect(partitions).toBe(4);
    expect(found.sort()).toEqual(Array.from({ length: 30 }, (_, n) => `d${n}`).sort());
  });

  test('a read at a past time sees what was then', async () => {
    await things.doc('a').set({ n: 1 });
    const readTime = (await things.doc('a').get()).readTime;
    await things.doc('a').set({ n: 2 });
    await things.doc('b').set({ n: 9 });
    const then = await db.runTransaction(
      async (t) => [await t.get(things.doc('a')), await t.get(things.orderBy('n'))] as const,
      { readOnly: true, readTime },
    );
    expect([then[0].data(), then[1].docs.map((d) => d.data())]).toEqual([{ n: 1 }, [{ n: 1 }]]);
    const tooOld = db.runTransaction((t) => t.get(things.doc('a')), {
      readOnly: true,
      readTime: Timestamp.fromMillis(0),
    });
    expect(await codeOf(tooOld)).toBe(9);
  });
});

describe('names', () => {
  test('ids of many kinds', async () => {
    const ids = ['constructor', 'ünï cödé 🌍', '__id7__', 'a.b', '1', ' ', 'q\'u"ote', 'x'.repeat(1500)];
    for (const id of ids) await things.doc(id).set({ id });
    for (const id of ids) expect(await read(id)).toEqual({ id });
    expect((await things.add({})).id).toHaveLength(20);
  });

  test.each(['__a__', '__proto__', '..', 'x'.repeat(1501)])('the id %j is refused', async (id) => {
    expect(await codeOf(things.doc(id).set({}))).toBe(3);
  });

  test('databases and projects are apart', async () => {
    const other = opened.client({ databaseId: 'other' });
    const elsewhere = opened.client({ projectId: 'elsewhere' });
    await things.doc('a').set({ from: 'default' });
    await other.doc(`${things.path}/a`).set({ from: 'other' });
    await elsewhere.doc(`${things.path}/a`).set({ from: 'elsewhere' });
    const seen = await Promise.all([db, other, elsewhere].map((d) => d.collectionGroup(things.id).get()));
    expect(seen.map((s) => s.docs.map((d) => d.get('from')))).toEqual([
      ['default'],
      ['other'],
      ['elsewhere'],
    ]);
  });
});
