/** Garbage collection: what is owned goes with its last owner, and an owner that waits for its dependents goes after them. */
import { FOREGROUND, type Propagation, remove, removeFinalizer } from '../api.ts';
import type { Kind } from '../kinds.ts';
import type { LeafCluster } from '../leaf-cluster.ts';
import type { Change, OwnerReference, Stored } from '../objects.ts';
import { isBeingDeleted } from '../workloads.ts';

export function collectGarbage(leaf: LeafCluster, { type, object, before }: Change): void {
  if (type === 'DELETED') {
    collect(leaf, object);
    return;
  }
  const asked = isBeingDeleted(object) && !(before && isBeingDeleted(before));
  if (asked && object.metadata.finalizers?.includes(FOREGROUND)) {
    deleteDependents(leaf, object, 'Foreground');
  }
}

function collect(leaf: LeafCluster, last: Stored): void {
  deleteDependents(leaf, last, 'Background');
  for (const reference of last.metadata.ownerReferences ?? []) {
    const owner = ownerOf(leaf, last, reference);
    const [kind, object] = owner ?? [];
    if (!kind || !object?.metadata.finalizers?.includes(FOREGROUND)) continue;
    if (leaf.objects.ownedBy(reference.uid).length === 0) removeFinalizer(leaf, kind, object, FOREGROUND);
  }
}

/** Deletes what this object alone owns. */
function deleteDependents(leaf: LeafCluster, owner: Stored, propagation: Propagation): void {
  for (const [kind, dependent] of leaf.objects.ownedBy(owner.metadata.uid)) {
    const { name, namespace, ownerReferences = [] } = dependent.metadata;
    const others = ownerReferences.filter(
      (reference) => reference.uid !== owner.metadata.uid && ownerOf(leaf, dependent, reference),
    );
    if (others.length > 0 || isBeingDeleted(dependent)) continue;
    if (leaf.objects.get(kind, namespace, name)) {
      remove(leaf, kind, namespace, name, { propagation });
    }
  }
}

function ownerOf(
  leaf: LeafCluster,
  dependent: Stored,
  reference: OwnerReference,
): [Kind, Stored] | undefined {
  const kind = leaf.kinds.byName(reference.apiVersion, reference.kind);
  const object = kind && leaf.objects.get(kind, dependent.metadata.namespace, reference.name);
  return kind && object && object.metadata.uid === reference.uid ? [kind, object] : undefined;
}
