/** npm, wherever it is: the one that called us, else the one on the way. Runs on any Node from 20 on and needs nothing installed. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What to do where there is none. */
export const NPM_MISSING =
  'npm does not run here: it comes with Node; install both from https://nodejs.org and run the command again.';

/**
 * In the folder of the repository.
 * @returns as `spawnSync` does, with `error` if it could not be started
 */
export function runNpm(args, options = {}) {
  const npm = process.env.npm_execpath;
  return npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, ...options })
    : // On Windows it is a script of the shell's.
      spawnSync('npm', args, { cwd: root, shell: process.platform === 'win32', ...options });
}
