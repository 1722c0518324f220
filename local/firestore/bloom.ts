/**
 * The Bloom filter of an existence filter: which documents a listener that comes back should still have. The client drops those
 * that are surely not in it, instead of asking for everything anew.
 * https://github.com/googleapis/googleapis/blob/master/google/firestore/v1/bloom_filter.proto
 */
import { createHash } from 'node:crypto';
import type { Message } from '../grpc.ts';

/** Share of wrong members. One costs a full resend, so a few bits more are well spent. */
const ERROR_RATE = 0.0001;

/** A google.firestore.v1.BloomFilter of full document names. */
export function bloomFilter(names: readonly string[]): Message {
  if (names.length === 0) return { bits: { bitmap: Buffer.alloc(0), padding: 0 }, hashCount: 0 };
  const bitCount = Math.ceil((-names.length * Math.log(ERROR_RATE)) / Math.LN2 ** 2);
  const hashCount = Math.max(1, Math.round((bitCount / names.length) * Math.LN2));
  const bitmap = Buffer.alloc(Math.ceil(bitCount / 8));
  for (const name of names) {
    for (const bit of bitsOf(name, bitCount, hashCount))
      bitmap[bit >> 3] = (bitmap[bit >> 3] ?? 0) | (1 << (bit & 7));
  }
  return { bits: { bitmap, padding: bitmap.length * 8 - bitCount }, hashCount };
}

/** Double hashing over the two halves of MD5, unsigned 64 bits each, as the clients do. */
function* bitsOf(name: string, bitCount: number, hashCount: number): Generator<number> {
  const digest = createHash('md5').update(name).digest();
  const first = digest.readBigUInt64LE(0);
  const second = digest.readBigUInt64LE(8);
  for (let i = 0n; i < hashCount; i++) {
    yield Number(BigInt.asUintN(64, first + i * second) % BigInt(bitCount));
  }
}
