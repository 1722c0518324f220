/** Event objects: what `kubectl describe` shows. Only warnings are kept, and each once with a count. */

import { drawOf, newUid } from './identifiers.ts';
import { KINDS } from './kinds.ts';
import type { LeafCluster } from './leaf-cluster.ts';
import type { Stored } from './objects.ts';

/** Events live an hour in a real cluster; here the newest few of each namespace do. */
const KEPT_PER_NAMESPACE = 50;

export function warn(leaf: LeafCluster, about: Stored, reason: string, message: string): void {
  const namespace = about.metadata.namespace ?? 'default';
  // Nothing new comes into a namespace that is there no more, or goes.
  const within = leaf.objects.get(KINDS.Namespace, undefined, namespace);
  if (!within || within.metadata.deletionTimestamp !== undefined) return;
  const digest = Math.floor(drawOf(`${about.metadata.uid}${reason}${message}`) * 2 ** 32).toString(16);
  const name = `${about.metadata.name}.${digest}`;
  const before = leaf.objects.get(KINDS.Event, namespace, name);
  if (before) {
    leaf.objects.put(KINDS.Event, { ...before, count: before.count + 1, lastTimestamp: leaf.now });
    return;
  }
  const kept = [...leaf.objects.each(KINDS.Event, namespace)];
  if (kept.length >= KEPT_PER_NAMESPACE) {
    const oldest = kept.sort(
      (a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion),
    );
    if (oldest[0]) leaf.objects.erase(KINDS.Event, oldest[0]);
  }
  leaf.objects.put(KINDS.Event, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name,
      namespace,
      uid: newUid(leaf.world.random),
      resourceVersion: '',
      creationTimestamp: leaf.now,
    },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name: about.metadata.name,
      ...(about.metadata.namespace !== undefined && { namespace: about.metadata.namespace }),
      uid: about.metadata.uid,
    },
    type: 'Warning',
    reason,
    message,
    count: 1,
    firstTimestamp: leaf.now,
    lastTimestamp: leaf.now,
    source: { component: 'kubernetes' },
  });
}
