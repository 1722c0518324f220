/** Tab in the shells themselves: the line is typed at a terminal, and what the shell has made of it is read. At a Hub that runs. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { minutes } from '../../shared/units.ts';
import { aHub, type Driver } from '../journeys/hub.ts';
import { requireProgram } from '../programs.ts';
import { aShell, type Shell, tokensOf } from './program.ts';

let driver: Driver;
let ada: Shell;

beforeAll(async () => {
  driver = await aHub({ spares: 0, speed: 60 });
  const { idToken } = await tokensOf(driver.hub.addresses.auth ?? '', 'ada@example.com');
  ada = aShell(driver.hub.url, { HUB_TOKEN: idToken, TERM: 'dumb', INPUTRC: '/dev/null' });
  for (const name of ['alpha-one', 'alpha-two', 'beta']) expect((await ada.hub('create', name)).code).toBe(0);
  mkdirSync(join(ada.home, 'folder'));
  writeFileSync(join(ada.home, 'folder', 'keys of last year.json'), '');
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, out, err } = await ada.hub('completion', shell);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    writeFileSync(join(ada.home, `hub.${shell}`), out);
  }
});
afterAll(() => driver?.close());

const execute = promisify(execFile);
function isThere(program: string): boolean {
  const found = spawnSync('which', [program]).status === 0;
  requireProgram(found, `${program} is not installed (apt install ${program})`);
  return found;
}
/** What gives a program a terminal; that of util-linux, for others are told it otherwise. */
const hasTerminal = process.platform === 'linux' && isThere('script');

/** On a machine that is busy a Hub may answer later than a shell waits; then one presses Tab once more. */
const again = (look: () => void | Promise<void>): Promise<void> => vi.waitFor(look, { timeout: minutes(2) });

/** What is typed, up to Tab, and the words of the line then; a word that goes on has no blank behind it. */
const LINES: readonly (readonly [string, readonly string[]])[] = [
  ['hub cl', ['cleanup', '']],
  ['hub quota req', ['request', '']],
  ['hub delete --y', ['--yes', '']],
  ['hub share x y@example.com --role vie', ['--role', 'viewer', '']],
  ['hub create x --availability=zo', ['--availability=zonal', '']],
  ['hub show be', ['show', 'beta', '']],
  ['hub show al', ['show', 'alpha-']],
  ['hub delete --yes alpha-t', ['alpha-two', '']],
  ['hub show nothing-l', ['show', 'nothing-l']],
  ['hub create x --size=sm', ['--size=small', '']],
  ['hub kubeconfig x --file fol', ['--file', 'folder/']],
  ["hub kubeconfig 'a b' --file=fol", ['a b', '--file=folder/']],
];

describe.each([
  ['bash', ['--norc', '--noprofile', '-i'], 'source hub.bash; PS1=REA; PS1+=DY; set -f'],
  [
    'zsh',
    ['-f', '-i'],
    'unsetopt prompt_cr prompt_sp; bindkey -e; autoload -Uz compinit; compinit -u -D; source hub.zsh; PS1=REA; PS1+=DY',
  ],
] as const)('in %s', (program, args, setUp) => {
  test.skipIf(!hasTerminal || !isThere(program))('Tab completes what is typed', async () => {
    const { env, home: cwd } = ada;
    const child = spawn('script', ['-qfec', [program, ...args].join(' '), '/dev/null'], { cwd, env });
    onTestFinished(() => void child.kill());
    let out = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        out += chunk.toString();
      });
    const says = async (form: RegExp): Promise<RegExpExecArray> => {
      await expect.poll(() => out, { interval: 20 }).toMatch(form);
      const found = form.exec(out);
      if (!found) throw new Error(`it is gone: ${out}`);
      return found;
    };
    child.stdin.write(`${setUp}\r`);
    await says(/READY/);
    /** The words of the line that Tab makes of it. What comes behind them shows whether the last was ended. */
    const complete = async (line: string): Promise<string[]> => {
      out = '';
      child.stdin.write(`${line}\tX\u0001printf '[%s]' \r`);
      const [, words = ''] = await says(/^((?:\[[^\]\r\n]*\])+)READY/m);
      return [...words.matchAll(/\[([^\]]*)\]/g)].map(([, word = '']) => word);
    };
    for (const [line, expected] of LINES) {
      const ended = [...expected.slice(0, -1), `${expected.at(-1)}X`];
      await again(async () => expect((await complete(line)).slice(-ended.length), line).toEqual(ended));
    }
  });
});

test.skipIf(!isThere('fish'))('in fish, Tab offers what goes on from what is typed', async () => {
  // The Hub is in this process: who waits for fish must not keep it from answering.
  const offered = async (line: string): Promise<string[]> => {
    const script = 'source hub.fish; complete -C "$argv[1]"';
    const { home: cwd, env } = ada;
    const { stdout, stderr } = await execute('fish', ['--no-config', '-c', script, '--', line], { cwd, env });
    expect(stderr).toBe('');
    return stdout.split('\n').flatMap((one) => one.split('\t')[0] || []);
  };
  for (const [line, expected] of [
    ['hub cl', ['cleanup']],
    ['hub quota req', ['request']],
    ['hub share x y@example.com --role ', ['editor', 'owner', 'viewer']],
    ['hub create x --availability=zo', ['--availability=zonal']],
    ['hub show al', ['alpha-one', 'alpha-two']],
    ['hub create x --size=sm', ['--size=small']],
    ['hub kubeconfig x --file fol', ['folder/']],
    ['hub kubeconfig x --file=fol', ['--file=folder/']],
    ['hub create ', []],
  ] as const)
    await again(async () => expect((await offered(line)).toSorted(), line).toEqual(expected));
});

test('a Hub that is away keeps nobody from typing on', async () => {
  const away = aShell('http://127.0.0.1:1', { HUB_TOKEN: ada.env.HUB_TOKEN ?? '' });
  expect(await away.hub('__complete', '--', 'show', '')).toEqual({ code: 0, out: ':\n', err: '' });
});
