/** The files of a release, as `npm run attest` signs and `npm run check-release` checks them. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Unusable } from '../local/command.ts';
import type { Digests } from './provenance.ts';

export const ATTESTATION = 'dist/release.intoto.json';
export const BILL_OF_MATERIALS = 'dist/sbom.json';
const SINGLE = ['dist/functions.zip', BILL_OF_MATERIALS];
const CONSOLE = 'web/dist';

/** As firebase.json has it in `ignore`: what is hidden, the compressed twins, and maps. */
const IGNORED = /(^|\/)\.|\.(br|gz|map)$/;

/** What Hosting serves, by its path on the site. */
export function consoleFiles(folder: string): string[] {
  if (!existsSync(join(folder, 'index.html'))) throw new Unusable('The console is not built: npm run build');
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/'))
    .filter((path) => !IGNORED.test(path))
    .sort();
}

/** @param root of the repository @throws Unusable if it is not built */
export function digestsOf(root: string): Digests {
  for (const path of SINGLE)
    if (!existsSync(join(root, path))) throw new Unusable(`There is no ${path}: npm run build`);
  const files = [...SINGLE, ...consoleFiles(join(root, CONSOLE)).map((path) => `${CONSOLE}${path}`)];
  return Object.fromEntries(files.map((path) => [path, digestOf(root, path)]));
}

/** SHA-256, in hexadecimal digits. */
export const digestOf = (root: string, path: string): string =>
  createHash('sha256')
    .update(readFileSync(join(root, path)))
    .digest('hex');

/**
 * @param options `otherwise`: what else can be done where git does not help
 * @throws Unusable if git knows of no commit there, or (with `clean`) what is there is not what was committed
 */
export function commitIn(root: string, { clean = false, otherwise = '' } = {}): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  let commit: string;
  let changed: string;
  try {
    commit = git('rev-parse', 'HEAD');
    changed = git('status', '--porcelain');
  } catch {
    throw new Unusable(
      `git does not say which commit is checked out here: it must be installed, and this its repository${otherwise}`,
    );
  }
  if (clean && changed !== '') throw new Unusable(`What is here was not committed:\n${changed}`);
  return commit;
}
