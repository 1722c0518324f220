import {
  FieldPath,
  FieldValue,
  Filter,
  GeoPoint,
  type Query,
  Timestamp,
  type WriteBatch,
} from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseIndexConfig } from './index-config.ts';
import { type Opened, openFirestore } from './testing.ts';

let opened: Opened;
beforeAll(async () => {
  opened = await openFirestore();
});
afterAll(() => opened.close());

const id = FieldPath.documentId();
const list = (length: number): number[] => Array.from({ length }, (_, i) => i);

describe('a query is refused', () => {
  test.each<[string, (q: Query) => Query, string]>([
    [
      'for 31 operands of in',
      (q) => q.where('a', 'in', list(31)),
      "'IN' supports up to 30 comparison values.",
    ],
    [
      'for 31 operands of array-contains-any',
      (q) => q.where('a', 'array-contains-any', list(31)),
      "'ARRAY_CONTAINS_ANY' supports up to 30 comparison values.",
    ],
    [
      'for 11 operands of not-in',
      (q) => q.where('a', 'not-in', list(11)),
      "'NOT_IN' supports up to 10 comparison values.",
    ],
    [
      'for 31 alternatives',
      (q) => q.where(Filter.or(...list(31).map((n) => Filter.where('a', '==', n)))),
      'Too many disjunctions after normalization. Result had 31 disjunctions which is more than the maximum of 30',
    ],
    [
      'for two arrays in one alternative',
      (q) => q.where('a', 'array-contains', 1).where('b', 'array-contains-any', [1]),
      "A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.",
    ],
    [
      'for two negations',
      (q) => q.where('a', '!=', 1).where('b', 'not-in', [1]),
      "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.",
    ],
    [
      'for not-in beside in',
      (q) => q.where('a', 'not-in', [1]).where('b', 'in', [1, 2]),
      "'NOT_IN' cannot be combined with 'OR', 'IN' or 'ARRAY_CONTAINS_ANY' in the same query.",
    ],
    [
      'for 11 fields with inequalities',
      (q) => list(11).reduce((out, n) => out.where(`f${n}`, '>', 1), q),
      'The query contains 11 distinct inequality fields: [f0, f1, f10, f2, f3, f4, f5, f6, f7, f8, f9]. A query may not have more than 10 distinct inequality fields.',
    ],
    [
      'for more than 100 filters and orders of all alternatives',
      (q) => list(3).reduce((out, n) => out.where(`e${n}`, '==', 1), q.where('a', 'in', list(30))),
      'The query may not have more than 100 filters + sort orders + ancestor total. Currently there are 120 filters, 0 sort orders, and no ancestor filter.',
    ],
    [
      'for the same order twice',
      (q) => q.orderBy('a').orderBy('a', 'desc'),
      'order by clause cannot contain duplicate fields a',
    ],
    [
      'for an inequality on a field whose order would come after the name',
      (q) => q.where('a', '>', 1).orderBy(id),
      'order by clause cannot contain more fields after the key',
    ],
    [
      'for a path of 1,501 bytes',
      (q) => q.where('a'.repeat(1501), '==', 1),
      'property path is longer than 1500 bytes.',
    ],
  ])('%s', async (_name, ask, message) => {
    const refused = { code: 3, message: expect.stringContaining(message) };
    const query = ask(opened.db.collection('c'));
    await expect(query.get()).rejects.toMatchObject(refused);
    await expect(query.count().get()).rejects.toMatchObject(refused);
  });
});

test('the most that is allowed is answered', async () => {
  const all = opened.db.collection('c');
  for (const query of [
    all.where('a', 'in', list(30)).where('e', '==', 1).where('f', '==', 1),
    all.where('a', 'not-in', list(10)),
    all.where(Filter.or(Filter.where('a', 'array-contains', 1), Filter.where('b', 'array-contains', 1))),
    list(10).reduce<Query>((out, n) => out.where(`f${n}`, '>', 1), all),
    all.where('a'.repeat(1500), '==', 1),
  ]) {
    expect((await query.get()).size).toBe(0);
  }
});

