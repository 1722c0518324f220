/** The types of the language, as `is` knows them. https://firebase.google.com/docs/reference/rules/rules */
import type { RuleValue } from './values.ts';
import {
  Bytes,
  Duration,
  LatLng,
  MapDiff,
  Path,
  QueryConstraints,
  RuleMap,
  RuleSet,
  Timestamp,
} from './values.ts';

export type TypeName =
  | 'bool'
  | 'int'
  | 'float'
  | 'string'
  | 'bytes'
  | 'list'
  | 'map'
  | 'set'
  | 'null'
  | 'path'
  | 'timestamp'
  | 'duration'
  | 'latlng'
  | 'map_diff'
  | 'constraint';

/** `number` stands for int and float. */
export const TYPE_NAMES: ReadonlySet<string> = new Set([
  'bool',
  'int',
  'float',
  'number',
  'string',
  'bytes',
  'list',
  'map',
  'set',
  'null',
  'path',
  'timestamp',
  'duration',
  'latlng',
  'map_diff',
  'constraint',
]);

/** The type of a value that is known; undefined for one that is not. */
export function typeOf(value: RuleValue): TypeName | undefined {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float';
    case 'string':
      return 'string';
    default:
      return typeOfObject(value);
  }
}

function typeOfObject(value: object): TypeName | undefined {
  if (Array.isArray(value)) return 'list';
  if (value instanceof QueryConstraints) return 'constraint';
  if (value instanceof RuleMap) return 'map';
  if (value instanceof RuleSet) return 'set';
  if (value instanceof Path) return 'path';
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Duration) return 'duration';
  if (value instanceof Bytes) return 'bytes';
  if (value instanceof LatLng) return 'latlng';
  return value instanceof MapDiff ? 'map_diff' : undefined;
}
