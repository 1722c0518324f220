/**
 * `npm run upgrade` takes newer versions of packages into the lock file, `npm run upgrade -- <package>@<version> …` the ones named: but none that
 * was published within the last week, for those that were stolen are mostly found out and withdrawn in days. Nothing is installed yet, and nothing
 * of theirs runs; the next command installs. `--before` is npm's own: https://docs.npmjs.com/cli/v11/using-npm/config#before
 *
 * Not `min-release-age` in .npmrc, which does the same: as the lock file names no addresses, `npm ci` asks for each package again, and would
 * refuse one that a hole had to be mended with within the week.
 */
import { runCommand, Unusable } from '../local/command.ts';
import { days } from '../shared/units.ts';
import { NPM_MISSING, runNpm } from './npm.mjs';

const WAIT_DAYS = 7;
const USAGE = 'usage: npm run upgrade -- [<package>[@<version>] ...]\n';

/** @throws Unusable for what is no package: it might be an option, that undoes the waiting */
export function upgradeArguments(packages: readonly string[], nowMs: number): string[] {
  const strange = packages.find(
    (one) => !/^(@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*(@[\w.^~-]+)?$/i.test(one) || one.startsWith('-'),
  );
  if (strange !== undefined) throw new Unusable(`${strange} is no package of the registry\n${USAGE}`);
  const before = new Date(nowMs - days(WAIT_DAYS)).toISOString();
  const what = packages.length === 0 ? ['update', '--save'] : ['install', ...packages];
  return [
    ...what,
    '--package-lock-only',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    `--before=${before}`,
  ];
}

function main(packages: readonly string[]): number {
  const { status, error } = runNpm(upgradeArguments(packages, Date.now()), { stdio: 'inherit' });
  if (error) throw new Unusable(NPM_MISSING);
  return status ?? 1;
}

if (import.meta.main) await runCommand(main);
