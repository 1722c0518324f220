/** The unmodified web client in a real Chromium: values, queries, listeners, writes and transactions. */
import { FieldPath } from '@google-cloud/firestore';
import { expect } from 'vitest';
import type { QuerySpec } from './page/client.ts';
import { confirmed, describeInChromium, eventually } from './setting.ts';

const VALUES = {
  null: 'object null',
  yes: 'boolean true',
  no: 'boolean false',
  zero: 'number 0',
  minusZero: 'number -0',
  whole: 'number 9007199254740991',
  fraction: 'number 0.1',
  notANumber: 'number NaN',
  infinity: 'number Infinity',
  minusInfinity: 'number -Infinity',
  text: 'string plain',
  emptyText: 'string ',
  emoji: 'string 👩‍👩‍👧‍👦 🇪🇺 𝄞',
  bytes: 'bytes 0 1 127 128 255',
  noBytes: 'bytes ',
  place: 'place -90 180',
  reference: 'reference other/document',
  time: 'time 1700000000 123456000',
  earlyTime: 'time -62135596800 0',
  list: 'list [number 1, string two, object null, map {three: list [number 3]}]',
  emptyList: 'list []',
  map: 'map {__proto: string x, a.b: number 1, with space: map {deep: boolean true}}',
  emptyMap: 'map {}',
};

