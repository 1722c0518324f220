import { expect, test } from 'vitest';
import { aPlan } from '../../test/a-plan.ts';
import { ISTIO_SUPPORTED_UNTIL, ISTIO_VERSION, isBeforeOurs, meshAlone, meshReleases } from './mesh.ts';

test.each([
  ['1.28.0', true],
  ['1.9.99', true],
  ['0.99.99', true],
  [ISTIO_VERSION, false],
  ['1.99.0', false],
  ['2.0.0', false],
  ['1.28', false],
  ['latest', false],
  [undefined, false],
])('%s is before ours: %s', (version, is) => expect(isBeforeOurs(version)).toBe(is));

test('a patch before ours is before ours', () => {
  const [major = 0, minor = 0, patch = 0] = ISTIO_VERSION.split('.').map(Number);
  expect(isBeforeOurs(`${major}.${minor}.${patch - 1}`)).toBe(patch > 0);
  expect(isBeforeOurs(`${major}.${minor}.${patch + 1}`)).toBe(false);
});

test('the day on which its support ends is a day', () => {
  expect(new Date(ISTIO_SUPPORTED_UNTIL).toISOString().slice(0, 10)).toBe(ISTIO_SUPPORTED_UNTIL);
});

test('an upgrade of the mesh alone is all of the mesh, and nothing else of the plan is another', () => {
  const plan = aPlan();
  const { releases, ...rest } = plan;
  expect(meshAlone(plan)).toEqual({ ...rest, releases: meshReleases() });
  expect(releases).toHaveLength(meshReleases().length + 1);
});
