/** The least of a failing seed that still fails in the same way: first fewer faults, then fewer deeds, then whole kinds of faults left out. */
import { type Options, type Run, simulate } from './simulate.ts';
import { STRIKES, type Weather } from './weather.ts';

/** @returns false: it was a failing seed */
export async function shrink(seed: number, print: (text: string) => void): Promise<boolean> {
  const first = await simulate({ seed });
  if (!first.violation) {
    print(`seed ${seed} violates nothing`);
    return true;
  }
  const { name } = first.violation;
  const fails = async (options: Partial<Options>): Promise<Run | undefined> => {
    const run = await simulate({ seed, ...options });
    return run.violation?.name === name ? run : undefined;
  };
  let options: Partial<Options> = {};
  let best = first;
  const accept = async (tried: Partial<Options>): Promise<boolean> => {
    const run = await fails(tried);
    if (!run) return false;
    options = tried;
    best = run;
    return true;
  };
  // The first of the faults after which none is needed.
  for (let low = 0, high = first.counts.faults; low < high; ) {
    const middle = Math.floor((low + high) / 2);
    if (await accept({ ...options, lastFault: middle })) high = middle;
    else low = middle + 1;
  }
  for (let deeds = 1; deeds <= 24; deeds++) if (await accept({ ...options, deeds })) break;
  for (const strike of STRIKES) {
    const { strikes } = best.weather;
    await accept({ ...options, weather: { ...options.weather, strikes: { ...strikes, [strike]: 0 } } });
  }
  const without: Partial<Weather>[] = [
    { outages: [] },
    { zone: undefined },
    { sieges: [] },
    { skewMs: 0 },
    { oldCodeUntilMs: 0 },
    { missed: 0, double: 0 },
    { killsPerHour: 0 },
  ];
  for (const calm of without) await accept({ ...options, weather: { ...options.weather, ...calm } });
  for (const fault of Object.keys(best.weather.rates)) {
    const rates = { ...best.weather.rates, [fault]: 0 };
    await accept({ ...options, weather: { ...options.weather, rates } });
  }
  print(best.lines.join('\n'));
  print(`seed ${seed} still violates ${name} with ${best.counts.faults} faults: ${best.violation?.text}`);
  print(
    JSON.stringify({
      ...options,
      weather: options.weather && {
        ...options.weather,
        outages: best.weather.outages.map(({ name: outage }) => outage),
      },
    }),
  );
  return false;
}
