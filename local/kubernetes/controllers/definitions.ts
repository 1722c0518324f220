/** CustomResourceDefinitions that are deleted: their objects go first. */
import { remove, removeFinalizer } from '../api.ts';
import { CUSTOM_CLEANUP } from '../custom-kinds.ts';
import { KINDS, type Kind, storedKind } from '../kinds.ts';
import type { Controller, LeafCluster } from '../leaf-cluster.ts';
import { keyOf, type Stored } from '../objects.ts';
import { isBeingDeleted, withCondition } from '../workloads.ts';

export const definitions: Controller = {
  kind: KINDS.CustomResourceDefinition,
  followsAll: (_leaf, kind) => (kind.custom ? [keyOf(undefined, kind.custom.definition)] : []),
  reconcile(leaf, definition) {
    if (!isBeingDeleted(definition)) return;
    const kind = kindOf(leaf, definition);
    const left = kind ? [...leaf.objects.each(kind)] : [];
    for (const object of left) {
      const live = kind && leaf.objects.get(kind, object.metadata.namespace, object.metadata.name);
      if (live && !isBeingDeleted(live)) remove(leaf, kind, live.metadata.namespace, live.metadata.name);
    }
    const reason = left.length > 0 ? 'InstanceDeletionInProgress' : 'InstanceDeletionCompleted';
    const message = left.length > 0 ? 'CustomResource deletion is in progress' : 'removed all instances';
    const conditions = withCondition(
      definition.status?.conditions,
      { type: 'Terminating', status: left.length > 0 ? 'True' : 'False', reason, message },
      leaf.now,
    );
    const told = leaf.objects.setStatus(KINDS.CustomResourceDefinition, definition, {
      ...definition.status,
      conditions,
    });
    if (kind && [...leaf.objects.each(kind)].length > 0) return;
    removeFinalizer(leaf, KINDS.CustomResourceDefinition, told, CUSTOM_CLEANUP);
  },
};

function kindOf(leaf: LeafCluster, definition: Stored): Kind | undefined {
  const served = leaf.kinds.all().find((kind) => kind.custom?.definition === definition.metadata.name);
  return served && storedKind(served);
}
