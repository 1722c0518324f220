import { expect, test } from 'vitest';
import { atOnce } from './at-once.ts';

const numbers = [0, 1, 2, 3, 4, 5, 6];

test('works on as many at a time as it may, and gives what came of each in their order', async () => {
  let [running, most] = [0, 0];
  const doubled = await atOnce(3, numbers, async (n) => {
    most = Math.max(most, ++running);
    for (let turns = n % 3; turns >= 0; turns--) await undefined;
    running--;
    return 2 * n;
  });
  expect(doubled).toEqual(numbers.map((n) => 2 * n));
  expect(most).toBe(3);
});

test('does the rest, whatever fails, and then throws the first error, or the one that is chosen', async () => {
  const done: number[] = [];
  const work = async (n: number): Promise<void> => {
    if (n % 3 === 1) throw new Error(`no ${n}`);
    done.push(n);
  };
  await expect(atOnce(2, numbers, work)).rejects.toThrow('no 1');
  expect(done).toEqual([0, 2, 3, 5, 6]);
  await expect(atOnce(2, numbers, work, (errors) => errors.at(-1))).rejects.toThrow('no 4');
});

test('of nothing makes nothing', async () => {
  expect(await atOnce(8, [], async () => 1)).toEqual([]);
});
