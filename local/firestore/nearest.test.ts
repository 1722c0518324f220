import { FieldValue, type Query, type VectorQueryOptions } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Opened, openFirestore } from './testing.ts';

let opened: Opened;
let points: Query;
beforeAll(async () => {
  opened = await openFirestore();
  const collection = opened.db.collection('points');
  const batch = opened.db.batch();
  const at = (id: string, x: number, y: number) =>
    batch.set(collection.doc(id), {
      at: FieldValue.vector([x, y]),
      east: x > 0,
      inner: { at: FieldValue.vector([y, x]) },
    });
  at('a', 1, 0);
  at('b', 3, 0);
  at('c', 0, 5);
  at('d', -1, 0);
  batch.set(collection.doc('plain-array'), { at: [1, 0] });
  batch.set(collection.doc('other-length'), { at: FieldValue.vector([1]) });
  batch.set(collection.doc('nothing'), { x: 1 });
  await batch.commit();
  points = collection;
});
afterAll(() => opened.close());

const OPTIONS: VectorQueryOptions = {
  vectorField: 'at',
  queryVector: [1, 0],
  limit: 10,
  distanceMeasure: 'EUCLIDEAN',
};
async function nearest(options: Partial<VectorQueryOptions> = {}, from = points): Promise<string> {
  const found = await from.findNearest({ ...OPTIONS, ...options }).get();
  return found.docs.map((d) => d.id).join('');
}

describe('the nearest vectors', () => {
  test.each<[VectorQueryOptions['distanceMeasure'], string]>([
    ['EUCLIDEAN', 'abdc'],
    ['COSINE', 'abcd'],
    ['DOT_PRODUCT', 'bacd'],
  ])('come first by %s', async (distanceMeasure, ids) => {
    expect(await nearest({ distanceMeasure })).toBe(ids);
  });

  test('are cut by the limit, and by a threshold on the right side', async () => {
    expect(await nearest({ limit: 2 })).toBe('ab');
    expect(await nearest({ distanceThreshold: 2 })).toBe('abd');
    expect(await nearest({ distanceMeasure: 'DOT_PRODUCT', distanceThreshold: 1 })).toBe('ba');
  });

  test('are taken from what the filters leave, and from nested fields', async () => {
    expect(await nearest({}, points.where('east', '==', false))).toBe('dc');
    expect(await nearest({ vectorField: 'inner.at', distanceMeasure: 'DOT_PRODUCT', limit: 1 })).toBe('c');
    expect(await nearest({ vectorField: 'nowhere' })).toBe('');
  });

  test('carry their distance where that was asked, and keep it to the answer', async () => {
    const asked = points.select('east', 'far').findNearest({ ...OPTIONS, distanceResultField: 'far' });
    expect((await asked.get()).docs.map((d) => d.get('far'))).toEqual([0, 2, 2, Math.sqrt(26)]);
    expect((await opened.db.doc('points/a').get()).get('far')).toBeUndefined();
  });

  test('are not combined with a limit or a cursor of the query', async () => {
    const limited = points.limit(1).findNearest(OPTIONS);
    await expect(limited.get()).rejects.toMatchObject({
      code: 3,
      message: expect.stringContaining('A query limit cannot be used with FindNearest'),
    });
  });
});
