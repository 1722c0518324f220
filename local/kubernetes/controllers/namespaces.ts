/**
 * Namespaces: what every one is born with, and how one goes: pods first, then all else that is in it, and its status tells what is left.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
 */
import { create, remove } from '../api.ts';
import { KINDS, type Kind } from '../kinds.ts';
import type { Controller, LeafCluster } from '../leaf-cluster.ts';
import { type Fields, keyOf, type Stored } from '../objects.ts';
import { isBeingDeleted, withCondition } from '../workloads.ts';

export const namespaces: Controller = {
  kind: KINDS.Namespace,
  followsAll(leaf, kind, changed) {
    const name = changed.metadata.namespace;
    const namespace = kind.namespaced && name && leaf.objects.get(KINDS.Namespace, undefined, name);
    // What every namespace is born with comes back if somebody deletes it.
    const inborn = kind === KINDS.ServiceAccount || kind === KINDS.ConfigMap;
    return namespace && (inborn || isBeingDeleted(namespace)) ? [keyOf(undefined, name)] : [];
  },
  reconcile(leaf, namespace) {
    if (isBeingDeleted(namespace)) return empty(leaf, namespace);
    const { name } = namespace.metadata;
    if (!leaf.objects.get(KINDS.ServiceAccount, name, 'default')) {
      create(leaf, KINDS.ServiceAccount, name, { metadata: { name: 'default' } });
    }
    if (!leaf.objects.get(KINDS.ConfigMap, name, 'kube-root-ca.crt')) {
      create(leaf, KINDS.ConfigMap, name, {
        metadata: { name: 'kube-root-ca.crt' },
        data: { 'ca.crt': leaf.certificateAuthority },
      });
    }
  },
};

function empty(leaf: LeafCluster, namespace: Stored): void {
  const { name } = namespace.metadata;
  removeAll(leaf, KINDS.Pod, name);
  let left = remaining(leaf, [KINDS.Pod], name);
  if (left.length === 0) {
    const kinds = leaf.kinds.stored().filter((kind) => kind.namespaced);
    for (const kind of kinds) removeAll(leaf, kind, name);
    left = remaining(leaf, kinds, name);
  }
  const live = leaf.objects.get(KINDS.Namespace, undefined, name);
  if (!live) return;
  tell(leaf, live, left);
  const finalizers: string[] = live.metadata.finalizers ?? [];
  if (left.length === 0 && finalizers.length === 0) leaf.objects.erase(KINDS.Namespace, live);
}

function removeAll(leaf: LeafCluster, kind: Kind, name: string): void {
  for (const object of [...leaf.objects.each(kind, name)]) {
    // An owner's end may already have taken this one along.
    const live = leaf.objects.get(kind, name, object.metadata.name);
    if (live && !isBeingDeleted(live)) {
      remove(leaf, kind, name, live.metadata.name, { propagation: 'Background' });
    }
  }
}

const remaining = (leaf: LeafCluster, kinds: readonly Kind[], name: string): Array<[Kind, Stored]> =>
  kinds.flatMap((kind) => [...leaf.objects.each(kind, name)].map((object): [Kind, Stored] => [kind, object]));

/** As the conditions list things: each with how many there are. */
function counted(things: readonly string[], text: (thing: string, count: number) => string): string {
  const counts = new Map<string, number>();
  for (const thing of things) counts.set(thing, (counts.get(thing) ?? 0) + 1);
  return [...counts].map(([thing, count]) => text(thing, count)).join(', ');
}

function tell(leaf: LeafCluster, namespace: Stored, left: ReadonlyArray<[Kind, Stored]>): void {
  const names = left.map(([kind]) => kind.resource.replace(/^([^.]+)$/, '$1.'));
  const finalizers = left.flatMap(([, object]) => object.metadata.finalizers ?? []);
  let conditions: Fields[] = namespace.status?.conditions ?? [];
  const set = (type: string, holds: boolean, reason: string, message: string): void => {
    conditions = withCondition(
      conditions,
      { type, status: holds ? 'True' : 'False', reason, message },
      leaf.now,
    );
  };
  set(
    'NamespaceDeletionDiscoveryFailure',
    false,
    'ResourcesDiscovered',
    'All resources successfully discovered',
  );
  set(
    'NamespaceDeletionGroupVersionParsingFailure',
    false,
    'ParsedGroupVersions',
    'All legacy kube types successfully parsed',
  );
  set(
    'NamespaceDeletionContentFailure',
    false,
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
  );
  const some = counted(names, (name, count) => `${name} has ${count} resource instances`);
  set(
    'NamespaceContentRemaining',
    names.length > 0,
    names.length > 0 ? 'SomeResourcesRemain' : 'ContentRemoved',
    names.length > 0 ? `Some resources are remaining: ${some}` : 'All content successfully removed',
  );
  const held = counted(finalizers, (name, count) => `${name} in ${count} resource instances`);
  set(
    'NamespaceFinalizersRemaining',
    finalizers.length > 0,
    finalizers.length > 0 ? 'SomeFinalizersRemain' : 'ContentHasNoFinalizers',
    finalizers.length > 0
      ? `Some content in the namespace has finalizers remaining: ${held}`
      : 'All content-preserving finalizers finished',
  );
  leaf.objects.setStatus(KINDS.Namespace, namespace, { phase: 'Terminating', conditions });
}
