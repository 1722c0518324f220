/** The environment of `npm start`, checked. Every fault is one clear line, and the exit code is 2. */
import { type FaultRates, parseFaults } from './faults.ts';

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

/** A fault of the user's, told in one line. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** Stand-ins, functions and a margin: all ports from `HUB_PORT` on must be valid. */
export const PORTS_NEEDED = 60;

/** @throws UsageError */
export function parseOptions(env: Record<string, string | undefined>): LocalOptions {
  const number = (
    name: string,
    fallback: number,
    valid: (value: number) => boolean,
    needs: string,
  ): number => {
    const text = env[name];
    if (text === undefined || text === '') return fallback;
    const value = Number(text);
    if (!valid(value)) throw new UsageError(`${name}: "${text}" is not valid; it needs ${needs}`);
    return value;
  };
  const highest = 65535 - PORTS_NEEDED;
  const port = number(
    'HUB_PORT',
    4000,
    (value) => Number.isInteger(value) && (value === 0 || (value >= 1024 && value <= highest)),
    `a port from 1024 to ${highest}, or 0 for any free ones`,
  );
  const speed = number(
    'HUB_CLOUD_SPEED',
    60,
    (value) => value >= 0.01 && value <= 100_000,
    'a number from 0.01 to 100000',
  );
  const seed = number(
    'HUB_SEED',
    1,
    (value) => Number.isInteger(value) && value >= 0,
    'a whole number from 0 on',
  );
  let faults: FaultRates;
  try {
    faults = parseFaults(env.HUB_FAULTS);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return { port, speed, seed, faults, ...(env.HUB_DATA ? { dataFolder: env.HUB_DATA } : {}) };
}
