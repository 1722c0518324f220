/** StatefulSets: numbered pods, one after the other, each with volumes that outlive it. */
import { create, remove } from '../api.ts';
import { ApiError } from '../errors.ts';
import { KINDS } from '../kinds.ts';
import type { Controller, LeafCluster } from '../leaf-cluster.ts';
import type { Fields, Stored } from '../objects.ts';
import {
  createPod,
  isActive,
  isBeingDeleted,
  isOver,
  isReady,
  lookAgain,
  ownersOf,
  REFUSED_RETRY_MS,
  templateHash,
} from '../workloads.ts';

const HASH = 'controller-revision-hash';

export const statefulSets: Controller = {
  kind: KINDS.StatefulSet,
  follows: [[KINDS.Pod, ownersOf('StatefulSet')]],
  reconcile(leaf, set) {
    if (isBeingDeleted(set)) return;
    const wanted: number = set.spec?.replicas ?? 1;
    const pods = leaf.objects.controlledBy(set, KINDS.Pod);
    const revision = `${set.metadata.name}-${templateHash(set.spec?.template)}`;
    const ordered = set.spec?.podManagementPolicy !== 'Parallel';
    const surplus = pods
      .filter((pod) => ordinalOf(pod) >= wanted && !isBeingDeleted(pod))
      .sort((a, b) => ordinalOf(b) - ordinalOf(a));
    if (surplus.length > 0) {
      for (const pod of ordered ? surplus.slice(0, 1) : surplus) removePod(leaf, pod);
    } else {
      fillUp(leaf, set, pods, wanted, ordered, revision);
    }
    tell(leaf, set, revision);
  },
};

const ordinalOf = (pod: Stored): number =>
  Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf('-') + 1));

const removePod = (leaf: LeafCluster, pod: Stored): unknown =>
  remove(leaf, KINDS.Pod, pod.metadata.namespace, pod.metadata.name);

function fillUp(
  leaf: LeafCluster,
  set: Stored,
  pods: Stored[],
  wanted: number,
  ordered: boolean,
  revision: string,
): void {
  for (let ordinal = 0; ordinal < wanted; ordinal++) {
    const pod = pods.find((candidate) => ordinalOf(candidate) === ordinal);
    if (pod && isOver(pod)) removePod(leaf, pod);
    else if (!pod) {
      claimVolumes(leaf, set, ordinal);
      const made = createNumbered(leaf, set, ordinal, revision);
      if (made instanceof ApiError) {
        lookAgain(leaf, set, REFUSED_RETRY_MS);
        return;
      }
    }
    if (ordered && (!pod || !isReady(pod) || isBeingDeleted(pod))) return;
  }
  if (set.spec?.updateStrategy?.type === 'OnDelete') return;
  // All run: those of an older template are replaced, the highest first, one at a time.
  if (pods.some((pod) => !isReady(pod) || isBeingDeleted(pod))) return;
  const outdated = pods.filter((pod) => pod.metadata.labels?.[HASH] !== revision);
  const next = outdated.sort((a, b) => ordinalOf(b) - ordinalOf(a))[0];
  if (next) removePod(leaf, next);
}

function createNumbered(
  leaf: LeafCluster,
  set: Stored,
  ordinal: number,
  revision: string,
): Stored | ApiError {
  const name = `${set.metadata.name}-${ordinal}`;
  const claims: Fields[] = set.spec?.volumeClaimTemplates ?? [];
  const volumes = claims.map((claim) => ({
    name: claim.metadata.name,
    persistentVolumeClaim: { claimName: `${claim.metadata.name}-${name}` },
  }));
  return createPod(
    leaf,
    set,
    { name },
    (spec) => ({
      ...spec,
      hostname: name,
      ...(set.spec?.serviceName && { subdomain: set.spec.serviceName }),
      ...(volumes.length > 0 && { volumes: [...volumes, ...(spec.volumes ?? [])] }),
    }),
    {
      [HASH]: revision,
      'statefulset.kubernetes.io/pod-name': name,
      'apps.kubernetes.io/pod-index': String(ordinal),
    },
  );
}

function claimVolumes(leaf: LeafCluster, set: Stored, ordinal: number): void {
  for (const claim of (set.spec?.volumeClaimTemplates ?? []) as Fields[]) {
    const name = `${claim.metadata.name}-${set.metadata.name}-${ordinal}`;
    if (leaf.objects.get(KINDS.PersistentVolumeClaim, set.metadata.namespace, name)) continue;
    create(leaf, KINDS.PersistentVolumeClaim, set.metadata.namespace, {
      metadata: { name, labels: { ...claim.metadata.labels, ...set.spec?.selector?.matchLabels } },
      spec: claim.spec,
    });
  }
}

function tell(leaf: LeafCluster, set: Stored, revision: string): void {
  const pods = leaf.objects.controlledBy(set, KINDS.Pod).filter(isActive);
  const ready = pods.filter(isReady).length;
  const updated = pods.filter((pod) => pod.metadata.labels?.[HASH] === revision).length;
  const complete = updated === (set.spec?.replicas ?? 1) && ready === updated;
  leaf.objects.setStatus(KINDS.StatefulSet, set, {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    currentReplicas: updated,
    updatedReplicas: updated,
    currentRevision: complete ? revision : (set.status?.currentRevision ?? revision),
    updateRevision: revision,
    collisionCount: 0,
  });
}
