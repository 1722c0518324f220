/** The port to whoever verifies a user's ID token. The real side is firebase-admin. */
import { emailAddress } from '../shared/email.ts';
import { AppError } from '../shared/errors.ts';
import { RECENT_SIGN_IN_MINUTES } from '../shared/limits.ts';
import { minutes } from '../shared/units.ts';

export interface Principal {
  uid: string;
  email?: string;
  emailVerified: boolean;
  /** Custom claim `operator: true`. */
  operator: boolean;
  /** When they proved who they are, which a token that is renewed keeps; absent: nobody knows, so long ago. */
  signedInAt?: Date;
}

export interface TokenVerifier {
  /**
   * Signature, algorithm, issuer, audience, times, and that neither the user nor the sign-in was revoked.
   * @throws AppError TOKEN_EXPIRED, TOKEN_REVOKED, TOKEN_INVALID, UNAVAILABLE (the keys cannot be had)
   */
  verify(idToken: string): Promise<Principal>;
}

/**
 * The address of somebody who has proven it, in the one spelling in which Hub compares addresses. Undefined also for one to which Hub
 * would send no invitation.
 */
export function findEmail({
  email,
  emailVerified,
}: Pick<Principal, 'email' | 'emailVerified'>): string | undefined {
  return emailVerified ? emailAddress.safeParse(email).data : undefined;
}

/** @throws AppError SIGN_IN_TOO_OLD */
export function requireRecentSignIn({ signedInAt }: Principal, now: number): void {
  if (!signedInAt || now - signedInAt.getTime() > minutes(RECENT_SIGN_IN_MINUTES))
    throw new AppError('SIGN_IN_TOO_OLD');
}

/** @throws AppError EMAIL_NOT_VERIFIED */
export function requireEmail(principal: Principal): string {
  const email = findEmail(principal);
  if (email === undefined) throw new AppError('EMAIL_NOT_VERIFIED');
  return email;
}
