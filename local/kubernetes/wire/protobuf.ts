/**
 * Request bodies in Kubernetes' protobuf: four magic bytes, then runtime.Unknown with the kind and the object. kubectl and Helm send
 * them for the kinds they know, and no flag turns that off. Answers are JSON, which they all accept.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
import { badRequest, unsupportedMediaType } from '../errors.ts';
import type { Fields } from '../objects.ts';
import { type Field, type MessageType, messageType, type Scalar, type Type, typeOfKind } from './types.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const MAGIC = Buffer.from('k8s\0', 'latin1');

/** One field as it stands on the wire. */
interface Wire {
  number: number;
  /** Varints and fixed numbers, or bytes. */
  value: bigint | Buffer;
}

/** @throws ApiError 400 if it is not protobuf, 415 if its kind is not known in it */
export function decodeProtobuf(body: Buffer): Fields {
  if (!body.subarray(0, 4).equals(MAGIC)) throw malformed('the magic bytes are missing');
  const envelope = readWire(body.subarray(4));
  const typeMeta = readWire(bytesOf(envelope.find(({ number }) => number === 1)));
  const apiVersion = textOf(typeMeta, 1);
  const kind = textOf(typeMeta, 2);
  const type = typeOfKind(apiVersion, kind);
  if (!type || kind === 'CustomResourceDefinition') {
    throw unsupportedMediaType(`${PROTOBUF} of ${kind} in ${apiVersion}`);
  }
  const raw = envelope.find(({ number }) => number === 2);
  return { apiVersion, kind, ...decodeMessage(type, bytesOf(raw)) };
}

const malformed = (why: string) => badRequest(`error decoding the body as protobuf: ${why}`);

const textOf = (wire: readonly Wire[], number: number): string =>
  bytesOf(wire.find((one) => one.number === number)).toString('utf8');

function bytesOf(wire: Wire | undefined): Buffer {
  if (wire === undefined) return Buffer.alloc(0);
  if (typeof wire.value === 'bigint') throw malformed(`field ${wire.number} is no message`);
  return wire.value;
}

/** https://protobuf.dev/programming-guides/encoding/ */
function readWire(bytes: Buffer): Wire[] {
  const fields: Wire[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw malformed('it ends within a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw malformed('a number is too long');
  };
  const take = (length: number): Buffer => {
    if (length > bytes.length - at) throw malformed('it ends within a field');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    switch (tag & 7) {
      case 0:
        fields.push({ number, value: varint() });
        break;
      case 1:
        fields.push({ number, value: take(8).readBigUInt64LE() });
        break;
      case 2:
        fields.push({ number, value: take(Number(varint())) });
        break;
      case 5:
        fields.push({ number, value: BigInt(take(4).readUInt32LE()) });
        break;
      default:
        throw malformed(`wire type ${tag & 7}`);
    }
  }
  return fields;
}

function decodeMessage(type: MessageType, bytes: Buffer): Fields {
  const out: Fields = {};
  for (const wire of readWire(bytes)) {
    const field = type.byNumber.get(wire.number);
    // As protobuf wants it: fields of a later version are passed over.
    if (!field) continue;
    if (field.name === '') Object.assign(out, decode(field.type, wire) ?? {});
    else addField(out, field, wire);
  }
  return out;
}

function addField(out: Fields, field: Field, wire: Wire): void {
  const { name, type } = field;
  if (type.is === 'list') {
    out[name] ??= [];
    out[name].push(decode(type.of, wire) ?? null);
    return;
  }
  if (type.is === 'map') {
    const entry = readWire(bytesOf(wire));
    const value = entry.find(({ number }) => number === 2);
    out[name] ??= {};
    out[name][textOf(entry, 1)] = decode(type.of, value ?? { number: 2, value: Buffer.alloc(0) });
    return;
  }
  const value = decode(type, wire);
  // Clients write every field, empty ones too; JSON knows only those that say something.
  if (value !== undefined && (field.nullable || field.required || !isZero(value))) out[name] = value;
}

function isZero(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return !value;
  return !Array.isArray(value) && Object.keys(value).length === 0;
}

function decode(type: Type, wire: Wire): unknown {
  switch (type.is) {
    case 'scalar':
      return decodeScalar(type.of, wire);
    case 'message': {
      const message = messageType(type.of);
      if (!message) throw malformed(`field ${wire.number} is of an unknown type`);
      return decodeMessage(message, bytesOf(wire));
    }
    case 'wrapped':
      return readWire(bytesOf(wire)).map((item) => decode(type.of, item));
    default:
      throw malformed(`field ${wire.number} is a list of lists`);
  }
}

function decodeScalar(type: Scalar, wire: Wire): unknown {
  switch (type) {
    case 'string':
      return bytesOf(wire).toString('utf8');
    case 'bytes':
      return bytesOf(wire).toString('base64');
    case 'bool':
      return numberOf(wire) !== 0;
    case 'int32':
    case 'int64':
      return numberOf(wire);
    case 'double': {
      const bits = Buffer.alloc(8);
      bits.writeBigUInt64LE(BigInt.asUintN(64, bigOf(wire)));
      return bits.readDoubleLE();
    }
    case 'quantity':
      return textOf(readWire(bytesOf(wire)), 1) || undefined;
    case 'duration':
      return `${numberIn(wire, 1) / 1e9}s`;
    case 'time':
    case 'microtime':
      return timeOf(type, numberIn(wire, 1), numberIn(wire, 2));
    case 'intorstring':
      return numberIn(wire, 1) === 1 ? textOf(readWire(bytesOf(wire)), 3) : numberIn(wire, 2);
    default:
      return parsedOf(bytesOf(readWire(bytesOf(wire)).find(({ number }) => number === 1)));
  }
}

function bigOf(wire: Wire): bigint {
  if (typeof wire.value !== 'bigint') throw malformed(`field ${wire.number} is no number`);
  return wire.value;
}

/** Signed; the API has no number that a double does not hold. */
const numberOf = (wire: Wire): number => Number(BigInt.asIntN(64, bigOf(wire)));

function numberIn(wire: Wire, number: number): number {
  const found = readWire(bytesOf(wire)).find((one) => one.number === number);
  return found ? numberOf(found) : 0;
}

function timeOf(type: 'time' | 'microtime', seconds: number, nanos: number): string | undefined {
  if (seconds === 0 && nanos === 0) return undefined;
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw malformed('a time is out of range');
  const text = date.toISOString().slice(0, 19);
  return type === 'time' ? `${text}Z` : `${text}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`;
}

function parsedOf(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw malformed('the JSON within it does not parse');
  }
}
