/**
 * Structural schemas of custom resources: what is filled in, what is dropped, what is refused, in the API server's words. Rules in CEL
 * (`x-kubernetes-validations`) are not evaluated.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
import { RE2JS } from 're2js';
import type { Fault } from './errors.ts';
import { fault, notSupported, required } from './faults.ts';
import { equal, isMap } from './json.ts';

export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
}

/** The fields that every object has, whatever its schema says. */
const OF_EVERY_OBJECT = new Set(['apiVersion', 'kind', 'metadata']);

const isObjectRoot = (schema: Schema, path: string): boolean =>
  path === '' || schema['x-kubernetes-embedded-resource'] === true;

/** The schema of a field; undefined if none is declared. */
export function schemaOfField(schema: Schema, name: string): Schema | undefined {
  const declared = schema.properties?.[name];
  if (declared) return declared;
  const { additionalProperties } = schema;
  if (additionalProperties === true) return { 'x-kubernetes-preserve-unknown-fields': true };
  return additionalProperties === false ? undefined : additionalProperties;
}

const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** What of the value its schema does not declare: `spec.typo`, `spec.list[0].typo`. */
export function unknownFields(schema: Schema, value: unknown, path = ''): string[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.flatMap((item, i) => unknownFields(items, item, `${path}[${i}]`)) : [];
  }
  if (!isMap(value)) return [];
  return Object.keys(value).flatMap((name) => {
    if (isObjectRoot(schema, path) && OF_EVERY_OBJECT.has(name)) return [];
    const child = schemaOfField(schema, name);
    if (child) return unknownFields(child, value[name], below(path, name));
    return schema['x-kubernetes-preserve-unknown-fields'] ? [] : [below(path, name)];
  });
}

/** The value without what its schema does not declare. Shares what stays as it is. */
export function pruned(schema: Schema, value: unknown, path = ''): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? mapped(value, (item) => pruned(items, item, '[]')) : value;
  }
  if (!isMap(value)) return value;
  const out: Record<string, unknown> = {};
  let same = true;
  for (const name in value) {
    if (isObjectRoot(schema, path) && OF_EVERY_OBJECT.has(name)) {
      out[name] = value[name];
      continue;
    }
    const child = schemaOfField(schema, name);
    if (child) out[name] = pruned(child, value[name], below(path, name));
    else if (schema['x-kubernetes-preserve-unknown-fields']) out[name] = value[name];
    if (out[name] !== value[name]) same = false;
  }
  return same ? value : out;
}

function mapped(list: unknown[], change: (item: unknown) => unknown): unknown[] {
  const out = list.map(change);
  return out.every((item, i) => item === list[i]) ? list : out;
}

/** The value with its schema's defaults where nothing is said. Shares what stays as it is. */
export function defaulted(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? mapped(value, (item) => defaulted(items, item)) : value;
  }
  if (!isMap(value)) return value;
  const out: Record<string, unknown> = { ...value };
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const missing = out[name] === undefined || (out[name] === null && !child.nullable);
    if (missing && child.default !== undefined) out[name] = child.default;
  }
  for (const name in out) {
    const child = schemaOfField(schema, name);
    if (child) out[name] = defaulted(child, out[name]);
  }
  return Object.keys(out).every((name) => out[name] === value[name]) ? value : out;
}

/** What of the value breaks its schema. */
export function schemaFaults(schema: Schema, value: unknown, path = ''): Fault[] {
  if (value === null && schema.nullable) return [];
  const wrongType = typeFault(schema, value, path);
  if (wrongType) return [wrongType];
  return [
    ...boundFaults(schema, value, path),
    ...(isMap(value) ? mapFaults(schema, value, path) : []),
    ...(Array.isArray(value) ? listFaults(schema, value, path) : []),
    ...choiceFaults(schema, value, path),
  ];
}

const holds = (schema: Schema, value: unknown): boolean => schemaFaults(schema, value, 'x').length === 0;

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function typeFault(schema: Schema, value: unknown, path: string): Fault | undefined {
  const is = typeName(value);
  const wanted = schema['x-kubernetes-int-or-string'] ? 'integer,string' : schema.type;
  if (wanted === undefined || wanted.split(',').includes(is) || (wanted === 'number' && is === 'integer')) {
    return undefined;
  }
  const why = `Invalid value: "${is}": ${path} in body must be of type ${wanted}: "${is}"`;
  return fault(path, why, 'FieldValueTypeInvalid');
}

const patterns = new Map<string, RE2JS | undefined>();

function patternOf(text: string): RE2JS | undefined {
  if (!patterns.has(text)) {
    let compiled: RE2JS | undefined;
    try {
      compiled = RE2JS.compile(text);
    } catch {
      // What Go would not compile either matches everything.
    }
    patterns.set(text, compiled);
  }
  return patterns.get(text);
}

