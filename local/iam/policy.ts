/** Allow policies: who may do what with one resource. https://cloud.google.com/iam/docs/allow-policies */
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

export const isRole = (role: string): boolean => Object.hasOwn(ROLES, role);

/** Policies only ever allow: what no binding grants is refused. */
export function isAllowed(bindings: readonly Binding[], principal: Principal, permission: string): boolean {
  const own = new Set(membersOf(principal));
  return bindings.some(
    ({ role, members }) =>
      isRole(role) && ROLES[role]?.includes(permission) && members.some((member) => own.has(member)),
  );
}
