/** The port to the accounts of people in Identity Platform, as narrow as Hub needs it. The real side is firebase-admin. */

/** What Identity Platform holds of somebody. */
export interface Profile {
  email?: string;
  emailVerified: boolean;
  displayName?: string;
  phoneNumber?: string;
  photoUrl?: string;
  /** Ways to sign in: `password`, `google.com`. */
  providers: readonly string[];
  createdAt?: Date;
  lastSignInAt?: Date;
}

export interface People {
  /**
   * The user who has this address and has proven it; undefined if there is none (yet).
   * @throws AppError UNAVAILABLE
   */
  findByEmail(email: string): Promise<{ uid: string } | undefined>;
  /** @throws AppError UNAVAILABLE */
  find(uid: string): Promise<Profile | undefined>;
  /**
   * Deletes the user: nobody signs in as them from now on, and their tokens are refused. Safe to repeat.
   * @throws AppError UNAVAILABLE
   */
  ensureGone(uid: string): Promise<void>;
}
