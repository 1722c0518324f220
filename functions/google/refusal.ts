/**
 * What Google's APIs say when they refuse, in one shape whether it came by gRPC or REST, and what it means for Hub. The translation
 * goes by canonical status and ErrorInfo.reason; wording decides only where the real service gives no more (noted at each).
 */
import { AppError, type ErrorCode } from '../../shared/errors.ts';
import { scrub } from '../log.ts';

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
  /** RetryInfo: before that much time has passed asking again is useless. */
  readonly retryAfterMs: number | undefined;
  constructor(
    status: Status,
    message: string,
    reason?: string,
    options: ErrorOptions & { retryAfterMs?: number | undefined } = {},
  ) {
    super(message, options);
    this.name = 'CloudRefusal';
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** A google.rpc.RetryInfo among the details: an object over gRPC, JSON (`"5.5s"`) over REST. https://google.aip.dev/193 */
function retryAfterMs(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined;
  for (const { retryDelay } of details as { retryDelay?: unknown }[]) {
    if (typeof retryDelay === 'string') return Number.parseFloat(retryDelay) * 1000 || undefined;
    if (typeof retryDelay !== 'object' || retryDelay === null) continue;
    const { seconds = 0, nanos = 0 } = retryDelay as { seconds?: unknown; nanos?: unknown };
    return Number(seconds) * 1000 + Number(nanos) / 1e6 || undefined;
  }
  return undefined;
}

/** From what a generated gRPC client throws: `code` is the canonical number, `reason` comes from the ErrorInfo. */
export function grpcRefusal(error: unknown): unknown {
  const { code, details, reason, statusDetails } = error as Partial<
    Record<'code' | 'details' | 'reason' | 'statusDetails', unknown>
  >;
  if (!(error instanceof Error) || typeof code !== 'number') return error;
  const message = typeof details === 'string' && details !== '' ? details : error.message;
  return new CloudRefusal(statusOf(code), message, typeof reason === 'string' ? reason : undefined, {
    cause: error,
    retryAfterMs: retryAfterMs(statusDetails),
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

/**
 * Google's clients have their token of the metadata server. What that refuses comes out of the same call, with the same statuses, and says
 * nothing of what was asked for: https://cloud.google.com/compute/docs/metadata/querying-metadata
 */
export function isOfMetadata(error: unknown): boolean {
  const { config } = error as { config?: { url?: unknown } };
  return URL.parse(String(config?.url))?.pathname.startsWith('/computeMetadata/') ?? false;
}

/** From what a REST call through google-auth-library throws: a reply with an error body, or no reply at all. */
export function restRefusal(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { response, config } = error as { response?: { status?: number; data?: unknown }; config?: unknown };
  const http = isOfMetadata(error) ? undefined : response?.status;
  if (http === undefined) {
    // No answer: refused connection, reset, time-out. Anything that never was a request is a bug and stays one.
    return config === undefined
      ? error
      : new CloudRefusal('UNAVAILABLE', error.message, undefined, { cause: error });
  }
  const body = (
    response?.data as
      | { error?: { message?: string; errors?: { reason?: string }[]; details?: { reason?: string }[] } }
      | undefined
  )?.error;
  // The ErrorInfo says more than the older reason beside it; which of the two there is depends on the method.
  const info = body?.details?.find((detail) => detail.reason !== undefined)?.reason;
  const old = body?.errors?.[0]?.reason;
  const reason = info !== undefined && info in REASONS ? info : (old ?? info);
  const rateLimited = http === 403 && REASONS[reason ?? ''] === 'CLOUD_BUSY';
  const status: Status =
    reason !== undefined && NOT_NOW.includes(reason)
      ? 'FAILED_PRECONDITION'
      : rateLimited
        ? 'RESOURCE_EXHAUSTED'
        : (BY_HTTP[http] ?? 'UNAVAILABLE');
  return new CloudRefusal(status, body?.message ?? error.message, reason, {
    cause: error,
    retryAfterMs: retryAfterMs(body?.details),
  });
}

/** Another operation holds the cluster: our own earlier one, or an upgrade or repair of Google's. */
export const isBusy = (refusal: CloudRefusal): boolean =>
  refusal.reason === 'CLUSTER_ALREADY_HAS_OPERATION' ||
  // Older servers give no reason: https://github.com/hashicorp/terraform-provider-google/issues/3650
  (refusal.status === 'FAILED_PRECONDITION' &&
    /incompatible operation|try again once it is done/i.test(refusal.message));

/**
 * What the reasons mean that the cloud gives: ErrorInfo.reason of Google's APIs (https://google.aip.dev/193), the reasons of Compute Engine
 * (https://cloud.google.com/compute/docs/resource-error) and the older ones of its REST errors. A reason decides, whatever the words say.
 */
export const REASONS: Readonly<Record<string, ErrorCode>> = {
  CLUSTER_ALREADY_HAS_OPERATION: 'OPERATION_IN_PROGRESS',
  RESOURCE_NOT_READY: 'OPERATION_IN_PROGRESS',
  resourceInUseByAnotherResource: 'OPERATION_IN_PROGRESS',
  resourceNotReady: 'OPERATION_IN_PROGRESS',
  // Asked too often, or too much at once: waiting a moment helps.
  RATE_LIMIT_EXCEEDED: 'CLOUD_BUSY',
  CONCURRENT_OPERATIONS_QUOTA_EXCEEDED: 'CLOUD_BUSY',
  rateLimitExceeded: 'CLOUD_BUSY',
  userRateLimitExceeded: 'CLOUD_BUSY',
  GCE_QUOTA_EXCEEDED: 'CLOUD_QUOTA',
  QUOTA_EXCEEDED: 'CLOUD_QUOTA',
  RESOURCE_QUOTA_EXCEEDED: 'CLOUD_QUOTA',
  quotaExceeded: 'CLOUD_QUOTA',
  GCE_STOCKOUT: 'ZONE_EXHAUSTED',
  ZONE_RESOURCE_POOL_EXHAUSTED: 'ZONE_EXHAUSTED',
  ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS: 'ZONE_EXHAUSTED',
  GKE_SERVICE_ACCOUNT_DELETED: 'CLOUD_SETUP',
  CLOUD_KMS_KEY_ERROR: 'CLOUD_SETUP',
  SERVICE_DISABLED: 'CLOUD_SETUP',
  BILLING_DISABLED: 'CLOUD_SETUP',
  CONSUMER_SUSPENDED: 'CLOUD_SETUP',
  accessNotConfigured: 'CLOUD_SETUP',
  IAM_PERMISSION_DENIED: 'PERMISSION_DENIED',
  CREDENTIALS_MISSING: 'PERMISSION_DENIED',
  ACCESS_TOKEN_EXPIRED: 'PERMISSION_DENIED',
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: 'PERMISSION_DENIED',
  ORG_RESTRICTION_VIOLATION: 'PERMISSION_DENIED',
  SECURITY_POLICY_VIOLATED: 'PERMISSION_DENIED',
  backendError: 'PROVIDER_UNAVAILABLE',
  internalError: 'PROVIDER_UNAVAILABLE',
};

/** What a shortage is called, in conditions, reasons and messages alike. */
const NO_MACHINES = /STOCKOUT|ZONE_RESOURCE_POOL_EXHAUSTED|does not have enough resources available/i;
const QUOTA =
  /QUOTA_EXCEEDED|\bquota\b|maximum number of clusters|cannot create more than|available private IP space/i;
/** GKE says no more of too many operations than this: https://github.com/hashicorp/terraform-provider-google/issues/15579 */
const RATE = /RATE_LIMIT|rateLimitExceeded|per minute|concurrent operations/i;

/** Which shortage a text of the cloud's speaks of, if any. A stock-out wins: its messages may name the quota page, too. */
export function shortageIn(text: string): 'ZONE_EXHAUSTED' | 'CLOUD_QUOTA' | undefined {
  if (NO_MACHINES.test(text)) return 'ZONE_EXHAUSTED';
  return QUOTA.test(text) ? 'CLOUD_QUOTA' : undefined;
}

/**
 * Whether a refusal tells of an organisation policy, which no retry changes. Of whom buckets may be opened to, Cloud Storage names no constraint.
 * https://cloud.google.com/resource-manager/docs/organization-policy/org-policy-constraints
 */
export const isForbiddenByPolicy = (message: string): boolean =>
  /constraints?\/|do not belong to a permitted customer/i.test(message);

function codeOf(refusal: CloudRefusal): ErrorCode {
  const told = REASONS[refusal.reason ?? ''];
  if (told) return told;
  const text = `${refusal.reason ?? ''} ${refusal.message}`;
  switch (refusal.status) {
    case 'RESOURCE_EXHAUSTED':
      // Too many requests is not too little quota: waiting a moment helps.
      return RATE.test(text) ? 'CLOUD_BUSY' : (shortageIn(text) ?? 'CLOUD_QUOTA');
    case 'PERMISSION_DENIED':
      // GKE refuses what is over a quota with 403 and no reason: https://github.com/google/caliban/issues/66
      return shortageIn(text) ?? 'PERMISSION_DENIED';
    case 'UNAUTHENTICATED':
      return 'PERMISSION_DENIED';
    case 'FAILED_PRECONDITION':
      // Everything else passes with time.
      return isForbiddenByPolicy(text) ? 'CLOUD_SETUP' : 'OPERATION_IN_PROGRESS';
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
  return new AppError(code, scrub(error.message), { cause: error, retryAfterMs: error.retryAfterMs });
}
