/** The one file: what is in it, and that whoever builds it gets the same. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bundleCli, foreignIn } from '../../scripts/build-cli.ts';

test('the same sources give the same bytes, which name no folder of who has built them', async () => {
  const [first, second] = [await bundleCli(), await bundleCli()];
  expect(second.code).toBe(first.code);
  expect(first.code.startsWith('#!/usr/bin/env node\n')).toBe(true);
  expect(first.code).not.toContain(process.cwd());
  expect(first.modules).toContain('cli/main.ts');
});

test.each(['functions/api/app.ts', 'local/hub.ts', 'web/src/main.tsx', 'test/builders.ts'])(
  'there is nothing in it that is not for it: %s',
  (id) => {
    expect(foreignIn(['cli/main.ts', 'shared/units.ts', 'node_modules/commander/index.js', id])).toEqual([
      id,
    ]);
  },
);

describe('hub --version', () => {
  /** What one that was built from that commit says. */
  const said = async (commit?: string, ...args: string[]) => {
    const home = mkdtempSync(join(tmpdir(), 'hub-version-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const file = join(home, 'hub.mjs');
    writeFileSync(file, (await bundleCli(commit)).code);
    return spawnSync(process.execPath, [file, ...args], { encoding: 'utf8', env: { HOME: home } });
  };

  test('tells the version and the commit', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const { status, stdout, stderr } = await said('0123abc-changed', '--version');
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: `hub ${version} (commit 0123abc-changed)\n`,
      stderr: '',
    });
  });

  test('tells no commit if none is known', async () => {
    expect((await said(undefined, '--version')).stdout).toMatch(/^hub [\d.]+\n$/);
  });

  test('is not what a cluster’s version is asked for with', async () => {
    const { status, stdout, stderr } = await said('0123abc', 'quote', '--version', '2.11');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    // There is no Hub that could be asked.
    expect(stderr).toMatch(/HUB_URL/);
  });
});
