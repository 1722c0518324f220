/** Whether memory and handles count as flat. */
import { expect, test } from 'vitest';
import { type Sample, trendsOf } from './samples.ts';

const sample = (change: Partial<Sample> = {}): Sample => ({
  heapMiB: 100,
  rssMiB: 300,
  handles: 40,
  sockets: 20,
  timers: 5,
  ...change,
});
const growing = (samples: readonly Sample[]) =>
  trendsOf(samples)
    .filter(({ flat }) => !flat)
    .map(({ measure }) => measure);

test('the same over and over is flat, and so is what falls', () => {
  expect(growing(Array.from({ length: 9 }, () => sample()))).toEqual([]);
  expect(growing(Array.from({ length: 9 }, (_, at) => sample({ heapMiB: 100 - at })))).toEqual([]);
});

test('a tenth more memory is noise, more is not', () => {
  const upTo = (most: number) =>
    Array.from({ length: 9 }, (_, at) => sample({ heapMiB: 100 + (most * at) / 7 }));
  expect(growing(upTo(10))).toEqual([]);
  expect(growing(upTo(25))).toEqual(['heapMiB']);
});

test('one reading that is far off says nothing', () => {
  const readings = Array.from({ length: 9 }, (_, at) =>
    sample(at === 8 ? { sockets: 900, rssMiB: 900 } : {}),
  );
  expect(growing(readings)).toEqual([]);
});

test('a handle that stays open with each life is found', () => {
  const readings = Array.from({ length: 30 }, (_, at) => sample({ sockets: 20 + at, handles: 40 + at }));
  expect(growing(readings)).toEqual(['handles', 'sockets']);
});
