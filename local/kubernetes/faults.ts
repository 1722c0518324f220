/** Reasons why an object is refused with 422, in the words of the API server's field errors. */
import type { Fault } from './errors.ts';

export const fault = (
  field: string,
  message: string,
  reason: Fault['reason'] = 'FieldValueInvalid',
): Fault => ({ field, message, reason });

/** As the server shows what it refuses: texts quoted, all else as JSON. */
const shown = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value));

export const invalidValue = (field: string, value: unknown, why: string): Fault =>
  fault(field, `Invalid value: ${shown(value)}: ${why}`);

export const required = (field: string, why = ''): Fault =>
  fault(field, `Required value${why === '' ? '' : `: ${why}`}`, 'FieldValueRequired');

export const denied = (field: string, why: string): Fault =>
  fault(field, `Forbidden: ${why}`, 'FieldValueForbidden');

export const duplicate = (field: string, value: unknown): Fault =>
  fault(field, `Duplicate value: ${shown(value)}`, 'FieldValueDuplicate');

export const missing = (field: string, value: unknown): Fault =>
  fault(field, `Not found: ${shown(value)}`, 'FieldValueNotFound');

export const notSupported = (field: string, value: unknown, supported: readonly string[]): Fault =>
  fault(
    field,
    `Unsupported value: ${shown(value)}: supported values: ${[...supported]
      .sort()
      .map((one) => JSON.stringify(one))
      .join(', ')}`,
    'FieldValueNotSupported',
  );

export const immutable = (field: string, value: unknown): Fault =>
  invalidValue(field, value, 'field is immutable');
