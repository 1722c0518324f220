/**
 * Every collection × role × operation, and what `firestore.rules` must say to it. The same cases are put to the rules themselves, to
 * the server over its wire, and to mutants of the rules.
 */
import type { DocumentData } from '../../functions/cloud.ts';
import type { Auth } from '../../local/firestore/rules/rules.ts';

export const ROLES = {
  nobody: null,
  stranger: 'stranger',
  owner: 'ada',
  editor: 'grace',
  viewer: 'vera',
  /** Was a member of the cluster, and is no more. */
  formerMember: 'frank',
  /** Their account is being deleted; its clusters are, already. */
  leaver: 'leah',
  operator: 'operator',
  /** Has not proven that their address is theirs. */
  unproven: 'ulla',
  /** Has custom claims that only look like the operator's. */
  pretender: 'pretender',
} as const;
export type Role = keyof typeof ROLES;
export const roles = Object.keys(ROLES) as Role[];

const CLAIMS: Partial<Record<Role, Record<string, unknown>>> = {
  operator: { operator: true },
  pretender: { operator: 'true', admin: true },
};

/** Custom claims of that role's token. */
export const claimsOf = (role: Role): Record<string, unknown> => CLAIMS[role] ?? {};

export const addressOf = (uid: string): string => `${uid}@example.com`;
export const hasProven = (role: Role): boolean => role !== 'unproven';

export function authOf(role: Role): Auth | null {
  const uid = ROLES[role];
  if (uid === null) return null;
  const address = { email: addressOf(uid), email_verified: hasProven(role) };
  return { uid, token: { sub: uid, ...address, ...claimsOf(role) } };
}

const READERS = ['ada', 'grace', 'vera'];

/** One of each kind, as the database holds them; another user's too. */
export const DOCUMENTS: Record<string, DocumentData> = {
  'clusters/mine': { owner: 'ada', readers: READERS, state: 'ready' },
  'clusters/other': { owner: 'olga', readers: ['olga'], state: 'ready' },
  'clusters/spare': { pool: 'default', readers: [], state: 'warm' },
  // It was Leah's, and says so no more.
  'clusters/left': { readers: [], state: 'deleted' },
  'clusters/left/events/00000001': { to: 'queued', actor: 'deleted-account', readers: READERS },
  'clusters/mine/events/00000001': { to: 'queued' },
  // From when events said themselves who reads them; nobody asks them any more.
  'clusters/other/events/00000001': { to: 'queued', readers: READERS },
  // Its cluster is gone already.
  'clusters/purged/events/00000001': { to: 'queued', readers: READERS },
  // No rule speaks of it, whatever it says of its readers.
  'clusters/mine/secrets/s': { readers: READERS },
  'ledgers/mine': { entries: {}, readers: READERS },
  'accounts/ada': { clusters: 1 },
  'accounts/olga': { clusters: 1 },
  'accounts/leah': { clusters: 0, closing: { by: 'leah' } },
  'cells/default': { clusters: 2 },
  'pools/default': { wanted: 1 },
  'orphans/disk-x': { kind: 'disk', owner: 'ada', readers: READERS },
  'deadLetters/d': { topic: 'step-admit', readers: READERS },
  'signals/s': { account: 'ada', readers: READERS },
  'breakers/gke-europe-west1': { places: {}, readers: READERS },
  'bookings/monday': { wanted: 3 },
  'invitations/i': { email: 'ada@example.com', readers: READERS },
  'invitations/u': { email: 'ulla@example.com' },
  'requests/r': { cluster: 'mine', readers: READERS },
  'oidcClients/mine': { redirectUri: 'https://mine', readers: READERS },
  'oidcInteractions/i': { cluster: 'mine', readers: READERS },
  'oidcCodes/c': { cluster: 'mine', uid: 'ada', readers: READERS },
  'durations/gke-europe-west1': { steps: {} },
  'status/default': { health: 'operational' },
  'audit/a': { actor: 'ada', readers: READERS },
  'unheardOf/x': { owner: 'ada', readers: READERS },
};

type Request =
  | { kind: 'get'; path: string; missing?: true }
  | { kind: 'list'; collection: string; group?: boolean; readers?: string; email?: string; limit?: number }
  | { kind: 'create' | 'update' | 'delete'; path: string };

export interface Case {
  role: Role;
  request: Request;
  allowed: boolean;
}

const MEMBERS: readonly Role[] = ['owner', 'editor', 'viewer'];
const OPERATORS: readonly Role[] = ['operator'];
const SIGNED_IN: readonly Role[] = roles.filter((role) => ROLES[role] !== null);
const NOBODY: readonly Role[] = [];
/** Who may read a cluster of Ada's. */
const MEMBERS_AND_OPERATORS = [...MEMBERS, ...OPERATORS];

