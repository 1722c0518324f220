/** The port to the accounts of people, as narrow as inviting somebody needs it. The real side is firebase-admin. */

export interface People {
  /**
   * The user who has this address and has proven it; undefined if there is none (yet).
   * @throws AppError UNAVAILABLE
   */
  findByEmail(email: string): Promise<{ uid: string } | undefined>;
}
