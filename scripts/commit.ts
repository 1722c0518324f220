/**
 * Notes beside what `npm run build` made from which commit that was: Terraform tells it as the output `commit`, so that whoever comes later
 * can check out what runs. Of what is made only the command `hub` tells it, too; the archive of the functions does not: the same sources give
 * the same bytes there, whatever commit they are of, so that Terraform deploys only what has changed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand, takeNothing, Unusable } from '../local/command.ts';
import { commitIn } from './release-files.ts';

/** @param root of the repository @returns the hash; with `-changed` where what is there is not what was committed */
export function builtFrom(root: string): string {
  try {
    const commit = commitIn(root);
    try {
      return commitIn(root, { clean: true });
    } catch {
      return `${commit}-changed`;
    }
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    // An archive of the sources, without git.
    return 'unknown';
  }
}

function main(args: readonly string[]): void {
  takeNothing(args, 'build');
  const root = fileURLToPath(new URL('..', import.meta.url));
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(join(root, 'dist/commit'), `${builtFrom(root)}\n`);
}

if (import.meta.main) await runCommand(main);
