/**
 * Whether an object has only the fields of its kind, each of the right type, in the words of the API server's decoder. A wrong type is
 * refused whatever was asked for; fields that nobody knows are for the caller to refuse, to warn of or to pass over.
 */
import { unknownFields as unknownCustomFields } from '../custom-schema.ts';
import { isMap } from '../json.ts';
import type { Kind } from '../kinds.ts';
import type { Fields } from '../objects.ts';
import { type MessageType, messageType, type Scalar, type Type, typeOfKind } from './types.ts';

/** A value of another type than its field's. */
export class FieldMismatch extends Error {
  /** `.spec.replicas` */
  readonly path: string;
  /** As server-side apply words it: `expected numeric (int or float), got string`. */
  readonly expectation: string;
  constructor(message: string, path: string, expectation = message) {
    super(message);
    this.path = `.${path}`;
    this.expectation = expectation;
  }
}

/** The fields of the object that its kind does not have: `spec.template.spec.containers[0].imagee`. @throws FieldMismatch */
export function unknownFieldsOf(kind: Kind, object: Fields): string[] {
  if (kind.custom) return [...metadataFaults(object), ...unknownCustomFields(kind.custom.schema, object)];
  return unknownFieldsIn(kind.apiVersion, kind.kind, object);
}

/** As `unknownFieldsOf`, for what a subresource takes: a Scale, an Eviction. @throws FieldMismatch */
export function unknownFieldsIn(apiVersion: string, kind: string, object: Fields): string[] {
  const type = typeOfKind(apiVersion, kind);
  if (!type) return [];
  const check = new Check();
  const { apiVersion: _, kind: __, ...rest } = object;
  check.message(type, rest, '');
  return check.unknown;
}

/** The object without the fields that its kind does not have; custom kinds prune by their own schema. */
export function knownFieldsOf(kind: Kind, as: { apiVersion: string; kind: string }, object: Fields): Fields {
  if (kind.custom) return object;
  const type = typeOfKind(as.apiVersion, as.kind);
  if (!type) return object;
  const { apiVersion, kind: name, ...rest } = object;
  return { apiVersion, kind: name, ...(known({ is: 'message', of: type.name }, rest) as Fields) };
}

function known(type: Type, value: unknown): unknown {
  if (type.is === 'message' && isMap(value)) {
    const fields = messageType(type.of)?.byName;
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, child]) => {
        const field = fields?.get(name);
        return field ? [[name, known(field.type, child)]] : [];
      }),
    );
  }
  if (type.is === 'map' && isMap(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, known(type.of, child)]));
  }
  return type.is === 'list' && Array.isArray(value) ? value.map((item) => known(type.of, item)) : value;
}

function metadataFaults(object: Fields): string[] {
  const metadata = messageType('meta.v1.ObjectMeta');
  if (!metadata || object.metadata === undefined) return [];
  const check = new Check();
  check.message(metadata, object.metadata, 'metadata');
  return check.unknown;
}

const QUANTITY = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;

class Check {
  readonly unknown: string[] = [];
  message(type: MessageType, value: unknown, path: string): void {
    if (value === null || value === undefined) return;
    if (!isMap(value)) throw mistyped(value, { is: 'message', of: type.name }, '', path);
    for (const name in value) {
      const field = type.byName.get(name);
      const at = path === '' ? name : `${path}.${name}`;
      if (field) this.#value(field.type, value[name], at, shortName(type.name));
      else this.unknown.push(at);
    }
  }

