/** The bill of materials, as it is written beside what is deployed. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bundleCli } from '../../scripts/build-cli.ts';
import { buildFunctions } from '../../scripts/build-functions.ts';
import { bundleConsole } from '../../scripts/build-web.ts';
import { unlisted } from '../security/checks/source.ts';

const SBOM = fileURLToPath(new URL('../../scripts/sbom.ts', import.meta.url));

test.each([
  ['the archive of the functions', async () => (await buildFunctions()).modules],
  ['the console', () => bundleConsole({ write: false })],
  ['the command hub', async () => (await bundleCli()).modules],
])('names whatever is bundled into %s', async (_what, bundle) => {
  const bill = JSON.parse(execFileSync(process.execPath, [SBOM], { encoding: 'utf8' }));
  const modules = await bundle();
  expect(modules.filter((module) => module.startsWith('node_modules/'))).not.toEqual([]);
  expect(unlisted({ bill, modules })).toEqual([]);
});
