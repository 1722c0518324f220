/** The clock and the dice of a running function. The only place in which the product reads the machine's. */
import { randomBytes } from 'node:crypto';
import type { Clock, Random } from '../cloud.ts';

/** However fast the embedded cloud runs, a handler on a busy laptop gets this long before it is taken for dead. */
const WORK_FLOOR_MS = 5000;

/** @param speed cloud seconds per second; 1 in production */
export function systemClock(speed: number): Clock {
  return {
    now: () => Date.now(),
    after: (durationMs) => Date.now() + durationMs / speed,
    afterWork: (durationMs) => Date.now() + Math.max(durationMs / speed, Math.min(durationMs, WORK_FLOOR_MS)),
    elapsed: (sinceMs) => (Date.now() - sinceMs) * speed,
    sleepUntil: (atMs) => new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - Date.now()))),
  };
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Unguessable: ids are part of host names and bucket names. */
export const systemRandom: Random = {
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  base32: (length) => Array.from(randomBytes(length), (byte) => BASE32[byte & 31]).join(''),
};
