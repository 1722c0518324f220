/** Numbers, strings, booleans and bytes in proto3 JSON. */
import protobuf from 'protobufjs';
import type { Message } from '../../grpc.ts';

/** As Google's APIs call them in errors. */
export const SCALAR_ERROR_NAMES: Readonly<Record<string, string>> = {
  double: 'TYPE_DOUBLE',
  float: 'TYPE_FLOAT',
  int32: 'TYPE_INT32',
  int64: 'TYPE_INT64',
  bool: 'TYPE_BOOL',
  string: 'TYPE_STRING',
  bytes: 'TYPE_BYTES',
};

type Written = string | number | boolean;

/** @param value as `fromObject` takes it; 64-bit integers may be numbers, strings, bigints or Longs, bytes may be base64 already */
export function writeScalar(type: string, value: Message): Written {
  switch (type) {
    case 'int64':
      return String(value);
    case 'double':
    case 'float':
      return writeDouble(value);
    case 'bytes':
      return typeof value === 'string' ? value : Buffer.from(value).toString('base64');
    case 'bool':
      return Boolean(value);
    default:
      return value;
  }
}

/** JSON.stringify would write 0 for -0, and null for what is no number. */
function writeDouble(value: number): Written {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

/** Undefined if the JSON is no value of that type. */
export function readScalar(type: string, json: unknown): unknown {
  switch (type) {
    case 'string':
      return typeof json === 'string' ? json.toWellFormed() : undefined;
    case 'bool':
      return typeof json === 'boolean' ? json : undefined;
    case 'bytes':
      return readBytes(json);
    case 'double':
    case 'float':
      return readDouble(json);
    case 'int32':
      return readInteger(json, 32)?.toNumber();
    case 'int64':
      return readInteger(json, 64);
    default:
      return undefined;
  }
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

const readBytes = (json: unknown): Buffer | undefined =>
  typeof json === 'string' && BASE64.test(json) ? Buffer.from(json, 'base64') : undefined;

function readDouble(json: unknown): number | undefined {
  if (typeof json === 'number') return json;
  if (typeof json !== 'string') return undefined;
  if (json === 'NaN') return Number.NaN;
  if (json === 'Infinity' || json === '-Infinity') return Number(json);
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(json) ? Number(json) : undefined;
}

interface Long {
  toNumber(): number;
  toString(): string;
}
/** protobufjs's own, which its decoded messages hold. */
const longs = protobuf.util.Long as unknown as { fromString(text: string): Long };

function readInteger(json: unknown, bits: number): Long | undefined {
  const text = typeof json === 'number' && Number.isInteger(json) ? BigInt(json).toString() : json;
  if (typeof text !== 'string' || !/^-?\d{1,20}$/.test(text)) return undefined;
  return BigInt.asIntN(bits, BigInt(text)) === BigInt(text) ? longs.fromString(text) : undefined;
}
