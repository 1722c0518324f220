/** All methods by type, and all functions by namespace. */

import { fault } from '../errors.ts';
import { type TypeName, typeOf } from '../types.ts';
import { Unknown } from '../unknown.ts';
import { type Result, type RuleValue, UNSURE } from '../values.ts';
import { CONVERSIONS } from './conversions.ts';
import { LIST_METHODS, SET_METHODS, unknownListMethod } from './lists.ts';
import { MAP_DIFF_METHODS, MAP_METHODS, PATH_METHODS, unknownMapMethod } from './maps.ts';
import { HASHING_FUNCTIONS, MATH_FUNCTIONS } from './mathematics.ts';
import { type BuiltIn, builtIn, hasUnknown } from './method.ts';
import { LATLNG_FUNCTIONS, LATLNG_METHODS } from './places.ts';
import { BYTES_METHODS, STRING_METHODS } from './strings.ts';
import { DURATION_FUNCTIONS, DURATION_METHODS, TIMESTAMP_FUNCTIONS, TIMESTAMP_METHODS } from './times.ts';

const byName = (list: readonly BuiltIn[]): ReadonlyMap<string, BuiltIn> =>
  new Map(list.map((entry) => [entry.name, entry]));

const METHODS: ReadonlyMap<string, ReadonlyMap<string, BuiltIn>> = new Map([
  ['string', byName(STRING_METHODS)],
  ['bytes', byName(BYTES_METHODS)],
  ['list', byName(LIST_METHODS)],
  ['set', byName(SET_METHODS)],
  ['map', byName(MAP_METHODS)],
  ['constraint', byName(MAP_METHODS)],
  ['map_diff', byName(MAP_DIFF_METHODS)],
  ['path', byName(PATH_METHODS)],
  ['timestamp', byName(TIMESTAMP_METHODS)],
  ['duration', byName(DURATION_METHODS)],
  ['latlng', byName(LATLNG_METHODS)],
] satisfies [TypeName, ReadonlyMap<string, BuiltIn>][]);

/** Methods of that name, of whatever types. */
export const methodsNamed = (name: string): readonly BuiltIn[] =>
  [...METHODS.values()].map((methods) => methods.get(name)).filter((method) => method !== undefined);

export const NAMESPACES: ReadonlyMap<string, ReadonlyMap<string, BuiltIn>> = new Map([
  ['math', byName(MATH_FUNCTIONS)],
  ['hashing', byName(HASHING_FUNCTIONS)],
  ['duration', byName(DURATION_FUNCTIONS)],
  ['timestamp', byName(TIMESTAMP_FUNCTIONS)],
  ['latlng', byName(LATLNG_FUNCTIONS)],
]);

/** Functions without a namespace that need nothing but their arguments. debug() gives back what it is given. */
export const GLOBAL_FUNCTIONS: ReadonlyMap<string, BuiltIn> = byName([
  ...CONVERSIONS,
  builtIn('debug', 1, (value) => value, { unknowns: true }),
]);

/** Calls a function or a method that was found. Unknown operands are kept from those that do not expect them. @throws Fault */
export function callBuiltIn(target: BuiltIn, operands: readonly RuleValue[], symbolic: boolean): Result {
  if (symbolic && !target.unknowns && operands.some(hasUnknown)) return UNSURE;
  return target.call(...operands);
}

/** @throws Fault */
export function callMethod(
  object: RuleValue,
  name: string,
  operands: readonly RuleValue[],
  symbolic: boolean,
): Result {
  if (object instanceof Unknown) return callUnknown(object, name, operands);
  const type = typeOf(object) ?? 'null';
  const method = METHODS.get(type)?.get(name);
  if (!method)
    return fault(type === 'null' ? `Null has no method ${name}()` : `A ${type} has no method ${name}()`);
  if (operands.length < method.minArguments || operands.length > method.maxArguments) {
    return fault(`${name}() of a ${type} takes another number of arguments`);
  }
  return callBuiltIn(method, [object, ...operands], symbolic);
}

function callUnknown(object: Unknown, name: string, operands: readonly RuleValue[]): Result {
  const { type } = object.facts;
  if (type === 'map') return unknownMapMethod(object, name, operands);
  return type === 'list' ? unknownListMethod(object, name, operands[0]) : UNSURE;
}
