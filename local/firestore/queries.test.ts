/** Queries as the official client asks them. */
import {
  AggregateField,
  FieldPath,
  Filter,
  type Firestore,
  type Query,
  Timestamp,
} from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Opened, openFirestore } from './testing.ts';

let opened: Opened;
let db: Firestore;
let things: Query;
const rows = {
  a: { n: 1, m: 3, tags: ['x', 'y'], map: { k: 1, 'odd.name': 'q' } },
  b: { n: 2, m: 3, tags: ['y', null], map: { k: 2 } },
  c: { n: 2, m: 1, tags: [{ t: 1 }] },
  d: { n: 'text', m: 2, tags: [Number.NaN, 7] },
  e: { n: null, m: 3 },
  f: { m: 1, n: Number.NaN },
  g: { m: 4 },
};
beforeAll(async () => {
  opened = await openFirestore();
  db = opened.db;
  things = db.collection('things');
  const batch = db.batch();
  for (const [id, data] of Object.entries(rows)) batch.set(db.doc(`things/${id}`), data);
  batch.set(db.doc('up/1/things/z'), { n: 1, deep: true });
  batch.set(db.doc('up/2/things/y'), { n: 5, deep: true });
  batch.set(db.doc('up/2/other/x'), { n: 5, deep: true });
  await batch.commit();
});
afterAll(() => opened.close());

const ids = async (query: Query): Promise<string> => (await query.get()).docs.map((d) => d.id).join('');
const id = FieldPath.documentId();

describe('filters', () => {
  test.each<[string, (q: Query) => Query, string]>([
    ['everything', (q) => q, 'abcdefg'],
    ['==', (q) => q.where('n', '==', 2), 'bc'],
    ['== null', (q) => q.where('n', '==', null), 'e'],
    ['== NaN', (q) => q.where('n', '==', Number.NaN), 'f'],
    ['<, numbers only', (q) => q.where('n', '<', 2), 'a'],
    ['<, texts only', (q) => q.where('n', '<', 'z'), 'd'],
    ['>= descending', (q) => q.where('n', '>=', 1).orderBy('n', 'desc'), 'cba'],
    ['a range from two sides', (q) => q.where('n', '>', 1).where('n', '<=', 2), 'bc'],
    ['!=', (q) => q.where('n', '!=', 2), 'fad'],
    ['!= null', (q) => q.where('n', '!=', null), 'fabcd'],
    ['!= NaN', (q) => q.where('n', '!=', Number.NaN), 'abcd'],
    ['in', (q) => q.where('n', 'in', [2, 'text', null, Number.NaN]), 'bcd'],
    ['not-in', (q) => q.where('n', 'not-in', [2, 'text']), 'fa'],
    ['not-in with NaN', (q) => q.where('n', 'not-in', [2, Number.NaN]), 'ad'],
    ['not-in with null finds nothing', (q) => q.where('n', 'not-in', [2, null]), ''],
    ['array-contains', (q) => q.where('tags', 'array-contains', 'y'), 'ab'],
    ['array-contains a map', (q) => q.where('tags', 'array-contains', { t: 1 }), 'c'],
    ['array-contains-any', (q) => q.where('tags', 'array-contains-any', ['x', 'y', 7]), 'abd'],
    [
      'array-contains-any of null and NaN',
      (q) => q.where('tags', 'array-contains-any', [null, Number.NaN]),
      '',
    ],
    ['a nested field', (q) => q.where('map.k', '==', 2), 'b'],
    ['a quoted field', (q) => q.where(new FieldPath('map', 'odd.name'), '==', 'q'), 'a'],
    ['a map', (q) => q.where('map', '==', { k: 2 }), 'b'],
    ['two equalities', (q) => q.where('n', '==', 2).where('m', '==', 3), 'b'],
    ['two inequalities', (q) => q.where('n', '>', 0).where('m', '>', 1), 'ab'],
    ['OR', (q) => q.where(Filter.or(Filter.where('m', '==', 1), Filter.where('n', '==', 1))), 'acf'],
    [
      'OR within AND',
      (q) =>
        q.where(
          Filter.and(
            Filter.where('m', '==', 3),
            Filter.or(Filter.where('n', '==', 1), Filter.where('n', '==', null)),
          ),
        ),
      'ae',
    ],
    [
      'OR of inequalities',
      (q) => q.where(Filter.or(Filter.where('m', '<', 2), Filter.where('m', '>', 3))),
      'cfg',
    ],
    ['the id ==', (q) => q.where(id, '==', 'b'), 'b'],
    ['the id in', (q) => q.where(id, 'in', ['d', 'b', 'none']), 'bd'],
    ['the id >', (q) => q.where(id, '>', 'd'), 'efg'],
    ['the id, with equality', (q) => q.where('m', '==', 3).where(id, '>=', 'b'), 'be'],
  ])('%s', async (_name, ask, found) => {
    expect(await ids(ask(things))).toBe(found);
    expect((await ask(things).count().get()).data().count).toBe(found.length);
  });
});

