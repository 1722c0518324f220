/** The namespaces math and hashing. https://firebase.google.com/docs/reference/rules/rules.math and rules.hashing */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { int64, intOfFloat } from '../numbers.ts';
import { Bytes, type RuleValue } from '../values.ts';
import { type BuiltIn, builtIn, contentOf, numberOf } from './method.ts';

const ARGUMENT = 'The argument';

/** Integers are whole already; a float is rounded and becomes an integer. */
const rounding = (name: string, round: (value: number) => number): BuiltIn =>
  builtIn(name, 1, (value) => {
    const number = numberOf(value, ARGUMENT);
    return typeof number === 'bigint' ? number : intOfFloat(round(number));
  });

const ofFloat = (name: string, compute: (value: number) => RuleValue): BuiltIn =>
  builtIn(name, 1, (value) => compute(Number(numberOf(value, ARGUMENT))));

export const MATH_FUNCTIONS: readonly BuiltIn[] = [
  builtIn('abs', 1, (value) => {
    const number = numberOf(value, ARGUMENT);
    if (typeof number === 'number') return Math.abs(number);
    return int64(number < 0n ? -number : number);
  }),
  rounding('ceil', Math.ceil),
  rounding('floor', Math.floor),
  rounding('round', Math.round),
  ofFloat('sqrt', Math.sqrt),
  ofFloat('isInfinite', (value) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY),
  ofFloat('isNaN', Number.isNaN),
  builtIn(
    'pow',
    2,
    (base, exponent) => Number(numberOf(base, 'The base')) ** Number(numberOf(exponent, 'The exponent')),
  ),
];

const hash = (name: string, compute: (content: Uint8Array) => Uint8Array): BuiltIn =>
  builtIn(name, 1, (value) => new Bytes(compute(contentOf(value, ARGUMENT))));

export const HASHING_FUNCTIONS: readonly BuiltIn[] = [
  hash('crc32', (content) => word(crc32(content))),
  hash('crc32c', (content) => word(crc32c(content))),
  hash('md5', (content) => createHash('md5').update(content).digest()),
  hash('sha256', (content) => createHash('sha256').update(content).digest()),
];

/** Highest byte first. */
function word(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** Castagnoli's polynomial, reflected. */
const CRC32C = 0x82f63b78;

function crc32c(content: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of content) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC32C : crc >>> 1;
  }
  return ~crc >>> 0;
}
