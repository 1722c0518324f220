/** How a request that is no such message is refused, in the words of Google's APIs. */
import type protobuf from 'protobufjs';
import { ServiceError, STATUS } from '../../service.ts';
import { SCALAR_ERROR_NAMES } from './scalars.ts';

/** Where something stands in a request, from the inside out; only a refusal puts it together. */
export interface Path {
  up: Path | undefined;
  /** The name of a field, the key of a map, or the place in a list. */
  step: string | number;
  isKey?: boolean;
}

export const badRequest = (message: string): ServiceError =>
  new ServiceError(STATUS.INVALID_ARGUMENT, message);

function textOf(path: Path | undefined): string {
  if (!path) return '';
  const { up, step, isKey } = path;
  const before = textOf(up);
  if (typeof step === 'number' || isKey) return `${before}[${JSON.stringify(step)}]`;
  return before === '' ? snake(step) : `${before}.${snake(step)}`;
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export const invalidValue = (path: Path | undefined, type: string, json: unknown): ServiceError =>
  badRequest(`Invalid value at '${textOf(path)}' (${type}), ${shown(json)}`);

export function unknownName(name: string, path: Path | undefined, reason: string): ServiceError {
  const at = path ? ` at '${textOf(path)}'` : '';
  return badRequest(`Invalid JSON payload received. Unknown name ${shown(name)}${at}: ${reason}`);
}

export const noMessage = (): ServiceError =>
  badRequest('Invalid JSON payload received. Unknown name "": Root element must be a message.');

export const tooDeep = (path: Path | undefined): ServiceError =>
  badRequest(`Message too deep. Max recursion depth reached for key '${path?.step}'`);

export const oneofTaken = (
  field: protobuf.Field,
  oneof: protobuf.OneOf,
  path: Path | undefined,
): ServiceError =>
  badRequest(
    `Invalid value at '${textOf(path)}' (oneof), oneof field '${snake(oneof.name)}' is already set. Cannot set '${field.name}'`,
  );

export const messageName = (type: protobuf.ReflectionObject): string =>
  `type.googleapis.com/${type.fullName.slice(1)}`;
export const typeName = (field: protobuf.Field): string =>
  field.resolvedType ? messageName(field.resolvedType) : (SCALAR_ERROR_NAMES[field.type] ?? field.type);

function shown(json: unknown): string {
  // What is nested without end cannot be written down either.
  if (typeof json === 'object' && json !== null) return Array.isArray(json) ? '[…]' : '{…}';
  const text = JSON.stringify(json) ?? '';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
