/** As whom a member is known inside a cluster: a service account of their own. Pure. */
import { createHash } from 'node:crypto';

/** A uid may be any text and an e-mail address changes hands; a hash of the uid is a name that fits, and says nothing to who lists it. */
export const memberAccountName = (uid: string): string =>
  `member-${createHash('sha256').update(uid, 'utf8').digest('hex').slice(0, 20)}`;
