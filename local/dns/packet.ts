/** DNS messages on the wire, as far as an authoritative server needs: https://www.rfc-editor.org/rfc/rfc1035#section-4 */
import type { Answer } from './lookup.ts';
import { characterStrings, parseCaa, parseSoa, type RecordSet, TYPES } from './records.ts';

export const RCODE = { ok: 0, malformed: 1, failed: 2, noSuchName: 3, unknown: 4, refused: 5 } as const;

const HEADER_BYTES = 12;
/** Without EDNS: https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4 */
const PLAIN_UDP_BYTES = 512;
/** What fits on every path unfragmented: https://www.dnsflagday.net/2020/ */
const LARGEST_UDP_BYTES = 1232;
const OPT = 41;
const INTERNET = 1;

interface Query {
  id: number;
  opcode: number;
  recursionDesired: boolean;
  /** Lower case, with the dot at the end. */
  name: string;
  /** One of `TYPES`, `ANY`, or `TYPE<number>`. */
  type: string;
  class: number;
  /** The question as it came, to be sent back. */
  question: Buffer;
  /** What the asker takes in one UDP message. */
  udpBytes: number;
  edns: boolean;
}

/** Why a message is answered with an error, or not at all: it has no id to answer to, or is an answer itself. */
type Malformed = { id: number } | undefined;

/** @returns the query, or what is left to answer of a message that is none */
export function parseQuery(message: Buffer): { query: Query } | { malformed: Malformed } {
  if (message.length < HEADER_BYTES) return { malformed: undefined };
  const id = message.readUInt16BE(0);
  const flags = message.readUInt16BE(2);
  if ((flags & 0x8000) !== 0) return { malformed: undefined };
  if (message.readUInt16BE(4) !== 1) return { malformed: { id } };
  const read = readName(message, HEADER_BYTES);
  if (!read || read.end + 4 > message.length) return { malformed: { id } };
  const end = read.end + 4;
  const offered = ednsBytes(message, end);
  return {
    query: {
      id,
      opcode: (flags >> 11) & 15,
      recursionDesired: (flags & 0x0100) !== 0,
      name: read.name,
      type: typeName(message.readUInt16BE(read.end)),
      class: message.readUInt16BE(read.end + 2),
      question: message.subarray(HEADER_BYTES, end),
      udpBytes: Math.min(LARGEST_UDP_BYTES, Math.max(PLAIN_UDP_BYTES, offered ?? PLAIN_UDP_BYTES)),
      edns: offered !== undefined,
    },
  };
}

const NAMES = new Map<number, string>(Object.entries(TYPES).map(([name, number]) => [number, name]));
const typeName = (type: number): string => NAMES.get(type) ?? (type === 255 ? 'ANY' : `TYPE${type}`);

/** Of a question, which has nothing before it that it could point to. */
function readName(message: Buffer, start: number): { name: string; end: number } | undefined {
  let name = '';
  let at = start;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > 63) return undefined;
    at += 1;
    if (length === 0) return { name: name === '' ? '.' : name, end: at };
    if (at + length > message.length || at - start > 254) return undefined;
    name += `${message.toString('latin1', at, at + length).toLowerCase()}.`;
    at += length;
  }
}

/** UDP size of the OPT record, if the first additional record is one: https://www.rfc-editor.org/rfc/rfc6891 */
function ednsBytes(message: Buffer, at: number): number | undefined {
  const onlyAdditional = message.readUInt16BE(6) === 0 && message.readUInt16BE(8) === 0;
  if (!onlyAdditional || message.readUInt16BE(10) === 0 || at + 11 > message.length) return undefined;
  return message[at] === 0 && message.readUInt16BE(at + 1) === OPT ? message.readUInt16BE(at + 3) : undefined;
}

export const encodeMalformed = ({ id }: { id: number }): Buffer =>
  header(id, 0x8000 | RCODE.malformed, [0, 0, 0, 0]);

