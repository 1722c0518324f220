/** How values of the `Dns` port are written in Cloud DNS: names end with a dot, texts are quoted in pieces of 255 bytes. */
import type { DnsRecord, DnsRecordType } from '../dns.ts';

/** A resource record set of the API: https://cloud.google.com/dns/docs/reference/rest/v1/resourceRecordSets */
export interface RecordSet {
  name: string;
  type: string;
  ttl: number;
  rrdatas: string[];
}

const TYPES: readonly string[] = ['A', 'AAAA', 'CNAME', 'TXT'] satisfies DnsRecordType[];
const MAX_STRING = 255;

export const withDot = (name: string): string => `${name}.`;
const withoutDot = (name: string): string => name.replace(/\.$/, '');

export const recordSetOf = ({ name, type, ttlS, values }: DnsRecord): RecordSet => ({
  name: withDot(name),
  type,
  ttl: ttlS,
  rrdatas: values.map((value) =>
    type === 'TXT' ? quoted(value) : type === 'CNAME' ? withDot(value) : value,
  ),
});

/** @returns undefined for what the port does not deal with: the zone's own NS and SOA records and the like */
export function recordOf({ name, type, ttl, rrdatas }: RecordSet): DnsRecord | undefined {
  if (!TYPES.includes(type)) return undefined;
  const values = rrdatas.map((data) =>
    type === 'TXT' ? unquoted(data) : type === 'CNAME' ? withoutDot(data) : data,
  );
  return { name: withoutDot(name), type: type as DnsRecordType, ttlS: ttl, values };
}

/** Values have no order. */
export const isSameRecord = (a: DnsRecord, b: DnsRecord): boolean =>
  a.ttlS === b.ttlS && [...a.values].sort().join('\n') === [...b.values].sort().join('\n');

function quoted(text: string): string {
  const strings: string[] = [];
  for (let at = 0; at === 0 || at < text.length; at += MAX_STRING) {
    strings.push(`"${text.slice(at, at + MAX_STRING).replace(/["\\]/g, '\\$&')}"`);
  }
  return strings.join(' ');
}

/** The strings of one record are one text. */
const unquoted = (data: string): string =>
  [...data.matchAll(/"((?:[^"\\]|\\.)*)"|([^\s"]+)/gs)]
    .map(([, inside, bare]) => (inside ?? bare ?? '').replace(/\\(.)/gs, '$1'))
    .join('');
