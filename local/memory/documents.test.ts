/** What is particular to the database in memory; what both sides must do is in `test/contract/documents.test.ts`. */
import { expect, test } from 'vitest';
import { virtualClock } from '../clock.ts';
import { createFaults } from '../faults.ts';
import { seededRandom } from '../random.ts';
import { memoryDocuments } from './documents.ts';

test('a commit takes the modelled time, is applied at its end, and holds what was given at its start', async () => {
  const clock = virtualClock();
  const documents = memoryDocuments(clock, { latencyMs: 30 });
  const data = { n: 1 };
  let done = false;
  const committing = documents.commit([{ op: 'create', path: 'things/a', data }]).then(() => {
    done = true;
  });
  data.n = 2;
  await clock.runFor(29);
  expect([done, await documents.get('things/a')]).toEqual([false, undefined]);
  await clock.runFor(1);
  await committing;
  const snapshot = await documents.get('things/a');
  expect([snapshot?.data, snapshot?.createTime.getTime()]).toEqual([{ n: 1 }, clock.now()]);
  expect(clock.pending).toBe(0);
});

test('counters tell what Firestore would bill', async () => {
  const documents = memoryDocuments(virtualClock());
  const put = (id: string) => ({ op: 'set', path: `things/${id}`, data: { id } }) as const;
  await documents.commit([put('a'), put('b'), { op: 'delete', path: 'things/c' }]);
  await documents.get('things/a');
  await documents.get('things/none');
  await documents.query({ collection: 'things' });
  await documents.query({ collection: 'none' });
  await documents.count({ collection: 'things' });
  const { commits, writes, deletes, reads, queries } = documents.counters;
  expect({ commits, writes, deletes, reads, queries }).toEqual({
    commits: 1,
    writes: 2,
    deletes: 1,
    reads: 2 + 2 + 1 + 1,
    queries: 3,
  });
});

test('an unavailable database has done nothing, a lost reply everything', async () => {
  const faults = createFaults({}, seededRandom(1));
  const documents = memoryDocuments(virtualClock(), { faults });
  const create = () => documents.commit([{ op: 'create', path: 'things/a', data: {} }]);
  faults.force('unavailable', { times: 1, subject: 'commit' });
  await expect(create()).rejects.toMatchObject({ fault: 'unavailable' });
  expect(await documents.get('things/a')).toBeUndefined();
  faults.force('reply-lost', { times: 1, subject: 'commit' });
  await expect(create()).rejects.toMatchObject({ fault: 'unavailable' });
  expect(await documents.get('things/a')).toBeDefined();
});
