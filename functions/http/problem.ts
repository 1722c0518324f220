/** Every refusal and failure as application/problem+json (https://www.rfc-editor.org/rfc/rfc9457), made from the error table. */
import type { z } from 'zod';
import type { Problem } from '../../shared/api/problem.ts';
import { AppError, ERRORS, type ErrorCode, type FieldError } from '../../shared/errors.ts';

/** Seconds until it is worth asking again, by status, where nobody knows better. */
const RETRY_AFTER: Record<number, number> = { 429: 30, 503: 5 };
/** The same, where the status does not say that it is worth it. */
const RETRY_AFTER_OF: Partial<Record<ErrorCode, number>> = { ACCESS_NOT_READY: 5 };
/** A caller who sends thousands of wrong fields learns of the first ones. */
const MAX_ERRORS = 20;
const MAX_FIELD = 64;

/** The reply to a request that did not succeed. */
export function problemResponse(error: AppError, requestId: string): Response {
  const { http: status, say, remedy } = error.row;
  // What lies behind a failure of ours, or why exactly a token is refused, is for the log only.
  const tells = status < 500 && status !== 401;
  const body: Problem = {
    type: `urn:hub:problem:${error.code}`,
    title: say,
    status,
    ...(tells && error.detail ? { detail: error.detail } : {}),
    instance: requestId,
    code: error.code,
    remedy,
    ...(tells && error.errors ? { errors: [...error.errors] } : {}),
  };
  const headers = new Headers({ 'content-type': 'application/problem+json' });
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== undefined) headers.set('retry-after', String(retryAfter));
  if (status === 401) headers.set('www-authenticate', challenge(error));
  return new Response(JSON.stringify(body), { status, headers });
}

/** In seconds; undefined where asking again is of no use. */
function retryAfterOf({ code, retryAfterMs }: AppError): number | undefined {
  const usual = usualRetryAfter(code);
  if (usual === undefined || retryAfterMs === undefined) return usual;
  return Math.max(1, Math.ceil(retryAfterMs / 1000));
}

/** The same, where it is not known better. */
export const usualRetryAfter = (code: ErrorCode): number | undefined =>
  RETRY_AFTER_OF[code] ?? RETRY_AFTER[ERRORS[code].http];

/** https://www.rfc-editor.org/rfc/rfc6750#section-3 */
const challenge = (error: AppError): string =>
  error.code === 'UNAUTHENTICATED' ? 'Bearer realm="hub"' : 'Bearer realm="hub", error="invalid_token"';

/** @throws AppError INVALID_NAME if nothing but the name is wrong, else INVALID_ARGUMENT; with every fault */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap(fieldErrors).slice(0, MAX_ERRORS);
  const onlyTheName = parsed.error.issues.every(isOfTheName);
  throw new AppError(onlyTheName ? 'INVALID_NAME' : 'INVALID_ARGUMENT', undefined, { errors });
}

const isOfTheName = ({ code, path }: z.core.$ZodIssue): boolean =>
  code !== 'unrecognized_keys' && path.join('.') === 'name';

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      field: key.slice(0, MAX_FIELD),
      message: 'There is no such field.',
    }));
  return [{ field: issue.path.join('.').slice(0, MAX_FIELD), message: issue.message }];
}
