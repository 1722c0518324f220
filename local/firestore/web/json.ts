/** Messages as proto3 JSON and back, by their descriptors: https://protobuf.dev/programming-guides/json/ */
import protobuf from 'protobufjs';
import type { Message } from '../../grpc.ts';
import {
  badRequest,
  invalidValue,
  messageName,
  noMessage,
  oneofTaken,
  type Path,
  tooDeep,
  typeName,
  unknownName,
} from './refusals.ts';
import { readScalar, writeScalar } from './scalars.ts';
import { specialOf } from './special.ts';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type JsonObject = { [name: string]: Json };

/** Messages within messages; protobuf's own limit. Firestore allows 20 maps within maps, each of which is three messages. */
const MAX_DEPTH = 100;

export const isObject = (json: unknown): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** Sets a property of any name: `__proto__` would be something else. */
export function put(object: JsonObject, name: string, value: unknown): void {
  if (name !== '__proto__') object[name] = value as Json;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/** @throws ServiceError INVALID_ARGUMENT if the text is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw badRequest(`Invalid JSON payload received. ${reason}`);
  }
}

// From messages to JSON.

/** @param value a message, or a plain object that `type.fromObject` takes */
export function toJson(type: protobuf.Type, value: Message): Json {
  const special = specialOf(type);
  if (special) return special.write(value);
  const json: JsonObject = {};
  for (const name of Object.keys(value)) {
    const field = type.fields[name];
    const part = value[name];
    if (!field || part === undefined || part === null) continue;
    const written = fieldToJson(field.resolve(), part);
    if (written !== undefined) put(json, name, written);
  }
  return json;
}

/** Undefined for what is left out because a reader takes it for granted. */
function fieldToJson(field: protobuf.Field, value: Message): Json | undefined {
  if (field instanceof protobuf.MapField) {
    const entries = Object.entries(value);
    if (entries.length === 0) return undefined;
    const json: JsonObject = {};
    for (const [key, entry] of entries) put(json, key, oneToJson(field, entry));
    return json;
  }
  if (field.repeated) {
    return value.length === 0 ? undefined : value.map((item: Message) => oneToJson(field, item));
  }
  const json = oneToJson(field, value);
  const explicit = field.partOf !== null || field.resolvedType instanceof protobuf.Type || isOptional(field);
  return explicit || !isDefault(field, json) ? json : undefined;
}

const isOptional = (field: protobuf.Field): boolean => field.options?.proto3_optional === true;

const isDefault = (field: protobuf.Field, json: Json): boolean =>
  field.resolvedType instanceof protobuf.Enum
    ? field.resolvedType.values[String(json)] === 0
    : json === 0 || json === '' || json === false || (json === '0' && field.type !== 'string');

function oneToJson(field: protobuf.Field, value: Message): Json {
  const type = field.resolvedType;
  if (type instanceof protobuf.Type) return toJson(type, value);
  if (!type) return writeScalar(field.type, value);
  if (isNullValue(type)) return null;
  return typeof value === 'number' ? (type.valuesById[value] ?? value) : value;
}

const isNullValue = (type: protobuf.Enum): boolean => type.name === 'NullValue';

// From JSON to messages.

/**
 * A message as protobufjs decodes it.
 * @param path where the JSON stands in the request
 * @throws ServiceError INVALID_ARGUMENT
 */
export function fromJson(type: protobuf.Type, json: unknown, path?: Path, depth = 0): Message {
  const special = specialOf(type);
  if (special) {
    const message = special.read(json);
    if (message === undefined) throw invalidValue(path, messageName(type), json);
    return type.create(message);
  }
  if (!isObject(json)) throw path ? invalidValue(path, messageName(type), json) : noMessage();
  if (depth > MAX_DEPTH) throw tooDeep(path);
  const fields: JsonObject = {};
  for (const key of Object.keys(json)) {
    const field = fieldNamed(type, key);
    if (!field) throw unknownName(key, path, 'Cannot find field.');
    const value = fieldFromJson(field, json[key], { up: path, step: field.name }, depth + 1);
    if (value === undefined) continue;
    const taken = field.partOf?.oneof.some((name) => name !== field.name && name in fields);
    if (field.partOf && taken) throw oneofTaken(field, field.partOf, path);
    fields[field.name] = value as Json;
  }
  return type.create(fields);
}

function fieldFromJson(field: protobuf.Field, json: unknown, path: Path, depth: number): unknown {
  if (json === null && !takesNull(field)) return undefined;
  if (field instanceof protobuf.MapField) return mapFromJson(field, json, path, depth);
  if (!field.repeated) {
    if (!Array.isArray(json)) return oneFromJson(field, json, path, depth);
    throw unknownName(field.name, path.up, 'Proto field is not repeating, cannot start list.');
  }
  if (!Array.isArray(json)) throw invalidValue(path, typeName(field), json);
  return json.map((item, index) => oneFromJson(field, item, { up: path, step: index }, depth));
}

function mapFromJson(field: protobuf.Field, json: unknown, path: Path, depth: number): JsonObject {
  if (!isObject(json)) throw unknownName(field.name, path.up, 'Proto field is map, expected an object.');
  const map: JsonObject = {};
  for (const key of Object.keys(json)) {
    const value = oneFromJson(field, json[key], { up: path, step: key, isKey: true }, depth);
    put(map, key.toWellFormed(), value);
  }
  return map;
}

function oneFromJson(field: protobuf.Field, json: unknown, path: Path, depth: number): unknown {
  const type = field.resolvedType;
  if (type instanceof protobuf.Type) return fromJson(type, json, path, depth);
  const value = type ? readEnum(type, json) : readScalar(field.type, json);
  if (value === undefined) throw invalidValue(path, typeName(field), json);
  return value;
}

/** A null stands for a field that is not there, but for the one kind of value that is a null. */
const takesNull = (field: protobuf.Field): boolean =>
  !field.repeated && field.resolvedType instanceof protobuf.Enum && isNullValue(field.resolvedType);

function readEnum(type: protobuf.Enum, json: unknown): number | undefined {
  if (isNullValue(type)) return json === null || json === 'NULL_VALUE' || json === 0 ? 0 : undefined;
  if (typeof json === 'string') return Object.hasOwn(type.values, json) ? type.values[json] : undefined;
  return Number.isInteger(json) && Math.abs(json as number) < 2 ** 31 ? (json as number) : undefined;
}

/** Both spellings are taken: `collectionId` and `collection_id`. */
export function fieldNamed(type: protobuf.Type, key: string): protobuf.Field | undefined {
  const name = key.includes('_') ? camel(key) : key;
  return Object.hasOwn(type.fields, name) ? type.fields[name]?.resolve() : undefined;
}

export const camel = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
