/** Allow policies: who may do what with one resource. https://cloud.google.com/iam/docs/allow-policies */
import { DATA_PERMISSIONS, dataRole } from '../../functions/bucket-access.ts';
import { membersOf, type Principal } from './principals.ts';

export interface Binding {
  role: string;
  members: string[];
}

export interface Policy {
  bindings: Binding[];
  /** Changes with each change of the policy. */
  etag: string;
}

const READ = ['storage.objects.get', 'storage.objects.list'];
const USE = [...READ, 'storage.objects.create', 'storage.objects.delete', 'storage.objects.update'];
const OBJECT_POLICIES = ['storage.objects.getIamPolicy', 'storage.objects.setIamPolicy'];
const BUCKET = ['storage.buckets.get', 'storage.buckets.update', 'storage.buckets.delete'];
const POLICIES = ['storage.buckets.getIamPolicy', 'storage.buckets.setIamPolicy'];

/** What of each role counts here: https://cloud.google.com/storage/docs/access-control/iam-roles */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  'roles/storage.objectViewer': READ,
  'roles/storage.objectCreator': ['storage.objects.create'],
  'roles/storage.objectUser': USE,
  'roles/storage.objectAdmin': [...USE, ...OBJECT_POLICIES],
  'roles/storage.admin': [...USE, ...OBJECT_POLICIES, ...BUCKET, ...POLICIES],
  'roles/storage.bucketViewer': ['storage.buckets.get'],
  'roles/storage.legacyObjectReader': ['storage.objects.get'],
  'roles/storage.legacyObjectOwner': ['storage.objects.get', 'storage.objects.update', ...OBJECT_POLICIES],
  'roles/storage.legacyBucketReader': ['storage.buckets.get', 'storage.objects.list'],
  'roles/storage.legacyBucketWriter': [
    'storage.buckets.get',
    'storage.objects.list',
    'storage.objects.create',
    'storage.objects.delete',
  ],
  'roles/storage.legacyBucketOwner': [
    'storage.buckets.get',
    'storage.buckets.update',
    ...POLICIES,
    'storage.objects.list',
    'storage.objects.create',
    'storage.objects.delete',
  ],
};

/** One of Google's, or the one of the project's own that Terraform makes for workloads. */
export const isRole = (role: string, projectId: string): boolean =>
  Object.hasOwn(ROLES, role) || role === dataRole(projectId);

/** That it is of the bucket's project was looked at when it was bound. */
function permissionsOf(role: string): readonly string[] {
  if (Object.hasOwn(ROLES, role)) return ROLES[role] ?? [];
  const [, projectId = ''] = /^projects\/([^/]+)\//.exec(role) ?? [];
  return role === dataRole(projectId) ? DATA_PERMISSIONS : [];
}

/** Policies only ever allow: what no binding grants is refused. */
export function isAllowed(bindings: readonly Binding[], principal: Principal, permission: string): boolean {
  const own = new Set(membersOf(principal));
  return bindings.some(
    ({ role, members }) =>
      permissionsOf(role).includes(permission) && members.some((member) => own.has(member)),
  );
}
