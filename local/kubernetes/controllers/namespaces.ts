/** Namespaces: what every one is born with, and how one goes: all that is in it first. */
import { create, remove } from '../api.ts';
import { KINDS, type Kind } from '../kinds.ts';
import type { Controller, LeafCluster } from '../leaf-cluster.ts';
import { keyOf, type Stored } from '../objects.ts';
import { isBeingDeleted } from '../workloads.ts';

const NAMESPACED: readonly Kind[] = Object.values(KINDS).filter((kind) => kind.namespaced);

export const namespaces: Controller = {
  kind: KINDS.Namespace,
  follows: NAMESPACED.map((kind) => [
    kind,
    (leaf: LeafCluster, changed: Stored) => {
      const name = changed.metadata.namespace ?? '';
      const namespace = leaf.objects.get(KINDS.Namespace, undefined, name);
      // What every namespace is born with comes back if somebody deletes it.
      const inborn = kind === KINDS.ServiceAccount || kind === KINDS.ConfigMap;
      return namespace && (inborn || isBeingDeleted(namespace)) ? [keyOf(undefined, name)] : [];
    },
  ]),
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
  let left = 0;
  for (const kind of NAMESPACED) {
    for (const object of [...leaf.objects.each(kind, name)]) {
      // An owner's end may already have taken this one along.
      const live = leaf.objects.get(kind, name, object.metadata.name);
      if (!live) continue;
      if (isBeingDeleted(live) || remove(leaf, kind, name, live.metadata.name, { propagation: 'Background' }))
        left++;
    }
  }
  if (left === 0) leaf.objects.erase(KINDS.Namespace, namespace);
}
