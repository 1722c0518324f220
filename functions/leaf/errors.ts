/** What a leaf's API answered, in the words of Hub's table of errors. Both sides of the port translate here. */
import { AppError } from '../../shared/errors.ts';
import { scrub } from '../log.ts';

/** A refusal by the Kubernetes API. */
interface Refusal {
  /** HTTP status. */
  status: number;
  reason?: string | undefined;
  message?: string | undefined;
  /** `details.retryAfterSeconds` of its Status. */
  retryAfterS?: number | undefined;
}

/** By reason, where the status alone would call it a bug: https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/types.go */
const PASSING = ['ServerTimeout', 'Timeout', 'TooManyRequests', 'ServiceUnavailable', 'InternalError'];

/**
 * Of what is to be in it; no reason tells these two from others of their status.
 * https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/admission/namespace/lifecycle/admission.go
 */
const NAMESPACE_GOES = /^namespaces "[^"]*" not found$|because it is being terminated$/;

/** @param request what was asked, for operators: `PATCH /api/v1/namespaces/a/secrets/b` */
export function refusalError(request: string, { status, reason, message, retryAfterS }: Refusal): AppError {
  const detail = `${request}: ${status} ${reason ?? ''} ${quoteless(message ?? '')}`.trim();
  // Somebody deletes the namespace at this moment, as Hub does when the whole cluster goes. The next try at an installation makes it anew.
  if (NAMESPACE_GOES.test(message ?? '')) return new AppError('LEAF_UNAVAILABLE', detail);
  if (status === 401 || status === 403) return new AppError('PERMISSION_DENIED', detail);
  if (status === 429 || status >= 500 || PASSING.includes(reason ?? '')) {
    const retryAfterMs = retryAfterS === undefined ? undefined : retryAfterS * 1000;
    return new AppError('LEAF_UNAVAILABLE', detail, { retryAfterMs });
  }
  return new AppError('BUG', detail, { cause: new Error(detail) });
}

/** The API was not reached, or did not answer in time. */
export const unreachableError = (request: string, error: unknown): AppError =>
  new AppError('LEAF_UNAVAILABLE', `${request}: ${scrub(rootMessage(error))}`);

/** fetch says only "fetch failed"; what failed is its cause. */
function rootMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  if (error.cause instanceof Error) return rootMessage(error.cause);
  return typeof code === 'string' && !error.message.includes(code)
    ? `${code} ${error.message}`
    : error.message;
}

/**
 * The API quotes refused values, and a refused value may be a secret's. A message may be as long as what was refused, so it is cut first,
 * and a value may go on where the message ends.
 */
const quoteless = (message: string): string =>
  scrub(
    message
      .slice(0, MAX_READ)
      .replace(
        /(Invalid|Unsupported|Duplicate) value: ("(?:[^"\\]|\\.)*(?:"|\\?$)|\{.*?(?:\}|$)|[^:]*)(?::|$)/gs,
        '$1 value:',
      ),
  ).slice(0, MAX_WORDS);

const MAX_READ = 4000;
const MAX_WORDS = 500;
