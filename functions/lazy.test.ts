import { expect, test } from 'vitest';
import { lazy, lazyValue } from './lazy.ts';

test('what is made lazily is made once, however many ask at once', async () => {
  let made = 0;
  const value = lazyValue(async () => ++made);
  expect(await Promise.all([value(), value()])).toEqual([1, 1]);
  expect(await value()).toBe(1);
});

test('what could not be made is made anew by the next call', async () => {
  let tries = 0;
  const make = async () => {
    if (++tries % 2 === 1) throw new Error('the network is away');
    return { told: async () => tries };
  };
  const value = lazyValue(make);
  await expect(value()).rejects.toThrow('away');
  expect(await (await value()).told()).toBe(2);
  const object = lazy(make);
  await expect(object.told()).rejects.toThrow('away');
  expect(await object.told()).toBe(4);
});
