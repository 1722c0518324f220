/** The environment of `npm start`, checked. Every fault is one clear line, and the exit code is 2. */
import { decimalNumber, Unusable, wholeNumber } from './command.ts';
import { type FaultRates, parseFaults } from './faults.ts';
import { highestFirstPort } from './ports.ts';

export interface LocalOptions {
  /** First of the ports; 0: any free one for each. */
  port: number;
  /** Where state survives; absent: memory. */
  dataFolder?: string;
  /** That the pool of a fresh Hub wants; absent: one. */
  spares?: number;
  /** Other security rules than those of the repository. */
  rulesFile?: string;
  /** Cloud seconds per second. */
  speed: number;
  faults: FaultRates;
  seed: number;
}

/** As many as `randomStream` tells apart. */
export const MAX_SEED = 2 ** 32 - 1;

/** @throws Unusable */
export function parseOptions(env: Record<string, string | undefined>): LocalOptions {
  const highest = highestFirstPort();
  const port = wholeNumber('HUB_PORT', env.HUB_PORT, { from: 0, to: highest, fallback: 4000 });
  if (port > 0 && port < 1024)
    throw new Unusable(
      `HUB_PORT: "${port}" is not valid; it needs a port from 1024 to ${highest}, or 0 for any free ones`,
    );
  const speed = decimalNumber('HUB_CLOUD_SPEED', env.HUB_CLOUD_SPEED, {
    from: 0.01,
    to: 100_000,
    fallback: 60,
  });
  const seed = wholeNumber('HUB_SEED', env.HUB_SEED, { from: 0, to: MAX_SEED, fallback: 1 });
  const faults = faultsIn(env.HUB_FAULTS);
  return { port, speed, seed, faults, ...(env.HUB_DATA ? { dataFolder: env.HUB_DATA } : {}) };
}

function faultsIn(text: string | undefined): FaultRates {
  try {
    return parseFaults(text);
  } catch (error) {
    throw new Unusable((error as Error).message);
  }
}
