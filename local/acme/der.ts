/** The little of DER that a certificate needs, written at once: the simulation cannot wait for WebCrypto's promises. */

const wrap = (tag: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag]), lengthOf(content), content]);

function lengthOf({ length }: Buffer): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let left = length; left > 0; left >>= 8) bytes.unshift(left & 255);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

export const sequence = (...parts: Buffer[]): Buffer => wrap(0x30, Buffer.concat(parts));
export const setOf = (...parts: Buffer[]): Buffer => wrap(0x31, Buffer.concat(parts));
export const octets = (content: Buffer): Buffer => wrap(0x04, content);
export const utf8 = (text: string): Buffer => wrap(0x0c, Buffer.from(text));
export const boolean = (value: boolean): Buffer => wrap(0x01, Buffer.from([value ? 255 : 0]));
/** Explicitly tagged. */
export const tagged = (tag: number, content: Buffer): Buffer => wrap(0xa0 | tag, content);
/** Implicitly tagged, of a primitive type. */
export const implicit = (tag: number, content: Buffer): Buffer => wrap(0x80 | tag, content);

/** @param unusedBits of the last byte */
export const bits = (content: Buffer, unusedBits = 0): Buffer =>
  wrap(0x03, Buffer.concat([Buffer.from([unusedBits]), content]));

/** Of these bytes, which are taken as positive. */
export function integer(content: Buffer): Buffer {
  let start = 0;
  while (start < content.length - 1 && content[start] === 0) start++;
  const short = content.subarray(start);
  return wrap(0x02, (short[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), short]) : short);
}

export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 127];
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 127) | 128);
    bytes.push(...groups);
  }
  return wrap(0x06, Buffer.from(bytes));
}

/** Whole seconds. Years from 2050 on need the longer form: https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5 */
export function time(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '');
  return new Date(atMs).getUTCFullYear() < 2050
    ? wrap(0x17, Buffer.from(digits.slice(2)))
    : wrap(0x18, Buffer.from(digits));
}

export const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${(der.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`;
