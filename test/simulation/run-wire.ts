/** Seeds over real wires, one after the other. */
import { runWireSeed } from './wire.ts';

/** @returns whether nothing was found wrong */
export async function runWire(from: number, seeds: number, print: (text: string) => void): Promise<boolean> {
  // Google's clients would look for a metadata server, which no machine of ours has.
  process.env.METADATA_SERVER_DETECTION = 'none';
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
  let failed = 0;
  for (let seed = from; seed < from + seeds; seed++) {
    const { findings, trace = [], folder, ...result } = await runWireSeed(seed);
    print(JSON.stringify({ ...result, findings: findings.length }));
    if (findings.length === 0) continue;
    failed++;
    print([...trace, '', ...findings, '', `its data: ${folder}`].join('\n'));
  }
  print(`${failed} of ${seeds} seeds over wires found something wrong`);
  return failed === 0;
}
