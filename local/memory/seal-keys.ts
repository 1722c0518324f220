/** The key of seals that is the same in every run of a seed; of no use but for tests. */
import { parseSealKeys, type SealKey } from '../../functions/oidc/seal.ts';

/** @param seed a byte */
export const memorySealKeys = (...seeds: number[]): readonly SealKey[] =>
  parseSealKeys(seeds.map((seed) => Buffer.alloc(32, seed).toString('hex')).join('\n'));

export const MEMORY_SEAL_KEYS: readonly SealKey[] = memorySealKeys(1);
