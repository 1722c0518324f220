/** Seeds whose region is lost, one after the other. */
import { restore } from './restore.ts';

interface Asked {
  from: number;
  seeds: number;
  verbose?: boolean | undefined;
}

/** @returns whether nothing was found wrong */
export async function runRestore(
  { from, seeds, verbose }: Asked,
  print: (text: string) => void,
): Promise<boolean> {
  const sums = { failed: 0, torn: 0, written: 0, unclear: 0 };
  for (let seed = from; seed < from + seeds; seed++) {
    const { violations, torn, written, unclear, lines } = await restore({ seed, verbose });
    sums.torn += torn;
    sums.written += written;
    sums.unclear += unclear;
    if (verbose) print(lines.join('\n'));
    if (violations.length > 0) sums.failed++;
    for (const { name, text } of violations) print(`seed ${seed}: ${name}: ${text}`);
  }
  print(
    `${sums.failed} of ${seeds} seeds that were set back found something wrong; ${sums.torn} torn commits, ${sums.written} corrections, ${sums.unclear} left to people`,
  );
  return sums.failed === 0;
}
