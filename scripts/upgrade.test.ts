import { expect, test } from 'vitest';
import { upgradeArguments } from './upgrade.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 12);

test('what is taken was published a week ago, and runs nothing', () => {
  const args = upgradeArguments([], NOW_MS);
  expect(args.slice(0, 2)).toEqual(['update', '--save']);
  for (const option of ['--before=2026-01-08T12:00:00.000Z', '--ignore-scripts', '--package-lock-only'])
    expect(args).toContain(option);
});

test('packages may be named, with a version or a range', () => {
  const named = ['zod', 'hono@^4.2.0', '@google-cloud/pubsub@5.3.1'];
  const args = upgradeArguments(named, NOW_MS);
  expect(args.slice(0, 4)).toEqual(['install', ...named]);
  expect(args).toContain('--before=2026-01-08T12:00:00.000Z');
});

test.each([
  '--before=2027-01-01',
  '-g',
  'git+https://example.com/x.git',
  './here',
  'https://example.com/x.tgz',
  'a/b',
])('%s is no package, and is refused', (one) => {
  expect(() => upgradeArguments(['zod', one], NOW_MS)).toThrow('no package');
});
