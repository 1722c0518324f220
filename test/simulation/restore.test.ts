import { describe, expect, test } from 'vitest';
import { restore } from './restore.ts';

describe('a database that is set back in the middle of a seed', () => {
  test.each([1, 2, 3])('comes to rest as people decided: seed %i', async (seed) => {
    const { violations } = await restore({ seed });
    expect(violations).toEqual([]);
  });

  test('and that nobody rolls forward does not', async () => {
    const runs = [];
    for (const seed of [15, 18, 51]) runs.push(await restore({ seed, isForgotten: true }));
    expect(runs.flatMap(({ violations }) => violations.map(({ name }) => name))).toContain('S12');
  });
});
