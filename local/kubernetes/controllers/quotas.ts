/** ResourceQuotas: their status says what is used, whenever something in the namespace changes. */
import { KINDS } from '../kinds.ts';
import type { Controller } from '../leaf-cluster.ts';
import { keyOfObject } from '../objects.ts';
import { usedOf, writtenLike } from '../quotas.ts';
import { isBeingDeleted } from '../workloads.ts';

export const quotas: Controller = {
  kind: KINDS.ResourceQuota,
  followsAll(leaf, kind, changed) {
    if (!kind.namespaced || kind === KINDS.Event || kind === KINDS.Lease) return [];
    return [...leaf.objects.each(KINDS.ResourceQuota, changed.metadata.namespace)].map(keyOfObject);
  },
  reconcile(leaf, quota) {
    if (isBeingDeleted(quota)) return;
    const hard = quota.spec?.hard ?? {};
    leaf.objects.setStatus(KINDS.ResourceQuota, quota, {
      hard,
      used: writtenLike(usedOf(leaf, quota), hard),
    });
  },
};
