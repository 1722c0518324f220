/** Faults of a seed over wires. */
import { expect, test } from 'vitest';
import { FAULTS, parseFaults } from '../../../local/faults.ts';
import { randomStream } from '../../../local/random.ts';
import { faultsText, ratesOf } from './faults.ts';

test('a seed draws the same faults again, in the words of HUB_FAULTS', () => {
  const rates = ratesOf(randomStream(7, 'wire faults'));
  expect(ratesOf(randomStream(7, 'wire faults'))).toEqual(rates);
  expect(parseFaults(faultsText(rates))).toEqual(rates);
});

test('in a hundred seeds each fault strikes somewhere, and is missing somewhere', () => {
  const seeds = Array.from({ length: 100 }, (_, seed) =>
    Object.keys(ratesOf(randomStream(seed, 'wire faults'))),
  );
  for (const name of Object.keys(FAULTS)) {
    const struck = seeds.filter((names) => names.includes(name)).length;
    expect(struck).toBeGreaterThan(0);
    expect(struck).toBeLessThan(100);
  }
});
