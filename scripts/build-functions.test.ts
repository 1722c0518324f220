/** What is checked of an archive, without building one: that takes long, and `npm run test:deployed` does it. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { entryPointOf } from '../functions/entry-point.ts';
import { MANIFEST } from '../functions/manifest.ts';
import { SOURCES as FUNCTIONS_SOURCES, faultsOf } from './build-functions.ts';
import { SOURCES as CONSOLE_SOURCES } from './build-web.ts';
import { type LockFile, lockOf } from './lock.ts';
import { zipOf } from './zip.ts';

describe('an archive', () => {
  const exports = MANIFEST.map(({ name }) => entryPointOf(name));
  const modules = ['functions/index.ts', 'shared/units.ts', 'node_modules/zod/index.js'];

  test('holds every function of the manifest', () => {
    expect(faultsOf({ exports, modules })).toEqual([]);
    expect(faultsOf({ exports: exports.slice(1), modules })).toEqual(['api is missing']);
  });

  test('holds no other', () => {
    expect(faultsOf({ exports: [...exports, 'debug'], modules })).toEqual(['debug is not in the manifest']);
  });

  test.each(['local/hub.ts', 'test/builders.ts', 'scripts/docs.ts', 'web/src/main.tsx'])(
    'holds nothing that is not for the cloud: %s',
    (id) => {
      expect(faultsOf({ exports, modules: [...modules, id] })).toEqual([`${id} does not belong in it`]);
    },
  );
});

describe('a zip file', () => {
  const [a, b] = [Buffer.from('one'), Buffer.from('two')];

  test('has the same bytes, whatever the order and the time', () => {
    expect(zipOf({ 'a.js': a, 'b/c.js': b })).toEqual(zipOf({ 'b/c.js': b, 'a.js': a }));
    expect(zipOf({ 'a.js': a })).not.toEqual(zipOf({ 'a.js': b }));
  });

  test('gives back what went in', () => {
    expect(Object.keys(unzipSync(zipOf({ 'b.js': b, 'a.js': a })))).toEqual(['a.js', 'b.js']);
  });
});

describe('the lock file of an archive', () => {
  const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as LockFile;
  const root = {
    name: 'x',
    version: '0.0.0',
    dependencies: { '@google-cloud/functions-framework': '5.0.5' },
  };

  test('holds what is needed, with the hashes of this repository', () => {
    const { packages } = lockOf(root, lock);
    for (const [path, locked] of Object.entries(packages)) {
      if (path === '') continue;
      expect(locked).toMatchObject({
        version: lock.packages[path]?.version,
        integrity: expect.stringMatching(/^sha512-/),
      });
      expect(locked).not.toHaveProperty('dev');
    }
    expect(packages).toHaveProperty('node_modules/express');
    expect(packages).not.toHaveProperty('node_modules/firebase');
  });

  test('takes the version that is nearest to whoever needs it', () => {
    const nested: LockFile = {
      lockfileVersion: 3,
      packages: {
        'node_modules/a': { version: '1.0.0', dependencies: { b: '^1.0.0' } },
        'node_modules/a/node_modules/b': { version: '1.0.0' },
        'node_modules/b': { version: '2.0.0' },
      },
    };
    const { packages } = lockOf({ ...root, dependencies: { a: '1.0.0' } }, nested);
    expect(Object.keys(packages)).toEqual(['', 'node_modules/a', 'node_modules/a/node_modules/b']);
  });

  test('is refused if something in it is missing', () => {
    expect(() => lockOf(root, { lockfileVersion: 3, packages: {} })).toThrow('does not know');
  });
});

test.each([
  ['scripts/build-functions.ts', FUNCTIONS_SOURCES],
  ['scripts/build-web.ts', CONSOLE_SOURCES],
])('all that %s does its work with is among its sources', (builder, sources) => {
  const used = new Set<string>();
  const follow = (file: string): void => {
    if (used.has(file)) return;
    used.add(file);
    const code = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
    for (const [, name = ''] of code.matchAll(/from '(\.[^']+)'/g)) follow(join(dirname(file), name));
  };
  follow(builder);
  const isSource = (file: string) => sources.some((one) => file === one || file.startsWith(`${one}/`));
  expect([...used].filter((file) => !isSource(file))).toEqual([]);
});
