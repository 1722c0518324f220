/**
 * `npm run audit`: whether a package that is deployed has a hole that is known and high. It asks npm's registry, so it is a lane of its own: without
 * the registry it says that it does not know, and ends with 2. 0: none, 1: there are.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type Verdict =
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

function main(): number {
  const { npm_execpath: npm } = process.env;
  const args = ['audit', '--omit=dev', '--json'];
  const options = { encoding: 'utf8', cwd: fileURLToPath(new URL('..', import.meta.url)) } as const;
  const { stdout } = npm
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, options);
  const verdict = verdictOf(stdout ?? '');
  if (verdict.outcome === 'unknown') {
    process.stderr.write(`The registry could not be asked, so nobody knows: ${verdict.why}\n`);
    return 2;
  }
  process.stdout.write(
    `Known holes in what is deployed, by how bad they are: ${JSON.stringify(verdict.counts)}\n`,
  );
  return verdict.outcome === 'clean' ? 0 : 1;
}

if (import.meta.main) process.exitCode = main();