/** Who may read which document by name. */
const GET: Record<keyof typeof DOCUMENTS, readonly Role[]> = {
  'clusters/mine': MEMBERS_AND_OPERATORS,
  'clusters/other': OPERATORS,
  'clusters/spare': OPERATORS,
  'clusters/left': OPERATORS,
  'clusters/left/events/00000001': OPERATORS,
  'clusters/mine/events/00000001': MEMBERS_AND_OPERATORS,
  'clusters/other/events/00000001': OPERATORS,
  'clusters/purged/events/00000001': OPERATORS,
  'clusters/mine/secrets/s': NOBODY,
  'ledgers/mine': NOBODY,
  'accounts/ada': ['owner', 'operator'],
  'accounts/olga': OPERATORS,
  'accounts/leah': ['leaver', 'operator'],
  'cells/default': OPERATORS,
  'pools/default': OPERATORS,
  'orphans/disk-x': OPERATORS,
  'deadLetters/d': OPERATORS,
  'signals/s': OPERATORS,
  'breakers/gke-europe-west1': NOBODY,
  'bookings/monday': OPERATORS,
  'invitations/i': NOBODY,
  'invitations/u': NOBODY,
  'requests/r': NOBODY,
  'oidcClients/mine': NOBODY,
  'oidcInteractions/i': NOBODY,
  'oidcCodes/c': NOBODY,
  'durations/gke-europe-west1': SIGNED_IN,
  'status/default': roles,
  'audit/a': OPERATORS,
  'unheardOf/x': NOBODY,
};

/** Who learns that there is no such document; to others it looks like one that is not theirs. */
const MISSING: Record<string, readonly Role[]> = {
  'clusters/missing': OPERATORS,
  'clusters/mine/events/99': MEMBERS_AND_OPERATORS,
  'clusters/other/events/99': OPERATORS,
  'ledgers/missing': NOBODY,
};

/** Who may list a collection without a filter. */
const LIST: Record<string, readonly Role[]> = {
  clusters: OPERATORS,
  'clusters/mine/events': MEMBERS_AND_OPERATORS,
  'clusters/other/events': OPERATORS,
  'clusters/left/events': OPERATORS,
  'clusters/missing/events': OPERATORS,
  'clusters/mine/secrets': NOBODY,
  ledgers: NOBODY,
  accounts: OPERATORS,
  cells: OPERATORS,
  pools: OPERATORS,
  orphans: OPERATORS,
  deadLetters: OPERATORS,
  signals: OPERATORS,
  breakers: NOBODY,
  bookings: OPERATORS,
  invitations: NOBODY,
  requests: NOBODY,
  oidcClients: NOBODY,
  oidcInteractions: NOBODY,
  oidcCodes: NOBODY,
  durations: SIGNED_IN,
  status: roles,
  audit: OPERATORS,
  unheardOf: NOBODY,
};

/** Where `readers array-contains <one's own uid>` opens the list. */
const LISTED_BY_READERS: readonly string[] = ['clusters'];

/** Where `email == <one's own address>` opens the list to who has proven it. */
const LISTED_BY_ADDRESS: readonly string[] = ['invitations'];

const WRITES = ['create', 'update', 'delete'] as const;

export const cases: readonly Case[] = roles.flatMap((role) => {
  const uid = ROLES[role];
  const of = (request: Request, allowed: boolean): Case => ({ role, request, allowed });
  const gets = Object.entries(GET).map(([path, who]) => of({ kind: 'get', path }, who.includes(role)));
  const missing = Object.entries(MISSING).map(([path, who]) =>
    of({ kind: 'get', path, missing: true }, who.includes(role)),
  );
  const lists = Object.entries(LIST).flatMap(([collection, who]) => [
    of({ kind: 'list', collection }, who.includes(role)),
    of(
      { kind: 'list', collection, readers: uid ?? '' },
      who.includes(role) || (uid !== null && LISTED_BY_READERS.includes(collection)),
    ),
    of(
      { kind: 'list', collection, email: addressOf(uid ?? '') },
      who.includes(role) || (uid !== null && hasProven(role) && LISTED_BY_ADDRESS.includes(collection)),
    ),
    of({ kind: 'list', collection, email: addressOf(uid === 'ada' ? 'ulla' : 'ada') }, who.includes(role)),
    // Somebody else's list, even where what it finds happens to be one's own.
    of({ kind: 'list', collection, readers: uid === 'ada' ? 'grace' : 'ada', limit: 1 }, who.includes(role)),
  ]);
  const groups = ['clusters', 'events', 'accounts', 'pools'].flatMap((collection) => [
    of({ kind: 'list', collection, group: true }, false),
    of({ kind: 'list', collection, group: true, readers: uid ?? '' }, false),
  ]);
  const paths = [...Object.keys(DOCUMENTS), 'clusters/new', `accounts/${uid ?? 'x'}`, 'durations/new'];
  const writes = paths.flatMap((path) => WRITES.map((kind) => of({ kind, path }, false)));
  return [...gets, ...missing, ...lists, ...groups, ...writes];
});

/** For the name of a test. */
export function nameOf({ role, request, allowed }: Case): string {
  const what =
    request.kind === 'list'
      ? `list ${request.group ? 'group ' : ''}${request.collection}${request.readers === undefined ? '' : ` readers=${request.readers}`}${request.email === undefined ? '' : ` email=${request.email}`}${request.limit ? ` limit=${request.limit}` : ''}`
      : `${request.kind} ${request.path}`;
  return `${role} ${allowed ? 'may' : 'may not'} ${what}`;
}
