/**
 * `npm run audit`: whether a package that is deployed has a hole that is known and high. It asks npm's registry, so it is a lane of its own: without
 * the registry it says that it does not know, and ends with 2. 0: none, 1: there are.
 */
import { runCommand, takeNothing, Unusable } from '../local/command.ts';
import { NPM_MISSING, runNpm } from './npm.mjs';

type Verdict =
  | { outcome: 'clean' | 'found'; counts: Readonly<Record<string, number>> }
  | { outcome: 'unknown'; why: string };

/** @param report of `npm audit --json` */
export function verdictOf(report: string): Verdict {
  try {
    const { metadata, error, message } = JSON.parse(report) as {
      metadata?: { vulnerabilities?: Record<string, number> };
      error?: { summary?: string };
      message?: string;
    };
    const counts = metadata?.vulnerabilities;
    if (!counts) return { outcome: 'unknown', why: error?.summary || message || 'npm says nothing of it.' };
    const serious = (counts.high ?? 0) + (counts.critical ?? 0);
    return { outcome: serious > 0 ? 'found' : 'clean', counts };
  } catch {
    return { outcome: 'unknown', why: 'npm gave no report.' };
  }
}

function main(args: readonly string[]): number {
  takeNothing(args, 'audit');
  const { stdout, error } = runNpm(['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
  if (error) throw new Unusable(NPM_MISSING);
  const verdict = verdictOf(stdout ?? '');
  if (verdict.outcome === 'unknown')
    throw new Unusable(`The registry could not be asked, so nobody knows: ${verdict.why}`);
  process.stdout.write(
    `Known holes in what is deployed, by how bad they are: ${JSON.stringify(verdict.counts)}\n`,
  );
  return verdict.outcome === 'clean' ? 0 : 1;
}

if (import.meta.main) await runCommand(main);
