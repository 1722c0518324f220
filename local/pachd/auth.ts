/**
 * pachd's auth: who holds which token, who is bound to what, what that allows.
 * https://github.com/pachyderm/pachyderm/blob/master/src/server/auth/server/api_server.go
 */
import { createHash } from 'node:crypto';
import type { Random } from '../../functions/cloud.ts';
import { PERMISSION, RESOURCE } from '../../functions/pachyderm/protos.ts';
import type { LocalClock } from '../clock.ts';
import type { Entries, KeptToken, PachdData } from './data.ts';
import {
  alreadyActivated,
  badToken,
  expiredToken,
  keyOf,
  noRoleBinding,
  notActivated,
  notAuthorized,
  notSignedIn,
  plain,
  type Resource,
} from './refusals.ts';
import { isReturnedFor, isRole, permissionsOf } from './roles.ts';

const ROOT_USER = 'pach:root';
const INTERNAL_USER = 'internal:auth-server';
const EVERYBODY = 'allClusterUsers';

export const CLUSTER: Resource = { type: RESOURCE.CLUSTER, name: '' };
const CLUSTER_KEY = keyOf(CLUSTER);

const PREFIXES = ['pipeline', 'internal', 'robot', 'pach', 'user', 'group'];

const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

interface Verdict {
  satisfied: number[];
  missing: number[];
  roles: string[];
}

export class Auth {
  readonly #data: PachdData;
  readonly #save: () => void;
  readonly #clock: LocalClock;
  readonly #random: Random;
  readonly #keepsOpen: boolean;

  /** @param keepsOpen the fault `open-project`: what everybody may do in projects is not taken away */
  constructor(data: PachdData, save: () => void, clock: LocalClock, random: Random, keepsOpen = false) {
    this.#data = data;
    this.#save = save;
    this.#clock = clock;
    this.#random = random;
    this.#keepsOpen = keepsOpen;
  }

  get isActive(): boolean {
    return Object.keys(this.#data.bindings[CLUSTER_KEY] ?? {}).length > 0;
  }

  /** The cluster's bindings. @throws ServiceError if auth is not active */
  #cluster(): Entries {
    const entries = this.#data.bindings[CLUSTER_KEY];
    if (!entries || !this.isActive) throw notActivated();
    return entries;
  }