describe('order and window', () => {
  test.each<[string, (q: Query) => Query, string]>([
    ['kinds of values; documents without the field are not there', (q) => q.orderBy('n'), 'efabcd'],
    ['two fields', (q) => q.orderBy('m', 'desc').orderBy('n'), 'eabdfc'],
    ['by name, descending', (q) => q.orderBy(id, 'desc'), 'gfedcba'],
    ['limit', (q) => q.orderBy('n').limit(2), 'ef'],
    ['offset', (q) => q.orderBy('n').offset(2).limit(2), 'ab'],
    ['startAfter', (q) => q.orderBy('n').startAfter(1), 'bcd'],
    ['startAt and endBefore', (q) => q.orderBy('n').startAt(1).endBefore('text'), 'abc'],
    ['startAt and endAt, descending', (q) => q.orderBy('n', 'desc').startAt(2).endAt(1), 'cba'],
    ['startAfter of two fields', (q) => q.orderBy('m').orderBy(id).startAfter(3, 'a'), 'beg'],
    ['limitToLast', (q) => q.orderBy('n').limitToLast(2), 'cd'],
    ['limitToLast before a cursor', (q) => q.orderBy('n').endBefore(2).limitToLast(2), 'fa'],
  ])('%s', async (_name, ask, found) => {
    expect(await ids(ask(things))).toBe(found);
  });

  test('a snapshot as cursor goes on after that very document', async () => {
    const first = await things.orderBy('m').limit(3).get();
    const last = first.docs.at(-1);
    if (!last) throw new Error('nothing found');
    expect(await ids(things.orderBy('m').startAfter(last))).toBe('abeg');
  });

  test('select leaves the other fields out, or all', async () => {
    const some = await things.where('n', '==', 1).select('m', 'map.k').get();
    expect(some.docs.map((d) => d.data())).toEqual([{ m: 3, map: { k: 1 } }]);
    const none = await things.where('n', '==', 1).select().get();
    expect(none.docs.map((d) => [d.id, d.data()])).toEqual([['a', {}]]);
  });

  test('stream() brings the same', async () => {
    const seen: string[] = [];
    for await (const document of things.orderBy('m').stream()) {
      seen.push((document as unknown as { id: string }).id);
    }
    expect(seen.join('')).toBe('cfdabeg');
  });
});

describe('collection groups', () => {
  test('collections of that id at any depth, in order of their paths', async () => {
    const found = await db.collectionGroup('things').where('n', '>=', 1).get();
    expect(found.docs.map((d) => d.ref.path)).toEqual([
      'things/a',
      'up/1/things/z',
      'things/b',
      'things/c',
      'up/2/things/y',
    ]);
    expect((await db.collectionGroup('things').where('deep', '==', true).count().get()).data().count).toBe(2);
  });

  test('a range of ids takes paths', async () => {
    const found = await db.collectionGroup('things').where(id, '>', 'things/g').get();
    expect(found.docs.map((d) => d.ref.path)).toEqual(['up/1/things/z', 'up/2/things/y']);
  });
});

describe('aggregations', () => {
  test('count, sum and average, over documents that have every field', async () => {
    const all = things.aggregate({
      count: AggregateField.count(),
      sum: AggregateField.sum('m'),
      average: AggregateField.average('m'),
    });
    expect((await all.get()).data()).toEqual({ count: 7, sum: 17, average: 17 / 7 });
    const nothing = things.where('m', '>', 100);
    const none = nothing.aggregate({ sum: AggregateField.sum('m'), average: AggregateField.average('m') });
    expect((await none.get()).data()).toEqual({ sum: 0, average: null });
    const both = things.aggregate({ count: AggregateField.count(), sum: AggregateField.sum('map.k') });
    expect((await both.get()).data()).toEqual({ count: 2, sum: 3 });
  });

  test('a limit bounds what is counted', async () => {
    expect((await things.limit(3).count().get()).data().count).toBe(3);
  });

  test('more than five are refused', async () => {
    const six = Object.fromEntries(
      Array.from({ length: 6 }, (_, n) => [`s${n}`, AggregateField.sum(`f${n}`)]),
    );
    await expect(things.aggregate(six).get()).rejects.toMatchObject({ code: 3 });
  });
});

describe('refused', () => {
  test.each<[string, (q: Query) => Query, RegExp]>([
    ['a reserved collection', () => db.collection('__things__'), /is invalid because it is reserved/],
    [
      'an order after the name',
      (q) => q.orderBy(id).orderBy('n'),
      /order by clause cannot contain more fields after the key/,
    ],
    [
      'equality on the name with another inequality',
      (q) => q.where(id, '==', 'a').where('n', '>', 1),
      /Equality on key is not allowed/,
    ],
    [
      'too many alternatives',
      (q) => q.where('n', 'in', [1, 2, 3, 4, 5, 6]).where('m', 'in', [1, 2, 3, 4, 5, 6]),
      /Result had 36 disjunctions which is more than the maximum of 30/,
    ],
  ])('%s', async (_name, ask, message) => {
    await expect(ask(things).get()).rejects.toMatchObject({
      code: 3,
      message: expect.stringMatching(message),
    });
  });
});

test('times are compared exactly', async () => {
  const times = db.collection('times');
  for (const micros of [1, 2, 3]) await times.doc(`t${micros}`).set({ at: new Timestamp(9, micros * 1000) });
  expect(
    await ids(times.where('at', '>', new Timestamp(9, 1000)).where('at', '<', new Timestamp(9, 3000))),
  ).toBe('t2');
});