describe('a write is refused', () => {
  test.each<[string, string, object, string]>([
    [
      'for an id of 1,501 bytes',
      `c/${'x'.repeat(1501)}`,
      {},
      'The key path element name is longer than 1500 bytes.',
    ],
    [
      'for a collection of 1,501 bytes',
      `${'x'.repeat(1501)}/d`,
      {},
      'The key path element kind is longer than 1500 bytes.',
    ],
    ['for a name beyond 6 KiB', Array(6).fill('x'.repeat(1100)).join('/'), {}, 'longer than 6144 bytes'],
    [
      'for a field of 1,501 bytes',
      'c/d',
      { ['ü'.repeat(751)]: 1 },
      'The property.name is longer than 1500 bytes.',
    ],
    ['for the name of a reserved field', 'c/d', { a: { __x__: 1 } }, 'Property name "__x__" is reserved.'],
    [
      'for 20,001 elements, each with two entries',
      'c/d',
      { a: list(20_001) },
      'too many index entries for entity /c/d',
    ],
    [
      'for more fields than indexes may have entries',
      'c/d',
      { map: Object.fromEntries(list(20_001).map((n) => [`f${n}`, 1])) },
      'too many index entries for entity /c/d',
    ],
  ])('%s', async (_name, path, data, message) => {
    await expect(opened.db.doc(path).set(data)).rejects.toMatchObject({
      code: 3,
      message: expect.stringContaining(message),
    });
  });

  test('for more than 500 transforms of one document, in however many writes', async () => {
    const changes = (count: number, from = 0): Record<string, FieldValue> =>
      Object.fromEntries(list(count).map((n) => [`f${n + from}`, FieldValue.increment(1)]));
    const document = opened.db.doc('c/transformed');
    await document.set(changes(500));
    const batch = opened.db.batch();
    batch.set(document, changes(300), { merge: true });
    batch.set(document, changes(201, 300), { merge: true });
    await expect(batch.commit()).rejects.toMatchObject({
      code: 3,
      message: expect.stringContaining('cannot have more than 500 field transforms on a single document'),
    });
  });

  test('for documents of more than 10 MiB together, and nothing of it is kept', async () => {
    const batch = opened.db.batch();
    const large = 'x'.repeat(1_000_000);
    for (const n of list(11)) batch.set(opened.db.doc(`large/${n}`), { large });
    await expect(batch.commit()).rejects.toMatchObject({
      code: 3,
      message: expect.stringContaining('Transaction too big. Decrease transaction size.'),
    });
    expect((await opened.db.collection('large').get()).size).toBe(0);
  });

  test('with what they have in indexes, also where they are deleted', async () => {
    const { db } = opened;
    const documents = list(240).map((n) => db.doc(`indexed/${n}`));
    const all = (of: typeof documents, add: (batch: WriteBatch, one: (typeof documents)[number]) => void) => {
      const batch = db.batch();
      for (const one of of) add(batch, one);
      return batch.commit();
    };
    const tooBig = { code: 3, message: expect.stringContaining('Transaction too big.') };
    const set = (batch: WriteBatch, one: (typeof documents)[number]) =>
      batch.set(one, { tags: list(200), n: 1 });
    await expect(all(documents, set)).rejects.toMatchObject(tooBig);
    for (let n = 0; n < documents.length; n += 80) await all(documents.slice(n, n + 80), set);
    await all(documents, (batch, one) => batch.update(one, { n: 2 }));
    await expect(all(documents, (batch, one) => batch.delete(one))).rejects.toMatchObject(tooBig);
  });

  test('but not for elements that are alike, nor for fields without indexes', async () => {
    await opened.db.doc('c/alike').set({ a: Array(30_000).fill(1) });
    const fieldOverrides = [{ collectionGroup: 'c', fieldPath: 'a', indexes: [] }];
    const bare = await openFirestore({ indexes: parseIndexConfig(JSON.stringify({ fieldOverrides })) });
    try {
      await bare.db.doc('c/d').set({ a: list(20_001) });
      await expect(bare.db.doc('other/d').set({ a: list(20_001) })).rejects.toMatchObject({ code: 3 });
    } finally {
      await bare.close();
    }
  });
});

test('a cursor may stand at a value of any kind', async () => {
  const { db } = opened;
  const values: unknown[] = [
    null,
    false,
    true,
    Number.NaN,
    -1.5,
    7,
    new Timestamp(1, 1000),
    '',
    'text',
    Buffer.from([1, 2]),
    db.doc('c/a'),
    db.doc('c/b'),
    new GeoPoint(1, 2),
    [],
    [1, 'x'],
    FieldValue.vector([1, 2]),
    {},
    { a: 1 },
  ];
  const kinds = db.collection('kinds');
  const batch = db.batch();
  // Ids against the order of the values, so that ids cannot be what orders them.
  for (const [at, v] of values.entries()) batch.set(kinds.doc(`d${90 - at}`), { v });
  await batch.commit();
  const ordered = kinds.orderBy('v');
  const namesOf = async (query: Query) => (await query.get()).docs.map((d) => d.id);
  const expected = values.map((_, at) => `d${90 - at}`);
  expect(await namesOf(ordered)).toEqual(expected);
  const snapshots = (await ordered.get()).docs;
  for (const [at, v] of values.entries()) {
    expect(await namesOf(ordered.startAt(v))).toEqual(expected.slice(at));
    expect(await namesOf(ordered.startAfter(v))).toEqual(expected.slice(at + 1));
    expect(await namesOf(ordered.endBefore(v))).toEqual(expected.slice(0, at));
    const snapshot = snapshots[at];
    expect(await namesOf(kinds.orderBy('v', 'desc').startAt(snapshot))).toEqual(
      expected.slice(0, at + 1).reverse(),
    );
  }
});
