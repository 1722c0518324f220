/**
 * One check of the list in docs/security.md: what it promises holds of the product, and is found not to hold of each product that is broken
 * on purpose. So every check here has been seen to fail.
 */
import { describe, expect, test } from 'vitest';
import type { Change } from './mutant-worker.ts';
import { findingsIn } from './mutants.ts';

type Findings = readonly string[] | Promise<readonly string[]>;

interface Spec {
  /** What it finds wrong, in words. */
  check(): Findings;
  /** Where it is: a file in `checks/`, and its export there. */
  in: readonly [file: string, name: string];
  /** By what is wrong with them: one place of the product, changed, and what the check must say of it. */
  broken: Readonly<Record<string, Change & Finding>>;
}

/** A check that finds something else in what is broken was not seen to find this. */
interface Finding {
  /** Matches one of what is found. */
  finds: RegExp;
}

/** @param numbers of the list */
export function promise(numbers: string, says: string, { check, in: [file, name], broken }: Spec): void {
  describe(`${numbers}: ${says}`, () => {
    test('holds', async () => {
      expect(await check()).toEqual([]);
    });
    test.each(Object.entries(broken))('is seen to fail where %s', async (_what, { finds, ...change }) => {
      expect(await findingsIn(change, file, name)).toContainEqual(expect.stringMatching(finds));
    });
  });
}

/** The same for what is checked on data: `broken` makes what it must find. */
export function promiseOf<T>(
  numbers: string,
  says: string,
  check: (of: T) => Findings,
  good: T,
  broken: Readonly<Record<string, { of: T } & Finding>>,
): void {
  describe(`${numbers}: ${says}`, () => {
    test('holds', async () => {
      expect(await check(good)).toEqual([]);
    });
    test.each(Object.entries(broken))('is seen to fail where %s', async (_what, { of, finds }) => {
      expect(await check(of)).toContainEqual(expect.stringMatching(finds));
    });
  });
}
