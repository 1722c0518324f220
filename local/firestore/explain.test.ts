import { AggregateField, type ExplainMetrics, type Query } from '@google-cloud/firestore';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseIndexConfig } from './index-config.ts';
import { type Opened, openFirestore } from './testing.ts';

let opened: Opened;
let ships: Query;
beforeAll(async () => {
  opened = await openFirestore({ indexes: parseIndexConfig('{}') });
  const collection = opened.db.collection('ships');
  for (let n = 0; n < 5; n++) await collection.doc(`s${n}`).set({ n, kind: n % 2 ? 'tug' : 'barge' });
  ships = collection;
});
afterAll(() => opened.close());

const indexes = ({ planSummary }: ExplainMetrics): object[] => [...planSummary.indexesUsed];

test('a plan names the indexes and runs nothing', async () => {
  const before = { ...opened.model.counters };
  const { metrics, snapshot } = await ships.where('kind', '==', 'tug').explain();
  expect(indexes(metrics)).toEqual([{ query_scope: 'Collection', properties: '(kind ASC, __name__ ASC)' }]);
  expect(metrics.executionStats).toBeNull();
  expect(snapshot).toBeNull();
  expect(opened.model.counters).toEqual(before);
});

test('directions are those of the order', async () => {
  const { metrics } = await ships.orderBy('n', 'desc').explain();
  expect(indexes(metrics)).toEqual([{ query_scope: 'Collection', properties: '(n DESC, __name__ DESC)' }]);
});

test('a run tells its results and its cost', async () => {
  const { metrics, snapshot } = await ships.where('n', '>', 2).explain({ analyze: true });
  expect(snapshot?.docs.map((d) => d.id)).toEqual(['s3', 's4']);
  expect(metrics.executionStats).toMatchObject({
    resultsReturned: 2,
    readOperations: 2,
    debugStats: { documents_scanned: '2', index_entries_scanned: '2' },
  });
});

test('nothing found costs one read', async () => {
  const { metrics, snapshot } = await ships.where('n', '>', 9).explain({ analyze: true });
  expect(snapshot?.empty).toBe(true);
  expect(metrics.executionStats).toMatchObject({ resultsReturned: 0, readOperations: 1 });
});

test('an aggregation is explained alike', async () => {
  const sum = ships.aggregate({ sum: AggregateField.sum('n') });
  const planned = await sum.explain();
  expect(planned.snapshot).toBeNull();
  expect(indexes(planned.metrics)).toHaveLength(1);
  const { metrics, snapshot } = await sum.explain({ analyze: true });
  expect(snapshot?.data()).toEqual({ sum: 10 });
  expect(metrics.executionStats).toMatchObject({ resultsReturned: 1, readOperations: 1 });
});

test('an index that is missing in production is missing in the plan', async () => {
  const query = ships.where('kind', '==', 'tug').orderBy('n');
  await expect(query.explain()).rejects.toMatchObject({ code: 9 });
  await expect(query.aggregate({ sum: AggregateField.sum('n') }).explain()).rejects.toMatchObject({
    code: 9,
  });
});