  #value(type: Type, value: unknown, path: string, parent: string): void {
    if (value === null || value === undefined) return;
    switch (type.is) {
      case 'scalar':
        this.#scalar(type.of, value, path, parent);
        return;
      case 'message': {
        const message = messageType(type.of);
        if (!isMap(value)) throw mistyped(value, type, parent, path);
        if (message) this.message(message, value, path);
        return;
      }
      case 'map':
        if (!isMap(value)) throw mistyped(value, type, parent, path);
        for (const key in value) this.#value(type.of, value[key], `${path}.${key}`, parent);
        return;
      default:
        if (!Array.isArray(value)) throw mistyped(value, type, parent, path);
        for (const [i, item] of value.entries()) this.#value(type.of, item, `${path}[${i}]`, parent);
    }
  }

  #scalar(type: Scalar, value: unknown, path: string, parent: string): void {
    if (type === 'quantity' && (typeof value === 'string' || typeof value === 'number')) {
      if (QUANTITY.test(String(value))) return;
      throw new FieldMismatch(`quantities must match the regular expression '${QUANTITY.source}'`, path);
    }
    if (!fits(type, value)) throw mistyped(value, { is: 'scalar', of: type }, parent, path);
    const text = String(value);
    const shown = JSON.stringify(text);
    if ((type === 'time' || type === 'microtime') && text !== '' && Number.isNaN(Date.parse(text))) {
      throw new FieldMismatch(
        `parsing time ${shown} as "2006-01-02T15:04:05Z07:00": cannot parse ${shown} as "2006"`,
        path,
      );
    }
    if (type === 'bytes' && !isBase64(text)) {
      const at = [...text].findIndex((char) => !/[A-Za-z0-9+/=\r\n]/.test(char));
      throw new FieldMismatch(`illegal base64 data at input byte ${at < 0 ? text.length : at}`, path);
    }
  }
}

function mistyped(value: unknown, type: Type, parent: string, path: string): FieldMismatch {
  const field = parent === '' ? path : `${parent}.${path.replaceAll(/\[\d+\]/g, '')}`;
  return new FieldMismatch(
    `json: cannot unmarshal ${jsonType(value)} into Go struct field ${field} of type ${goType(type)}`,
    path,
    `expected ${expected(type)}, got ${value === null ? 'null' : isMap(value) ? 'map' : Array.isArray(value) ? 'list' : typeof value}`,
  );
}

function expected(type: Type): string {
  if (type.is === 'message' || type.is === 'map') return 'map';
  if (type.is !== 'scalar') return 'list';
  if (type.of === 'int32' || type.of === 'int64' || type.of === 'double') return 'numeric (int or float)';
  return type.of === 'bool' ? 'boolean' : 'string';
}

const isBase64 = (text: string): boolean => {
  const bare = text.replaceAll(/[\r\n]/g, '');
  return bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(bare);
};

function fits(type: Scalar, value: unknown): boolean {
  switch (type) {
    case 'bool':
      return typeof value === 'boolean';
    case 'int32':
    case 'int64':
      return Number.isInteger(value);
    case 'double':
      return typeof value === 'number';
    case 'intorstring':
      return typeof value === 'string' || Number.isInteger(value);
    case 'raw':
    case 'fields':
      return isMap(value);
    case 'json':
      return true;
    default:
      return typeof value === 'string';
  }
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'number' : `number ${value}`;
  return typeof value === 'string' ? 'string' : 'object';
}

const shortName = (type: string): string => type.slice(type.lastIndexOf('.') + 1);

/** The type as Go prints it. */
function goType(type: Type): string {
  switch (type.is) {
    case 'scalar':
      return GO_SCALARS[type.of] ?? type.of;
    case 'message': {
      const [version, name] = type.of.split('.').slice(-2);
      return `${version}.${name}`;
    }
    case 'map':
      return `map[string]${goType(type.of)}`;
    default:
      return `[]${goType(type.of)}`;
  }
}

const GO_SCALARS: Partial<Record<Scalar, string>> = {
  double: 'float64',
  bytes: '[]uint8',
  time: 'v1.Time',
  microtime: 'v1.MicroTime',
  duration: 'v1.Duration',
  quantity: 'resource.Quantity',
  intorstring: 'intstr.IntOrString',
  raw: 'runtime.RawExtension',
};
