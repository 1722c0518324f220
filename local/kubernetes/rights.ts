/** The one question about rights that is answered so far: whether a service account may do everything. */
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Fields } from './objects.ts';

export function isClusterAdmin(leaf: LeafCluster, namespace: string, account: string): boolean {
  for (const binding of leaf.objects.each(KINDS.ClusterRoleBinding)) {
    if (binding.roleRef?.kind !== 'ClusterRole' || binding.roleRef?.name !== 'cluster-admin') continue;
    const subjects: Fields[] = binding.subjects ?? [];
    if (
      subjects.some(
        (subject) =>
          subject.kind === 'ServiceAccount' && subject.namespace === namespace && subject.name === account,
      )
    ) {
      return true;
    }
  }
  return false;
}
