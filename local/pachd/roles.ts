/**
 * Pachyderm's roles and what each allows, as far as permissions are named in functions/pachyderm/protos.ts.
 * https://github.com/pachyderm/pachyderm/blob/master/src/server/auth/server/roles.go
 */
import { PERMISSION, type PermissionName } from '../../functions/pachyderm/protos.ts';

const REPO_READER: readonly PermissionName[] = [
  ...(['REPO_READ', 'REPO_INSPECT_COMMIT', 'REPO_LIST_COMMIT', 'REPO_LIST_BRANCH'] as const),
  ...(['REPO_LIST_FILE', 'REPO_INSPECT_FILE', 'REPO_ADD_PIPELINE_READER'] as const),
  ...(['REPO_REMOVE_PIPELINE_READER', 'PIPELINE_LIST_JOB'] as const),
];
const REPO_WRITER: readonly PermissionName[] = [
  ...REPO_READER,
  ...(['REPO_WRITE', 'REPO_DELETE_COMMIT', 'REPO_CREATE_BRANCH', 'REPO_DELETE_BRANCH'] as const),
  'REPO_ADD_PIPELINE_WRITER',
];
const REPO_OWNER: readonly PermissionName[] = [...REPO_WRITER, 'REPO_MODIFY_BINDINGS', 'REPO_DELETE'];
const PROJECT_VIEWER: readonly PermissionName[] = ['PROJECT_LIST_REPO'];
const PROJECT_WRITER: readonly PermissionName[] = [...PROJECT_VIEWER, 'PROJECT_CREATE_REPO'];
const PROJECT_OWNER: readonly PermissionName[] = [
  ...REPO_OWNER,
  ...PROJECT_WRITER,
  ...(['PROJECT_DELETE', 'PROJECT_MODIFY_BINDINGS', 'PROJECT_SET_DEFAULTS'] as const),
];

const ROLES: Readonly<Record<string, readonly PermissionName[]>> = {
  repoReader: REPO_READER,
  repoWriter: REPO_WRITER,
  repoOwner: REPO_OWNER,
  projectViewer: PROJECT_VIEWER,
  projectWriter: PROJECT_WRITER,
  projectOwner: PROJECT_OWNER,
  projectCreator: ['PROJECT_CREATE'],
  oidcAppAdmin: ['CLUSTER_IDENTITY_LIST_OIDC_CLIENTS'],
  idpAdmin: ['CLUSTER_IDENTITY_CREATE_IDP', 'CLUSTER_IDENTITY_LIST_IDPS'],
  identityAdmin: [],
  jobAdmin: [],
  debugger: ['CLUSTER_GET_PACHD_LOGS', 'CLUSTER_GET_LOKI_LOGS'],
  lokiLogReader: ['CLUSTER_GET_LOKI_LOGS'],
  pachdLogReader: ['CLUSTER_GET_PACHD_LOGS'],
  robotUser: ['CLUSTER_AUTH_GET_ROBOT_TOKEN'],
  licenseAdmin: ['CLUSTER_LICENSE_ACTIVATE'],
  secretAdmin: ['CLUSTER_CREATE_SECRET', 'CLUSTER_LIST_SECRETS', 'SECRET_INSPECT', 'SECRET_DELETE'],
  clusterAdmin: Object.keys(PERMISSION) as PermissionName[],
};

/** Roles that tell of a resource only what is of its own kind: `GetPermissions` names them, and they alone count there. */
const RETURNED_FOR: Readonly<Record<string, readonly number[]>> = {
  repoReader: [2],
  repoWriter: [2],
  repoOwner: [2],
  projectViewer: [4],
  projectWriter: [4],
  projectOwner: [2, 4],
  clusterAdmin: [1, 2, 4],
};

export const isRole = (name: string): boolean => Object.hasOwn(ROLES, name);

export const permissionsOf = (role: string): readonly number[] =>
  (ROLES[role] ?? []).map((name) => PERMISSION[name]);

export const isReturnedFor = (role: string, resourceType: number): boolean =>
  (RETURNED_FOR[role] ?? [1]).includes(resourceType);

const NAMES = new Map<number, string>(Object.entries(PERMISSION).map(([name, number]) => [number, name]));

export const permissionName = (permission: number): string => NAMES.get(permission) ?? String(permission);
