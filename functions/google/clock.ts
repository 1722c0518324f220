/**
 * The clock and the dice of a running function. The only place in which the product reads the machine's; the lines of a log are stamped by
 * the library that writes them.
 */
import { randomBytes } from 'node:crypto';
import { BASE32, type Clock, type Random } from '../cloud.ts';

/**
 * However fast the embedded cloud runs, a laptop's processor is not the faster for it: time-outs that bound our own computing run at
 * most this many times as fast as the wall, and a handler gets at least five seconds before it is taken for dead.
 */
const FASTEST_WORK = 60;
const WORK_FLOOR_MS = 5000;

/**
 * @param speed cloud seconds per second; 1 in production
 * @param now what the time is; the machine's, in production
 */
export function systemClock(speed: number, now: () => number = Date.now): Clock {
  return {
    now,
    monotonic: () => performance.now(),
    after: (durationMs) => now() + durationMs / speed,
    afterWork: (durationMs) =>
      now() + Math.min(durationMs, Math.max(durationMs / Math.min(speed, FASTEST_WORK), WORK_FLOOR_MS)),
    elapsed: (sinceMs) => (now() - sinceMs) * speed,
    sleepUntil: (atMs) => new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - now()))),
  };
}

/** Unguessable: ids are part of host names and bucket names. */
export const systemRandom: Random = {
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
  base32: (length) => Array.from(randomBytes(length), (byte) => BASE32[byte & 31]).join(''),
};
