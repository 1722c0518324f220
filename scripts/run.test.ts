/** `npm run …` on a fresh checkout: a folder with a stand-in of npm's own, which takes a moment and tells when it is run. */
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const NPM = `
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
appendFileSync('begun', 'x');
rmSync('node_modules', { recursive: true, force: true });
await new Promise((resolve) => setTimeout(resolve, 1000));
mkdirSync('node_modules');
`;

function aCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hub-checkout-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'scripts'));
  for (const name of ['run.mjs', 'npm.mjs', 'lanes.mjs'])
    copyFileSync(here(name), join(folder, 'scripts', name));
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  writeFileSync(join(folder, 'npm.mjs'), NPM);
  writeFileSync(join(folder, 'scripts/docs.ts'), "process.stdout.write('done')");
  return folder;
}

const run = (folder: string, env: Record<string, string>) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [join(folder, 'scripts/run.mjs'), 'docs'],
      { env: { ...process.env, ...env } },
      (_, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });

test('two that are begun at once install once, one after the other', async () => {
  const folder = aCheckout();
  const npm_execpath = join(folder, 'npm.mjs');
  const both = await Promise.all([run(folder, { npm_execpath }), run(folder, { npm_execpath })]);
  expect(both.map(({ code, out }) => ({ code, out }))).toEqual(Array(2).fill({ code: 0, out: 'done' }));
  expect(readFileSync(join(folder, 'begun'), 'utf8')).toBe('x');
});

test('one that was killed while it installed is not waited for', async () => {
  const folder = aCheckout();
  mkdirSync(join(folder, '.hub'));
  // No process has so high a number: https://man7.org/linux/man-pages/man5/proc_sys_kernel.5.html, pid_max.
  writeFileSync(join(folder, '.hub/installing.pid'), '4194305');
  expect(await run(folder, { npm_execpath: join(folder, 'npm.mjs') })).toMatchObject({
    code: 0,
    out: 'done',
  });
});

test('one that was killed long ago is not waited for, though its number is another process’s by now', async () => {
  const folder = aCheckout();
  const lock = join(folder, '.hub/installing.pid');
  mkdirSync(join(folder, '.hub'));
  writeFileSync(lock, String(process.pid));
  utimesSync(lock, 0, 0);
  expect(await run(folder, { npm_execpath: join(folder, 'npm.mjs') })).toMatchObject({
    code: 0,
    out: 'done',
  });
});

test('without npm it says where to get it', async () => {
  const { code, out, err } = await run(aCheckout(), { npm_execpath: '', PATH: '' });
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain('npm does not run here: it comes with Node');
});
