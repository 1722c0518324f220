/** Chance of one seed, in streams of their own: drawing more in one place does not shift what another place draws. */
import type { Random } from '../../functions/cloud.ts';
import { randomStream } from '../../local/random.ts';

export interface Streams {
  /** Orders events of the same instant. */
  schedule: Random;
  /** What goes wrong. */
  faults: Random;
  /** What goes wrong in one zone: it came later, and is to leave the seeds before it as they were. */
  zones: Random;
  /** What people do. */
  load: Random;
  /** When people do what comes at the worst moment. */
  ambush: Random;
  /** How long calls take. */
  net: Random;
  /** Which of them are away. */
  places: Random;
}

export const streamsOf = (seed: number): Streams => ({
  schedule: randomStream(seed, 'schedule'),
  faults: randomStream(seed, 'weather'),
  zones: randomStream(seed, 'zones'),
  load: randomStream(seed, 'load'),
  ambush: randomStream(seed, 'ambush'),
  net: randomStream(seed, 'net'),
  places: randomStream(seed, 'places'),
});

export const between = (random: Random, least: number, most: number): number =>
  least + random.fraction() * (most - least);

export const integer = (random: Random, least: number, most: number): number =>
  Math.floor(between(random, least, most + 1));

export const happens = (random: Random, probability: number): boolean => random.fraction() < probability;

export function oneOf<T>(random: Random, from: readonly [T, ...T[]]): T;
export function oneOf<T>(random: Random, from: readonly T[]): T | undefined;
export function oneOf<T>(random: Random, from: readonly T[]): T | undefined {
  return from[Math.floor(random.fraction() * from.length)];
}
