/** Refusals as the API server words them: a `Status` object with code, reason, message and details. */
import type { Kind } from './kinds.ts';

export interface Cause {
  reason: string;
  message: string;
  field?: string;
}

interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: Cause[];
  retryAfterSeconds?: number;
}

export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
  /** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
  toStatus(): object {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details && { details: this.details }),
      code: this.code,
    };
  }
}

export const detailsOf = (kind: Pick<Kind, 'group' | 'plural'>, name: string): StatusDetails => ({
  name,
  ...(kind.group !== '' && { group: kind.group }),
  kind: kind.plural,
});

export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message);

export const unauthorized = (): ApiError => new ApiError(401, 'Unauthorized', 'Unauthorized');

export const forbidden = (kind: Kind, name: string, why: string): ApiError =>
  new ApiError(403, 'Forbidden', `${kind.resource} "${name}" is forbidden: ${why}`, detailsOf(kind, name));

export const notFound = (kind: Kind, name: string): ApiError =>
  new ApiError(404, 'NotFound', `${kind.resource} "${name}" not found`, detailsOf(kind, name));

export const noSuchResource = (): ApiError =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});

export const methodNotAllowed = (): ApiError =>
  new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');

export const alreadyExists = (kind: Kind, name: string): ApiError =>
  new ApiError(409, 'AlreadyExists', `${kind.resource} "${name}" already exists`, detailsOf(kind, name));

export const conflict = (kind: Kind, name: string, why: string): ApiError =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${kind.resource} "${name}": ${why}`,
    detailsOf(kind, name),
  );

export const expired = (message: string): ApiError => new ApiError(410, 'Expired', message);

export const unsupportedMediaType = (got: string): ApiError =>
  new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format (${got}) - accepted media types include: application/json, application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml`,
  );

/** One reason why an object is not valid. */
export interface Fault {
  field: string;
  reason:
    | 'FieldValueInvalid'
    | 'FieldValueRequired'
    | 'FieldValueForbidden'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueNotFound'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueTypeInvalid';
  message: string;
}

export const invalid = (
  kind: Pick<Kind, 'group' | 'kind' | 'plural'>,
  name: string,
  faults: readonly Fault[],
): ApiError => {
  const texts = faults.map((fault) => `${fault.field}: ${fault.message}`);
  return new ApiError(
    422,
    'Invalid',
    `${kind.kind}${kind.group === '' ? '' : `.${kind.group}`} "${name}" is invalid: ${texts.length > 1 ? `[${texts.join(', ')}]` : texts.join('')}`,
    {
      ...detailsOf(kind, name),
      kind: kind.kind,
      causes: faults.map(({ field, reason, message }) => ({ reason, message, field })),
    },
  );
};

export const unavailable = (): ApiError =>
  new ApiError(503, 'ServiceUnavailable', 'the server is currently unable to handle the request');
