/** The port to whoever verifies a user's ID token. The real side is firebase-admin. */

export interface Principal {
  uid: string;
  email?: string;
  emailVerified: boolean;
  /** Custom claim `operator: true`. */
  operator: boolean;
}

export interface TokenVerifier {
  /**
   * Signature, algorithm, issuer, audience, times, and that neither the user nor the sign-in was revoked.
   * @throws AppError TOKEN_EXPIRED, TOKEN_REVOKED, TOKEN_INVALID, UNAVAILABLE (the keys cannot be had)
   */
  verify(idToken: string): Promise<Principal>;
}
