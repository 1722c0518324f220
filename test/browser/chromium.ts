/** Where this machine has a Chromium. It is not among the packages: the tests that need it are skipped without it. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { requireProgram } from '../programs.ts';

/** First the build without windows, by which the tests take half the time: the same engine without what draws tabs and menus. */
const NAMES = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
];

export const CHROMIUM_MISSING =
  `skipped, no Chromium: none of ${NAMES.join(', ')} is in PATH. ` +
  'Install one (Debian: apt-get install chromium-headless-shell) or set CHROMIUM_PATH to its program.';

/**
 * @returns path of the program
 * @throws Error if there is none and there must be: see `requireProgram`
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = [env.CHROMIUM_PATH ?? '', ...candidates].find(isProgram);
  requireProgram(found !== undefined, `there is no Chromium: ${CHROMIUM_MISSING}`, env);
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
