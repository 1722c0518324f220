/**
 * The one method of the IAM Credentials API that Hub calls: an access token of a service account, for whoever may act as it.
 * https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
 */
import { hours } from '../../shared/units.ts';
import type { IamModel } from './model.ts';

export interface Impersonation {
  /** Whether whose access token that is may have those of this service account; absent: nobody may. */
  mayImpersonate?(bearer: string, email: string): boolean;
}

/** https://google.aip.dev/193 */
export class CredentialsRefusal extends Error {
  readonly code: number;
  readonly body: object;
  constructor(code: number, status: string, message: string, reason?: string) {
    super(message);
    this.name = 'CredentialsRefusal';
    this.code = code;
    const details = reason && [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason }];
    this.body = { code, message, status, ...(details && { details }) };
  }
}

const ACCOUNT = /^\/v1\/projects\/-\/serviceAccounts\/([^/]+):generateAccessToken$/;
/** More needs a policy of the organisation. */
const MAX_LIFETIME_MS = hours(1);

/** @throws CredentialsRefusal */
export function generateAccessToken(
  model: IamModel,
  { mayImpersonate = () => false }: Impersonation,
  path: string,
  bearer: string | undefined,
  text: string,
): object {
  const email = decodeURIComponent(ACCOUNT.exec(path)?.[1] ?? '');
  if (bearer === undefined)
    throw new CredentialsRefusal(401, 'UNAUTHENTICATED', 'Request is missing required authentication.');
  if (!mayImpersonate(bearer, email)) {
    throw new CredentialsRefusal(
      403,
      'PERMISSION_DENIED',
      "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
      'IAM_PERMISSION_DENIED',
    );
  }
  const { accessToken, expiresAtMs } = model.impersonate(email, lifetimeOf(text));
  return { accessToken, expireTime: new Date(expiresAtMs).toISOString() };
}

function lifetimeOf(text: string): number {
  const invalid = (message: string): CredentialsRefusal =>
    new CredentialsRefusal(400, 'INVALID_ARGUMENT', message);
  let asked: { scope?: unknown; lifetime?: unknown };
  try {
    asked = Object(JSON.parse(text));
  } catch {
    throw invalid('The body is not JSON.');
  }
  const { scope, lifetime = '3600s' } = asked;
  if (!Array.isArray(scope) || scope.length === 0) throw invalid('At least one scope must be provided.');
  const lifetimeMs = /^\d+s$/.test(String(lifetime)) ? Number.parseInt(String(lifetime), 10) * 1000 : 0;
  if (lifetimeMs <= 0 || lifetimeMs > MAX_LIFETIME_MS)
    throw invalid('The lifetime must be from one second to an hour.');
  return lifetimeMs;
}
