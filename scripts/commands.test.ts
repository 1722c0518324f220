/** What every command does when it is called wrongly, or alone in the world: as people run them, each in a process of its own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { firstFreePort } from '../test/free-ports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const run = (file: string, args: readonly string[], env: Record<string, string> = {}) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [`${root}${file}`, ...args],
      { env: { ...process.env, ...env } },
      (_, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });

const COMMANDS = [
  ...['local/main.ts', 'bench/main.ts'],
  ...['test/security/fuzz-main.ts', 'test/simulation/main.ts', 'test/simulation/soak-main.ts'],
  ...[
    'attest',
    'audit',
    'charts',
    'check-release',
    'check-terraform',
    'commit',
    'docs',
    'doctor',
    'keys',
  ].map((name) => `scripts/${name}.ts`),
  ...['picture', 'reconcile', 'release', 'roll-forward', 'rotate', 'sbom', 'smoke', 'verify', 'upgrade'].map(
    (name) => `scripts/${name}.ts`,
  ),
];

describe('an option that nobody knows is refused, and what is known is said', () => {
  test.each(COMMANDS)('%s', async (file) => {
    const { code, out, err } = await run(file, ['--nope']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('--nope');
    expect(err).toContain('usage: ');
    expect(err).not.toContain('    at ');
  });
});

describe('a number that is none is told in one line, with those that are allowed', () => {
  test.each([
    ['test/security/fuzz-main.ts', '--requests', 'x', 'a whole number from 1 to 1000000000'],
    ['test/security/fuzz-main.ts', '--seed', '1.5', 'a whole number from 0 to 4294967295'],
    ['test/simulation/main.ts', '--seed', 'x', 'a whole number from 0 to 4294967295'],
    ['test/simulation/main.ts', '--seeds', '0', 'a whole number from 1 to 1000000000'],
    ['test/simulation/main.ts', '--workers', '0', 'a whole number from 1 to 1024'],
    ['test/simulation/soak-main.ts', '--minutes', 'x', 'a number from 0.1 to 10000'],
    ['scripts/doctor.ts', '--clusters', '1e3', 'a whole number from 1 to 1000000'],
    ['scripts/release.ts', '--pause', '-1', 'a number from 0 to 3600'],
  ])('%s %s %s', async (file, option, value, allowed) => {
    expect(await run(file, [`${option}=${value}`])).toEqual({
      code: 2,
      out: '',
      err: `${option}: "${value}" is not valid; it needs ${allowed}\n`,
    });
  });
});

test('the simulation does one thing at a time, and to a mutant that there is', async () => {
  const two = await run('test/simulation/main.ts', ['--seed', '1', '--pairs']);
  expect({ code: two.code, first: two.err.split('\n')[0] }).toEqual({
    code: 2,
    first: '--seed and --pairs: only one at a time',
  });
  const none = await run('test/simulation/main.ts', ['--mutants', 'no such thing']);
  expect(none).toEqual({ code: 2, out: '', err: 'There is no mutant "no such thing"\n' });
});

describe('who cannot reach Google says so in one line', () => {
  test.each([
    ['charts', ['--region', 'europe-west1']],
    ['doctor', ['--domain', 'hub.example.com']],
    ['keys', ['--secrets', 'page-token-key']],
    ['rotate', ['--secret', 'page-token-key', '--to', 'new']],
    ['release', ['--site', 'demo', '--region', 'europe-west1']],
  ])('%s', async (name, args) => {
    // Not port 1, which is closed as well: `fetch` refuses to ask there at all.
    const of = ['--project', 'demo', '--endpoint', `http://127.0.0.1:${await firstFreePort(1)}`];
    const { code, out, err } = await run(`scripts/${name}.ts`, [...of, ...args]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(
      /^\S+\.googleapis\.com cannot be reached: .*ECONNREFUSED.*\. Is this machine online\?\n$/,
    );
  });
});