  /** @returns the root token */
  activate(rootToken: string): string {
    if (this.isActive) throw alreadyActivated();
    const token = rootToken || this.newToken();
    this.#data.bindings[CLUSTER_KEY] = {
      [ROOT_USER]: ['clusterAdmin'],
      [INTERNAL_USER]: ['clusterAdmin'],
      [EVERYBODY]: ['projectCreator'],
    };
    this.#insert(hashToken(token), ROOT_USER);
    return token;
  }

  deactivate(): void {
    Object.assign(this.#data, { bindings: {}, tokens: {}, groups: {} });
    delete this.#data.oidc;
    this.#save();
  }

  /** Everybody may write in the default project: so it is with Pachyderm. */
  activatePfs(): void {
    const { bindings, projects, repos } = this.#data;
    for (const name of Object.keys(projects)) {
      bindings[keyOf({ type: RESOURCE.PROJECT, name })] ??=
        name === 'default' ? { [EVERYBODY]: ['projectWriter'] } : {};
    }
    for (const name of Object.keys(repos)) bindings[keyOf({ type: RESOURCE.REPO, name })] ??= {};
    this.#save();
  }

  rotateRootToken(token: string): string {
    const next = token || this.newToken();
    this.revokeSubject(ROOT_USER);
    this.#insert(hashToken(next), ROOT_USER);
    return next;
  }

  /** As pachd makes them: a UUID without dashes. */
  newToken(): string {
    return Array.from({ length: 32 }, () => Math.floor(this.#random.fraction() * 16).toString(16)).join('');
  }

  /** A new session. @param ttlSeconds none: it never ends */
  issue(subject: string, ttlSeconds?: number): string {
    const token = this.newToken();
    this.#insert(hashToken(token), subject, ttlSeconds);
    return token;
  }

  /** A life of less than a second is taken for one that never ends: so it is with Pachyderm. */
  restore(hash: string, subject: string, expiresAt: number | undefined): void {
    let ttlSeconds = 0;
    if (expiresAt !== undefined) {
      ttlSeconds = Math.trunc((expiresAt - this.#clock.now()) / 1000);
      if (ttlSeconds < 0) throw expiredToken();
    }
    if (this.#data.tokens[hash]) {
      throw plain('error restoring auth token: cannot overwrite existing token with same hash');
    }
    this.#insert(hash, subject, ttlSeconds > 0 ? ttlSeconds : undefined);
  }

  #insert(hash: string, subject: string, ttlSeconds?: number): void {
    this.#data.tokens[hash] = {
      subject,
      // Sessions last as long as they say whatever the speed of the cloud.
      ...(ttlSeconds !== undefined && { expiresAt: this.#clock.now() + ttlSeconds * 1000 }),
    };
    this.#save();
  }

  revoke(token: string): number {
    const hash = hashToken(token);
    const there = this.#data.tokens[hash] !== undefined;
    delete this.#data.tokens[hash];
    this.#save();
    return there ? 1 : 0;
  }

  revokeSubject(subject: string): number {
    const { tokens } = this.#data;
    const hashes = Object.keys(tokens).filter((hash) => tokens[hash]?.subject === subject);
    for (const hash of hashes) delete tokens[hash];
    this.#save();
    return hashes.length;
  }

  robotTokens(): (KeptToken & { hash: string })[] {
    return Object.entries(this.#data.tokens).flatMap(([hash, token]) =>
      token.subject.startsWith('robot:') ? [{ hash, ...token }] : [],
    );
  }

  whoIs(token: string | undefined): KeptToken {
    this.#cluster();
    if (token === undefined) throw notSignedIn();
    const kept = this.#data.tokens[hashToken(token)];
    if (!kept) throw badToken();
    if (kept.expiresAt !== undefined && this.#clock.now() > kept.expiresAt) throw expiredToken();
    return kept;
  }

  setGroups(subject: string, groups: string[]): void {
    this.#data.groups[subject] = groups;
    this.#save();
  }

  entriesOf(resource: Resource): Entries {
    this.#cluster();
    return this.#data.bindings[keyOf(resource)] ?? {};
  }

  /** Of all these permissions, which this principal has there, by its own bindings, everybody's, and those of its groups. */
  evaluate(principal: string, resource: Resource, permissions: readonly number[]): Verdict {
    const subjects = [principal, EVERYBODY, ...(this.#data.groups[principal] ?? [])];
    const left = new Set(permissions);
    const satisfied: number[] = [];
    const roles = new Set<string>();
    for (const entries of this.#chain(resource)) {
      // Without a permission left to look for, what lies deeper is not asked.
      if (left.size === 0) break;
      for (const role of subjects.flatMap((subject) => entries()[subject] ?? [])) {
        roles.add(role);
        for (const permission of permissionsOf(role)) if (left.delete(permission)) satisfied.push(permission);
      }
    }
    return { satisfied, missing: [...left], roles: [...roles].sort() };
  }

  /** The cluster's bindings, then those of the project, then those of the repository. */
  *#chain(resource: Resource): Generator<() => Entries> {
    yield () => this.#cluster();
    const asked = resource.type === RESOURCE.SPEC_REPO ? { ...resource, type: RESOURCE.REPO } : resource;
    if (asked.type === RESOURCE.CLUSTER) return;
    if (asked.type === RESOURCE.REPO) {
      const [project = '', repo] = asked.name.split('/');
      if (!repo) throw plain(`invalid resource name ${asked.name}`);
      yield () => this.#bound({ type: RESOURCE.PROJECT, name: project });
    }
    yield () => this.#bound(asked);
  }

  #bound(resource: Resource): Entries {
    const entries = this.#data.bindings[keyOf(resource)];
    if (!entries) throw noRoleBinding(resource);
    return entries;
  }

  /** What it may do there, counted by the roles that are of that kind. */
  permissionsFor(principal: string, resource: Resource): { permissions: number[]; roles: string[] } {
    const { roles } = this.evaluate(principal, resource, [...Object.values(PERMISSION), NEVER]);
    const counted = roles.filter((role) => isReturnedFor(role, resource.type));
    return { permissions: [...new Set(counted.flatMap((role) => permissionsOf(role)))], roles: counted };
  }

  /** @throws ServiceError */
  require(principal: string, resource: Resource, ...permissions: number[]): void {
    if (this.evaluate(principal, resource, permissions).missing.length > 0) {
      throw notAuthorized(principal, permissions, resource);
    }
  }

  /** @param caller none: pachd itself */
  modify(caller: string | undefined, resource: Resource, principal: string, roles: readonly string[]): void {
    this.#cluster();
    checkPrincipal(principal);
    if (principal.startsWith('pach:') && resource.type === RESOURCE.CLUSTER) {
      throw plain('cannot modify cluster role bindings for pach: users');
    }
    const needed = MODIFY[resource.type];
    if (needed === undefined) throw plain(`unknown resource type ${resource.type}`);
    if (caller !== undefined) this.require(caller, resource, needed);
    for (const role of roles) if (!isRole(role)) throw plain(`unknown role "${role}"`);
    if (this.#keepsOpen && resource.type === RESOURCE.PROJECT && principal === EVERYBODY) return;
    const entries = this.#bound(resource);
    if (roles.length === 0) delete entries[principal];
    else entries[principal] = [...new Set(roles)];
    this.#save();
  }

  /** For a resource that was just made. */
  bind(resource: Resource, principal: string, role: string): void {
    if (!this.isActive) return;
    this.#data.bindings[keyOf(resource)] = { [principal]: [role] };
    this.#save();
  }
}

/** No role has it: with it asked for, every level is looked at. */
const NEVER = -1;

const MODIFY: Readonly<Record<number, number>> = {
  [RESOURCE.CLUSTER]: PERMISSION.CLUSTER_MODIFY_BINDINGS,
  [RESOURCE.PROJECT]: PERMISSION.PROJECT_MODIFY_BINDINGS,
  [RESOURCE.REPO]: PERMISSION.REPO_MODIFY_BINDINGS,
};

function checkPrincipal(principal: string): void {
  if (principal === EVERYBODY) return;
  const colon = principal.indexOf(':');
  if (colon < 0) throw plain('subject has no prefix, must be of the form <type>:<name>');
  if (!PREFIXES.includes(principal.slice(0, colon))) {
    throw plain(`subject has unrecognized prefix: ${principal.slice(0, colon + 1)}`);
  }
}
