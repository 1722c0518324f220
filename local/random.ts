/** Seeded chance: the same seed gives the same run. */
import type { Random } from '../functions/cloud.ts';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Mulberry32: 32 bits of state, good enough to choose among faults and delays; never used for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    fraction,
    base32: (length) => Array.from({ length }, () => BASE32[Math.floor(fraction() * 32)]).join(''),
  };
}

/** A stream of its own per name, so that drawing more in one place does not shift what another place draws. */
export function randomStream(seed: number, name: string): Random {
  let hash = seed >>> 0;
  for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619) >>> 0;
  return seededRandom(hash);
}

/** A draw from a log-normal distribution given by its median and its 95th percentile, the usual shape of a cloud's latencies. */
export function logNormal(random: Random, median: number, p95: number): number {
  const sigma = Math.log(p95 / median) / 1.6448536;
  const u = Math.max(random.fraction(), Number.MIN_VALUE);
  const normal = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random.fraction());
  return median * Math.exp(sigma * normal);
}
