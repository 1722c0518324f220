import { expect, test } from 'vitest';
import { INVARIANTS } from './invariants/names.ts';
import { MUTANTS } from './mutants.ts';

test('each invariant is one that some mutant breaks, so that none is there that could not be broken', () => {
  expect([...new Set(MUTANTS.flatMap(({ by }) => by))].sort()).toEqual([...INVARIANTS].sort());
});

test('each mutant says what finds it, or why nothing does', () => {
  expect(MUTANTS.filter(({ by, equivalent }) => by.length > 0 === (equivalent !== undefined))).toEqual([]);
});
