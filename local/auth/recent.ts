/** Some changes are for those who signed in a moment ago only. */
import { minutes } from '../../shared/units.ts';
import { type AuthModel, invalid } from './model.ts';
import type { IdClaims } from './tokens.ts';

/** https://firebase.google.com/docs/auth/web/manage-users#re-authenticate_a_user says "recently"; the service means five minutes. */
const RECENT_MS = minutes(5);

/** @throws ServiceError CREDENTIAL_TOO_OLD_LOGIN_AGAIN */
export function requireRecentSignIn(model: AuthModel, { auth_time }: IdClaims): void {
  if (model.now() - auth_time * 1000 > RECENT_MS) throw invalid('CREDENTIAL_TOO_OLD_LOGIN_AGAIN');
}
