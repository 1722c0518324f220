/** ReplicaSets, and the older ReplicationControllers: as many pods of one template as asked for. */
import { remove } from '../api.ts';
import { ApiError } from '../errors.ts';
import { KINDS, type Kind } from '../kinds.ts';
import type { Controller, LeafCluster } from '../leaf-cluster.ts';
import type { Fields, Stored } from '../objects.ts';
import {
  createPod,
  isActive,
  isBeingDeleted,
  isReady,
  lookAgain,
  ownersOf,
  REFUSED_RETRY_MS,
  willLookAgain,
  withCondition,
} from '../workloads.ts';

const replicasOf = (kind: Kind): Controller => ({
  kind,
  follows: [[KINDS.Pod, ownersOf(kind.kind)]],
  reconcile(leaf, set) {
    if (isBeingDeleted(set)) return;
    const wanted: number = set.spec?.replicas ?? 1;
    const active = leaf.objects.controlledBy(set, KINDS.Pod).filter(isActive);
    // After a refusal it waits: each one changes the status, which is a reason to look here again.
    const waits = willLookAgain(leaf, set);
    let refusal: ApiError | undefined;
    for (let missing = wanted - active.length; missing > 0 && !refusal && !waits; missing--) {
      const made = createPod(leaf, set, { generateName: `${set.metadata.name}-` });
      if (made instanceof ApiError) refusal = made;
    }
    if (refusal) lookAgain(leaf, set, REFUSED_RETRY_MS);
    // Pods that have no node are the first to go, then those that do not serve yet.
    const surplus = active.sort((a, b) => rank(a) - rank(b));
    for (const pod of surplus.slice(0, Math.max(0, active.length - wanted))) {
      remove(leaf, KINDS.Pod, pod.metadata.namespace, pod.metadata.name);
    }
    tell(leaf, kind, set, refusal, waits);
  },
});
export const replicaSets = replicasOf(KINDS.ReplicaSet);
export const replicationControllers = replicasOf(KINDS.ReplicationController);

const rank = (pod: Stored): number => Number(isReady(pod)) + Number(pod.spec?.nodeName !== undefined);

/** @param waits whether an earlier refusal still stands */
function tell(
  leaf: LeafCluster,
  kind: Kind,
  set: Stored,
  refusal: ApiError | undefined,
  waits: boolean,
): void {
  const pods = leaf.objects.controlledBy(set, KINDS.Pod).filter(isActive);
  const ready = pods.filter(isReady).length;
  const before: Fields[] = set.status?.conditions ?? [];
  const kept = waits ? before : before.filter((one) => one.type !== 'ReplicaFailure');
  const conditions = refusal
    ? withCondition(
        set.status?.conditions,
        { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: refusal.message },
        leaf.now,
      )
    : kept;
  leaf.objects.setStatus(kind, set, {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    fullyLabeledReplicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    ...(conditions.length > 0 && { conditions }),
  });
}
