/**
 * Who calls a cluster's API: Hub or another of Google's accounts by an access token, a service account by a token of the cluster's own, or
 * nobody; and whom the caller pretends to be.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/
 */
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError, unauthorized } from './errors.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import { allows, forbiddenTo } from './rbac.ts';
import { verifyToken } from './tokens.ts';

export interface Caller {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

const AUTHENTICATED = 'system:authenticated';
/** May do everything, whatever the roles say. */
const MASTERS = 'system:masters';

const ANONYMOUS: Caller = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

export interface DoorKeeper {
  /** Whether it is an access token of Hub's own, whom GKE's authoriser lets do everything: `container.admin`. */
  isAccessToken(token: string): boolean;
  /**
   * Whose access token it is otherwise: the e-mail address of an account that may connect (`container.clusters.connect`), and in the
   * cluster what its roles say. https://cloud.google.com/kubernetes-engine/docs/how-to/role-based-access-control
   */
  accountOf?(token: string): string | undefined;
}

export const serviceAccountName = (namespace: string, name: string): string =>
  `system:serviceaccount:${namespace}:${name}`;

export const serviceAccountCaller = (namespace: string, name: string): Caller => ({
  name: serviceAccountName(namespace, name),
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, AUTHENTICATED],
});

/** @throws ApiError 401 for a token that is not (or no longer) good */
export function authenticate(
  leaf: LeafCluster,
  keeper: DoorKeeper,
  authorization: string | undefined,
): Caller {
  if (authorization === undefined) return ANONYMOUS;
  const [, token] = /^Bearer (.+)$/i.exec(authorization) ?? [];
  if (token === undefined) throw unauthorized();
  if (keeper.isAccessToken(token)) {
    return {
      name: `hub@${leaf.world.projectId}.iam.gserviceaccount.com`,
      groups: [MASTERS, AUTHENTICATED],
    };
  }
  const account = keeper.accountOf?.(token);
  if (account !== undefined) return { name: account, groups: [AUTHENTICATED] };
  const verified = verifyToken(leaf, token);
  if (!verified) throw unauthorized();
  const { namespace, name, uid, extra } = verified;
  return { ...serviceAccountCaller(namespace, name), uid, extra };
}

const listed = (value: string | string[] | undefined): string[] =>
  // Node joins repeated headers by commas; names of groups hold none.
  (Array.isArray(value) ? value : (value?.split(',') ?? [])).map((one) => one.trim()).filter(Boolean);

/**
 * https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
 * @throws ApiError 403 for what the caller may not pretend to be
 */
export function impersonated(leaf: LeafCluster, caller: Caller, headers: IncomingHttpHeaders): Caller {
  const name = headers['impersonate-user'];
  const groups = listed(headers['impersonate-group']);
  const uid = headers['impersonate-uid'];
  const extra = extraOf(headers);
  if (typeof name !== 'string' || name === '') {
    if (groups.length === 0 && uid === undefined && Object.keys(extra).length === 0) return caller;
    throw new ApiError(
      500,
      'InternalError',
      'Internal error occurred: requested without impersonating a user',
    );
  }
  const require = (resource: string, one: string, group = '', namespace?: string): void => {
    const asked = { verb: 'impersonate', group, resource, name: one, ...(namespace && { namespace }) };
    if (!allows(leaf, caller, asked)) throw forbiddenTo(caller, asked);
  };
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name) ?? [];
  if (namespace !== undefined && account !== undefined) require('serviceaccounts', account, '', namespace);
  else require('users', name);
  for (const group of groups) require('groups', group);
  if (typeof uid === 'string') require('uids', uid, 'authentication.k8s.io');
  for (const [key, values] of Object.entries(extra)) {
    for (const value of values) require(`userextras/${key}`, value, 'authentication.k8s.io');
  }
  const own =
    namespace !== undefined && account !== undefined && groups.length === 0
      ? serviceAccountCaller(namespace, account).groups
      : groups;
  const everybody = name === ANONYMOUS.name ? ANONYMOUS.groups : [AUTHENTICATED];
  return {
    name,
    groups: [...new Set([...own, ...everybody])],
    ...(typeof uid === 'string' && { uid }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

const EXTRA = 'impersonate-extra-';

function extraOf(headers: IncomingHttpHeaders): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (header.startsWith(EXTRA)) extra[decodeURIComponent(header.slice(EXTRA.length))] = listed(value);
  }
  return extra;
}
