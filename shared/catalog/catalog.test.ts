import { expect, test } from 'vitest';
import { priceOf, priceOfResource, SIZES } from './catalog.ts';

test.each(SIZES)('the price of $id has its machines in it', ({ id, diskGiB, nodes }) => {
  const { hourlyMicros } = priceOf({ size: id, availability: 'zonal' });
  const disks = nodes * priceOfResource('disk', { sizeGiB: diskGiB }).hourlyMicros;
  expect(hourlyMicros - disks).toBeGreaterThan(priceOfResource('cluster').hourlyMicros);
});

test('what is found with a machine that the catalog does not have is no cheaper than with the dearest that it has', () => {
  const costOf = (machineType: string): number =>
    priceOfResource('cluster', { pools: [{ machineType, machines: 3, diskGiB: 50 }] }).hourlyMicros;
  expect(costOf('n9-gigantic-999')).toBe(Math.max(...SIZES.map(({ machineType }) => costOf(machineType))));
});
