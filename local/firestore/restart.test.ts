/** What survives: everything that was answered, and of a commit either all or nothing. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FieldValue, GeoPoint, Timestamp } from '@google-cloud/firestore';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { journaledStore } from '../store.ts';
import { openFirestore } from './testing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hub-firestore-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const open = () => openFirestore({ store: journaledStore(folder, 'firestore') });
const journal = () => join(folder, 'firestore.jsonl');

test('documents, their times and kinds of values, and deletions', async () => {
  const data = {
    text: 'ü',
    int: 1,
    double: 1.5,
    nan: Number.NaN,
    big: 2 ** 60,
    at: new Timestamp(5, 123456000),
    bytes: Buffer.from('b'),
    geo: new GeoPoint(1, 2),
    list: [null, true, { k: [] }],
    vector: FieldValue.vector([1, 2]),
  };
  const first = await open();
  await first.db.doc('things/a').set(data);
  await first.db.doc('things/b').set(data);
  await first.db.doc('things/b').delete();
  const written = await first.db.doc('things/a').get();
  await first.close();

  const second = await open();
  const read = await second.db.doc('things/a').get();
  expect(read.data()).toEqual(data);
  expect(read.createTime).toEqual(written.createTime);
  expect(read.updateTime).toEqual(written.updateTime);
  expect((await second.db.collection('things').get()).size).toBe(1);
  // Times go on rising, and preconditions hold over the restart.
  const { updateTime } = written;
  if (!updateTime) throw new Error('it was not there');
  const { writeTime } = await second.db.doc('things/a').update({ int: 2 }, { lastUpdateTime: updateTime });
  expect(writeTime.valueOf() > updateTime.valueOf()).toBe(true);
  await second.close();
});

test('a commit that a kill cut off in the journal is not there at all', async () => {
  const first = await open();
  await first.db.doc('things/a').set({ n: 1 });
  const batch = first.db.batch();
  batch.update(first.db.doc('things/a'), { n: 2 });
  batch.create(first.db.doc('things/b'), { n: 2 });
  await batch.commit();
  await first.close();
  const lines = readFileSync(journal(), 'utf8').trimEnd().split('\n');
  const last = lines.pop() ?? '';
  // Anywhere within the line, also right after the first document.
  for (const length of [1, last.indexOf('],[') + 1, last.length - 1]) {
    writeFileSync(journal(), `${lines.join('\n')}\n`);
    appendFileSync(journal(), last.slice(0, length));
    const again = await open();
    const found = await again.db.collection('things').get();
    expect(found.docs.map((d) => [d.id, d.get('n')])).toEqual([['a', 1]]);
    await again.close();
  }
});