describeInChromium('the web client', (inChromium) => {
  inChromium('keeps every kind of value, for itself, for others and for servers', async (setting) => {
    const tab = await setting.open();
    expect(await tab.run('writeValues', 'values/all')).toEqual(VALUES);
    // A page that did not write them has nothing but what the server says.
    const other = await setting.open();
    expect(await other.run('describeDocument', 'values/all')).toEqual(VALUES);
    const stored = await setting.backend.admin.doc('values/all').get();
    expect([stored.get('notANumber'), stored.get('emoji')]).toEqual([Number.NaN, '👩‍👩‍👧‍👦 🇪🇺 𝄞']);
    expect(stored.get('bytes')).toEqual(Buffer.from([0, 1, 127, 128, 255]));
    expect(stored.get('time').nanoseconds).toBe(123_456_000);
    expect(stored.get(new FieldPath('map', 'a.b'))).toBe(1);
  });

  inChromium('listens to three targets on one stream', async ({ backend, open }) => {
    const { admin } = backend;
    await admin.doc('rooms/a').set({ n: 1 });
    const tab = await open();
    await tab.run('listen', 'document', { document: 'rooms/a' });
    await tab.run('listen', 'missing', { document: 'rooms/missing' });
    await tab.run('listen', 'query', { collection: 'rooms', where: [['n', '>', 1]] });
    await confirmed(tab, 'document').toEqual({ a: { n: 1 } });
    await confirmed(tab, 'missing').toEqual({});
    await confirmed(tab, 'query').toEqual({});
    await admin.doc('rooms/a').set({ n: 2 });
    await admin.doc('rooms/missing').set({ n: 0 });
    await confirmed(tab, 'document').toEqual({ a: { n: 2 } });
    await confirmed(tab, 'missing').toEqual({ missing: { n: 0 } });
    await confirmed(tab, 'query').toEqual({ a: { n: 2 } });
    expect(backend.sessions).toBe(1);
  });

  inChromium('fills a limited query up again when a document leaves it', async ({ backend, open }) => {
    const rooms = backend.admin.collection('rooms');
    for (const n of [1, 2, 3]) await rooms.doc(`r${n}`).set({ n });
    const tab = await open();
    await tab.run('listen', 'first two', { collection: 'rooms', orderBy: [['n']], limit: 2 });
    await confirmed(tab, 'first two').toEqual({ r1: { n: 1 }, r2: { n: 2 } });
    await rooms.doc('r0').set({ n: 0 });
    await confirmed(tab, 'first two').toEqual({ r0: { n: 0 }, r1: { n: 1 } });
    await rooms.doc('r0').delete();
    await rooms.doc('r1').delete();
    await confirmed(tab, 'first two').toEqual({ r2: { n: 2 }, r3: { n: 3 } });
    await rooms.doc('r2').set({ n: 9 });
    await confirmed(tab, 'first two').toEqual({ r3: { n: 3 }, r2: { n: 9 } });
    expect(Object.keys((await tab.run('seen', 'first two')).documents ?? {})).toEqual(['r3', 'r2']);
  });

  inChromium('hears nothing more of a target it gave up', async ({ backend, open }) => {
    const { admin } = backend;
    await admin.doc('rooms/a').set({ n: 1 });
    const tab = await open();
    await tab.run('listen', 'given up', { document: 'rooms/a' });
    await tab.run('listen', 'kept', { document: 'rooms/b' });
    await confirmed(tab, 'given up').toEqual({ a: { n: 1 } });
    await confirmed(tab, 'kept').toEqual({});
    const { listened } = backend.model.counters;
    const { snapshots } = await tab.run('seen', 'given up');
    await tab.run('unlisten', 'given up');
    // What comes later on the same stream shows that the server has heard of it.
    await tab.run('listen', 'later', { document: 'rooms/c' });
    await confirmed(tab, 'later').toEqual({});
    await admin.doc('rooms/a').set({ n: 2 });
    await admin.doc('rooms/b').set({ n: 1 });
    await confirmed(tab, 'kept').toEqual({ b: { n: 1 } });
    expect((await tab.run('seen', 'given up')).snapshots).toBe(snapshots);
    expect(backend.model.counters.listened - listened).toBe(1);
  });

  inChromium('listens to a collection group', async ({ backend, open }) => {
    const { admin } = backend;
    await admin.doc('rooms/a/guests/x').set({ n: 1 });
    const tab = await open();
    await tab.run('listen', 'guests', { collection: 'guests', group: true });
    await confirmed(tab, 'guests').toEqual({ x: { n: 1 } });
    await admin.doc('guests/y').set({ n: 2 });
    await confirmed(tab, 'guests').toEqual({ x: { n: 1 }, y: { n: 2 } });
  });

  inChromium('sets, updates and deletes with every transform', async ({ open }) => {
    const tab = await open();
    const { firstTime, ...rest } = await tab.run('transform', 'rooms/a');
    expect(firstTime).toBeGreaterThan(0);
    expect(rest).toEqual({
      n: 42.5,
      tags: ['b', 'c'],
      fields: ['deep', 'n', 'tags', 'when'],
      deep: ['x', 'y', 'z'],
      deepTime: true,
      existsAtLast: false,
    });
  });

  inChromium('commits a batch as one and adds under ids of its own', async ({ backend, open }) => {
    const tab = await open();
    const id = await tab.run('batchAndAdd', 'rooms');
    const { docs } = await backend.admin.collection('rooms').get();
    const found = Object.fromEntries(docs.map((document) => [document.id, document.get('n')]));
    expect(found).toEqual({ a: 11, b: 2, [id]: 3 });
    const timeOf = (wanted: string) => docs.find((document) => document.id === wanted)?.updateTime.valueOf();
    expect(timeOf('a')).toBe(timeOf('b'));
  });

  inChromium('carries 50 queued writes out in their order', async ({ backend, open }) => {
    const tab = await open();
    await tab.run('queueWrites', 'rooms/a', 50);
    const stored = (await backend.admin.doc('rooms/a').get()).data();
    expect(stored).toEqual({ last: 49, order: Array.from({ length: 50 }, (_, n) => n) });
  });

  inChromium('loses no increment of 10 transactions at once', async ({ backend, open }) => {
    await backend.admin.doc('counters/one').set({ n: 0 });
    const tab = await open();
    await tab.run('incrementInTransactions', 'counters/one', 10);
    expect((await backend.admin.doc('counters/one').get()).get('n')).toBe(10);
  });

  inChromium('reads documents, queries and aggregates', async ({ backend, open }) => {
    for (const n of [1, 2, 3, 4]) await backend.admin.doc(`rooms/r${n}`).set({ n });
    const tab = await open();
    const spec: QuerySpec = { collection: 'rooms', where: [['n', '>=', 2]], orderBy: [['n', 'desc']] };
    expect(await tab.run('readInAllWays', 'rooms/r1', spec, 'n')).toEqual({
      one: { n: 1 },
      missing: false,
      ids: ['r4', 'r3', 'r2'],
      count: 3,
      aggregated: { n: 3, total: 9, mean: 3 },
    });
  });

  inChromium('goes on after a write that was refused', async ({ backend, open }) => {
    const tab = await open();
    await tab.run('listen', 'rooms', { collection: 'rooms' });
    expect(await tab.run('update', 'rooms/missing', { n: 1 })).toBe('not-found');
    expect(await tab.run('set', 'rooms/a', { n: 1 })).toBeUndefined();
    await confirmed(tab, 'rooms').toEqual({ a: { n: 1 } });
    expect(await tab.run('remove', 'rooms/a')).toBeUndefined();
    await confirmed(tab, 'rooms').toEqual({});
    await eventually(() => backend.sessions).toBe(2);
  });
});
