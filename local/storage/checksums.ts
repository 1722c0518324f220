/** The two checksums that Cloud Storage keeps of every object; its client compares them after each transfer. */
import { createHash } from 'node:crypto';

/** CRC-32C (Castagnoli), reflected: https://datatracker.ietf.org/doc/html/rfc3720#appendix-B.4 */
const POLYNOMIAL = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value >>> 0;
});

/** Base64 of the checksum in big-endian order. https://cloud.google.com/storage/docs/json_api/v1/objects#crc32c */
export function crc32c(bytes: Uint8Array): string {
  let checksum = 0xffffffff;
  for (const byte of bytes) checksum = (TABLE[(checksum ^ byte) & 0xff] ?? 0) ^ (checksum >>> 8);
  const out = Buffer.alloc(4);
  out.writeUInt32BE(~checksum >>> 0);
  return out.toString('base64');
}

/** Base64. */
export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64');
