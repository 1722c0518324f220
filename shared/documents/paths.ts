/** Where documents are that a browser looks at too: without the schemas, which it can do without. */

/** The last part of a document's path. */
export const idOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export const CLUSTERS = 'clusters';
export const clusterPath = (id: string): string => `${CLUSTERS}/${id}`;
/** Who looks for what is due reads `shard in [0..15]`: a rising timestamp indexed alone would be a hot spot. */
export const SHARDS = 16;
export const ALL_SHARDS: readonly number[] = Array.from({ length: SHARDS }, (_, shard) => shard);

/** What happened to each cluster, below it. */
export const EVENTS = 'events';
export const eventsOf = (clusterId: string): string => `${clusterPath(clusterId)}/${EVENTS}`;
/** Zero-padded so that ids sort as numbers. */
export const eventPath = (clusterId: string, epoch: number): string =>
  `${eventsOf(clusterId)}/${String(epoch).padStart(8, '0')}`;

export const ACCOUNTS = 'accounts';
export const accountPath = (uid: string): string => `${ACCOUNTS}/${uid}`;

export const INVITATIONS = 'invitations';
/** @param hash SHA-256 in hexadecimal of `<cluster> <address>` */
export const invitationPath = (hash: string): string => `${INVITATIONS}/${hash}`;

export const CELLS = 'cells';
export const cellPath = (cell: string): string => `${CELLS}/${cell}`;

export const POOLS = 'pools';
export const poolPath = (id: string): string => `${POOLS}/${id}`;

export const ORPHANS = 'orphans';
export const orphanPath = (key: string): string => `${ORPHANS}/${key}`;

/** How Hub is, for everybody. */
export const STATUS = 'status';
export const statusPath = (cell: string): string => `${STATUS}/${cell}`;

/** The provider there is. */
const PROVIDER = 'gke';
export const DURATIONS = 'durations';
export const durationsPath = (region: string): string => `${DURATIONS}/${PROVIDER}-${region}`;

export const DEAD_LETTERS = 'deadLetters';
export const deadLetterPath = (id: string): string => `${DEAD_LETTERS}/${id}`;

/** What makes Hub doubt an account. */
export const SIGNALS = 'signals';
export const signalPath = (id: string): string => `${SIGNALS}/${id}`;

/** Who did what. */
export const AUDIT = 'audit';
export const auditPath = (id: string): string => `${AUDIT}/${id}`;
