/** Ids and secrets that whoever holds them may use: how they are made, and how they are recognised without being kept. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from './cloud.ts';

/** Characters of base32: 260 bits, so a plain hash is enough to keep them by. */
const LENGTH = 52;
const SHAPE = /^[a-z2-7]{52}$/;

export const newSecret = (random: Random): string => random.base32(LENGTH);

/** Whether it may be one of ours; anything else need not be looked up. */
export const isSecret = (text: string | undefined): text is string => text !== undefined && SHAPE.test(text);

/** SHA-256 in hexadecimal: also fit to be the id of a document. */
export const digestOf = (secret: string): string => createHash('sha256').update(secret, 'utf8').digest('hex');

/** In a time that tells nothing about the digests. */
export function matchesAny(secret: string, digests: readonly string[]): boolean {
  const given = Buffer.from(digestOf(secret), 'hex');
  let found = false;
  for (const digest of digests) {
    const kept = Buffer.from(digest, 'hex');
    found = (kept.length === given.length && timingSafeEqual(kept, given)) || found;
  }
  return found;
}
