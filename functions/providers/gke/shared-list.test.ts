import { expect, test } from 'vitest';
import { sharedList } from './shared-list.ts';

/** A list that is told when the test says so. */
function aList() {
  const asked: { tell: (list: string) => void; refuse: (error: Error) => void }[] = [];
  const list = sharedList(() => new Promise<string>((tell, refuse) => void asked.push({ tell, refuse })));
  return { asked, list };
}
const soon = () => new Promise((resolve) => setImmediate(resolve));

test('those who ask at the same time are given one list', async () => {
  const { asked, list } = aList();
  const all = Promise.all(Array.from({ length: 20 }, list));
  await soon();
  expect(asked).toHaveLength(1);
  asked[0]?.tell('one');
  expect(await all).toEqual(Array(20).fill('one'));
});

test('who asks while one is under way is given the next, for that one may have been made before', async () => {
  const { asked, list } = aList();
  const early = list();
  await soon();
  const late = [list(), list()];
  await soon();
  expect(asked).toHaveLength(1);
  asked[0]?.tell('one');
  expect(await early).toBe('one');
  await soon();
  expect(asked).toHaveLength(2);
  asked[1]?.tell('two');
  expect(await Promise.all(late)).toEqual(['two', 'two']);
});

test('a list that is refused is so for who waited for it only', async () => {
  const { asked, list } = aList();
  const early = list();
  await soon();
  const late = list();
  asked[0]?.refuse(new Error('away'));
  await expect(early).rejects.toThrow('away');
  await soon();
  asked[1]?.tell('two');
  expect(await late).toBe('two');
});
