/**
 * The closed table of everything that can go wrong. A code says whether to try again, the HTTP status, whose fault it is, what
 * the user reads and what they can do. A failed document keeps its code, so the console, support and tests speak of the same thing.
 */

/** Whose move it is: the user's, the operator's, the cloud's (waiting helps), or ours. */
export const FAULTS = ['user', 'operator', 'cloud', 'hub'] as const;

export interface ErrorRow {
  /**
   * Whether the same step may succeed if tried again unchanged. `free`: the world is busy or away, trying costs no attempt, and only
   * the state's deadline ends it.
   */
  retry: boolean | 'free';
  /** Status of an HTTP reply with this code. */
  http: number;
  fault: (typeof FAULTS)[number];
  /** The sentence the user reads. */
  say: string;
  /** What they can do about it; of a cluster, once it has failed. */
  remedy: string;
  /** Whether that is to press Retry, which not every state has. */
  byRetry?: true;
  /** Then what they can do while the cluster is in use all the same, if that is not to wait for Hub's next look. */
  inUse?: string;
}

export const ERRORS = {
  // The request.
  INVALID_BODY: {
    retry: false,
    http: 400,
    fault: 'user',
    say: 'The body is not valid JSON.',
    remedy: 'Send one JSON object with content-type application/json.',
  },
  INVALID_ARGUMENT: {
    retry: false,
    http: 400,
    fault: 'user',
    say: 'A field of the request is not valid.',
    remedy: 'Correct the fields named in "errors".',
  },
  INVALID_NAME: {
    retry: false,
    http: 400,
    fault: 'user',
    say: 'The name is not valid.',
    remedy:
      'Use 1 to 63 lower-case letters, digits and hyphens; start with a letter and do not end with a hyphen.',
  },
  BODY_TOO_LARGE: {
    retry: false,
    http: 413,
    fault: 'user',
    say: 'The body is larger than 32 KB.',
    remedy: 'Send only the fields of the documentation.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    retry: false,
    http: 415,
    fault: 'user',
    say: 'The body is not JSON.',
    remedy: 'Send content-type: application/json.',
  },
  INVALID_PAGE_TOKEN: {
    retry: false,
    http: 400,
    fault: 'user',
    say: 'The page token is not one of yours for this list.',
    remedy: 'Start again without pageToken and keep the filter unchanged while paging.',
  },
  INVALID_IDEMPOTENCY_KEY: {
    retry: false,
    http: 400,
    fault: 'user',
    say: 'The Idempotency-Key is not valid.',
    remedy: 'Use 1 to 128 printable ASCII characters.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    retry: false,
    http: 422,
    fault: 'user',
    say: 'This Idempotency-Key was already used with another body.',
    remedy: 'Use a new key for a new request; repeat the same body to repeat a request.',
  },
  UNKNOWN_PRODUCT: {
    retry: false,
    http: 422,
    fault: 'user',
    say: 'There is no such product.',
    remedy: 'Choose one from GET /v1/catalog.',
  },
  UNKNOWN_VERSION: {
    retry: false,
    http: 422,
    fault: 'user',
    say: 'The product has no such version.',
    remedy: 'Choose one from GET /v1/catalog.',
  },
  UNKNOWN_SIZE: {
    retry: false,
    http: 422,
    fault: 'user',
    say: 'There is no such size.',
    remedy: 'Choose one from GET /v1/catalog.',
  },
  UNKNOWN_REGION: {
    retry: false,
    http: 422,
    fault: 'user',
    say: 'Hub has no such region.',
    remedy: 'Choose one from GET /v1/catalog.',
  },
  UNSUPPORTED_ISOLATION: {
    retry: false,
    http: 422,
    fault: 'user',
    say: 'Clusters in a shared namespace are not offered yet.',
    remedy: 'Leave isolation out, or ask for "dedicated".',
  },
  UNSUPPORTED_CREDENTIALS: {
    retry: false,
    http: 422,
    fault: 'user',
    say: 'The application in this cluster has no credentials of this kind.',
    remedy: 'Ask for kind=kubeconfig.',
  },
  // Who asks.
  UNAUTHENTICATED: {
    retry: false,
    http: 401,
    fault: 'user',
    say: 'You are not signed in.',
    remedy: 'Send a Firebase ID token: Authorization: Bearer <token>.',
  },
  TOKEN_EXPIRED: {
    retry: false,
    http: 401,
    fault: 'user',
    say: 'Your sign-in has expired.',
    remedy: 'Refresh the ID token, or sign in again.',
  },
  TOKEN_REVOKED: {
    retry: false,
    http: 401,
    fault: 'user',
    say: 'Your sign-in was revoked.',
    remedy: 'Sign in again.',
  },
  TOKEN_INVALID: {
    retry: false,
    http: 401,
    fault: 'user',
    say: 'The ID token is not valid for this service.',
    remedy: 'Sign in to this Hub and send the ID token it issues.',
  },
  OPERATOR_ONLY: {
    retry: false,
    http: 403,
    fault: 'user',
    say: 'Only operators may do this.',
    remedy: 'Ask an operator of this Hub.',
  },
  OWNER_ONLY: {
    retry: false,
    http: 403,
    fault: 'user',
    say: 'Only an owner of the cluster may do this.',
    remedy: 'Ask an owner of the cluster.',
  },
  EMAIL_NOT_VERIFIED: {
    retry: false,
    http: 403,
    fault: 'user',
    say: 'Your e-mail address is not verified.',
    remedy: 'Open the link in the e-mail that you were sent, or have it sent again. Then sign in again.',
  },
  NOT_A_MEMBER: {
    retry: false,
    http: 403,
    fault: 'user',
    say: 'You are not a member of this cluster.',
    remedy: 'Ask an owner to invite you, or sign in with an account that is a member.',
  },
  ACCOUNT_THROTTLED: {
    retry: false,
    http: 403,
    fault: 'user',
    say: 'Your account cannot create anything new for now.',
    remedy: 'What you have keeps running. Ask an operator of this Hub to review your account.',
  },
  ACCOUNT_SUSPENDED: {
    retry: false,
    http: 403,
    fault: 'user',
    say: 'Your account is suspended.',
    remedy:
      'You can still view and delete what you have. Ask an operator of this Hub to review your account.',
  },
  OWNER_SUSPENDED: {
    retry: false,
    http: 403,
    fault: 'user',
    say: 'The account of the cluster’s owner is suspended, so nobody may use the cluster for now.',
    remedy: 'You can still view it. Ask its owner, or an operator of this Hub.',
  },
  ACCOUNT_CLOSING: {
    retry: false,
    http: 403,
    fault: 'user',
    say: 'The account is being deleted.',
    remedy: 'You need not do anything. Until it is gone, it can only view and delete.',
  },
  SIGN_IN_TOO_OLD: {
    retry: false,
    http: 403,
    fault: 'user',
    say: 'You signed in too long ago for this.',
    remedy: 'Sign out, sign in again, and try again within 15 minutes.',
  },
  TOO_MANY_REQUESTS: {
    retry: true,
    http: 429,
    fault: 'user',
    say: 'Too many requests.',
    remedy: 'Wait as long as Retry-After says, then try again.',
  },
  SIGN_IN_OVER: {
    retry: false,
    http: 410,
    fault: 'user',
    say: 'This sign-in is over, or was started in another browser.',
    remedy: 'Go back to your cluster and sign in again.',
  },
  // What is asked for.
  NOT_FOUND: {
    retry: false,
    http: 404,
    fault: 'user',
    say: 'This does not exist, or it is not yours.',
    remedy: 'Check the address; GET /v1/clusters lists your clusters.',
  },
  METHOD_NOT_ALLOWED: {
    retry: false,
    http: 405,
    fault: 'user',
    say: 'This address does not support that method.',
    remedy: 'See /v1/openapi.json.',
  },
  NOT_ACCEPTED_IN_STATE: {
    retry: false,
    http: 409,
    fault: 'user',
    say: 'The cluster does not accept this in its current state.',
    remedy: 'Wait until its state allows this; GET the cluster to see its state.',
  },
  NO_LIFETIME: {
    retry: false,
    http: 409,
    fault: 'user',
    say: 'The cluster has no lifetime that could be extended.',
    remedy: 'Nothing; it stays until it is deleted.',
  },
  LIFETIME_OVER: {
    retry: false,
    http: 409,
    fault: 'user',
    say: 'The cluster is being deleted, so its lifetime can no longer be extended.',
    remedy: 'Create another cluster.',
  },
  ENDS_LATER: {
    retry: false,
    http: 409,
    fault: 'user',
    say: 'The cluster already lives longer than that.',
    remedy: 'Ask for more hours, counted from now. To end it sooner, delete it.',
  },
  OWNER_PAYS: {
    retry: false,
    http: 409,
    fault: 'user',
    say: 'This owner pays for the cluster and must stay an owner while it exists.',
    remedy: 'Delete the cluster if nobody needs it any more, or offer it to another owner.',
  },
  NOT_AN_OWNER: {
    retry: false,
    http: 409,
    fault: 'user',
    say: 'Only an owner of the cluster can pay for it.',
    remedy: 'Make them an owner first.',
  },
  NOT_OFFERED: {
    retry: false,
    http: 409,
    fault: 'user',
    say: 'The person who pays for this cluster has not offered it to you.',
    remedy: 'Ask them to offer it; nobody else can.',
  },
  TRANSFER_OTHERWISE: {
    retry: false,
    http: 409,
    fault: 'user',
    say: 'This would not do what you mean, so nothing was done.',
    remedy:
      'Only whoever pays for the cluster can offer it or withdraw the offer; only another owner can accept or decline. GET the cluster to see who pays.',
  },
  TRANSFER_NO_ROOM: {
    retry: false,
    http: 409,
    fault: 'user',
    say: 'They cannot pay for the cluster: their account has no room for it at the moment.',
    remedy:
      'They can delete one of their clusters or ask an operator for more. Or offer it to another owner.',
  },
  LAST_OWNER: {
    retry: false,
    http: 409,
    fault: 'user',
    say: 'A cluster must have at least one owner.',
    remedy: 'Make somebody else an owner first, or delete the cluster.',
  },
  TOO_MANY_WAITING: {
    retry: false,
    http: 409,
    fault: 'user',
    say: 'Too many of your clusters wait for room already.',
    remedy: 'Delete some of those that wait, or wait until they have started.',
  },
  TOO_MANY_TRIES: {
    retry: false,
    http: 409,
    fault: 'user',
    say: 'This cluster was tried again too often.',
    remedy: 'Delete it, and create another.',
  },
  TOO_MANY_MEMBERS: {
    retry: false,
    http: 409,
    fault: 'user',
    say: 'The cluster has reached its limit of members and invitations.',
    remedy: 'Remove somebody, or withdraw an invitation.',
  },
  ACCESS_NOT_READY: {
    retry: true,
    http: 409,
    fault: 'hub',
    say: 'Your access to this cluster is being set up.',
    remedy: 'Try again in a few seconds.',
  },
  NOT_REPLAYABLE: {
    retry: false,
    http: 409,
    fault: 'operator',
    say: 'This dead letter cannot be replayed.',
    remedy:
      'Look at what became of its cluster. You may have to repeat the request that the message was part of. Then dismiss it.',
  },
  REPLAY_REASON_USED: {
    retry: false,
    http: 409,
    fault: 'operator',
    say: 'This dead letter was already replayed for that reason.',
    remedy: 'Say what is different now.',
  },
  PREVIEW_REQUIRED: {
    retry: false,
    http: 428,
    fault: 'user',
    say: 'You must first look at what would be deleted.',
    remedy: 'Send the ETag of GET /v1/account as If-Match.',
  },
  PREVIEW_CHANGED: {
    retry: false,
    http: 412,
    fault: 'user',
    say: 'What would be deleted has changed since you looked at it.',
    remedy: 'Look at it again. A program sends the new ETag of GET /v1/account as If-Match.',
  },
  CLUSTER_CHANGED: {
    retry: false,
    http: 412,
    fault: 'user',
    say: 'What is asked of the cluster was changed since you looked at it.',
    remedy: 'Look at it again. A program sends the ETag that it gets then as If-Match.',
  },
  CONFLICT: {
    retry: true,
    http: 409,
    fault: 'user',
    say: 'Somebody else changed it at the same moment.',
    remedy: 'Read it again and repeat the request.',
  },
  // What stands in the way of a cluster.
  ACCOUNT_QUOTA: {
    retry: true,
    http: 429,
    fault: 'user',
    say: 'You have as many clusters as your account allows.',
    remedy: 'Delete one, or ask an operator for more. It starts automatically when there is room.',
  },
  ACCOUNT_BUDGET: {
    retry: true,
    http: 429,
    fault: 'user',
    say: 'Your clusters already cost as much per hour as your account allows.',
    remedy:
      'Delete one, choose a smaller size, or ask an operator for more. It starts automatically when there is room.',
  },
  SIZE_OVER_BUDGET: {
    retry: false,
    http: 422,
    fault: 'user',
    say: 'This size costs more per hour than your account allows.',
    remedy:
      'Choose a smaller size, or ask an operator for more. A cluster that is already waiting then starts automatically.',
  },
  SIZE_OVER_CAPACITY: {
    retry: false,
    http: 422,
    fault: 'operator',
    say: 'This size costs more per hour than this whole Hub may spend.',
    remedy:
      'Choose a smaller size, or ask an operator for more. A cluster that is already waiting then starts automatically.',
  },
  OWNER_HELD: {
    retry: true,
    http: 403,
    fault: 'user',
    say: 'The account of the cluster’s owner cannot create anything new for now.',
    remedy:
      'Ask an operator of this Hub to review that account. A cluster that waits starts automatically when they restore the account.',
  },
  CELL_FULL: {
    retry: true,
    http: 429,
    fault: 'operator',
    say: 'Hub has reached its capacity.',
    remedy: 'It starts automatically when there is room.',
  },
  CELL_BUSY: {
    retry: true,
    http: 429,
    fault: 'operator',
    say: 'Hub is already creating as many clusters as it may at once.',
    remedy: 'It starts automatically in a few minutes.',
  },
  REGION_EXHAUSTED: {
    retry: true,
    http: 503,
    fault: 'cloud',
    say: 'The cloud cannot create clusters of this size in this region at the moment.',
    remedy: 'You can wait: it starts automatically. Or delete it and choose another region or size.',
  },
  CLOUD_QUOTA: {
    retry: true,
    http: 503,
    fault: 'operator',
    say: 'The cloud account of this Hub has reached one of its limits.',
    remedy: 'It starts automatically when there is room. The operator can ask the cloud for more.',
  },
  ZONE_EXHAUSTED: {
    retry: true,
    http: 503,
    fault: 'cloud',
    say: 'The cloud has no machines of this size left in the region at the moment.',
    remedy: 'Try again later, or choose another region or size.',
  },
  CLUSTER_CREATE_FAILED: {
    retry: true,
    http: 503,
    fault: 'cloud',
    say: 'The cloud could not create the cluster.',
    remedy: 'Press Retry; it starts from the beginning.',
    byRetry: true,
  },
  CLUSTER_VANISHED: {
    retry: false,
    http: 503,
    fault: 'operator',
    say: 'The cluster is not in the cloud any more, though Hub did not delete it.',
    remedy: 'Press Retry, and ask the operator to find out who deleted it.',
    byRetry: true,
    inUse:
      'What was in it is lost. Delete it, create another, and ask the operator to find out who deleted it.',
  },
  NAME_TAKEN: {
    retry: false,
    http: 503,
    fault: 'operator',
    say: 'Something that does not belong to Hub already has the name of this cluster.',
    remedy: 'Press Retry, which takes a new name, and tell the operator.',
    byRetry: true,
  },
  CLUSTER_NEWER: {
    retry: false,
    http: 503,
    fault: 'operator',
    say: 'The cloud has a newer try at this cluster than Hub knows of, as after Hub’s database was set back. It may be in use, so Hub left it alone.',
    remedy: 'Ask the operator to find out whose it is.',
  },
  INSTALL_FAILED: {
    retry: true,
    http: 503,
    fault: 'hub',
    say: 'The application could not be installed.',
    remedy: 'Press Retry; if it fails again, tell the operator.',
    byRetry: true,
  },
  ORPHAN_UNPROVEN: {
    retry: false,
    http: 409,
    fault: 'operator',
    say: 'Nothing proves that this belongs to Hub, so Hub does not delete it.',
    remedy:
      'Find out whose it is. If nobody needs it, delete it in the cloud’s console. This record then closes automatically.',
  },
  LICENSE_MISSING: {
    retry: false,
    http: 503,
    fault: 'operator',
    say: 'This version needs a licence, and this Hub no longer has one.',
    remedy: 'Choose another version, or ask the operator for the licence and press Retry.',
    byRetry: true,
    inUse: 'Ask the operator for the licence.',
  },
  LOCK_FAILED: {
    retry: true,
    http: 503,
    fault: 'hub',
    say: 'Hub could not make sure that only its members get into the cluster, so nobody can reach it.',
    remedy: 'Press Retry, which creates a new one; if it fails again, tell the operator.',
    byRetry: true,
  },
  PRODUCT_REFUSED: {
    retry: true,
    http: 503,
    fault: 'hub',
    say: 'The application in the cluster refused a request from Hub.',
    remedy: 'Press Retry; if it fails again, tell the operator.',
    byRetry: true,
  },
  STEP_TIMEOUT: {
    retry: true,
    http: 503,
    fault: 'cloud',
    say: 'This step took longer than allowed.',
    remedy: 'Press Retry; it starts from the beginning.',
    byRetry: true,
  },
  PERMISSION_DENIED: {
    retry: true,
    http: 503,
    fault: 'operator',
    say: 'Hub is not allowed to do this in its cloud account.',
    remedy: 'Ask the operator to check the service accounts of Hub.',
  },
  DNS_ZONE_MISSING: {
    retry: true,
    http: 503,
    fault: 'operator',
    say: 'The DNS zone for the names of clusters does not exist.',
    remedy: 'Ask the operator to check the DNS zone of Hub and its delegation.',
  },
  CERTIFICATE_REFUSED: {
    retry: true,
    http: 503,
    fault: 'operator',
    say: 'The certificate authority refused to issue a certificate for this cluster.',
    remedy: 'Press Retry; if it fails again, tell the operator.',
    byRetry: true,
  },
  CERTIFICATE_LIMIT: {
    retry: 'free',
    http: 503,
    fault: 'operator',
    say: 'The certificate authority issues no more certificates to this Hub at the moment.',
    remedy: 'You need not do anything; Hub tries again automatically.',
  },
  CERTIFICATE_AUTHORITY_UNAVAILABLE: {
    retry: 'free',
    http: 503,
    fault: 'cloud',
    say: 'The certificate authority does not answer at the moment.',
    remedy: 'You need not do anything; Hub tries again automatically.',
  },
  NO_ADDRESS: {
    retry: false,
    http: 502,
    fault: 'cloud',
    say: 'The cloud gave the cluster no public address.',
    remedy: 'Press Retry; if it fails again, tell the operator.',
    byRetry: true,
  },
  PROVIDER_UNAVAILABLE: {
    retry: 'free',
    http: 503,
    fault: 'cloud',
    say: 'The cloud does not answer at the moment.',
    remedy: 'You need not do anything; Hub tries again automatically.',
  },
  OPERATION_IN_PROGRESS: {
    retry: 'free',
    http: 503,
    fault: 'cloud',
    say: 'The cloud is still busy with an earlier operation on this cluster.',
    remedy: 'You need not do anything; Hub waits for it.',
  },
  CLOUD_BUSY: {
    retry: 'free',
    http: 503,
    fault: 'cloud',
    say: 'The cloud accepts no more requests from this Hub at the moment.',
    remedy: 'You need not do anything; Hub tries again automatically.',
  },
  CLOUD_SETUP: {
    retry: false,
    http: 503,
    fault: 'operator',
    say: 'The cloud account of this Hub is not set up correctly.',
    remedy: 'Tell the operator, and press Retry when it is fixed.',
    byRetry: true,
  },
  LEAF_UNAVAILABLE: {
    retry: 'free',
    http: 503,
    fault: 'cloud',
    say: 'The cluster does not answer at the moment.',
    remedy: 'You need not do anything; Hub tries again automatically.',
  },
  UNAVAILABLE: {
    retry: 'free',
    http: 503,
    fault: 'hub',
    say: 'Hub cannot do this at the moment.',
    remedy: 'Try again in a few seconds.',
  },
  BUG: {
    retry: true,
    http: 500,
    fault: 'hub',
    say: 'Something went wrong in Hub.',
    remedy: 'Try again; if it happens again, tell the operator the request id.',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** @returns undefined for a code of another version of Hub: what is to be read of it stands beside it, in its document */
export const findErrorRow = (code: string): ErrorRow | undefined =>
  Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode] : undefined;

/** One field of a request that is not valid. */
export interface FieldError {
  field: string;
  message: string;
}

/**
 * Characters of what is said of one error, in documents, replies and logs. Much of it is in the words of others, who may answer with
 * megabytes; a document takes 1 MiB: https://cloud.google.com/firestore/quotas#collections_documents_and_fields
 */
export const MAX_DETAIL = 2000;

/** Fit to be kept: no longer than that, and with no half of a character, which a document would not take. */
export const cut = (text: string, most = MAX_DETAIL): string =>
  (text.length > most ? `${text.slice(0, most)}…` : text).toWellFormed();

/** The one error the product throws on purpose. `detail` is for people and must hold no secret; what is too long of it is cut off. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly errors: readonly FieldError[] | undefined;
  /** Whoever refused says that asking again before is useless. */
  readonly retryAfterMs: number | undefined;
  constructor(
    code: ErrorCode,
    detail?: string,
    options?: ErrorOptions & { errors?: readonly FieldError[]; retryAfterMs?: number | undefined },
  ) {
    const said = detail === undefined ? undefined : cut(detail);
    super(said ? `${code}: ${said}` : code, options);
    this.name = 'AppError';
    this.code = code;
    this.detail = said;
    this.errors = options?.errors;
    this.retryAfterMs = options?.retryAfterMs;
  }
  get row(): ErrorRow {
    return ERRORS[this.code];
  }
}
