/** The kinds of records that are kept and answered: what their data may be, and how it is told alike. */
import { isIPv4, isIPv6 } from 'node:net';

/** Type numbers: https://www.iana.org/assignments/dns-parameters */
export const TYPES = { A: 1, NS: 2, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28, CAA: 257 } as const;
type RecordType = keyof typeof TYPES;

/** All records of one name and type. */
export interface RecordSet {
  /** Lower case, with the dot at the end. */
  name: string;
  type: RecordType;
  ttl: number;
  /** In the presentation format of zone files. */
  rrdatas: string[];
}

export const isRecordType = (type: string): type is RecordType => Object.hasOwn(TYPES, type);

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/** A whole name with the dot at its end; the first label may be a wildcard. */
export function isDnsName(name: string): boolean {
  if (name.length > 254 || !name.endsWith('.')) return false;
  const labels = name.slice(0, -1).split('.');
  return labels.every((label, index) => LABEL.test(label) || (index === 0 && label === '*'));
}

/**
 * The data as Cloud DNS keeps it: names in lower case, texts in quotation marks.
 * @returns undefined if it is not valid data of that type
 */
export function normalizedData(type: RecordType, data: string): string | undefined {
  const text = data.trim();
  switch (type) {
    case 'A':
      return isIPv4(text) ? text : undefined;
    case 'AAAA':
      return isIPv6(text) ? text.toLowerCase() : undefined;
    case 'CNAME':
    case 'NS':
      return isDnsName(text.toLowerCase()) ? text.toLowerCase() : undefined;
    case 'TXT': {
      const strings = characterStrings(text);
      return strings?.map(quoted).join(' ');
    }
    case 'CAA':
      return parseCaa(text) ? text : undefined;
    case 'SOA':
      return parseSoa(text) ? text : undefined;
  }
}

interface Caa {
  flags: number;
  tag: string;
  value: string;
}

export function parseCaa(text: string): Caa | undefined {
  const [, flags, tag = '', value = ''] = /^(\d{1,3}) ([a-z0-9]+) (.+)$/i.exec(text) ?? [];
  const strings = characterStrings(value);
  if (flags === undefined || Number(flags) > 255 || strings?.length !== 1) return undefined;
  return { flags: Number(flags), tag: tag.toLowerCase(), value: strings[0] ?? '' };
}

interface Soa {
  primary: string;
  mailbox: string;
  /** Serial, refresh, retry, expire, minimum. */
  numbers: number[];
}

export function parseSoa(text: string): Soa | undefined {
  const [primary = '', mailbox = '', ...rest] = text.toLowerCase().split(/\s+/);
  const numbers = rest.map(Number);
  const right = numbers.length === 5 && numbers.every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 32);
  return right && isDnsName(primary) && isDnsName(mailbox) ? { primary, mailbox, numbers } : undefined;
}

/**
 * The strings of a TXT record, quoted or not: https://www.rfc-editor.org/rfc/rfc1035#section-5.1
 * @returns undefined if a quotation mark is not closed, there is none, or one has more than 255 bytes
 */
export function characterStrings(text: string): string[] | undefined {
  const strings: string[] = [];
  const token = /\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/sy;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (!match) return undefined;
    strings.push(unescaped(match[1] ?? match[2] ?? ''));
  }
  const short = strings.every((string) => Buffer.byteLength(string, 'latin1') <= 255);
  return strings.length > 0 && short ? strings : undefined;
}

const unescaped = (text: string): string =>
  text.replace(/\\(?:(\d{3})|(.))/gs, (_, code?: string, char?: string) =>
    code === undefined ? (char ?? '') : String.fromCharCode(Number(code) & 255),
  );

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
