/** What faults cost: the calls to the cloud of each golden lifecycle while some of all calls have no answer, beside those it needs. */
import { exhaust, SCENARIOS } from './exhaustive.ts';

const RUNS = 20;
const SHARE = 0.05;
/** So many times the least may they be. */
const MOST = 1.3;

/** @returns whether all lifecycles together stay within `MOST` */
export async function cost(print: (text: string) => void): Promise<boolean> {
  let least = 0;
  let needed = 0;
  for (const scenario of Object.keys(SCENARIOS)) {
    const calls = { undisturbed: 0, disturbed: 0 };
    for (let seed = 1; seed <= RUNS; seed++) {
      // The same seed: how long the cloud takes, and so how often it is looked at, is the luck of both.
      for (const [kind, share] of [['undisturbed', 0] as const, ['disturbed', SHARE] as const]) {
        const run = await exhaust({ scenario, strikes: [], share, seed });
        if (run.violation) {
          print(`${scenario}, seed ${seed}, ${kind}: ${run.violation.name}: ${run.violation.text}`);
          return false;
        }
        calls[kind] += run.cloudCalls / RUNS;
      }
    }
    least += calls.undisturbed;
    needed += calls.disturbed;
    print(
      `${scenario}: ${calls.undisturbed.toFixed(1)} calls, ${calls.disturbed.toFixed(1)} with faults (${(calls.disturbed / calls.undisturbed).toFixed(2)} ×)`,
    );
  }
  const ratio = needed / least;
  print(
    `${(SHARE * 100).toFixed(0)} % of all calls without an answer cost ${ratio.toFixed(2)} × the calls to the cloud`,
  );
  return ratio <= MOST;
}
