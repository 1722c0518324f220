/**
 * The types of Kubernetes' own kinds: their fields, numbers and merge keys, read from `types.txt`. Protobuf bodies, the check for unknown
 * fields and OpenAPI all come out of this one table.
 */
import { readFileSync } from 'node:fs';

export type Scalar =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'double'
  | 'bytes'
  | 'time'
  | 'microtime'
  | 'duration'
  | 'quantity'
  | 'intorstring'
  /** An object of any kind, and any JSON at all. */
  | 'raw'
  | 'json'
  | 'fields';

export type Type =
  | { is: 'scalar'; of: Scalar }
  | { is: 'message'; of: string }
  | { is: 'list' | 'map' | 'wrapped'; of: Type };

export interface Field {
  number: number;
  /** As in JSON; empty if its own fields stand in the parent. */
  name: string;
  type: Type;
  required: boolean;
  /** Zero and absent are two things. */
  nullable: boolean;
  /** The list is a map by these keys. */
  keys: readonly string[];
  isSet: boolean;
  atomic: boolean;
  /** Of a strategic merge patch: `merge`, `retainKeys`. */
  patch: { strategy: string; key: string | undefined } | undefined;
}

export interface MessageType {
  /** `core.v1.Container` */
  name: string;
  atomic: boolean;
  fields: readonly Field[];
  byNumber: ReadonlyMap<number, Field>;
  /** With the fields of those that stand in it. */
  byName: ReadonlyMap<string, Field>;
}

const SCALARS: ReadonlySet<string> = new Set<Scalar>([
  'string',
  'bool',
  'int32',
  'int64',
  'double',
  'bytes',
  'time',
  'microtime',
  'duration',
  'quantity',
  'intorstring',
  'raw',
  'json',
  'fields',
]);

let texts: Map<string, string[]> | undefined;
const parsed = new Map<string, MessageType>();

/** Read when first asked for, as many processes never are. */
function readTypes(): Map<string, string[]> {
  const types = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of readFileSync(new URL('types.txt', import.meta.url), 'utf8').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith(' ')) lines.push(line.slice(1));
    else {
      const [name = '', ...flags] = line.split(' ');
      lines = [flags.join(' ')];
      types.set(name, lines);
    }
  }
  return types;
}

export function messageType(name: string): MessageType | undefined {
  const known = parsed.get(name);
  if (known) return known;
  texts ??= readTypes();
  const [flags, ...lines] = texts.get(name) ?? [];
  if (flags === undefined) return undefined;
  const prefix = name.slice(0, name.lastIndexOf('.'));
  const fields = lines.map((line) => parseField(prefix, line));
  const byName = new Map<string, Field>();
  const type: MessageType = {
    name,
    atomic: flags === 'atomic',
    fields,
    byNumber: new Map(fields.map((field) => [field.number, field])),
    byName,
  };
  // Before its fields: a type may hold itself.
  parsed.set(name, type);
  for (const field of fields) {
    if (field.name !== '') byName.set(field.name, field);
    else if (field.type.is === 'message') {
      for (const inner of messageType(field.type.of)?.byName.values() ?? []) byName.set(inner.name, inner);
    }
  }
  return type;
}

function parseField(prefix: string, line: string): Field {
  const [number = '', written = '', type = '', ...flags] = line.split(' ');
  const flag = (name: string): string | undefined =>
    flags.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const [strategy, key] = flag('patch')?.split(':') ?? [];
  return {
    number: Number(number),
    name: written === '...' ? '' : written.replace(/[!?]+$/, ''),
    type: parseType(prefix, type),
    required: /!\??$/.test(written),
    nullable: written.endsWith('?'),
    keys: flag('key')?.split(',') ?? [],
    isSet: flags.includes('set'),
    atomic: flags.includes('atomic'),
    patch: strategy === undefined ? undefined : { strategy: strategy.replace('+', ','), key },
  };
}

function parseType(prefix: string, text: string): Type {
  if (text.startsWith('[]')) return { is: 'list', of: parseType(prefix, text.slice(2)) };
  if (text.startsWith('{}')) return { is: 'map', of: parseType(prefix, text.slice(2)) };
  if (text.startsWith('<>')) return { is: 'wrapped', of: parseType(prefix, text.slice(2)) };
  if (SCALARS.has(text)) return { is: 'scalar', of: text as Scalar };
  return { is: 'message', of: text.startsWith('.') ? `${prefix}${text}` : text };
}

/** The type of a kind of Kubernetes' own; undefined for any other. */
export function typeOfKind(apiVersion: string, kind: string): MessageType | undefined {
  if (kind === 'DeleteOptions') return messageType('meta.v1.DeleteOptions');
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  if (group.includes('.') && !group.endsWith('.k8s.io')) return undefined;
  return messageType(`${group === '' ? 'core' : (group.split('.')[0] ?? '')}.${version}.${kind}`);
}