function boundFaults(schema: Schema, value: unknown, path: string): Fault[] {
  const faults: Fault[] = [];
  const refuse = (shown: unknown, why: string): void => {
    faults.push(fault(path, `Invalid value: ${JSON.stringify(shown)}: ${path} in body ${why}`));
  };
  if (schema.enum && !schema.enum.some((one) => equal(one, value))) {
    faults.push(notSupported(path, value, schema.enum.map(String)));
  }
  if (typeof value === 'string') {
    const { minLength = 0, maxLength, pattern } = schema;
    if ([...value].length < minLength) refuse(value, `should be at least ${minLength} chars long`);
    if (maxLength !== undefined && [...value].length > maxLength) {
      faults.push(fault(path, `Too long: may not be more than ${maxLength} bytes`, 'FieldValueTooLong'));
    }
    if (pattern !== undefined && patternOf(pattern)?.matcher(value).find() === false) {
      refuse(value, `should match '${pattern}'`);
    }
    if (schema.format === 'date-time' && Number.isNaN(Date.parse(value))) {
      refuse(value, 'must be of type date-time: "string"');
    }
  }
  if (typeof value === 'number') {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
    if (minimum !== undefined && (value < minimum || (exclusiveMinimum && value === minimum))) {
      refuse(value, `should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
    }
    if (maximum !== undefined && (value > maximum || (exclusiveMaximum && value === maximum))) {
      refuse(value, `should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
    }
  }
  return faults;
}

function mapFaults(schema: Schema, value: Record<string, unknown>, path: string): Fault[] {
  const faults: Fault[] = (schema.required ?? []).flatMap((name) =>
    value[name] === undefined ? [required(below(path, name))] : [],
  );
  const count = Object.keys(value).length;
  const { minProperties = 0, maxProperties = Number.POSITIVE_INFINITY } = schema;
  if (count < minProperties) {
    faults.push(
      fault(
        path,
        `Invalid value: ${count}: ${path} in body should have at least ${minProperties} properties`,
      ),
    );
  }
  if (count > maxProperties) {
    faults.push(
      fault(path, `Too many: ${count}: must have at most ${maxProperties} items`, 'FieldValueTooMany'),
    );
  }
  for (const name in value) {
    if (isObjectRoot(schema, path) && OF_EVERY_OBJECT.has(name)) continue;
    const child = schemaOfField(schema, name);
    if (child && value[name] !== undefined)
      faults.push(...schemaFaults(child, value[name], below(path, name)));
  }
  return faults;
}

function listFaults(schema: Schema, value: readonly unknown[], path: string): Fault[] {
  const { items, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
  const faults: Fault[] = [];
  if (value.length < minItems) {
    faults.push(
      fault(path, `Invalid value: ${value.length}: ${path} in body should have at least ${minItems} items`),
    );
  }
  if (value.length > maxItems) {
    faults.push(
      fault(path, `Too many: ${value.length}: must have at most ${maxItems} items`, 'FieldValueTooMany'),
    );
  }
  faults.push(...duplicateFaults(schema, value, path));
  if (items)
    for (const [i, item] of value.entries()) faults.push(...schemaFaults(items, item, `${path}[${i}]`));
  return faults;
}

function duplicateFaults(schema: Schema, value: readonly unknown[], path: string): Fault[] {
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (type !== 'set' && type !== 'map') return [];
  const seen = new Set<string>();
  return value.flatMap((item, i) => {
    const key =
      type === 'set' || !isMap(item) ? item : Object.fromEntries(keys.map((name) => [name, item[name]]));
    const text = JSON.stringify(key);
    const again = seen.has(text);
    seen.add(text);
    return again ? [fault(`${path}[${i}]`, `Duplicate value: ${text}`, 'FieldValueDuplicate')] : [];
  });
}

function choiceFaults(schema: Schema, value: unknown, path: string): Fault[] {
  const shown = path === '' ? '<nil>' : path;
  const refuse = (why: string): Fault => fault(shown, `Invalid value: "${shown}": "${shown}" ${why}`);
  const faults: Fault[] = [];
  // int-or-string is written with an anyOf of both types, which has been looked at already.
  if (
    schema.anyOf &&
    !schema['x-kubernetes-int-or-string'] &&
    !schema.anyOf.some((one) => holds(one, value))
  ) {
    faults.push(refuse('must validate at least one schema (anyOf)'));
  }
  if (schema.oneOf && schema.oneOf.filter((one) => holds(one, value)).length !== 1) {
    faults.push(refuse('must validate one and only one schema (oneOf)'));
  }
  for (const one of schema.allOf ?? []) faults.push(...schemaFaults(one, value, path));
  if (schema.not && holds(schema.not, value)) faults.push(refuse('must not validate the schema (not)'));
  return faults;
}
