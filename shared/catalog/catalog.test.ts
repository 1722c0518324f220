import { expect, test } from 'vitest';
import { offeredVersions, PRODUCTS, priceOf, priceOfResource, SIZES } from './catalog.ts';
import { pachyderm } from './pachyderm.ts';

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

test('a version that was withdrawn is offered to nobody, with a licence or without', () => {
  const versions = [
    { version: '3.0.0', default: true },
    { version: '2.9.0', withdrawn: true },
    { version: '2.8.0', needsLicense: true },
    { version: '2.7.0', needsLicense: true, withdrawn: true },
  ] as const;
  const offeredTo = (licensed: readonly string[]) =>
    offeredVersions({ ...pachyderm, versions }, { licensed }).map(({ version }) => version);
  expect(offeredTo([])).toEqual(['3.0.0']);
  expect(offeredTo(['pachyderm'])).toEqual(['3.0.0', '2.8.0']);
});

test.each(PRODUCTS)(
  '$id has one version that people have who name none, and it is offered to everybody',
  ({ versions }) => {
    const defaults = versions.filter((one) => one.default);
    expect(defaults).toHaveLength(1);
    expect(defaults[0]).not.toHaveProperty('withdrawn');
    expect(defaults[0]).not.toHaveProperty('needsLicense');
  },
);
