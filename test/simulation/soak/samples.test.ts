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
const growing = (loaded: readonly Sample[], atRest: readonly [Sample, Sample] = [sample(), sample()]) =>
  trendsOf(loaded, atRest)
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

test('one reading that is far off says nothing, nor do handles under load', () => {
  const readings = Array.from({ length: 9 }, (_, at) =>
    sample(at === 8 ? { rssMiB: 900 } : { sockets: 20 + at * 9, handles: 40 + at * 9 }),
  );
  expect(growing(readings)).toEqual([]);
});

test('a handle that stays open with each life is found when nobody does anything', () => {
  const readings = Array.from({ length: 30 }, () => sample());
  expect(growing(readings, [sample(), sample({ sockets: 49, handles: 69 })])).toEqual(['handles', 'sockets']);
  expect(growing(readings, [sample(), sample({ sockets: 25, handles: 45 })])).toEqual([]);
});
