/** What can be done about a refusal, at the console. The table of errors says it to whoever calls the API, who may be a program. */
import { ERRORS, type ErrorCode } from '../../../shared/errors.ts';

const RELOAD = 'Reload the page. If that does not help, tell the operator.';
const CHOOSE_AGAIN =
  'What is offered has changed since this page was opened. Choose again from what there is now.';

/** Where a person does something else than a program, or does it with other means. */
const AT_THE_CONSOLE: Partial<Record<ErrorCode, string>> = {
  INVALID_BODY: RELOAD,
  INVALID_ARGUMENT: 'Correct it, and try again.',
  BODY_TOO_LARGE: RELOAD,
  UNSUPPORTED_MEDIA_TYPE: RELOAD,
  INVALID_PAGE_TOKEN: RELOAD,
  INVALID_IDEMPOTENCY_KEY: RELOAD,
  IDEMPOTENCY_KEY_REUSED: RELOAD,
  METHOD_NOT_ALLOWED: RELOAD,
  UNKNOWN_PRODUCT: CHOOSE_AGAIN,
  UNKNOWN_VERSION: CHOOSE_AGAIN,
  UNKNOWN_SIZE: CHOOSE_AGAIN,
  UNKNOWN_REGION: CHOOSE_AGAIN,
  UNSUPPORTED_ISOLATION: 'Choose a cluster of its own.',
  UNSUPPORTED_CREDENTIALS: 'Download a kubeconfig instead.',
  UNAUTHENTICATED: 'Sign in again.',
  TOKEN_EXPIRED: 'Sign in again.',
  TOKEN_INVALID: 'Sign in again.',
  EMAIL_NOT_VERIFIED: 'Have a link sent to it, and open it.',
  TOO_MANY_REQUESTS: 'Wait for a while, then try again.',
  NOT_FOUND: 'Look whether it is still there: the page Clusters has all of yours.',
  NOT_ACCEPTED_IN_STATE: 'Wait until its state allows this.',
  PREVIEW_REQUIRED: 'Look at it again.',
  PREVIEW_CHANGED: 'Look at it again.',
  CLUSTER_CHANGED: 'Look at it again.',
  TRANSFER_OTHERWISE: 'Look at the cluster again: who pays for it has changed.',
};

/** @param said by Hub itself, which may know a code that this page does not */
export const remedyFor = (code: ErrorCode, said: string = ERRORS[code].remedy): string =>
  AT_THE_CONSOLE[code] ?? said;
