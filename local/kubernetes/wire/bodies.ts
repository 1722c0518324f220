/** Request bodies: JSON, YAML or protobuf, and what the client wants done about fields that nobody knows. */
import { load } from 'js-yaml';
import { ApiError, badRequest, unsupportedMediaType } from '../errors.ts';
import { isMap } from '../json.ts';
import type { Kind } from '../kinds.ts';
import type { Fields } from '../objects.ts';
import { FieldMismatch, knownFieldsOf, unknownFieldsIn, unknownFieldsOf } from './field-check.ts';
import { decodeProtobuf, PROTOBUF } from './protobuf.ts';

interface Body {
  /** Without parameters; empty if the client says nothing. */
  contentType: string;
  /** Undefined without a body. */
  body: Buffer | undefined;
}

/** @throws ApiError 400, 415 */
export function parseObject({ contentType, body }: Body): Fields {
  if (!body?.length) throw badRequest('the request has no body');
  switch (contentType) {
    case '':
    case 'application/json':
      return requireMap(parseJson(body));
    case 'application/yaml':
      return requireMap(parseYaml(body));
    case PROTOBUF:
      return decodeProtobuf(body);
    default:
      throw unsupportedMediaType(contentType);
  }
}

export function parseJson(body: Buffer | undefined): unknown {
  if (!body?.length) throw badRequest('the request has no body');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw badRequest(`error decoding the body: ${(error as Error).message}`);
  }
}

/** YAML 1.2; JSON is YAML too. Its dates stay the texts that they are. @throws ApiError 400 */
export function parseYaml(body: Buffer | undefined): unknown {
  if (!body?.length) throw badRequest('the request has no body');
  const text = body.toString('utf8');
  // Nearly all clients send JSON, which its own parser reads many times faster.
  if (text.startsWith('{')) {
    try {
      return JSON.parse(text);
    } catch {
      // A flow mapping of YAML.
    }
  }
  try {
    return load(text);
  } catch (error) {
    throw badRequest(`error converting YAML to JSON: ${(error as Error).message}`);
  }
}

export function requireMap(value: unknown): Fields {
  if (!isMap(value)) throw badRequest('the body of the request is no object');
  return value;
}

type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** @throws ApiError 400, 422 */
export function fieldValidationOf(query: URLSearchParams): FieldValidation {
  const asked = query.get('fieldValidation') || 'Warn';
  if (asked === 'Strict' || asked === 'Warn' || asked === 'Ignore') return asked;
  throw new ApiError(
    422,
    'Invalid',
    `CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "${asked}": supported values: "", "Ignore", "Strict", "Warn"`,
  );
}

export interface FieldCheck {
  kind: Kind;
  validation: FieldValidation;
  /** What is written there, if it is not the kind itself. */
  as?: { apiVersion: string; kind: string } | undefined;
}

interface Checked {
  /** Without the fields that nobody knows. */
  object: Fields;
  /** What to warn of. */
  warnings: string[];
}

/** What a client sent. @throws ApiError 400 */
export function checkFields(check: FieldCheck, object: Fields): Checked {
  const name = check.as?.kind ?? check.kind.kind;
  const unreadable = `${name} in version "${check.kind.version}" cannot be handled as a ${name}`;
  const { mismatch, unknown } = inspect(check, object);
  if (mismatch) throw badRequest(`${unreadable}: ${mismatch.message}`);
  if (unknown.length > 0 && check.validation === 'Strict') {
    throw badRequest(`${unreadable}: strict decoding error: ${unknown.join(', ')}`);
  }
  return checked(check, object, unknown);
}

/** What came of a patch. @throws ApiError 422 */
export function checkPatched(check: FieldCheck, object: Fields): Checked {
  const { mismatch, unknown } = inspect(check, object);
  if (!mismatch && (unknown.length === 0 || check.validation !== 'Strict')) {
    return checked(check, object, unknown);
  }
  const why = mismatch ? mismatch.message : `strict decoding error: ${unknown.join(', ')}`;
  const message = `Invalid value: ${JSON.stringify(JSON.stringify(object))}: ${why}`;
  const cause = { reason: 'FieldValueInvalid', message, field: 'patch' };
  throw new ApiError(422, 'Invalid', ` "" is invalid: patch: ${message}`, { causes: [cause] });
}

function checked({ kind, as, validation }: FieldCheck, object: Fields, unknown: string[]): Checked {
  return {
    object: unknown.length === 0 ? object : knownFieldsOf(kind, as ?? kind, object),
    warnings: validation === 'Warn' ? unknown : [],
  };
}

/** What is applied: an unknown field can have no owner, so it is refused whatever was asked for. @throws ApiError 500 */
export function checkApplied(check: FieldCheck, object: Fields, key: string): void {
  const { kind } = check;
  const { mismatch, unknown } = inspect(check, object);
  if (!mismatch && unknown.length === 0) return;
  const faults = mismatch
    ? [`${mismatch.path}: ${mismatch.expectation}`]
    : unknown.map((text) => `.${text.slice('unknown field "'.length, -1)}: field not declared in schema`);
  const list = faults.length > 1 ? `errors:\n  ${faults.join('\n  ')}` : (faults[0] ?? '');
  // As the real server: an error that it did not foresee.
  throw new ApiError(
    500,
    '',
    `failed to create typed patch object (${key}; ${kind.apiVersion}, Kind=${kind.kind}): ${list}`,
  );
}

function inspect({ kind, as }: FieldCheck, object: Fields): { mismatch?: FieldMismatch; unknown: string[] } {
  try {
    const fields = as ? unknownFieldsIn(as.apiVersion, as.kind, object) : unknownFieldsOf(kind, object);
    return { unknown: fields.map((field) => `unknown field "${field}"`) };
  } catch (error) {
    if (error instanceof FieldMismatch) return { mismatch: error, unknown: [] };
    throw error;
  }
}
