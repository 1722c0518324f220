/** What faults cost: the calls to the cloud of each golden lifecycle while some of all calls have no answer, beside those it needs. */
import { exhaust, SCENARIOS } from './exhaustive.ts';

const RUNS = 40;
const SHARE = 0.05;
/** So many times the least may they be. */
const MOST = 1.3;

/** @returns whether all lifecycles together stay within `MOST` */
export async function cost(print: (text: string) => void): Promise<boolean> {
  let least = 0;
  let needed = 0;
  for (const scenario of Object.keys(SCENARIOS)) {
    const { cloudCalls } = await exhaust({ scenario, strikes: [] });
    let calls = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const run = await exhaust({ scenario, strikes: [], share: SHARE, seed });
      if (run.violation) {
        print(`${scenario}, seed ${seed}: ${run.violation.name}: ${run.violation.text}`);
        return false;
      }
      calls += run.cloudCalls / RUNS;
    }
    least += cloudCalls;
    needed += calls;
    print(
      `${scenario}: ${cloudCalls} calls, ${calls.toFixed(1)} with faults (${(calls / cloudCalls).toFixed(2)} ×)`,
    );
  }
  const ratio = needed / least;
  print(
    `${(SHARE * 100).toFixed(0)} % of all calls without an answer cost ${ratio.toFixed(2)} × the calls to the cloud`,
  );
  return ratio <= MOST;
}
