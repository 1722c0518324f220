/** Bounds of what may be asked for: the API refuses what is beyond them, and pages say so before. Without the schemas, which pages do without. */

/** RFC 1035 label: what a user may call a cluster or a pool. */
export const RFC1035_LABEL = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
export const MAX_LABEL = 63;
/** What one page of a list may hold. */
export const MAX_PAGE_SIZE = 100;

/**
 * Who deletes their account must have signed in within so many minutes, as other providers ask it before what cannot be taken back: who
 * finds a browser open, or a token, cannot do it.
 */
export const RECENT_SIGN_IN_MINUTES = 15;

/** A year; a lifetime is for what is meant to end. */
export const MAX_TTL_HOURS = 8760;
/** A new end of a lifetime that is no further than so many minutes of cloud time from the present one is the same end. */
export const SAME_END_MINUTES = 1;
/** Members of one cluster, those who are invited among them. */
export const MAX_MEMBERS = 50;
/**
 * Tries at one cluster. Each writes some lines into its ledger, which is one document of at most 1 MiB with the proof that closes it:
 * https://cloud.google.com/firestore/quotas
 */
export const MAX_TRIES = 100;
/** For so many days whoever is invited can become a member. */
export const INVITATION_DAYS = 30;
/** Clusters of one account that may wait for room, or as many as it may have: whoever waits is asked for, and looked at, again and again. */
export const MAX_WAITING = 20;
/** Spares that one pool may want. */
export const MAX_WANTED = 100;
/** Clusters, and dollars an hour, that somebody may ask their operator for, and characters of the reason. */
export const MAX_REQUESTED_CLUSTERS = 100;
export const MAX_REQUESTED_HOURLY_DOLLARS = 10_000;
export const MAX_REASON = 500;
/** What an operator may set, as a guard against slips of the finger. */
export const MAX_ACCOUNT_CLUSTERS = 1000;
export const MAX_ACCOUNT_HOURLY_DOLLARS = 100_000;