/** @param limitBytes what does not fit is left out, and the asker told to come again over TCP */
export function encodeAnswer(query: Query, rcode: number, answer: Answer, limitBytes: number): Buffer {
  const answers = answer.answers.flatMap(encodeSet);
  const authority = answer.authority.flatMap(encodeSet);
  const opt = query.edns ? [optRecord()] : [];
  const authoritative = answer.status === 'refused' ? 0 : 0x0400;
  const flags = 0x8000 | (query.opcode << 11) | authoritative | (query.recursionDesired ? 0x0100 : 0) | rcode;
  const whole = Buffer.concat([
    header(query.id, flags, [1, answers.length, authority.length, opt.length]),
    query.question,
    ...answers,
    ...authority,
    ...opt,
  ]);
  if (whole.length <= limitBytes) return whole;
  const cut = header(query.id, flags | 0x0200, [1, 0, 0, opt.length]);
  return Buffer.concat([cut, query.question, ...opt]);
}

function header(id: number, flags: number, counts: readonly [number, number, number, number]): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  for (const [index, value] of [id, flags, ...counts].entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}

function optRecord(): Buffer {
  const bytes = Buffer.alloc(11);
  bytes.writeUInt16BE(OPT, 1);
  bytes.writeUInt16BE(LARGEST_UDP_BYTES, 3);
  return bytes;
}

const encodeSet = (set: RecordSet): Buffer[] =>
  set.rrdatas.map((text) => {
    const data = encodeData(set.type, text);
    const fixed = Buffer.alloc(10);
    fixed.writeUInt16BE(TYPES[set.type], 0);
    fixed.writeUInt16BE(INTERNET, 2);
    fixed.writeUInt32BE(set.ttl, 4);
    fixed.writeUInt16BE(data.length, 8);
    return Buffer.concat([encodeName(set.name), fixed, data]);
  });

function encodeData(type: RecordSet['type'], text: string): Buffer {
  switch (type) {
    case 'A':
      return Buffer.from(text.split('.').map(Number));
    case 'AAAA':
      return ipv6Bytes(text);
    case 'NS':
    case 'CNAME':
      return encodeName(text);
    case 'TXT':
      return Buffer.concat((characterStrings(text) ?? []).map(encodeString));
    case 'CAA': {
      const { flags, tag, value } = parseCaa(text) ?? { flags: 0, tag: '', value: '' };
      return Buffer.concat([Buffer.from([flags]), encodeString(tag), Buffer.from(value, 'latin1')]);
    }
    case 'SOA': {
      const { primary, mailbox, numbers } = parseSoa(text) ?? { primary: '.', mailbox: '.', numbers: [] };
      const bytes = Buffer.alloc(20);
      for (const [index, value] of numbers.entries()) bytes.writeUInt32BE(value, index * 4);
      return Buffer.concat([encodeName(primary), encodeName(mailbox), bytes]);
    }
  }
}

const encodeString = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
};

const encodeName = (name: string): Buffer =>
  Buffer.concat([
    ...name
      .split('.')
      .filter((label) => label !== '')
      .map(encodeString),
    Buffer.from([0]),
  ]);

function ipv6Bytes(text: string): Buffer {
  const [head = '', tail] = text.split('::');
  const groups = (part: string | undefined): number[] =>
    part === undefined || part === '' ? [] : part.split(':').flatMap(groupNumbers);
  const before = groups(head);
  const after = groups(tail);
  const middle = tail === undefined ? [] : new Array<number>(8 - before.length - after.length).fill(0);
  return Buffer.from([...before, ...middle, ...after].flatMap((group) => [group >> 8, group & 255]));
}

/** The last group may be written as an IPv4 address, which is two. */
function groupNumbers(group: string): number[] {
  if (!group.includes('.')) return [Number.parseInt(group, 16)];
  const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
  return [(a << 8) | b, (c << 8) | d];
}
