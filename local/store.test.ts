import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Unusable } from './command.ts';
import { journaledStore, memoryStore } from './store.ts';

const aFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
};
const fileOf = (folder: string): string => join(folder, 'disks.jsonl');
const rows = (folder: string): [string, unknown][] => [
  ...journaledStore(folder, 'disks').table<unknown>('disks').entries(),
];

test('what was set is there without a close, what was deleted is not', () => {
  const folder = aFolder();
  const table = journaledStore(folder, 'disks').table<{ sizeGiB: number }>('disks');
  table.set('a', { sizeGiB: 1 });
  table.set('b', { sizeGiB: 2 });
  table.set('a', { sizeGiB: 3 });
  expect(table.delete('b')).toBe(true);
  expect(table.delete('b')).toBe(false);
  expect(rows(folder)).toEqual([['a', { sizeGiB: 3 }]]);
});

test('a half-written last line was never answered and is dropped; what is written next is whole', () => {
  const folder = aFolder();
  journaledStore(folder, 'disks').table('disks').set('a', 1);
  appendFileSync(fileOf(folder), '["disks","b",{"size');
  journaledStore(folder, 'disks').table('disks').set('c', 3);
  expect(rows(folder)).toEqual([
    ['a', 1],
    ['c', 3],
  ]);
});

test('a line damaged in the middle is refused with file and line, and the journal stays as it is', () => {
  const folder = aFolder();
  const text = '["disks","a",1]\n["disks","b",\n["disks","c",3]\n';
  writeFileSync(fileOf(folder), text);
  expect(() => rows(folder)).toThrow(Unusable);
  expect(() => rows(folder)).toThrow(`${fileOf(folder)}:2 is damaged`);
  expect(readFileSync(fileOf(folder), 'utf8')).toBe(text);
});

test('a batch is one line, also when it throws', () => {
  const folder = aFolder();
  const store = journaledStore(folder, 'disks');
  const table = store.table('disks');
  const change = (): never =>
    store.batch(() => {
      table.set('a', 1);
      store.batch(() => table.set('b', 2));
      throw new Error('refused');
    });
  expect(change).toThrow('refused');
  expect(readFileSync(fileOf(folder), 'utf8').trim().split('\n')).toHaveLength(1);
  expect(rows(folder)).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
});

test('the journal is compacted at the start, and while it runs once it has grown', () => {
  const folder = aFolder();
  const lines = (): number => readFileSync(fileOf(folder), 'utf8').trim().split('\n').length;
  const table = journaledStore(folder, 'disks').table('disks');
  for (let i = 0; i < 100; i++) table.set('a', i);
  expect(lines()).toBe(100);
  const next = journaledStore(folder, 'disks', 1000).table('disks');
  expect(lines()).toBe(1);
  for (let i = 0; i < 1000; i++) next.set(i % 2 ? 'a' : 'b', i);
  expect(statSync(fileOf(folder)).size).toBeLessThan(1200);
  expect(new Map(rows(folder))).toEqual(
    new Map([
      ['a', 999],
      ['b', 998],
    ]),
  );
});

test('after a close nothing is journaled any more', () => {
  const folder = aFolder();
  const store = journaledStore(folder, 'disks');
  store.close();
  store.close();
  store.table('disks').set('a', 1);
  expect(rows(folder)).toEqual([]);
});

test('in memory the same tables are there by name', () => {
  const store = memoryStore();
  store.table('disks').set('a', 1);
  expect(store.table('disks').get('a')).toBe(1);
  expect(store.table('others').size).toBe(0);
});
