/** The command as people run it: a process of its own, with files. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { cleanUpKeySet } from '../functions/clean-up/keys.ts';
import { memoryCleanUpKey } from '../local/memory/clean-up-keys.ts';
import { aStatement, signed } from '../test/certificates.ts';

const COMMAND = fileURLToPath(new URL('run.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hub-verify-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = signed(aStatement());
const write = (name: string, content: unknown): string => {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return name;
};
const certificate = write('certificate.json', file);
const keys = write('keys.json', cleanUpKeySet([memoryCleanUpKey(2), memoryCleanUpKey(1)]));

/** In a folder that is not the repository's, as whoever keeps the files may be. */
const verify = (...args: string[]): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const { INIT_CWD: _, ...env } = process.env;
    const child = execFile(
      process.execPath,
      [COMMAND, 'verify', ...args],
      { cwd: folder, env },
      (_, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });

test('a certificate that holds is told with what is in it, offline, from two files', async () => {
  const { code, out, err } = await verify(certificate, '--keys', keys);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain(`VALID: nothing is left of cluster ${file.cluster}.`);
  for (const { name, goneAt } of file.resources) expect(out).toContain(`${name}  gone ${goneAt}`);
  expect(out).toContain(`by label hub-cluster=${file.cluster}`);
});

test('the keys may be asked of a Hub that runs', async () => {
  const server = createServer((request, response) => {
    const found = request.url === '/v1/keys';
    response.writeHead(found ? 200 : 404).end(JSON.stringify(cleanUpKeySet([memoryCleanUpKey(1)])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  expect((await verify(certificate, '--url', `http://127.0.0.1:${port}`)).code).toBe(0);
  server.close();
  const { code, err } = await verify(certificate, '--url', 'http://127.0.0.1:1');
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('does not tell its keys') });
});

const { certificate: _, listing: __, ...record } = file;
test.each<[string, unknown, string]>([
  [
    'was changed where it is read',
    { ...file, deletedAt: '2027-01-01T00:00:00.000Z' },
    '"deletedAt" is not what was signed',
  ],
  [
    'was changed where it is signed',
    { ...file, certificate: { ...file.certificate, payload: 'e30' } },
    'This is not what Hub signed',
  ],
  ['somebody else signed', signed(aStatement(), memoryCleanUpKey(3)), 'Nobody knows who signed this'],
  [
    'says what cannot be',
    signed(aStatement({ deletedAt: '2026-01-01T00:30:00.000Z' })),
    'what it says cannot be',
  ],
  ['was never signed', record, 'This record is not signed'],
])('a certificate that %s is not valid', async (_, content, says) => {
  const { code, out, err } = await verify(write('changed.json', content), '--keys', keys);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^NOT VALID: /);
  expect(err).toContain(says);
});

test.each<[string, string[], string]>([
  ['nothing is said', [], 'usage: npm run verify'],
  ['no keys are named', [certificate], 'usage: npm run verify'],
  [
    'keys are named twice',
    [certificate, '--keys', keys, '--url', 'http://127.0.0.1:1'],
    'usage: npm run verify',
  ],
  ['an option is misspelt', [certificate, '--key', keys], 'usage: npm run verify'],
  ['there is no such file', ['nowhere.json', '--keys', keys], 'nowhere.json cannot be read'],
  ['the file is no JSON', [write('page.html', '<html>'), '--keys', keys], 'page.html is not JSON'],
  ['the file is something else', [keys, '--keys', keys], 'This is no clean-up certificate'],
  [
    'the keys are something else',
    [certificate, '--keys', certificate],
    'is not what a Hub answers at /v1/keys',
  ],
  ['the address is none', [certificate, '--url', 'hub'], 'hub is no address'],
])('where %s, it says so and that nothing was checked', async (_, args, says) => {
  const { code, err } = await verify(...args);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(says) });
  expect(err).not.toContain('    at ');
});
