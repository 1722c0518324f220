/**
 * What Google's APIs say when they refuse, in one shape whether it came by gRPC or REST, and what it means for Hub. The translation
 * goes by canonical status and ErrorInfo.reason; wording decides only where the real service gives no more (noted at each).
 */
import { AppError, type ErrorCode } from '../../../shared/errors.ts';

/** Canonical status names in the order of their codes: https://grpc.io/docs/guides/status-codes/ */
const STATUSES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;
export type Status = (typeof STATUSES)[number];

export const statusOf = (code: number): Status => STATUSES[code] ?? 'UNKNOWN';

/** A refusal by the cloud; what every `GkeClient` throws, and nothing else. */
export class CloudRefusal extends Error {
  readonly status: Status;
  /** ErrorInfo.reason, or the reason of a Compute Engine error. */
  readonly reason: string | undefined;
  constructor(status: Status, message: string, reason?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CloudRefusal';
    this.status = status;
    this.reason = reason;
  }
}

/** From what a generated gRPC client throws: `code` is the canonical number, `reason` comes from the ErrorInfo. */
export function grpcRefusal(error: unknown): unknown {
  const { code, details, reason } = error as { code?: unknown; details?: unknown; reason?: unknown };
  if (!(error instanceof Error) || typeof code !== 'number') return error;
  const message = typeof details === 'string' && details !== '' ? details : error.message;
  return new CloudRefusal(statusOf(code), message, typeof reason === 'string' ? reason : undefined, {
    cause: error,
  });
}

const BY_HTTP: Record<number, Status> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  412: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
};

/** Compute Engine says 400 for these: what is asked for is right, only not now. */
const NOT_NOW = ['resourceInUseByAnotherResource', 'resourceNotReady'];

/** From what a REST call through google-auth-library throws: a reply with an error body, or no reply at all. */
export function restRefusal(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { response, config } = error as { response?: { status?: number; data?: unknown }; config?: unknown };
  const http = response?.status;
  if (http === undefined) {
    // No answer: refused connection, reset, time-out. Anything that never was a request is a bug and stays one.
    return config === undefined
      ? error
      : new CloudRefusal('UNAVAILABLE', error.message, undefined, { cause: error });
  }
  const body = (
    response?.data as { error?: { message?: string; errors?: { reason?: string }[] } } | undefined
  )?.error;
  const reason = body?.errors?.[0]?.reason;
  const rateLimited = http === 403 && /^(user)?rateLimitExceeded$/i.test(reason ?? '');
  const status: Status =
    reason !== undefined && NOT_NOW.includes(reason)
      ? 'FAILED_PRECONDITION'
      : rateLimited
        ? 'RESOURCE_EXHAUSTED'
        : (BY_HTTP[http] ?? 'UNAVAILABLE');
  return new CloudRefusal(status, body?.message ?? error.message, reason, { cause: error });
}

/** Another operation holds the cluster: our own earlier one, or an upgrade or repair of Google's. */
export const isBusy = (refusal: CloudRefusal): boolean =>
  refusal.reason === 'CLUSTER_ALREADY_HAS_OPERATION' ||
  // Older servers give no reason: https://github.com/hashicorp/terraform-provider-google/issues/3650
  (refusal.status === 'FAILED_PRECONDITION' &&
    /incompatible operation|try again once it is done/i.test(refusal.message));

/** What a shortage is called, in conditions, reasons and messages alike. */
const NO_MACHINES = /STOCKOUT|ZONE_RESOURCE_POOL_EXHAUSTED|does not have enough resources available/i;
const QUOTA = /QUOTA_EXCEEDED|\bquota\b|maximum number of clusters|cannot create more than/i;
const RATE = /RATE_LIMIT|rateLimitExceeded|per minute|concurrent operations/i;

/** Which shortage a text of the cloud's speaks of, if any. A stock-out wins: its messages may name the quota page, too. */
export function shortageIn(text: string): 'ZONE_EXHAUSTED' | 'CLOUD_QUOTA' | undefined {
  if (NO_MACHINES.test(text)) return 'ZONE_EXHAUSTED';
  return QUOTA.test(text) ? 'CLOUD_QUOTA' : undefined;
}

function codeOf(refusal: CloudRefusal): ErrorCode {
  const text = `${refusal.reason ?? ''} ${refusal.message}`;
  switch (refusal.status) {
    case 'RESOURCE_EXHAUSTED':
      // Too many requests is not too little quota: waiting a moment helps.
      return RATE.test(text) ? 'PROVIDER_UNAVAILABLE' : (shortageIn(text) ?? 'CLOUD_QUOTA');
    case 'PERMISSION_DENIED':
      // GKE refuses what is over a quota with 403 and no reason: https://github.com/google/caliban/issues/66
      return shortageIn(text) ?? 'PERMISSION_DENIED';
    case 'UNAUTHENTICATED':
      return 'PERMISSION_DENIED';
    case 'FAILED_PRECONDITION':
      // An organisation policy forbids it; everything else passes with time.
      return /constraints?\//i.test(text) ? 'PERMISSION_DENIED' : 'OPERATION_IN_PROGRESS';
    case 'INVALID_ARGUMENT':
    case 'OUT_OF_RANGE':
    case 'UNIMPLEMENTED':
    case 'NOT_FOUND':
    case 'ALREADY_EXISTS':
    case 'OK':
      // Callers handle the two that may be expected; the rest is a request that we should not have made.
      return 'BUG';
    default:
      return 'PROVIDER_UNAVAILABLE';
  }
}

/** What Hub calls it. Anything but a refusal is returned as it is: a bug. */
export function asProviderError(error: unknown): unknown {
  if (!(error instanceof CloudRefusal)) return error;
  const code = isBusy(error) ? 'OPERATION_IN_PROGRESS' : codeOf(error);
  return new AppError(code, error.message, { cause: error });
}
