/** Who may do what inside a Pachyderm: Hub's three roles in its words, and the changes that lead from one set of bindings to another. Pure. */

type MemberRole = 'viewer' | 'editor' | 'owner';

export interface Member {
  /** As Hub's OpenID provider tells it; Pachyderm compares it letter by letter. */
  email: string;
  role: MemberRole;
}

/** Principal → roles. */
export type Bindings = Readonly<Record<string, readonly string[]>>;

/** Everybody who can sign in at all. With Hub as issuer that could be every user of Hub. */
export const EVERYBODY = 'allClusterUsers';

export const ADMIN_ROLE = 'clusterAdmin';

/** https://github.com/pachyderm/pachyderm/blob/master/src/server/auth/server/roles.go */
export const ROLES: Readonly<Record<MemberRole, readonly string[]>> = {
  viewer: ['projectViewer', 'repoReader'],
  editor: ['projectCreator', 'projectWriter', 'repoWriter'],
  owner: [ADMIN_ROLE],
};

export const principalOf = (email: string): string => `user:${email}`;

/**
 * The bindings of a whole cluster.
 * @param hub the principal that Hub itself signs in as
 */
export const bindingsOf = (members: readonly Member[], hub: string): Bindings => ({
  [hub]: [ADMIN_ROLE],
  ...Object.fromEntries(members.map(({ email, role }) => [principalOf(email), ROLES[role]])),
});

/**
 * Content of `cluster-role-bindings` in the Secret `pachyderm-auth`, which pachd asserts at every start: what is not in it vanishes.
 * JSON is YAML. Everybody is named, so that nobody wonders whether it was forgotten.
 */
export const bindingsText = (bindings: Bindings): string => JSON.stringify({ [EVERYBODY]: [], ...bindings });

interface BindingChange {
  principal: string;
  /** All that it shall have; none removes it. */
  roles: readonly string[];
}

/** Principals of Pachyderm's own; it refuses changes to them. */
const isOwn = (principal: string): boolean => /^(pach|internal):/.test(principal);

/** pachd itself, as which it calls itself in its own process, without any token. */
export const INTERNAL = 'internal:auth-server';

/** Grants come first, so that what breaks off in the middle never leaves a cluster without an owner. */
export function planBindings(present: Bindings, wanted: Bindings): BindingChange[] {
  const grants = Object.entries(wanted)
    .filter(([principal, roles]) => !sameRoles(roles, present[principal] ?? []))
    .map(([principal, roles]) => ({ principal, roles }));
  const removals = Object.keys(present)
    .filter((principal) => !isOwn(principal) && !Object.hasOwn(wanted, principal))
    .map((principal) => ({ principal, roles: [] }));
  return [...grants, ...removals];
}

/** In a project or a repository, where members keep what they were given: only who is no member goes. */
export const planStrangers = (present: Bindings, members: Bindings): BindingChange[] =>
  Object.keys(present)
    .filter((principal) => principal.startsWith('user:') && !Object.hasOwn(members, principal))
    .map((principal) => ({ principal, roles: [] }));

/**
 * The same after an owner left, who could bind whom they liked: robots, groups and everybody go as well. Pipelines stay, for each reads and
 * writes by its own binding.
 */
export const planOutsiders = (present: Bindings, members: Bindings): BindingChange[] =>
  Object.keys(present)
    .filter((principal) => !principal.startsWith('pipeline:') && !Object.hasOwn(members, principal))
    .map((principal) => ({ principal, roles: [] }));

/** Whose sessions can be ended: pachd refuses that for its own users, and nobody signs in as a group. */
export const hasSessions = (principal: string): boolean => /^(user|robot|internal):/.test(principal);

const sameRoles = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((role) => b.includes(role));
