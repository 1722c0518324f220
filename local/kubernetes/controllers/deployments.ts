/** Deployments: one ReplicaSet per template, the old ones scaled down when the new one serves. */
import { create } from '../api.ts';
import { equal } from '../json.ts';
import { KINDS, type Kind } from '../kinds.ts';
import type { Controller, LeafCluster } from '../leaf-cluster.ts';
import type { Fields, Stored } from '../objects.ts';
import { controllerReference, isBeingDeleted, ownersOf, templateHash, withCondition } from '../workloads.ts';

const REVISION = 'deployment.kubernetes.io/revision';
/** Shown by `kubectl rollout history`. */
const CAUSE = 'kubernetes.io/change-cause';
const HASH = 'pod-template-hash';

export const deployments: Controller = {
  kind: KINDS.Deployment,
  follows: [[KINDS.ReplicaSet, ownersOf('Deployment')]],
  reconcile(leaf, deployment) {
    if (isBeingDeleted(deployment)) return;
    const sets = leaf.objects.controlledBy(deployment, KINDS.ReplicaSet);
    const hash = templateHash(deployment.spec?.template);
    const known = sets.find((set) => equal(templateOf(set), deployment.spec?.template));
    const old = sets.filter((set) => set !== known);
    const recreate = deployment.spec?.strategy?.type === 'Recreate';
    const wanted: number = deployment.spec?.replicas ?? 1;
    const mayStart = !recreate || old.every((set) => (set.status?.replicas ?? 0) === 0);
    const revision = revisionAfter(old);
    const current = known
      ? annotated(leaf, KINDS.ReplicaSet, known, Math.max(revision, revisionOf(known)))
      : createReplicaSet(leaf, deployment, hash, revision, mayStart ? wanted : 0);
    if (mayStart) scale(leaf, current, wanted);
    const serves = (current.status?.availableReplicas ?? 0) >= wanted;
    if (recreate || serves) for (const set of old) scale(leaf, set, 0);
    if (serves) forget(leaf, deployment, old);
    tell(leaf, annotated(leaf, KINDS.Deployment, deployment, revisionOf(current)), current, old);
  },
};

const revisionOf = (object: Stored): number => Number(object.metadata.annotations?.[REVISION] ?? 0);

const revisionAfter = (sets: Stored[]): number => 1 + Math.max(0, ...sets.map(revisionOf));

/** A template that is used again gets the newest revision: `kubectl rollout undo` is a step forward. */
function annotated(leaf: LeafCluster, kind: Kind, object: Stored, revision: number): Stored {
  if (revisionOf(object) === revision) return object;
  const annotations = { ...object.metadata.annotations, [REVISION]: String(revision) };
  return leaf.objects.put(kind, { ...object, metadata: { ...object.metadata, annotations } });
}

/** The Deployment's template that the set was made from. */
function templateOf(set: Stored): Fields {
  const { labels: { [HASH]: _, ...labels } = {}, ...metadata } = set.spec?.template?.metadata ?? {};
  return { ...set.spec?.template, metadata: { ...metadata, labels } };
}

function createReplicaSet(
  leaf: LeafCluster,
  deployment: Stored,
  hash: string,
  revision: number,
  replicas: number,
): Stored {
  const { name, namespace } = deployment.metadata;
  const spec: Fields = deployment.spec ?? {};
  const labels = { ...spec.template?.metadata?.labels, [HASH]: hash };
  return create(leaf, KINDS.ReplicaSet, namespace, {
    metadata: {
      name: `${name}-${hash}`,
      labels,
      annotations: {
        [REVISION]: String(revision),
        ...(deployment.metadata.annotations?.[CAUSE] && { [CAUSE]: deployment.metadata.annotations[CAUSE] }),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      selector: { ...spec.selector, matchLabels: { ...spec.selector?.matchLabels, [HASH]: hash } },
      template: { ...spec.template, metadata: { ...spec.template?.metadata, labels } },
    },
  });
}

function scale(leaf: LeafCluster, set: Stored, replicas: number): void {
  if (set.spec?.replicas === replicas) return;
  const generation = (set.metadata.generation ?? 0) + 1;
  leaf.objects.put(KINDS.ReplicaSet, {
    ...set,
    metadata: { ...set.metadata, generation },
    spec: { ...set.spec, replicas },
  });
}

/** Drops what exceeds the history that may be kept. */
function forget(leaf: LeafCluster, deployment: Stored, old: Stored[]): void {
  const kept: number = deployment.spec?.revisionHistoryLimit ?? 10;
  const idle = old.filter((set) => set.spec?.replicas === 0 && (set.status?.replicas ?? 0) === 0);
  const byAge = idle.sort(
    (a, b) => Number(a.metadata.annotations?.[REVISION]) - Number(b.metadata.annotations?.[REVISION]),
  );
  for (const set of byAge.slice(0, Math.max(0, byAge.length - kept))) {
    leaf.objects.erase(KINDS.ReplicaSet, set);
  }
}

function tell(leaf: LeafCluster, deployment: Stored, current: Stored, old: Stored[]): void {
  const wanted: number = deployment.spec?.replicas ?? 1;
  const sum = (field: string): number =>
    [current, ...old].reduce((total, set) => total + (set.status?.[field] ?? 0), 0);
  const replicas = sum('replicas');
  const available = sum('availableReplicas');
  const updated: number = current.status?.replicas ?? 0;
  const complete = updated === wanted && replicas === wanted && available === wanted;
  const failure = (current.status?.conditions ?? []).find((one: Fields) => one.type === 'ReplicaFailure');
  let conditions = withCondition(
    deployment.status?.conditions,
    available >= wanted
      ? {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
    leaf.now,
  );
  const name = current.metadata.name;
  conditions = withCondition(
    conditions,
    complete
      ? {
          type: 'Progressing',
          status: 'True',
          reason: 'NewReplicaSetAvailable',
          message: `ReplicaSet "${name}" has successfully progressed.`,
        }
      : {
          type: 'Progressing',
          status: 'True',
          reason: 'ReplicaSetUpdated',
          message: `ReplicaSet "${name}" is progressing.`,
        },
    leaf.now,
  ).filter((condition) => condition.type !== 'ReplicaFailure');
  if (failure) conditions.push(failure);
  leaf.objects.setStatus(KINDS.Deployment, deployment, {
    observedGeneration: deployment.metadata.generation,
    replicas,
    updatedReplicas: updated,
    readyReplicas: sum('readyReplicas'),
    availableReplicas: available,
    ...(available < wanted && { unavailableReplicas: wanted - available }),
    conditions,
  });
}
