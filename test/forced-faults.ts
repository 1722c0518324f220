/**
 * A fault that a test forces, and that never strikes, is no part of the test: its name or its subject is another one by now, or the test
 * never comes to it. Then the test fails.
 */
import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import { type Forced, onForced } from '../local/faults.ts';

let forced: Forced[] = [];
/** Before the first test, or between two: for all of a file. */
let before: Forced[] = [];

onForced((one) => void forced.push(one));
beforeEach(() => {
  before.push(...forced);
  forced = [];
});
afterEach(() => {
  const own = forced;
  forced = [];
  expectStruck(own);
});
afterAll(() => {
  const all = [...before, ...forced];
  before = [];
  forced = [];
  expectStruck(all);
});

const expectStruck = (all: readonly Forced[]): void =>
  expect(
    all
      .filter(({ struck, mayMiss }) => struck === 0 && !mayMiss)
      .map(({ name, subject = '' }) => `${name} ${subject}`),
    'faults that were forced and never struck',
  ).toEqual([]);
